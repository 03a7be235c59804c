"""Parameters of the templates, under their own names wherever in a template they are asked for."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnParameter
from constructs import Construct


def parameter(scope: Construct, name: str, default: str, description: str, **more: Any) -> CfnParameter:
    """What ``footfall deploy up --set NAME=…`` sets; ``more`` as :class:`aws_cdk.CfnParameter` has it."""
    made = CfnParameter(scope, name, default=default, description=description, **more)
    made.override_logical_id(name)
    return made


def zone(scope: Construct) -> str:
    """The store's time zone."""
    return str(parameter(scope, "Zone", "UTC", "The store's time zone, by its IANA name").value_as_string)
