"""50 threads and 200 tasks, most of which wait: argv has the counts of threads and tasks."""

import asyncio
import sys
import threading
import time

threads, tasks = int(sys.argv[1]), int(sys.argv[2])


def wait(depth):
    if depth > 0:
        return wait(depth - 1)
    time.sleep(1000)


def work():
    while True:
        sum(range(1000))


async def sleeper():
    await asyncio.sleep(1000)


async def main():
    async with asyncio.TaskGroup() as group:
        for _ in range(tasks - 1):
            group.create_task(sleeper())
        await asyncio.sleep(0)
        print("{}", flush=True)


for n in range(threads - 2):
    threading.Thread(target=wait, args=(n % 20,), daemon=True).start()
threading.Thread(target=work, daemon=True).start()
asyncio.run(main())
