"""Reads and writes recordings with CPython 3.15's own code, many in one process.

read:  for each line PATH on stdin, prints what the recording holds as one line of JSON's SHA-256.
show:  the same with the JSON itself.
write SEED COUNT FOLDER: writes made-up recordings, and beside each what it holds.
"""

import hashlib
import json
import random
import sys

import _remote_debugging as theirs


class Samples:
    """Samples by thread, in order."""

    def __init__(self):
        self.threads = {}

    def collect(self, interpreters, times):
        for interpreter in interpreters:
            for thread in interpreter.threads:
                key = f"{thread.thread_id} {interpreter.interpreter_id}"
                frames = [
                    [
                        frame.filename,
                        frame.funcname,
                        None if frame.location is None else list(frame.location),
                        frame.opcode,
                    ]
                    for frame in thread.frame_info
                ]
                for time in times:
                    self.threads.setdefault(key, []).append([time, thread.status, frames])

    def text(self):
        pairs = sorted(self.threads.items())
        return json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))


def read(path):
    samples = Samples()
    reader = theirs.BinaryReader(path)
    try:
        reader.replay(samples, None)
    finally:
        reader.close()
    return samples.text()


def write(seed, path):
    chance = random.Random(seed)
    start = 10**9 + seed
    compression = seed % 2
    writer = theirs.BinaryWriter(
        path, 1000, start, compression=compression, mode=seed % 5, capture_features=seed % 32
    )
    known = []
    stacks = {}
    time = start
    samples = Samples()
    for _ in range(chance.randrange(80)):
        time += chance.choice([1, 1000, 1013, 200000])
        interpreters = {}
        for tid in range(1, chance.randrange(2, 5)):
            key = (tid, tid % 2)
            frames = stacks.get(key, [])
            if chance.random() < 0.4:
                frames = frames[chance.randrange(4) :]
                for _ in range(chance.choice([1, 2, 3, 200] if chance.random() < 0.1 else [1, 2])):
                    if known and chance.random() < 0.7:
                        frames = [chance.choice(known)] + frames
                        continue
                    line = chance.randrange(1, 70000)
                    place = chance.choice(
                        [None, (line, line + 1, 4, 9), (line, line, -1, -1), (line, -1, 3, 7)]
                    )
                    name = chance.choice(["f", "Ω.g", "<lambda>", "", "a\nb"]) + str(len(known))
                    opcode = chance.choice([None, 0, 100, 254])
                    known.append(
                        theirs.FrameInfo(
                            ("/x/y.py", None if place is None else theirs.LocationInfo(place), name, opcode)
                        )
                    )
                    frames = [known[-1]] + frames
                frames = frames[-256:]
            stacks[key] = frames
            interpreters.setdefault(tid % 2, []).append(
                theirs.ThreadInfo((tid, chance.choice([1, 4, 37, 63]), frames))
            )
        writer.write_sample(
            [theirs.InterpreterInfo(pair) for pair in interpreters.items()], time
        )
    writer.set_stats(1.5, 997.5, 0.25, 0.75)
    writer.finalize()


if sys.argv[1] == "write":
    seed, count = int(sys.argv[2]), int(sys.argv[3])
    for number in range(seed, seed + count):
        path = f"{sys.argv[4]}/{number}.bin"
        write(number, path)
        with open(path + ".json", "w", encoding="utf-8") as file:
            file.write(read(path))
else:
    for line in sys.stdin:
        text = read(line.rstrip("\n"))
        show = sys.argv[1] == "show"
        print(text if show else hashlib.sha256(text.encode()).hexdigest(), flush=True)
