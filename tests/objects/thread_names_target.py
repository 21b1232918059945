"""Starts threads of every kind and tells by their ids what they are called."""

import _thread
import json
import sys
import threading
import time


class Derived(threading.Thread):
    pass


class Slotted(threading.Thread):
    __slots__ = ("extra",)

    def __init__(self, **options):
        super().__init__(**options)
        self.extra = 1


def rest():
    time.sleep(1000)


def unknown():
    told.append((threading.get_native_id(), None, None, False))
    rest()


def foreign():
    told.append((threading.get_native_id(), threading.current_thread().name, True, True))
    rest()


told = []
with_dict = threading.Thread(target=rest, daemon=True, name="a 'quoted' ) (")
with_dict.__dict__["more"] = 1
renamed = threading.Timer(1000, print)
renamed.daemon = True
renamed.name = "later"
threads = [
    threading.Thread(target=rest, daemon=True, name="wörker-测试-\U0001f40d"),
    Derived(target=rest, daemon=True, name="derived\x1b[31m"),
    Slotted(target=rest, daemon=True, name="slotted"),
    renamed,
    with_dict,
]
for thread in threads:
    thread.start()
waiting = threading.Event()
stays = threading.Thread(target=waiting.wait, name="not a daemon")
stays.start()
_thread.start_new_thread(unknown, ())
_thread.start_new_thread(foreign, ())
while len(told) < 2:
    time.sleep(0.01)
for thread in [*threads, stays, threading.main_thread()]:
    told.append((thread.native_id, thread.name, thread.daemon, False))
print(json.dumps(told), flush=True)
for line in sys.stdin:
    threads[0].name = line.strip()
    print("renamed", flush=True)
