"""Makes garbage, and measures how long the collector takes.

On SIGTERM it prints, as JSON, how long the collector has run so far, for many moments of the wall
clock.
"""

import gc
import json
import os
import random
import signal
import time

clock = time.perf_counter
moments = []
spent = 0.0
began = 0.0


class Knot:
    def __init__(self):
        self.self = self


def count(rounds):
    n = 0
    for i in range(rounds):
        n += i & 3
    return n


def litter(rounds):
    for _ in range(rounds):
        Knot()  # -> __init__


def collect(_):
    gc.collect()


def note(phase, _):
    global began, spent
    if phase == "start":
        began = clock()
    else:
        spent += clock() - began


def tell(*_):
    print(json.dumps({"names": ["gc"], "moments": moments}), flush=True)
    os._exit(0)


kept = [Knot() for _ in range(3000)]
signal.alarm(120)
signal.signal(signal.SIGTERM, tell)
random.seed(1)
gc.callbacks.append(note)
print("{}", flush=True)
while True:
    for function, argument in random.choices([(count, 4000), (litter, 1500), (collect, 0)], k=20):
        function(argument)
        moments.append([time.time() * 1000, spent])
