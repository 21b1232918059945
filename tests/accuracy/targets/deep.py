"""Recursion to thousands of frames: deep.py DEPTH. `rest` is only called at the bottom."""

import signal
import sys


def rest():
    n = 0
    for i in range(20000):
        n += i
    return n


def down(depth):
    if depth:
        down(depth - 1)  # -> down
    else:
        rest()  # -> rest


def main(depth):
    while True:
        down(depth)  # -> down


signal.alarm(120)
depth = int(sys.argv[1])
sys.setrecursionlimit(depth + 100)
down(depth)
print("{}", flush=True)
main(depth)  # -> main
