"""The account that everything goes to, before anything is done to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from footfall.ports import FootfallError


class Account(NamedTuple):
    """An account's number, and the region that is meant."""

    number: str
    region: str


def account() -> Account:
    """The account that answers.

    Raises:
        FootfallError: there are no credentials or no region, or AWS refuses them.
    """
    try:
        number = boto3.client("sts").get_caller_identity()["Account"]
        return Account(number, boto3.client("cloudformation").meta.region_name)
    except (BotoCoreError, ClientError) as error:
        raise FootfallError(
            f"No AWS account answers ({str(error).rstrip('.')}): sign in, and name a region in AWS_REGION."
        ) from error


@contextmanager
def answering() -> Iterator[None]:
    """What AWS refuses, as one sentence; also as a decorator.

    Raises:
        FootfallError: AWS refused a call, or does not answer.
    """
    try:
        yield
    except ClientError as error:
        told = error.response["Error"]
        raise FootfallError(
            f"AWS refuses {error.operation_name}: {told['Message'].rstrip('.')} ({told['Code']})."
        ) from error
    except BotoCoreError as error:
        raise FootfallError(f"AWS does not answer: {str(error).rstrip('.')}.") from error
