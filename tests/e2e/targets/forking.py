"""Forks children that work a moment until SIGUSR2, then ends: with 0 if each of them ended as it should."""

import os
import signal
import sys

wanted = True


def stop(*_):
    global wanted
    wanted = False


def child_work():
    n = 0
    for i in range(20000):
        n += i & 3


def fork_on():
    children = 0
    while wanted:
        pid = os.fork()
        if pid == 0:
            child_work()
            os._exit(7)
        _, status = os.waitpid(pid, 0)
        if os.waitstatus_to_exitcode(status) != 7:
            sys.exit(1)
        children += 1
    return children


signal.signal(signal.SIGUSR2, stop)
signal.alarm(60)
sys.exit(0 if fork_on() > 0 else 2)
