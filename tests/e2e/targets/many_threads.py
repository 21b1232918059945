"""Waits in so many threads, and works in one more. Prints a line when all of them are there."""

import sys
import threading

count = int(sys.argv[1])
ready = threading.Barrier(count + 1)
never = threading.Event()


def wait_for_ever():
    ready.wait()
    never.wait()


def work():
    total = 0
    while True:
        total += 1


threading.stack_size(256 * 1024)
for number in range(count):
    threading.Thread(target=wait_for_ever, name=f"waits {number}", daemon=True).start()
ready.wait()
print("{}", flush=True)
work()
