"""Starts processes of all kinds. Each Python says at its end what it was and what CPU time it took."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time

HERE = os.path.abspath(__file__)

# When the work begins: CPU time until then, and the time of day.
begun = [time.process_time() * 1000, time.time()]


def begin_copy():
    begun[:] = [0, time.time()]


os.register_at_fork(after_in_child=begin_copy)


def burn(ms):
    end = time.process_time() + ms / 1000
    while time.process_time() < end:
        pass


def tell(kind):
    up_ms, at = begun
    cpu_ms = time.process_time() * 1000
    line = {"pid": os.getpid(), "kind": kind, "cpu_ms": cpu_ms, "up_ms": up_ms, "at": at}
    os.write(1, f"TRUTH {json.dumps(line)}\n".encode())


def work(kind, ms):
    burn(ms)
    tell(kind)


def start(kind, ms, python=sys.executable):
    return subprocess.Popen([python, HERE, "burn", kind, ms])


def fork(task):
    pid = os.fork()
    if pid == 0:
        task()
        os._exit(0)
    return pid


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.01)


def run_short(ms="50,150,500"):
    for child in [start(f"short {one}", one) for one in ms.split(",")]:
        child.wait()


def run_fork():
    os.waitpid(fork(lambda: work("fork", 200)), 0)


def run_told_late():
    """A copy of ours that Python does not know of for a while, and so takes for its parent."""
    python = ctypes.pythonapi
    python.PyOS_BeforeFork()
    # With the GIL held.
    if ctypes.PyDLL(None).fork() == 0:
        burn(100)
        python.PyOS_AfterFork_Child()
        work("told late", 200)
        os._exit(0)
    python.PyOS_AfterFork_Parent()
    os.wait()


def run_grandchild():
    def between():
        start("grandchild", "200").wait()
        tell("child")

    os.waitpid(fork(between), 0)


def run_exec(python):
    """A copy of ours that starts another Python in its place."""
    pid = os.fork()
    if pid == 0:
        burn(100)
        tell("before exec")
        os.execv(python, [python, HERE, "burn", "after exec", "200"])
    os.waitpid(pid, 0)


def run_shell():
    """A Python below programs that are none, late."""
    line = 'sleep 0.3; "$1" "$2" burn "below a shell" 200; true'
    subprocess.run(["/bin/sh", "-c", line, "sh", sys.executable, HERE])
    subprocess.run(["sleep", "0.05"])


def run_daemon(done):
    """One that its parent leaves, so that another process gets it."""

    def leave():
        os.setsid()
        if os.fork() == 0:
            work("daemon", 200)
            open(done, "w").close()
            os._exit(0)

    os.waitpid(fork(leave), 0)
    wait_for(done)


def run_leaving(done):
    """The same without a session of its own, and with another program."""

    def leave():
        if os.fork() == 0:
            time.sleep(0.1)
            start("left", "200").wait()
            tell("leaving")
            open(done, "w").close()
            os._exit(0)

    os.waitpid(fork(leave), 0)
    wait_for(done)


def pooled(_):
    """For as long as it takes that each worker has had its share."""
    work("pool", 150)
    time.sleep(0.5)


def run_pool(method):
    import multiprocessing

    with multiprocessing.get_context(method).Pool(3) as pool:
        pool.map(pooled, range(3), 1)


def run_prefork(seconds="1.2"):
    """Workers that a master starts, and ends after a while."""

    master = os.getpid()

    def serve():
        ended = []
        signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
        burn(200)
        while not ended and os.getppid() == master:
            time.sleep(0.01)
        tell("worker")

    workers = [fork(serve) for _ in range(3)]
    time.sleep(float(seconds))
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
    for pid in workers:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "burn":
        work(rest[0], float(rest[1]))
    else:
        for command in sys.argv[1:]:
            name, _, argument = command.partition("=")
            globals()[f"run_{name}"](*([argument] if argument else []))
        tell("root")
