"""Tasks that begin within the one that makes them, and end there."""
import asyncio
import signal
import time


def burn(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


async def child():
    burn(0.003)


async def parent():
    while True:
        asyncio.create_task(child(), name="child")
        await asyncio.sleep(0)


async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    await asyncio.sleep(0.1)
    print("{}", flush=True)
    task = asyncio.create_task(parent(), name="parent")
    await task


signal.alarm(120)
asyncio.run(main())
