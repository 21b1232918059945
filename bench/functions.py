"""Calls one of 100 000 functions after the other at random, and waits a moment in each."""

import random
import signal
import sys
import time

FUNCTIONS, IN_ONE_FILE = 100_000, 1000

made = {"sleep": time.sleep}
for first in range(0, FUNCTIONS, IN_ONE_FILE):
    lines = [f"def work_{n}():\n    sleep(0.0001)\n" for n in range(first, first + IN_ONE_FILE)]
    exec(compile("".join(lines), f"/made/module_{first // IN_ONE_FILE}.py", "exec"), made)
functions = [made[f"work_{n}"] for n in range(FUNCTIONS)]
signal.alarm(int(sys.argv[1]) if len(sys.argv) > 1 else 1200)
print("{}", flush=True)
while True:
    random.choice(functions)()
