"""Many threads: threads.py COUNT. Two of them work, the others wait, as in a pool of workers.

Each thread waits below twenty calls.
"""

import signal
import sys
import threading

count = int(sys.argv[1])
never = threading.Event()


def wait(depth):
    if depth:
        wait(depth - 1)
    else:
        never.wait()


def leaf(n):
    return n * n


def work():
    while True:
        for i in range(1000):
            leaf(i)


for i in range(count - 2):
    threading.Thread(target=wait, args=(20,), daemon=True).start()
threading.Thread(target=work, daemon=True).start()
signal.alarm(600)
print("{}", flush=True)
work()
