"""Counts its own rounds: count.py DEPTH.

A line `TIME CPU_TIME ROUNDS` (seconds, monotonic clock) every 50 ms.
"""

import signal
import sys
import time


def leaf(n):
    return n + 1


def work():
    for i in range(20):
        leaf(i)


def descend(depth):
    if depth:
        descend(depth - 1)
    else:
        work()


def main(depth):
    rounds = 0
    due = time.monotonic() + 0.05
    while True:
        for _ in range(20):
            descend(depth)
        rounds += 20
        if (now := time.monotonic()) >= due:
            print(now, time.process_time(), rounds, flush=True)
            due = now + 0.05


signal.alarm(600)
print("{}", flush=True)
main(int(sys.argv[1]))
