"""Spends its time in C, below functions of Python and above them, and measures how much in each.

With an argument it does so in a thread beside the main one. On SIGTERM it prints, as JSON, how much
time each function took so far, for many moments of the wall clock.
"""

import binascii
import random
import sys
import threading
import time

from telling import clock, note, spent

data = b"0123456789abcdef" * 4096
big = 3**8000
text = "0123456789" * 100000
values = list(range(12))


def check(_):
    binascii.crc32(data)


def weigh(value):
    n = 0
    for i in range(150):
        n += i ^ value
    return n


def order(_):
    sorted(values, key=weigh)


def multiply(_):
    big * big


def seek(_):
    "x" in text


def pace(rounds):
    n = 0
    for i in range(rounds):
        n += i & 3
    return n


def fail(_):
    try:
        raise ValueError
    except ValueError:
        for _ in range(2):
            binascii.crc32(data)


work = [(check, 0), (order, 0), (multiply, 0), (seek, 0), (pace, 1000), (fail, 0)]
spent.update((function.__name__, 0.0) for function, _ in work)


random.seed(1)


def run():
    print("{}", flush=True)
    while True:
        for function, argument in random.choices(work, k=40):
            before = clock()
            function(argument)
            spent[function.__name__] += clock() - before
        note()


if len(sys.argv) > 1:
    threading.Thread(target=run, daemon=True).start()
    while True:
        time.sleep(1)
run()
