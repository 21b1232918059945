"""Does the same thing every 2 ms, on the dot: `work` for 0.6 ms, then `rest` for what is left.

A sampler that looks every 2 ms sees it in the same place each time. On SIGTERM it prints, as JSON,
how much time `work` took so far, for many moments of the wall clock.
"""

import time

from telling import note, spent

PERIOD = 2_000_000
WORK = 600_000
clock = time.monotonic_ns
spent["work"] = 0.0


def work(until):
    while clock() < until:
        pass


def rest(until):
    while clock() < until:
        pass


print("{}", flush=True)
while True:
    start = clock() // PERIOD * PERIOD + PERIOD
    rest(start)
    now = clock()
    work(start + WORK)
    spent["work"] += (clock() - now) / 1e9
    note()
