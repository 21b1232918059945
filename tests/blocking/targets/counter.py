"""Counts in a file that is mapped to memory, so that one sees from outside whether it runs: two numbers
of eight bytes, how far it has counted and how many SIGUSR1 have come.

counter.py FILE [THREADS]: prints "ready"; SIGUSR1 is counted, SIGINT prints that count and how often
SIGINT itself came, SIGTERM has its default action. Ends by itself after two minutes.
"""

import mmap
import signal
import struct
import sys
import threading
import time

signals = 0
interrupts = 0


def count_signal(number, frame):
    global signals
    signals += 1
    struct.pack_into("<Q", memory, 8, signals)


def show_counts(number, frame):
    global interrupts
    interrupts += 1
    print(signals, interrupts, flush=True)


def doze():
    while True:
        time.sleep(0.002)


signal.alarm(120)
signal.signal(signal.SIGUSR1, count_signal)
signal.signal(signal.SIGINT, show_counts)
with open(sys.argv[1], "w+b") as file:
    file.write(bytes(16))
    file.flush()
    memory = mmap.mmap(file.fileno(), 16)
for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 0):
    threading.Thread(target=doze, daemon=True).start()
print("ready", flush=True)
n = 0
while True:
    n += 1
    struct.pack_into("<Q", memory, 0, n)
