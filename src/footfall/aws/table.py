"""A DynamoDB table as the store of incidents uses it: attributes set, items read, transactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key
from botocore.exceptions import BotoCoreError, ClientError

from footfall.aws import incident_items as items
from footfall.ports import FootfallError

NUMBER = "number"
Write = dict[str, Any]
"""One write or check of a transaction, as boto3 takes it."""


class Table:
    """A table by its name.

    Args:
        name: of the table.
        clock: the time, seconds, for when items expire.
    """

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self._table, self._clock = boto3.resource("dynamodb").Table(name), clock

    def set(self, place: items.Key, change: items.Item, once: items.Item | None = None) -> Write:
        """Sets attributes of an item; those of ``once`` only where it has none."""
        values = {**change, items.EXPIRES: int(self._clock()) + items.KEPT}
        wanted = [(name, value, False) for name, value in values.items()]
        wanted += [(name, value, True) for name, value in (once or {}).items()]
        parts = [
            f"#{number} = if_not_exists(#{number}, :{number})" if kept else f"#{number} = :{number}"
            for number, (_, _, kept) in enumerate(wanted)
        ]
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": place,
                "UpdateExpression": f"SET {', '.join(parts)}",
                "ExpressionAttributeNames": {f"#{number}": name for number, (name, _, _) in enumerate(wanted)},
                "ExpressionAttributeValues": {f":{number}": value for number, (_, value, _) in enumerate(wanted)},
            }
        }

    def check(self, place: items.Key, condition: str, values: items.Item) -> Write:
        """Lets a transaction fail unless a condition holds of an item."""
        return {
            "ConditionCheck": {
                "TableName": self._table.name,
                "Key": place,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": values,
            }
        }

    def get(self, place: items.Key) -> items.Item | None:
        """One item, as it is now."""
        found: items.Item | None = self._told(self._table.get_item, Key=place, ConsistentRead=True).get("Item")
        return found

    def query(self, wanted: Any, index: str | None = None) -> list[items.Item]:
        """Every item: of the table as it is now, of an index as it was a moment ago."""
        asked = {"KeyConditionExpression": wanted} | ({"IndexName": index} if index else {"ConsistentRead": True})
        found: list[items.Item] = []
        while True:
            page = self._told(self._table.query, **asked)
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                return found
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def transact(self, writes: list[Write]) -> None:
        """All of some writes or none.

        Raises:
            FootfallError: none.
        """
        self._told(self._table.meta.client.transact_write_items, TransactItems=writes)

    def put(self, place: items.Key, item: items.Item) -> None:
        """An item as it is said and no other; it expires only where it says so itself."""
        self._told(self._table.put_item, Item={**place, **item})

    def count(self, place: items.Key) -> None:
        """Adds one to the number of an item, which begins with none."""
        self._told(
            self._table.update_item,
            Key=place,
            UpdateExpression="ADD #number :one",
            ExpressionAttributeNames={"#number": NUMBER},
            ExpressionAttributeValues={":one": 1},
        )

    def latest(self, kind: str, most: int) -> list[items.Item]:
        """The latest items of a kind, the latest first."""
        index = items.BY_KIND
        asked = {"IndexName": index.name, "KeyConditionExpression": Key(index.owner).eq(kind)}
        found: list[items.Item] = []
        while len(found) < most:
            page = self._told(self._table.query, **asked, ScanIndexForward=False, Limit=most - len(found))
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                break
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        return found

    def drop(self, place: items.Key) -> None:
        """Deletes an item."""
        self._told(self._table.delete_item, Key=place)

    def _told(self, call: Callable[..., Any], **arguments: Any) -> Any:
        """Calls DynamoDB; what is wrong is said in a sentence."""
        try:
            return call(**arguments)
        except (BotoCoreError, ClientError, TypeError) as error:
            raise FootfallError(
                f"The table {self._table.name} of incidents took nothing ({error}); what is unfinished is made again."
            ) from error
