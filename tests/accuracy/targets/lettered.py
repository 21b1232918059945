"""Functions for threads that have some of their own: who is in another's is in a stack that cannot be."""


def write_thread(letter, parameter="", condition="True"):
    """The source of a thread's functions; `top` goes on as long as the condition holds."""
    return f"""
def {letter}_leaf(n):
    return n + 1
def {letter}_step(n):
    for i in range(n):
        {letter}_leaf(i)  # -> {letter}_leaf
def {letter}_top({parameter}):  # <-
    while {condition}:
        {letter}_step(10)  # -> {letter}_step
        {letter}_leaf(1)  # -> {letter}_leaf
"""
