"""Event loops in two threads, each with a task that works; a thread without one; and a main thread that waits."""
import asyncio
import signal
import threading
import time


def burn(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


async def work():
    begun.wait()
    while True:
        burn(0.002)
        await asyncio.sleep(0.002)


async def main(name):
    await asyncio.create_task(work(), name=name)


def plain():
    begun.wait()
    while True:
        burn(0.002)
        time.sleep(0.002)


signal.alarm(120)
begun = threading.Barrier(4)
for name in "one", "two":
    threading.Thread(target=lambda name=name: asyncio.run(main(name)), name=name, daemon=True).start()
threading.Thread(target=plain, name="plain", daemon=True).start()
begun.wait()
print("{}", flush=True)
time.sleep(100)
