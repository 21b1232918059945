"""Instances by the thousand: specialised constructor calls have an entry frame that is not Python."""

import signal


def check(value):
    return value


class Point:
    def __init__(self, x, y):
        self.x = check(x)  # -> check
        self.y = y


class Line:
    def __init__(self, x):
        self.start = Point(x, x)  # -> Point.__init__
        self.end = Point(x, 0)  # -> Point.__init__


class Labelled(Line):
    def __init__(self, x):
        super().__init__(x)  # -> Line.__init__
        self.label = check("label")  # -> check


def build(n):
    return [Labelled(i) for i in range(n)]  # -> Labelled.__init__


def main():
    while True:
        build(50)  # -> build
        Point(1, 2)  # -> Point.__init__


signal.alarm(120)
for _ in range(200):
    build(50)
    Point(1, 2)
print("{}", flush=True)
main()  # -> main
