"""Programs whose threads do known things: doing.py gil|cpu|hash|bound|exceptions|quick.

Each measures what it does. On SIGTERM it prints, as JSON, how much time each of the things took so far,
for many moments of the wall clock, and the ids of its threads by name.
"""

import random
import sys
import threading
import time

from telling import clock, more, note, spent

try:
    import _hashlib
except ImportError:
    # Then hashlib says aloud what it lacks, and has this from here.
    from _sha2 import sha256
else:
    from hashlib import sha256

tids = more["tids"] = {}


def work(seconds):
    end = clock() + seconds
    n = 0
    while clock() < end:
        for i in range(20):
            n += i & 3
    return n


def begin(name, function, *arguments):
    def run():
        tids[name] = threading.get_native_id()
        function(*arguments)

    threading.Thread(target=run, daemon=True).start()


def gil():
    """Three threads take turns: who has the turn holds the GIL, the others wait for theirs.

    Waking the next one may cost a thread its CPU, but not the GIL: that belongs to its turn. Where there
    is no GIL, a thread tells of the CPU that it had.
    """
    sys.setswitchinterval(60)
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    shares = {"a": 0.005, "b": 0.003, "c": 0.002}
    turns = {name: threading.Lock() for name in shares}
    for name, lock in turns.items():
        spent[name] = 0.0
        lock.acquire()

    def take_turns(name, following):
        while True:
            turns[name].acquire()
            before = clock()
            work(random.expovariate(1) * shares[name])
            turns[following].release()
            spent[name] = spent[name] + clock() - before if has_gil else time.thread_time()
            if name == "c":
                note()

    for name, following in zip("abc", "bca"):
        begin(name, take_turns, name, following)
    turns["a"].release()


def cpu():
    """One thread that runs for three tenths of the time, as long as nobody takes the CPU from it."""
    spent["rests"] = 0.0

    def rest():
        while True:
            work(random.uniform(0.001, 0.005))
            time.sleep(random.uniform(0.004, 0.01))
            spent["rests"] = time.thread_time()
            note()

    begin("rests", rest)


def hashing():
    """One thread hashes in C without the GIL, another one runs Python."""
    spent["hashes"] = spent["runs"] = 0.0
    data = bytes(1 << 20)

    def hash_all():
        while True:
            sha256(data).digest()
            spent["hashes"] = time.thread_time()

    def run():
        while True:
            work(0.003)
            spent["runs"] = time.thread_time()
            note()

    begin("hashes", hash_all)
    begin("runs", run)


def bound():
    """Two threads that run Python all the time, one of them with a name like fields of its stat file."""
    spent["first"] = spent["second"] = 0.0

    def run(name):
        with open(f"/proc/self/task/{threading.get_native_id()}/comm", "w") as file:
            file.write("io) S (x")
        while True:
            work(0.003)
            spent[name] = time.thread_time()
            note()

    begin("first", run, "first")
    begin("second", run, "second")


def throw():
    raise ValueError


def in_handler():
    try:
        throw()
    except ValueError:
        work(0.0004)


def in_sleep():
    try:
        throw()
    except ValueError:
        time.sleep(0.0004)


def in_finally():
    try:
        try:
            throw()
        finally:
            work(0.0004)
    except ValueError:
        pass


def values():
    for _ in range(4):
        work(0.0001)
        yield


def in_generator():
    try:
        throw()
    except ValueError:
        for _ in values():
            pass


def handling():
    while True:
        try:
            throw()
        except ValueError:
            yield


suspended = handling()


def in_none():
    """A generator waits inside a handler of its own, and nothing is handled here."""
    next(suspended)
    work(0.0004)


def after():
    try:
        throw()
    except ValueError:
        pass
    work(0.0004)


def exceptions():
    """The main thread in functions that have an exception, and others that have none."""
    functions = [in_handler, in_sleep, in_finally, in_generator, in_none, after]
    spent.update((function.__name__, 0.0) for function in functions)
    tids["main"] = threading.get_native_id()
    print("{}", flush=True)
    while True:
        for function in random.choices(functions, k=10):
            before = clock()
            function()
            spent[function.__name__] += clock() - before
        note()


def leaf(n):
    return n + 1


def call(seconds):
    end = clock() + seconds
    while clock() < end:
        for i in range(20):
            leaf(i)


def quick():
    """The main thread makes a call every few ten nanoseconds, some with an exception, and sleeps."""
    tids["main"] = threading.get_native_id()
    spent["main"] = spent["handled"] = 0.0
    print("{}", flush=True)
    while True:
        call(random.uniform(0.001, 0.006))
        before = clock()
        try:
            throw()
        except ValueError:
            call(random.uniform(0.001, 0.006))
        spent["handled"] += clock() - before
        time.sleep(random.uniform(0.001, 0.004))
        spent["main"] = time.thread_time()
        note()


random.seed(1)
cases = {"gil": gil, "cpu": cpu, "hash": hashing, "bound": bound, "exceptions": exceptions, "quick": quick}
cases[sys.argv[1]]()
time.sleep(0.2)
print("{}", flush=True)
while True:
    time.sleep(1)
