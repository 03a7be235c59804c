"""The committed templates, and what laws ask of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(str(files("footfall.aws"))) / "templates"
TEMPLATES = sorted(FOLDER.glob("*/*.json"))


class Resource(NamedTuple):
    """One resource of one template."""

    size: str
    stack: str
    name: str
    body: dict[str, Any]

    @property
    def type(self) -> str:
        """``AWS::S3::Bucket`` and the like."""
        return str(self.body["Type"])

    @property
    def properties(self) -> dict[str, Any]:
        """Its properties."""
        return dict(self.body.get("Properties", {}))

    @property
    def place(self) -> str:
        """Where to look for it."""
        return f"{self.size}/{self.stack}/{self.name}"


def resources(*types: str) -> list[Resource]:
    """Every resource of some types, or of all, of every size."""
    return [resource for resource in _all() if not types or resource.type in types]


def _all() -> Iterator[Resource]:
    for path in TEMPLATES:
        for name, body in json.loads(path.read_bytes())["Resources"].items():
            yield Resource(path.parent.name, path.stem, name, body)


class Statement(NamedTuple):
    """One statement of a policy that is attached to a role or is to be."""

    resource: Resource
    actions: list[str]
    targets: list[str]
    effect: str


def statements() -> list[Statement]:
    """Every statement by which a unit may do something."""
    found = []
    for resource in resources("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role"):
        inline = [policy["PolicyDocument"] for policy in resource.properties.get("Policies", ())]
        for document in [*inline, *filter(None, [resource.properties.get("PolicyDocument")])]:
            found += [
                Statement(resource, listed(each["Action"]), [*map(text, listed(each["Resource"]))], each["Effect"])
                for each in document["Statement"]
            ]
    return found


def listed(value: Any) -> list[Any]:
    """One or many as many."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A value with its references in braces: ``{Key.Arn}/raw/*``."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return str(argument[0]).join(map(text, argument[1]))
    told = ".".join(argument) if isinstance(argument, list) else str(argument)
    return f"{{{told}}}"
