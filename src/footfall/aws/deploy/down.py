"""What can be replaced off an account again; what is kept stays, and is named with the command that deletes it."""

from __future__ import annotations

from typing import NamedTuple

from footfall.aws.deploy import parts, stack
from footfall.aws.deploy.account import answering
from footfall.aws.deploy.code import Say


class Left(NamedTuple):
    """A thing that stays: its type, its name, and how to be rid of it."""

    type: str
    name: str
    command: str


COMMANDS = {
    "AWS::S3::Bucket": "aws s3 rb s3://{} (empty it first, all versions: in the console, Empty)",
    "AWS::Kinesis::Stream": "aws kinesis delete-stream --stream-name {}",
    "AWS::DynamoDB::Table": "aws dynamodb delete-table --table-name {}",
    "AWS::Glue::Database": "aws glue delete-database --name {}",
    "AWS::KMS::Key": "aws kms schedule-key-deletion --key-id {}",
}
"""By the type of what the stack retains; a Glue database goes with its tables."""
_UNPROTECT = "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name {0}"
_FIRST = f"{_UNPROTECT} && aws cloudformation delete-stack --stack-name {{0}}"


@answering()
def down(tell: stack.Tell, say: Say) -> list[str]:
    """Deletes every stack but the kept one, the last deployed first; those that there were.

    Raises:
        FootfallError: a resource could not be deleted; which and why.
    """
    gone = []
    for name in reversed(parts.ORDER[1:]):
        say(f"deleting {name}")
        if stack.delete(name, tell):
            gone.append(name)
    return gone


@answering()
def left() -> list[Left]:
    """What stays, in the order in which it can be deleted: the stack, what it retains, last the key to all of it."""
    if stack.described(parts.KEPT) is None:
        return []
    held = [each for each in stack.held(parts.KEPT) if each.type in COMMANDS]
    held.sort(key=lambda each: [*COMMANDS].index(each.type))
    first = Left("AWS::CloudFormation::Stack", parts.KEPT, _FIRST.format(parts.KEPT))
    return [first, *(Left(each.type, each.id, COMMANDS[each.type].format(each.id)) for each in held)]
