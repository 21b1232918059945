"""Does the same thing every 2 ms, on the dot: `work` for 0.6 ms, then `rest` for what is left.

A sampler that looks every 2 ms sees it in the same place each time. On SIGTERM it prints, as JSON,
how much time `work` took so far, for many moments of the wall clock.
"""

import json
import os
import signal
import time

PERIOD = 2_000_000
WORK = 600_000
clock = time.monotonic_ns
worked = 0
moments = []


def work(until):
    while clock() < until:
        pass


def rest(until):
    while clock() < until:
        pass


def tell(*_):
    print(json.dumps({"names": ["work"], "moments": moments}), flush=True)
    os._exit(0)


signal.alarm(120)
signal.signal(signal.SIGTERM, tell)
print("{}", flush=True)
while True:
    start = clock() // PERIOD * PERIOD + PERIOD
    rest(start)
    now = clock()
    work(start + WORK)
    worked += clock() - now
    moments.append([time.time() * 1000, worked / 1e9])
