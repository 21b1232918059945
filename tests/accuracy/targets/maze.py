"""Generators, coroutines, callbacks from C, json and re, in one loop.

A mark at the end of a line names what that line may call (`lib`: the standard library); a mark at a
`def` says that the standard library may call it.
"""

import asyncio
import functools
import json
import re
import signal

word = re.compile(r"\w+")
text = "alpha beta gamma delta " * 3
rows = [{"id": i, "tags": ["x", "y"]} for i in range(5)]


def leaf(n):
    return n + 1


def numbers(n):
    for i in range(n):
        yield leaf(i)  # -> leaf


def doubled(n):
    for i in numbers(n):  # -> numbers
        yield i * 2


def both(n):
    yield from numbers(n)  # -> numbers
    yield from doubled(n)  # -> doubled


def tree(n):
    if n:
        yield from tree(n - 1)  # -> tree
        yield leaf(n)  # -> leaf
        yield from tree(n - 1)  # -> tree


def pull():
    total = 0
    for i in both(8):  # -> both
        total += i
    pulled = tree(4)  # -> tree
    while next(pulled, None) is not None:  # -> tree
        total += leaf(total)  # -> leaf
    return total + sum(doubled(6))  # -> doubled


def key(n):
    return -leaf(n)  # -> leaf


def triple(n):
    return leaf(n) * 3  # -> leaf


def add(a, b):
    return a + leaf(b)  # -> leaf


def call_back():
    ordered = sorted(range(12), key=key)  # -> key
    tripled = list(map(triple, ordered))  # -> triple
    return functools.reduce(add, tripled)  # -> add


def shout(match):
    return match.group().upper()


def hook(found):  # <-
    return leaf(len(found)) and found  # -> leaf


def fallback(_):  # <-
    return leaf(0)  # -> leaf


def convert():
    coded = json.dumps(rows + [{1j}], default=fallback)  # -> lib
    json.loads(coded, object_hook=hook)  # -> lib
    return word.sub(shout, text)  # -> shout


async def inner(n):
    leaf(n)  # -> leaf
    if n & 1:
        await asyncio.sleep(0)  # -> lib
    return leaf(n)  # -> leaf


async def outer(n):  # <-
    total = 0
    for i in range(n):
        total += await inner(i)  # -> inner
    return total


async def ticks(n):
    for i in range(n):
        await asyncio.sleep(0)  # -> lib
        yield leaf(i)  # -> leaf


async def follow(n):  # <-
    async for i in ticks(n):  # -> ticks lib
        leaf(i)  # -> leaf


async def maze():  # <-
    while True:
        await asyncio.gather(outer(6), follow(4), outer(3))  # -> lib outer follow
        for _ in range(20):
            pull()  # -> pull
            call_back()  # -> call_back
            convert()  # -> convert


signal.alarm(120)
for _ in range(200):
    pull()
    call_back()
    convert()
print("{}", flush=True)
asyncio.run(maze())  # -> lib
