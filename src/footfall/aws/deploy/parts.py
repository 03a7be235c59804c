"""The product's stacks in the order in which they are deployed, their committed templates, what each takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from footfall.aws.deploy import stack
from footfall.aws.sizes import DEFAULT, SIZES
from footfall.ports import FootfallError

KEPT, LIVE, WEB = "footfall-kept", "footfall-live", "footfall-web"
ORDER = (
    *(KEPT, "footfall-jobs", LIVE, "footfall-batch", "footfall-alarms", "footfall-outlook"),
    *("footfall-workbench", "footfall-board", WEB),
)
"""Each after those whose outputs it takes; only the first outlives `down`."""
RELEASE, KEYS = "Release", "WriteKeys"
SIZE = "size"
"""The tag of a stack that says which templates it was made from."""

Template = dict[str, Any]


def template(name: str, size: str) -> Template:
    """The committed template of a stack."""
    folder = files("footfall.aws").joinpath("templates", size)
    return dict(json.loads(folder.joinpath(f"{name}.json").read_text("utf-8")))


def declared(size: str) -> dict[str, set[str]]:
    """The parameters of each stack's template."""
    return {name: set(template(name, size).get("Parameters", ())) for name in ORDER}


def wanted(name: str, size: str, bucket: str, given: Mapping[str, str]) -> stack.Wanted:
    """A stack as its template has it, with those of the parameters given that it takes."""
    body = template(name, size)
    taken = {key: value for key, value in given.items() if key in body.get("Parameters", ())}
    return stack.Wanted(name, json.dumps(body, separators=(",", ":")), bucket, taken, {SIZE: size})


def checked(size: str, given: Mapping[str, str]) -> None:
    """Refuses parameters that no template takes.

    Raises:
        FootfallError: there is such a one; by name, with those that there are.
    """
    known = set().union(*declared(size).values()) - {RELEASE}
    if unknown := sorted(set(given) - known):
        raise FootfallError(f"No stack takes {', '.join(unknown)}: --set takes {', '.join(sorted(known))}.")


def size_of(there: Mapping[str, Any] | None) -> str:
    """The size that a stack was deployed for; the default where there is none yet."""
    tags = {tag["Key"]: tag["Value"] for tag in (there or {}).get("Tags", ())}
    return size if (size := tags.get(SIZE, DEFAULT)) in SIZES else DEFAULT


def resources(name: str, *types: str) -> dict[str, str]:
    """The physical ids of a stack's resources of some types, by their logical ids; none where there is no stack."""
    if stack.described(name) is None:
        return {}
    return {each.resource: each.id for each in stack.held(name) if not types or each.type in types}


def workshop() -> str:
    """The bucket that releases lie in.

    Raises:
        FootfallError: nothing is deployed.
    """
    return one(KEPT, "LakeWorkshop")


def one(name: str, beginning: str) -> str:
    """The physical id of the resource of a stack whose logical id begins so, the shortest if there are more.

    Raises:
        FootfallError: nothing is deployed.
    """
    found = sorted((len(logical), place) for logical, place in resources(name).items() if logical.startswith(beginning))
    if not found:
        raise FootfallError("Nothing is deployed on this account in this region: run `footfall deploy up`.")
    return found[0][1]
