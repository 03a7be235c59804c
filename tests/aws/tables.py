"""A table of incidents as the template has it, made alone."""

from __future__ import annotations

from itertools import count
from typing import Any

import boto3

from tests.infra.stacks import resources

_NUMBERS = count()


def new_table() -> str:
    """Makes a table as the kept stack has it; its name."""
    (table,) = [each for each in resources("AWS::DynamoDB::Table") if each.size == "small"]
    wanted = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
    asked: dict[str, Any] = {name: table.properties[name] for name in wanted}
    name = f"incidents-{next(_NUMBERS)}"
    boto3.client("dynamodb").create_table(TableName=name, **asked)
    return name
