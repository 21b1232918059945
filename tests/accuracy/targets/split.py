"""Spends its time in five functions and measures how much in each.

split.py DEPTH: descends through DEPTH calls of `descend`, runs 300 blocks in random order (so
that no sampling interval can fall in step with them), returns, repeats. On SIGTERM it prints, as
JSON, how much time each function took so far with all it called, for many moments of the wall clock.
"""

import json
import random
import re
import sys
import time

from telling import clock, note, spent

word = re.compile("[a-z]+")
text = "the quick brown fox jumps over the lazy dog " * 2
rows = [{"id": i, "name": "row", "values": [i, i + 1.5]} for i in range(6)]


def count(rounds):
    n = 0
    for i in range(rounds):
        n += i & 3
    return n


def inner(n):
    return n * n + 1


def nested(rounds):
    n = 0
    for i in range(rounds):
        n += inner(i)  # -> inner
    return n


def encode(_):
    return json.dumps(rows)  # -> lib


def shout(match):  # <-
    return match.group().upper()


def replace(_):
    return word.sub(shout, text)  # -> shout


def wait(_):
    time.sleep(1e-6)


work = [(count, 400), (nested, 400), (encode, 0), (replace, 0), (wait, 0)]
weights = [30, 20, 20, 15, 2]
spent.update((function.__name__, 0.0) for function, _ in work)


def run(blocks):
    for function, argument in random.choices(work, weights, k=blocks):  # -> lib
        before = clock()
        function(argument)  # -> count nested encode replace wait
        spent[function.__name__] += clock() - before
    note()  # -> lib


def descend(depth):
    if depth:
        descend(depth - 1)  # -> descend
    else:
        run(300)  # -> run


random.seed(1)
descend(int(sys.argv[1]))
print("{}", flush=True)
while True:
    descend(int(sys.argv[1]))  # -> descend
