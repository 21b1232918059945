"""Tasks that wait for one another in known ways, all asleep; with `sleep`, the first one, too."""
import asyncio
import sys

FOREVER = 1000


async def ticks():
    while True:
        await asyncio.sleep(FOREVER)
        yield 1


async def evens(source):
    async for tick in source:
        yield tick


class Wrapped:
    """What is awaited through `__await__`."""

    def __await__(self):
        return self.inner().__await__()

    async def inner(self):
        async for _ in evens(ticks()):
            pass


async def bottom():
    await Wrapped()


async def side(task):
    await task


async def top(left, right):
    await asyncio.gather(left, right)


async def sleeper():
    await asyncio.sleep(FOREVER)


async def group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sleeper(), name="in a group")


async def main():
    tasks = [asyncio.create_task(bottom(), name="底 \N{GRINNING FACE} x;y")]
    tasks.append(asyncio.create_task(side(tasks[0]), name="links ä"))
    tasks.append(asyncio.create_task(side(tasks[0]), name="rechts ö"))
    tasks.append(asyncio.create_task(top(tasks[1], tasks[2]), name="top"))
    tasks.append(asyncio.create_task(group(), name="group"))
    tasks.append(asyncio.create_task(sleeper()))
    tasks[-1].set_name("n" * 300)
    unnamed = asyncio.create_task(sleeper())
    await asyncio.sleep(0.05)
    if sys.argv[1:] == ["sleep"]:
        print("{}", flush=True)
        await asyncio.sleep(FOREVER)
    # Not begun, as nothing runs while this thread waits for a line.
    late = asyncio.create_task(sleeper(), name="late")
    print(unnamed.get_name(), flush=True)
    input()
    del late


asyncio.run(main())
