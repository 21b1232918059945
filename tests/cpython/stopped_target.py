"""Gets into a stack that a test wants to see, tells it, and stays there.

The answer comes from the interpreter itself: `sys._current_frames()`, and `co_positions()` of the
instruction each frame is at; before 3.11 there are lines alone and no qualified names. A thread of its
own asks, once all others have come to rest.
"""

import functools
import json
import os
import sys
import threading
import time

ready = threading.Semaphore(0)
extra = None
serving = set()


@functools.lru_cache(None)
def positions(code):
    return [
        (line or 0, end or 0, -1 if column is None else column, -1 if after is None else after)
        for line, end, column, after in code.co_positions()
    ]


def name_of(code):
    return code.co_qualname if sys.version_info >= (3, 11) else code.co_name


def position_of(frame):
    if sys.version_info >= (3, 11):
        return positions(frame.f_code)[frame.f_lasti // 2]
    return frame.f_lineno, frame.f_lineno, -1, -1


def frames_of(frame):
    frames = []
    while frame is not None:
        code = frame.f_code
        frames.append((code.co_filename, name_of(code), *position_of(frame)))
        frame = frame.f_back
    return frames[::-1]


def rest():
    ready.release()
    time.sleep(1000)


def report(threads):
    serving.add(threading.get_native_id())
    for _ in range(threads):
        ready.acquire()
    # Whoever is ready is on its way into a sleep: two equal answers tell that all have arrived.
    told, before = answer(), None
    while told != before:
        time.sleep(0.1)
        told, before = answer(), told
    print(json.dumps({"threads": told, "extra": extra}), flush=True)
    time.sleep(1000)


def answer():
    tids = {thread.ident: thread.native_id for thread in threading.enumerate()}
    return [
        {"tid": tids[ident], "frames": frames_of(frame)}
        for ident, frame in sys._current_frames().items()
        if tids[ident] not in serving
    ]


def idle():
    rest()


def nested():
    def inner(depth):
        if depth == 0:
            rest()
        else:
            inner(depth - 1)

    class Holder:
        def method(self):
            return [inner(3) for _ in range(1)]

        @staticmethod
        def static():
            return Holder().method()

        @classmethod
        def klass(cls):
            return (lambda: cls.static())()

    Holder.klass(
    )


def generators():
    def leaf():
        yield 1
        rest()
        yield 2

    def middle(depth):
        if depth:
            yield from middle(depth - 1)
        else:
            yield from leaf()

    total = 0
    for value in middle(8):
        total += sum(x for x in (value,))


def many_generators():
    def tree(depth):
        if depth:
            yield from tree(depth - 1)
        else:
            rest()
            yield 1

    list(tree(300))


def coroutines():
    import asyncio

    class Manager:
        async def __aenter__(self):
            await step(2)

        async def __aexit__(self, *exc):
            pass

    async def step(depth):
        if depth:
            await step(depth - 1)
        else:
            async for _ in values():
                pass

    async def values():
        await asyncio.sleep(0)
        rest()
        yield 1

    async def main():
        async with Manager():
            pass

    asyncio.run(main())


def callbacks():
    def key(value):
        if value == 3:
            rest()
        return value

    def again(value):
        return sorted([1, 2, 3], key=key)

    def replace(match):
        return str(list(map(again, [match])))

    import re

    re.sub("a+", replace, "baab")


def classes():
    class Base:
        def __init__(self, value):
            self.value = value
            if value == 200:
                rest()

    class Derived(Base):
        def __init__(self, value):
            super().__init__(value)

    def make(value):
        return Derived(value)

    # Calls of a class are specialised once they have been seen a few times.
    for value in range(201):
        make(value)


def names():
    source = """
class Größe:
    def 测量(self):
        def 𝔣𝔲𝔫(): rest()
        𝔣𝔲𝔫()
def ñandú(): Größe().测量()
ñandú()
"""
    places = {"rest": rest}
    latin = compile("outer()", "/tmp/caf\xe9.py", "exec")
    wide = compile(source, "/tmp/\U0001f40d \u6e2c\u91cf/\udcff\ud800.py", "exec")
    empty = compile("exec(wide, places)", "", "exec")
    long = compile("exec(empty, {'wide': wide, 'places': places})", "x" * 3000, "exec")
    namespace = {"long": long, "empty": empty, "wide": wide, "places": places}
    namespace["outer"] = lambda: exec(long, namespace)
    exec(latin, namespace)


def evaluated():
    namespace = {"rest": rest}
    exec("def made():\n\n    return eval('(0 or\\n rest())')\n", namespace)
    exec("\n\n\nmade()", namespace)


def many_lines():
    # The call is far down: lines and columns that take more than one byte in the location table.
    body = "".join(f"    x = {n}\n" for n in range(20_500))
    call = "    x = " + " " * 200 + "rest(\n\n\n\n\n    )\n"
    namespace = {"rest": rest}
    exec(compile("def long():\n" + body + call + body, "long.py", "exec"), namespace)
    namespace["long"]()


def three_threads():
    def worker(depth):
        if depth:
            worker(depth - 1)
        else:
            rest()

    for depth in (2, 5, 40):
        threading.Thread(target=worker, args=(depth,), daemon=True).start()
    rest()


def deep(depth):
    sys.setrecursionlimit(depth + 1000)

    def even(n):
        if n == 0:
            rest()
        odd(n - 1)

    def odd(n):
        a = b = c = d = n
        even(a - 1)
        return b + c + d

    even(depth)


# The thread of a sub-interpreter tells its own stack. What comes after is on the same lines.
INSIDE = """
import os, sys, time
def tell(frame):
    frames = []
    while frame:
        code = frame.f_code
        name = code.co_qualname if sys.version_info >= (3, 11) else code.co_name
        frames.append([code.co_filename, name, frame.f_lineno])
        frame = frame.f_back
    os.write({pipe}, (repr(frames[::-1]) + "\\n").encode())
def leaf(): tell(sys._getframe()); time.sleep(1000)
def outer():
    leaf()
outer()
"""


def subinterpreter():
    global extra
    receive, send = os.pipe()
    code = INSIDE.format(pipe=send)

    def run():
        serving.add(threading.get_native_id())
        if sys.version_info >= (3, 14):
            from concurrent import interpreters

            interpreters.create().exec(code)
        elif sys.version_info >= (3, 13):
            import _interpreters

            _interpreters.exec(_interpreters.create(), code)
        else:
            import _xxsubinterpreters

            _xxsubinterpreters.run_string(_xxsubinterpreters.create(), code)

    threading.Thread(target=run, daemon=True).start()
    import ast

    extra = ast.literal_eval(os.fdopen(receive).readline())
    rest()


SCENES = {
    "idle": (idle, 1),
    "nested": (nested, 1),
    "generators": (generators, 1),
    "many_generators": (many_generators, 1),
    "coroutines": (coroutines, 1),
    "callbacks": (callbacks, 1),
    "classes": (classes, 1),
    "names": (names, 1),
    "evaluated": (evaluated, 1),
    "many_lines": (many_lines, 1),
    "three_threads": (three_threads, 4),
    "deep": (functools.partial(deep, 5_000), 1),
    "very_deep": (functools.partial(deep, 50_000), 1),
    "subinterpreter": (subinterpreter, 1),
}
scene, threads = SCENES[sys.argv[1]]
threading.Thread(target=report, args=(threads,), daemon=True).start()
scene()
