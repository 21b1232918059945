"""Recursion that goes up and down: three functions in a fixed turn, the first with two callers."""

import random
import signal


def one(depth):
    if depth > 0:
        two(depth - 1)  # -> two
        if depth % 9 == 0:
            two(depth - 40)  # -> two


def two(depth):
    if depth > 0:
        three(depth - 1)  # -> three


def three(depth):
    if depth > 0:
        one(depth - 1)  # -> one


def main():
    while True:
        one(random.randrange(100))  # -> one lib


signal.alarm(120)
for _ in range(200):
    one(60)
print("{}", flush=True)
main()  # -> main
