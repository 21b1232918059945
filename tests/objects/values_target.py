"""Holds values of every kind in variables, and tells how each is to be written."""

import collections
import enum
import json
import sys
import threading
import time


class Plain:
    def __init__(self):
        self.number = 1
        self.text = "x"
        self.api_key = "very secret"


class Materialized(Plain):
    def __init__(self):
        super().__init__()
        self.__dict__["later"] = None


class Slotted:
    __slots__ = ("first", "second", "unset")

    def __init__(self):
        self.first = 1
        self.second = [2]


class Both(Slotted):
    __slots__ = ("third", "__dict__")

    def __init__(self):
        super().__init__()
        self.third = 3
        self.fourth = 4


class Colour(enum.Enum):
    RED = 1


class Empty:
    pass


class Bag(dict):
    pass


class Ratio(int):
    pass


Point = collections.namedtuple("Point", "x y")
Login = collections.namedtuple("Login", "user password")


class Admin(Login):
    pass


def generate():
    yield 1


def around(outer):
    inner = "changed"

    def inside(first, second=2, *others, flag=True, password="hunter2", **more):
        numbers = [0, 1, -1, 2**29, 2**30, -(2**30), 2**60 - 1, 2**64, -(10**40), True, False]
        floats = [0.0, -0.0, 1.0, 0.1, 1e16, 1e15, 1e-4, 1e-5, 123456.789, 1.5e300, -2.5e-10]
        extremes = [float("inf"), float("-inf"), float("nan"), 5e-324, 1.7976931348623157e308]
        texts = ["", "plain", "it's", '"both" \'kinds\'', "back\\slash", "\x1b[31m\n\t\x00", "é", "测试", "🐍"]
        hidden_signs = "a\u202eb\u200bc"
        raw = [b"", b"ab'\x00\xff\n", bytearray(b"xy")]
        nothing = [None, ..., NotImplemented]
        tuples = [(), (1,), (1, (2, (3,)))]
        dicts = [{}, {"a": 1, 2: "b", None: [3]}, Bag(a=1)]
        removed = {i: i for i in range(10)}
        for i in range(5):
            del removed[i]
        sets = [set(), {1}, frozenset(), frozenset(["x"])]
        negative = {-1}
        objects = [Plain(), Slotted(), Both(), Empty]
        materialized = Materialized()
        points = [Point(1, "y"), Ratio(7), Colour.RED]
        logins = [Login("ann", "hunter2"), Admin("bob", "hunter2"), {b"password": "hunter2"}]
        errors = [ValueError("bad", 3), KeyError()]
        circle = [1]
        circle.append(circle)
        long_list = list(range(100))
        long_text = "x" * 500
        long_number = 1 << 5000
        settings = {"token": "t", "harmless": 1}
        functions = [generate, len, sys, generate()]
        session_token = "t"
        unset = 1
        del unset

        def user():
            return inner

        print(json.dumps({"tid": threading.get_native_id(), "expected": expected()}), flush=True)
        time.sleep(1000)

    inner = "changed again"
    inside(1, 2, 3, 4, more_of_it=5)


def expected():
    """The variables as they are to be shown, in order; values that are like `repr` are made with it."""
    same = [
        ("first", 1),
        ("second", 2),
        ("flag", True),
    ]
    shown = {name: repr(value) for name, value in same}
    shown["password"] = "<hidden>"
    shown["others"] = "(3, 4)"
    shown["more"] = "{'more_of_it': 5}"
    shown["numbers"] = repr(
        [0, 1, -1, 2**29, 2**30, -(2**30), 2**60 - 1, 2**64, -(10**40), True, False]
    )
    shown["floats"] = repr(
        [0.0, -0.0, 1.0, 0.1, 1e16, 1e15, 1e-4, 1e-5, 123456.789, 1.5e300, -2.5e-10]
    )
    shown["extremes"] = repr(
        [float("inf"), float("-inf"), float("nan"), 5e-324, 1.7976931348623157e308]
    )
    shown["texts"] = repr(
        ["", "plain", "it's", '"both" \'kinds\'', "back\\slash", "\x1b[31m\n\t\x00", "é", "测试", "🐍"]
    )
    shown["hidden_signs"] = repr("a\u202eb\u200bc")
    shown["raw"] = repr([b"", b"ab'\x00\xff\n", bytearray(b"xy")])
    shown["nothing"] = repr([None, ..., NotImplemented])
    shown["tuples"] = "[(), (1,), (1, (2, …))]"
    shown["dicts"] = "[{}, {'a': 1, 2: 'b', None: [3]}, Bag({'a': 1})]"
    shown["removed"] = "{5: 5, 6: 6, 7: 7, 8: 8, 9: 9}"
    shown["sets"] = "[set(), {1}, frozenset(), frozenset({'x'})]"
    shown["negative"] = "{-1}"
    shown["objects"] = (
        "[Plain(number=1, text='x', api_key=<hidden>), Slotted(first=1, second=[2]), "
        "Both(third=3, first=1, second=[2], fourth=4), <class Empty>]"
    )
    shown["materialized"] = "Materialized(number=1, text='x', api_key=<hidden>, later=None)"
    shown["points"] = "[Point(x=1, y='y'), Ratio(7), <Colour.RED: 1>]"
    shown["logins"] = (
        "[Login(user='ann', password=<hidden>), Admin(user='bob', password=<hidden>), "
        "{b'password': <hidden>}]"
    )
    shown["errors"] = "[ValueError('bad', 3), KeyError()]"
    shown["circle"] = "[1, …]"
    shown["long_list"] = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … 88 more]"
    shown["long_text"] = "'" + "x" * 160 + "'… 340 more"
    shown["long_number"] = "<int of 5010 bits>"
    shown["settings"] = "{'token': <hidden>, 'harmless': 1}"
    old = sys.version_info < (3, 10)
    shown["functions"] = (
        "[<function generate>, <builtin_function_or_method len>, <module sys>, <generator generate>]"
    )
    shown["session_token"] = "<hidden>"
    shown["i"] = "4"
    shown["user"] = "<function user>" if old else "<function around.<locals>.inside.<locals>.user>"
    shown["inner"] = "'changed again'"
    return shown


around("outer")
