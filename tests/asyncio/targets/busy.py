"""busy.py [COUNT]: two hundred tasks, or COUNT, sleep and one works now and then, below a chain of asynchronous generators.

On SIGTERM it prints, as JSON, how much time `burn` took so far, for many moments of the wall clock.
"""
import asyncio
import json
import os
import random
import signal
import sys
import time

clock = time.perf_counter
count = int(sys.argv[1]) if sys.argv[1:] else 200
spent = 0.0
moments = []


def burn(seconds):
    global spent
    begin = clock()
    while clock() < begin + seconds:
        pass
    spent += clock() - begin
    moments.append([time.time() * 1000, spent])


async def numbers():
    while True:
        burn(random.uniform(0.001, 0.004))
        yield 1
        await asyncio.sleep(random.uniform(0.001, 0.006))


async def doubled():
    async for number in numbers():
        yield 2 * number


async def busy():
    async for _ in doubled():
        pass


async def sleeper():
    await asyncio.sleep(1000)


async def main():
    tasks = [asyncio.create_task(sleeper(), name=f"sleeper {i}") for i in range(count)]
    tasks.append(asyncio.create_task(busy(), name="busy"))
    await asyncio.sleep(0.3)
    print("{}", flush=True)
    await asyncio.gather(*tasks)


def tell(*_):
    print(json.dumps({"names": ["burn"], "moments": moments}), flush=True)
    os._exit(0)


signal.alarm(120)
signal.signal(signal.SIGTERM, tell)
asyncio.run(main())
