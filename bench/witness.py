"""Says when its CPU did not let it run: witness.py SECONDS.

Sleeps a millisecond at a time, goes before ordinary processes where that is allowed, and prints a line
`START END` (seconds since the epoch) for each wake that came half a millisecond late or more.
"""

import os
import sys
import time

STEP = 0.001
LATE = 0.0005

try:
    os.nice(-10)
except PermissionError:
    pass
end = time.time() + float(sys.argv[1])
due = time.time()
while due < end:
    due += STEP
    time.sleep(max(0, due - time.time()))
    now = time.time()
    if now - due > LATE:
        print(due, now, flush=True)
        due = now
