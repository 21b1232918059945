"""Starts commands in turn, and prints wall time, CPU time and largest memory of each run as JSON.

Takes a count of rounds and a JSON list of command lines.
"""

import json
import os
import sys
import time

rounds, commands = int(sys.argv[1]), json.loads(sys.argv[2])
silence = os.open(os.devnull, os.O_RDWR)
streams = [(os.POSIX_SPAWN_DUP2, silence, fd) for fd in (0, 1, 2)]
runs = [[] for _ in commands]
for _ in range(rounds):
    for command, results in zip(commands, runs):
        begun = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=streams)
        _, status, used = os.wait4(pid, 0)
        wall = time.perf_counter() - begun
        if status != 0:
            sys.exit(f"{command} ended with status {status}")
        results.append([wall * 1e3, (used.ru_utime + used.ru_stime) * 1e3, used.ru_maxrss / 1024])
print(json.dumps(runs))
