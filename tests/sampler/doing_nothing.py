"""Threads that wait where it is known whether they have an exception; prints their ids by name, as JSON.

Names that begin with `has` have one.
"""

import asyncio
import json
import sys
import threading

ids = {}
told = threading.Semaphore(0)
never = threading.Lock()
never.acquire()


def wait():
    ids[threading.current_thread().name] = threading.get_native_id()
    told.release()
    never.acquire()


def throw():
    raise ValueError


def none_ever():
    wait()


def none_any_more():
    try:
        throw()
    except ValueError:
        pass
    wait()


def has_in_handler():
    try:
        throw()
    except ValueError:
        wait()


def has_in_finally():
    try:
        throw()
    finally:
        wait()


class Manager:
    def __enter__(self):
        pass

    def __exit__(self, *_):
        wait()


def has_in_exit():
    with Manager():
        throw()


def nested(depth):
    if depth:
        yield from nested(depth - 1)
    else:
        wait()
    yield


def has_below_generator():
    try:
        throw()
    except ValueError:
        next(nested(0))


def has_below_many_generators():
    try:
        throw()
    except ValueError:
        next(nested(30))


def none_in_generators():
    next(nested(30))


def handling(inner):
    try:
        throw()
    except ValueError:
        next(inner)
    yield


def has_in_a_generator_between():
    def outer():
        yield from handling(nested(3))

    next(outer())


def pausing():
    try:
        throw()
    except ValueError:
        yield


def none_beside_a_paused_handler():
    paused = pausing()
    next(paused)
    wait()


async def coroutine(depth):
    if depth:
        await coroutine(depth - 1)
    else:
        wait()


def none_in_coroutines():
    asyncio.new_event_loop().run_until_complete(coroutine(5))


async def handle_in_coroutine():
    try:
        throw()
    except ValueError:
        await coroutine(5)


def has_in_coroutines():
    asyncio.new_event_loop().run_until_complete(handle_in_coroutine())


for function in [value for name, value in list(globals().items()) if name.startswith(("none_", "has_"))]:
    threading.Thread(target=function, name=function.__name__, daemon=True).start()
    told.acquire()
print(json.dumps(ids), flush=True)
sys.stdin.readline()
