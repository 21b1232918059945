"""Writes a recording of so many different stacks, two samples each, with CPython's own writer."""

import sys

import _remote_debugging as theirs

path, count = sys.argv[1], int(sys.argv[2])
DEPTH, WIDTH = 25, 20


def frame(level, number):
    line = 10 + number
    return theirs.FrameInfo(
        (f"/srv/app/part{level}.py", theirs.LocationInfo((line, line, 4, 20)), f"step_{number}", None)
    )


trunk = [frame(100 + level, 0) for level in range(DEPTH - 4)]
levels = [[frame(level, number) for number in range(WIDTH + level * 10)] for level in range(4)]
writer = theirs.BinaryWriter(path, 1000, 1, compression=1, mode=0, capture_features=1)
time = 1
for i in range(count):
    frames, left = [], i
    for level in levels:
        frames.append(level[left % len(level)])
        left //= len(level)
    frames += trunk
    for _ in range(2):
        time += 1000
        thread = theirs.ThreadInfo((7, 33, frames))
        writer.write_sample([theirs.InterpreterInfo((0, [thread]))], time)
writer.set_stats(time / 1e6, 1000.0, 0.0, 0.0)
writer.finalize()
