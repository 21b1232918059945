"""Four threads, each in functions of its own: a thread with a function of another's is impossible."""

import json
import signal
import threading

from lettered import write_thread


signal.alarm(120)
letters = "abcd"
source = "".join(write_thread(letter) for letter in letters)
made = {}
exec(compile(source, "<threads>", "exec"), made)
threads = [threading.Thread(target=made[f"{letter}_top"], daemon=True) for letter in letters]
for thread in threads:
    thread.start()
print(json.dumps({"sources": {"<threads>": source}}), flush=True)
while True:
    threads[0].join()  # -> lib
