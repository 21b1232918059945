"""Threads that come and go, each in functions of its own: where threads have copies of instructions of
their own, those are made, given up and taken over all the time."""

import gc
import json
import signal
import threading
import time

from lettered import write_thread


def start(function):  # -> lib
    end = time.monotonic() + 0.05  # -> lib
    thread = threading.Thread(target=function, args=(end,), daemon=True)  # -> lib
    thread.start()  # -> lib
    return thread  # -> lib


# Sets of weak references take note when the object of a thread goes, which is in the main thread, anywhere.
gc.disable()
signal.alarm(120)
letters = "abcdefgh"
source = "".join(write_thread(letter, "end", "now() < end") for letter in letters)
made = {"now": time.monotonic}
exec(compile(source, "<threads>", "exec"), made)
print(json.dumps({"sources": {"<threads>": source}}), flush=True)
turn = 0
while True:  # -> lib
    crew = []  # -> lib
    for _ in range(4):  # -> lib
        turn += 1  # -> lib
        crew.append(start(made[letters[turn % len(letters)] + "_top"]))  # -> start lib
    for thread in crew:  # -> lib
        thread.join()  # -> lib
