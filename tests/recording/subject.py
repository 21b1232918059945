"""A short program with threads, callbacks from C, exceptions and garbage, for recordings."""

import gc
import threading
import time

END = time.monotonic() + 0.5


def spin(count):
    return sum(i * i for i in range(count))


def compare(value):
    return -spin(value % 50)


def handle():
    try:
        raise ValueError
    except ValueError:
        spin(20_000)


def deep(depth):
    return spin(3000) if depth == 0 else deep(depth - 1)


def work():
    while time.monotonic() < END:
        sorted(range(100), key=compare)
        handle()
        deep(40)
        gc.collect()


def wait():
    while time.monotonic() < END:
        time.sleep(0.01)


threads = [threading.Thread(target=target) for target in (work, wait)]
for thread in threads:
    thread.start()
work()
for thread in threads:
    thread.join()
