"""One thread collects garbage over and over, the main one counts: it waits while the other collects."""

import gc
import signal
import threading


class Knot:
    def __init__(self):
        self.self = self


kept = [Knot() for _ in range(20000)]


def collect():
    while True:
        gc.collect()


def count():
    n = 0
    while True:
        n += 1


signal.alarm(120)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
threading.Thread(target=collect, daemon=True).start()
print("{}", flush=True)
count()
