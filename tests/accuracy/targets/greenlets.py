"""Two greenlets that switch to one another below calls of their own: their stacks never mix."""

import signal

from greenlet import greenlet


def write_greenlet(letter, other):
    return f"""
def {letter}_leaf(n):
    return n + 1
def {letter}_down(depth):
    if depth:
        {letter}_down(depth - 1)
    else:
        for i in range(5):
            {letter}_leaf(i)
        greenlets["{other}"].switch()
    {letter}_leaf(depth)
def {letter}_top():
    while True:
        {letter}_down(10)
"""


greenlets = {}
made = {"greenlets": greenlets}
for letter, other in ("ab", "ba"):
    exec(compile(write_greenlet(letter, other), "<greenlets>", "exec"), made)
    greenlets[letter] = greenlet(made[f"{letter}_top"])
signal.alarm(120)
print("{}", flush=True)
greenlets["a"].switch()
