"""Works on several threads, then becomes another program, which prints a word and ends with status 5."""

import os
import sys
import threading
import time

for _ in range(3):
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
end = time.monotonic() + 1.5
while time.monotonic() < end:
    sum(range(100))
os.execv(sys.executable, [sys.executable, "-c", "print('replaced', flush=True); raise SystemExit(5)"])
