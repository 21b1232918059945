"""Compiles, runs and forgets code without end, so that code objects come to lie where others were.

Every piece N is a file <made N> of its own, with functions that carry N in their names. The first
line of output is the source of a piece, with @ for its number.
"""

import json
import signal

TEMPLATE = """
def leaf_@(n):
    for _ in range(20): pass
    return n
def middle_@(n):
    for i in range(n):
        leaf_@(i)  # -> leaf_@
def top_@():
    for i in range(200):
        middle_@(4)  # -> middle_@
        leaf_@(i)  # -> leaf_@
"""


def run(number):
    made = {}
    exec(compile(TEMPLATE.replace("@", str(number)), f"<made {number}>", "exec"), made)  # -> <module>
    made[f"top_{number}"]()  # -> top_@


def main():
    number = 0
    while True:
        number += 1
        run(number)  # -> run


signal.alarm(120)
run(0)
print(json.dumps({"templates": {"<made @>": TEMPLATE}}), flush=True)
main()  # -> main
