"""
Goes down one of 100 000 paths of calls, one after the other at random, and waits a moment at its end:
unique.py [WIDTH], of which there are then the fifth power.
"""

import random
import signal
import sys
import time

LEVELS, WIDTH = 5, int((sys.argv[1:] or ["10"])[0])


def write_level(level):
    lines = []
    for k in range(WIDTH):
        lines.append(f"def f{level}_{k}(path):")
        if level == LEVELS - 1:
            lines.append("    sleep(0.0001)")
        else:
            lines.append(f"    level{level + 1}[path % {WIDTH}](path // {WIDTH})")
    lines.append(f"level{level} = [{', '.join(f'f{level}_{k}' for k in range(WIDTH))}]")
    return "\n".join(lines) + "\n"


made = {"sleep": time.sleep}
for level in range(LEVELS):
    exec(compile(write_level(level), f"<level{level}>", "exec"), made)
signal.alarm(1200)
print("{}", flush=True)
while True:
    path = random.randrange(WIDTH**LEVELS)
    made["level0"][path % WIDTH](path // WIDTH)
