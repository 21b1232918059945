"""A short function called from a loop below many calls.

leaf.py DEPTH LOOP WORK: descends through c0 … cN, calls leaf LOOP times at the bottom, returns,
repeats. With a WORK of 0 leaf takes some 20 ns, else it runs WORK empty rounds.
The first line of output is the generated source, as JSON.
"""

import json
import signal
import sys


def write_source(depth, loop, work):
    lines = ["def leaf(n):", "    n += 1", "    n -= 1"]
    if work:
        lines.append(f"    for _ in range({work}): pass")
    lines.append("    return n")
    for i in range(depth - 1):
        lines += [f"def c{i}():", f"    c{i + 1}()  # -> c{i + 1}"]
    lines += [f"def c{depth - 1}():", f"    for i in range({loop}):", "        leaf(i)  # -> leaf"]
    return "\n".join(lines) + "\n"


def main(c0):
    while True:
        c0()  # -> c0


signal.alarm(120)
depth, loop, work = map(int, sys.argv[1:4])
source = write_source(depth, loop, work)
made = {}
exec(compile(source, "<leaf>", "exec"), made)
for _ in range(2000):
    made["c0"]()
print(json.dumps({"sources": {"<leaf>": source}}), flush=True)
main(made["c0"])  # -> main
