"""A release's code: all of it made, and put below ``releases/NAME/`` of the workshop's bucket."""

from __future__ import annotations

from collections.abc import Callable

import boto3
import msgspec

from footfall.aws import release
from footfall.aws.deploy import libraries
from footfall.aws.zeppelin import notes as zeppelin
from footfall.ports import FootfallError

PREFIX = "releases"
Say = Callable[[str], None]


def artefacts(say: Say) -> dict[str, bytes]:
    """Every archive of a release, by its key below the release's prefix.

    Args:
        say: told what is made next.

    Raises:
        FootfallError: one of them cannot be made here.
    """
    say("packing the functions and the daily job")
    made = {
        release.FUNCTIONS: release.functions(),
        release.JOB: (release.PACKAGE / "aws" / "spark" / "job.py").read_bytes(),
    }
    say("packing the Flink application")
    made[release.FLINK] = release.flink()
    say("fetching the libraries for Lambda")
    made[release.LIBRARIES] = libraries.libraries()
    return made


def upload(bucket: str, made: dict[str, bytes], say: Say) -> str:
    """Puts a release where the stacks look for it, unless it lies there already.

    Returns:
        Its name.
    """
    name = release.name(made)
    s3, there = boto3.client("s3"), held(bucket, name)
    for key, body in made.items():
        if key not in there:
            say(f"uploading {key} ({len(body) / (1 << 20):,.1f} MB)")
            s3.put_object(Bucket=bucket, Key=f"{PREFIX}/{name}/{key}", Body=body)
    return name


def held(bucket: str, name: str) -> set[str]:
    """The keys that a release has in the bucket."""
    prefix = f"{PREFIX}/{name}/"
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {each["Key"].removeprefix(prefix) for page in pages for each in page.get("Contents", ())}


def needed(bucket: str, name: str) -> str:
    """The name of a release that is in the bucket as a whole.

    Raises:
        FootfallError: it is not.
    """
    missing = {release.FUNCTIONS, release.LIBRARIES, release.FLINK, release.JOB} - held(bucket, name)
    if missing:
        raise FootfallError(
            f"Of the release {name} {', '.join(sorted(missing))} is not in {bucket}: "
            "`footfall deploy status` names the releases that are."
        )
    return name


def names(bucket: str) -> list[str]:
    """The releases in the bucket, the newest last."""
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{PREFIX}/")
    when: dict[str, float] = {}
    for page in pages:
        for each in page.get("Contents", ()):
            name = each["Key"].split("/")[1]
            when[name] = max(when.get(name, 0), each["LastModified"].timestamp())
    return sorted(when, key=lambda name: when[name])


def notes(bucket: str, stream: str) -> int:
    """Puts the notebook's notes below ``notes/`` of the bucket, for people to import; how many.

    Args:
        bucket: the workshop's.
        stream: that they read events of.
    """
    s3 = boto3.client("s3")
    made = zeppelin.notes(zeppelin.kinesis(stream, s3.meta.region_name))
    for note in made:
        key = f"notes{note['name'].removeprefix('/footfall')}.zpln"
        s3.put_object(Bucket=bucket, Key=key, Body=msgspec.json.encode(note))
    return len(made)
