"""How programs tell how much time their functions took.

They add it up in `spent`, by name, and call `note` every now and then. On SIGTERM all is printed, as JSON:
the names, how much time each took up to many moments of the wall clock (ms), and what is in `more`.
"""

import json
import os
import signal
import time

clock = time.perf_counter
spent = {}
moments = []
more = {}


def note():
    moments.append([time.time() * 1000, *spent.values()])


def tell(*_):
    print(json.dumps({"names": list(spent), "moments": moments, **more}), flush=True)
    os._exit(0)


signal.alarm(120)
signal.signal(signal.SIGTERM, tell)
