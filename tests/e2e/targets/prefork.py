"""A server of the shape of gunicorn: a master with two workers on one socket, which a SIGTERM ends."""

import os
import signal
import socket
import sys


def compute():
    n = 0
    for i in range(100000):
        n += i & 3
    return n


def serve(listener):
    while True:
        connection, _ = listener.accept()
        connection.recv(1024)
        connection.sendall(b"%d" % compute())
        connection.close()


def watch(workers):
    while True:
        os.waitpid(workers[0], 0)


def end(*_):
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    sys.exit(3)


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
workers = []
for _ in range(2):
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        serve(listener)
    workers.append(pid)
signal.signal(signal.SIGTERM, end)
signal.alarm(60)
watch(workers)
