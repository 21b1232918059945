"""Is busy in `first` from its first line on, then as long in `second`: burn.py MILLISECONDS REPORT."""


def first(end):
    while clock() < end:
        pass
    return clock()


def second(end):
    while clock() < end:
        pass
    return clock()


from time import perf_counter as clock  # noqa: E402
from sys import argv  # noqa: E402

span = float(argv[1]) / 1000
begun = clock()
middle = first(begun + span)
over = second(middle + span)
with open(argv[2], "w") as report:
    report.write(f"{middle - begun} {over - middle}")
