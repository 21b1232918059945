"""Is busy in `first` from its first line on: first_lines.py MILLISECONDS."""


def first(end):
    while clock() < end:
        pass


from time import monotonic as clock  # noqa: E402
from sys import argv  # noqa: E402

first(clock() + float(argv[1]) / 1000)
