"""A program that takes the same work in each run: slower.py ROUNDS PERCENT.

`price` has about half of the time, and does so much percent more of its work. Prints the seconds.
"""

import json
import sys
import time


def price(steps):
    total = 0
    for step in range(steps):
        total += step * step % 7
    return total


def parse(lines):
    return [json.loads(line) for line in lines]


def order(rows):
    return sorted(rows, key=lambda row: -row["value"])


def count(rows):
    names = {}
    for row in rows:
        names[row["name"]] = names.get(row["name"], 0) + 1
    return names


def render(rows):
    return "\n".join("%s: %05d" % (row["name"], row["value"]) for row in rows)


def walk(depth):
    return 1 if depth == 0 else walk(depth - 1) + walk(depth - 1)


def main(rounds, percent):
    lines = [json.dumps({"name": "n%d" % (i % 9), "value": i * 37 % 101}) for i in range(150)]
    steps = round(10_000 * (1 + percent / 100))
    start = time.perf_counter()
    for _ in range(rounds):
        price(steps)
        rows = order(parse(lines))
        count(rows)
        render(rows)
        walk(6)
    print(time.perf_counter() - start)


main(int(sys.argv[1]), float(sys.argv[2]))
