"""Starts threads and processes all the time, and checks that each does what it should.

busy.py SECONDS STATUS: prints how many there were, and ends with the status.
"""

import subprocess
import sys
import threading
import time

end = time.monotonic() + float(sys.argv[1])
done = []
started = 0
children = 0
while time.monotonic() < end:
    threads = [threading.Thread(target=done.append, args=(i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    started += 10
    child = subprocess.run(["sh", "-c", "exit 3"])
    assert child.returncode == 3, child
    children += 1
assert len(done) == started, (len(done), started)
print(started, children, flush=True)
sys.exit(int(sys.argv[2]))
