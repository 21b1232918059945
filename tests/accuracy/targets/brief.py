"""Threads that live for 3, 20 and 150 ms, one after another in random order, and measure for how long.

On SIGTERM it prints, as JSON, how much time the threads of each length took so far, for many moments.
"""

import random
import threading

from telling import clock, note, spent


def spend(name, seconds):
    before = clock()
    while clock() < before + seconds:
        pass
    spent[name] += clock() - before


def brief():
    spend("brief", 0.003)


def short():
    spend("short", 0.02)


def longer():
    spend("longer", 0.15)


functions = [brief, short, longer]
weights = [50, 7, 1]
spent.update((function.__name__, 0.0) for function in functions)
random.seed(1)
print("{}", flush=True)
while True:
    for function in random.choices(functions, weights, k=5):
        thread = threading.Thread(target=function)
        thread.start()
        thread.join()
    note()
