"""Calls all the time, two threads at once: top → left or right → deep → deep … → leaf, and generators."""

import threading
import time


def leaf(n):
    return n + 1


def deep(n):
    return leaf(n) if n == 0 else deep(n - 1)


def left(n):
    return deep(n % 7) + leaf(n)


def items(n):
    for i in range(3):
        yield leaf(i)


def right(n):
    return sum(items(n)) + sum(map(leaf, (1, 2)))


def top():
    n = 0
    while True:
        n += 1
        left(n)
        right(n)


def side():
    while True:
        left(5)
        time.sleep(0.0001)


threading.Thread(target=side, daemon=True, name="side").start()
print("ready", flush=True)
top()
