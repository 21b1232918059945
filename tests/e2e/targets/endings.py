"""Works until SIGUSR2, then ends: endings.py exit|_exit|exec|python [INTERPRETER]."""

import os
import resource
import signal
import sys


def work():
    n = 0
    while True:
        for i in range(1000):
            n += i & 3


def end(*_):
    how, *interpreter = sys.argv[1:]
    if how == "exit":
        sys.exit(0)
    if how == "_exit":
        os._exit(7)
    if how == "exec":
        os.execvp("sleep", ["sleep", "30"])
    os.execv(interpreter[0], [*interpreter, "-c", "import time; time.sleep(30)"])


# No core file is left behind by a crash.
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
signal.signal(signal.SIGUSR2, end)
signal.alarm(60)
work()
