"""Chains of calls that share no function: a stack that holds parts of two was never there.

chains.py LENGTH WORK: a0 … aN and b0 … bN, each running WORK empty rounds before it calls on.
The first line of output is the generated source, as JSON.
"""

import json
import signal
import sys


def write_chain(letter, length, work):
    lines = []
    for i in range(length):
        lines.append(f"def {letter}{i}():")
        if work:
            lines.append(f"    for _ in range({work}): pass")
        last = i == length - 1
        lines.append("    return 0" if last else f"    {letter}{i + 1}()  # -> {letter}{i + 1}")
    return lines


def main(a, b):
    while True:
        for _ in range(1000):
            a()  # -> a0
            b()  # -> b0


signal.alarm(120)
length, work = int(sys.argv[1]), int(sys.argv[2])
source = "\n".join(write_chain("a", length, work) + write_chain("b", length, work)) + "\n"
made = {}
exec(compile(source, "<chains>", "exec"), made)
for _ in range(2000):
    made["a0"]()
    made["b0"]()
print(json.dumps({"sources": {"<chains>": source}}), flush=True)
main(made["a0"], made["b0"])  # -> main
