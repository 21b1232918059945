"""Makes garbage, and measures how long the collector takes.

On SIGTERM it prints, as JSON, how long the collector has run so far, for many moments of the wall
clock.
"""

import gc
import random

from telling import clock, note, spent

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


def measure(phase, _):
    global began
    if phase == "start":
        began = clock()
    else:
        spent["gc"] += clock() - began


kept = [Knot() for _ in range(3000)]
random.seed(1)
spent["gc"] = 0.0
gc.callbacks.append(measure)
print("{}", flush=True)
while True:
    for function, argument in random.choices([(count, 4000), (litter, 1500), (collect, 0)], k=20):
        function(argument)
        note()
