"""A small order desk: it prices orders that arrive as JSON lines.

    python3 orders.py [SECONDS]

It runs for three seconds unless told otherwise, and prints what it did. The main thread prices, a
second one writes receipts, a third one sleeps and reports. Most of the time goes where one would not
look at first: a regular expression that is tried on every word of every note. Works on Python 3.8 and
later and needs nothing but the standard library.
"""

import json
import queue
import random
import re
import sys
import threading
import time

COUPON = re.compile(r"^(?:[A-Z]+-?)+\d+$")
WORDS = ["please", "ring", "twice", "GIFT-WRAP", "FRAGILE", "SUMMERSALE", "SAVE10", "DOOR-LEFT"]
PRICES = {"tea": 4.5, "coffee": 6.25, "cocoa": 5.0, "sugar": 1.2}


def make_orders(count):
    """Lines of input, as a shop would send them."""
    rng = random.Random(7)
    lines = []
    for number in range(count):
        items = [{"name": rng.choice(sorted(PRICES)), "count": rng.randint(1, 9)} for _ in range(40)]
        note = " ".join(rng.choice(WORDS) for _ in range(8))
        lines.append(json.dumps({"number": number, "items": items, "note": note}))
    return lines


def parse_order(line):
    return json.loads(line)


def find_coupons(note):
    """The hot spot: the pattern tries every way to split a word before it gives up."""
    coupons = []
    for word in note.split():
        if COUPON.match(word):
            coupons.append(word)
    return coupons


def price_items(items):
    total = 0.0
    for item in items:
        total += PRICES[item["name"]] * item["count"]
    return total


def price_order(order):
    total = price_items(order["items"])
    for _ in find_coupons(order["note"]):
        total *= 0.9
    return round(total, 2)


def serve(lines, receipts, until):
    """Prices orders, again and again, until the time is over."""
    takings = []
    while time.monotonic() < until:
        for line in lines:
            order = parse_order(line)
            price = price_order(order)
            takings.append(price)
            if len(takings) % 50 == 0:
                receipts.put({"number": order["number"], "price": price})
    return takings


def write_receipts(receipts):
    """Waits for receipts until it is handed None."""
    while True:
        receipt = receipts.get()
        if receipt is None:
            return
        json.dumps(receipt, indent=2)


def report(until):
    """Sleeps nearly all of its time, as reporting threads do."""
    while time.monotonic() < until:
        time.sleep(0.1)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    until = time.monotonic() + seconds
    receipts = queue.Queue()
    # Daemons, so that Ctrl-C ends all three.
    writer = threading.Thread(
        target=write_receipts, args=(receipts,), name="receipts", daemon=True
    )
    reporter = threading.Thread(target=report, args=(until,), name="reporter", daemon=True)
    writer.start()
    reporter.start()
    takings = serve(make_orders(200), receipts, until)
    receipts.put(None)
    writer.join()
    reporter.join()
    print("%d orders, %.2f in total" % (len(takings), sum(takings)))


if __name__ == "__main__":
    main()
