"""A small kitchen of asyncio tasks: waiters take orders, cooks cook them, an oven bakes, a clock ticks.

    python3 kitchen.py [SECONDS]

It runs for three seconds unless told otherwise, and prints what it did. Most of its tasks wait most of
the time, for one another or for the oven; the one that costs time is the cook who chops onions. Works on
Python 3.11 and later and needs nothing but the standard library.
"""

import asyncio
import itertools
import sys
import time

DISHES = ["soup", "pie", "salad", "curry"]


def chop(onions):
    """The hot spot: every piece is cut into pieces again."""
    pieces = ["onion"] * onions
    for _ in range(8):
        pieces = [piece for whole in pieces for piece in (whole, whole)]
    return len(pieces)


async def bake(oven, minutes):
    async with oven:
        await asyncio.sleep(minutes / 1000)


async def cook(dish, oven):
    pieces = chop(40) if dish in ("soup", "curry") else 0
    await bake(oven, 5 if dish == "pie" else 1)
    return f"{dish} of {pieces} pieces"


async def work(orders, oven):
    while True:
        dish, served = await orders.get()
        served.set_result(await cook(dish, oven))


async def wait_tables(orders, until):
    guests = 0
    for dish in itertools.cycle(DISHES):
        if time.monotonic() > until:
            return guests
        served = asyncio.get_running_loop().create_future()
        await orders.put((dish, served))
        await served
        guests += 1


async def tick(until):
    while time.monotonic() < until:
        await asyncio.sleep(0.1)


async def main(seconds):
    until = time.monotonic() + seconds
    orders, oven = asyncio.Queue(8), asyncio.Semaphore(2)
    cooks = [asyncio.create_task(work(orders, oven), name=f"cook {n}") for n in (1, 2, 3)]
    async with asyncio.TaskGroup() as evening:
        waiters = [
            evening.create_task(wait_tables(orders, until), name=f"waiter {name}")
            for name in ("Ada", "Bob")
        ]
        evening.create_task(tick(until), name="clock")
    for task in cooks:
        task.cancel()
    print(f"{sum(waiter.result() for waiter in waiters)} guests were served")


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 3))
