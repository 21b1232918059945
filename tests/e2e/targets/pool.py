"""Works in two processes of a pool until it is over: pool.py SECONDS."""

import multiprocessing
import sys
import time


def burn(end):
    while time.monotonic() < end:
        pass
    return 1


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(sum(pool.map(burn, [time.monotonic() + float(sys.argv[1])] * 2)))
