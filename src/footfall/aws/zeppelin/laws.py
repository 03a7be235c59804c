"""What rules know of addresses and agents as a text of Python, for a notebook that has no package of ours."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from footfall.detect.relation import network
from footfall.known_bots import BORROWED, CLAIMS, claim, owner, ranges

NETWORK, CLAIM, OWNER = network.__name__, claim.__name__, owner.__name__
"""Functions of one text, NULL where it says nothing."""
_HEAD = """import re
from bisect import bisect_right
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network

from pyflink.table import DataTypes
from pyflink.table.udf import udf
"""


def python() -> str:
    """The functions from the package's own source, and how Flink is told of them; for Python 3.8, which Studio has."""
    held: dict[str, list[int]] = defaultdict(list)
    for first, last, name in ranges()[1]:
        held[name] += [first, last]
    data = [
        f"CLAIMS = {CLAIMS!r}",
        f"BORROWED = re.compile({BORROWED.pattern!r})",
        f"HELD = {dict(held)!r}",
        "RANGES = sorted((a, b, name) for name, ends in HELD.items() for a, b in zip(ends[::2], ends[1::2]))",
        "STARTS = [each[0] for each in RANGES]",
        "def ranges():\n    return STARTS, RANGES",
    ]
    laws = [_plain(law) for law in (network, claim, owner)]
    return "\n".join([_HEAD, *data, *laws, *map(_made, (NETWORK, CLAIM, OWNER))])


def _plain(law: Callable[..., Any]) -> str:
    """A function's source without what it is not run for; of NULL it says NULL."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(law))).body
    assert isinstance(tree, ast.FunctionDef)
    name = tree.args.args[0].arg
    tree.decorator_list, tree.returns, tree.args.args[0].annotation = [], None, None
    tree.body[:1] = ast.parse(f"if {name} is None:\n    return None").body
    return ast.unparse(tree)


def _made(name: str) -> str:
    return f"st_env.create_temporary_function({name!r}, udf({name}, result_type=DataTypes.STRING()))"
