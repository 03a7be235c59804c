"""The lake: buckets, and the catalog that says what lies in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_glue as glue
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from footfall.aws.sizes import Size
from footfall.aws.tables import CLEAN, EVENTS, RAW, TABLES, VERDICTS
from infra.units.access import RETAIN


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the catalog, and the prefix of the lake that it reads."""

    database: str
    name: str
    prefix: str


class Lake(Construct):
    """Everything kept in files: the lake itself, a workshop that empties itself, and who touched either."""

    def __init__(self, scope: Construct, key: kms.IKey, size: Size) -> None:
        super().__init__(scope, "Lake")
        self.accesses = _bucket(self, "Accesses", None, None, _until(400))
        self.bucket = _bucket(self, "Events", key, self.accesses, *_lives(size))
        self.workshop = _bucket(
            self, "Workshop", key, self.accesses, _until(30, "results/"), _until(7, "temporary/"), _tidy()
        )
        self.database = glue.CfnDatabase(
            self,
            "Catalog",
            catalog_id=Stack.of(self).account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(description="Footfall's events and verdicts"),
        )
        self.database.apply_removal_policy(RETAIN)
        made = {name: self._table(name) for name in TABLES}
        self.raw, self.events, self.clean, self.verdicts = made[RAW], made[EVENTS], made[CLEAN], made[VERDICTS]

    def objects(self, prefix: str) -> str:
        """The objects below a prefix of the lake."""
        return str(self.bucket.arn_for_objects(f"{prefix}/*"))

    def arns_of(self, *tables: Table) -> list[str]:
        """What a right on tables of the catalog is a right on: the catalog, the database, each table."""
        stack = Stack.of(self)
        names = [f"table/{table.database}/{table.name}" for table in tables]
        return [
            stack.format_arn(service="glue", resource=resource)
            for resource in ("catalog", f"database/{self.database.ref}", *names)
        ]

    def _table(self, name: str) -> Table:
        described = TABLES[name]
        storage = stored(described.columns, f"s3://{self.bucket.bucket_name}/{described.prefix}/")
        table = glue.CfnTable(
            self,
            f"Table{name.capitalize()}",
            catalog_id=Stack.of(self).account,
            database_name=self.database.ref,
            table_input=glue.CfnTable.TableInputProperty(
                name=name,
                description=described.meaning,
                table_type="EXTERNAL_TABLE",
                partition_keys=_columns({described.key: described.key_type}),
                parameters={"classification": "parquet", **described.projection(self.bucket.bucket_name)},
                storage_descriptor=storage,
            ),
        )
        table.apply_removal_policy(RETAIN)
        return Table(self.database.ref, name, described.prefix)


def stored(columns: Mapping[str, str], place: str) -> glue.CfnTable.StorageDescriptorProperty:
    """Columns as Parquet in a folder."""
    return glue.CfnTable.StorageDescriptorProperty(
        columns=_columns(columns),
        location=place,
        input_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        output_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        serde_info=glue.CfnTable.SerdeInfoProperty(
            serialization_library="org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
        ),
    )


def _columns(types: Mapping[str, str]) -> list[glue.CfnTable.ColumnProperty]:
    return [glue.CfnTable.ColumnProperty(name=name, type=kind) for name, kind in types.items()]


def _bucket(
    scope: Construct, name: str, key: kms.IKey | None, accesses: s3.IBucket | None, *lives: s3.LifecycleRule
) -> s3.Bucket:
    """A bucket that only its owner reads, over TLS; S3 itself writes the log of accesses, so its key is S3's."""
    return s3.Bucket(
        scope,
        name,
        encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
        encryption_key=key,
        bucket_key_enabled=bool(key) or None,
        versioned=True,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        server_access_logs_bucket=accesses,
        server_access_logs_prefix=f"{name.lower()}/" if accesses else None,
        lifecycle_rules=list(lives),
        removal_policy=RETAIN,
    )


def _lives(size: Size) -> list[s3.LifecycleRule]:
    """Raw events get cheaper to keep, and go in the end; what was made from them stays, but for what a day replaces."""
    colder = s3.Transition(storage_class=s3.StorageClass.INFREQUENT_ACCESS, transition_after=Duration.days(60))
    month = 31
    return [
        s3.LifecycleRule(prefix=f"{TABLES[RAW].prefix}/", transitions=[colder], expiration=_days(size.months * month)),
        _until(90, "dead_letters/"),
        _until(14, "marts/"),
        _tidy(),
    ]


def _until(days: int, prefix: str | None = None) -> s3.LifecycleRule:
    return s3.LifecycleRule(prefix=prefix, expiration=_days(days))


def _tidy() -> s3.LifecycleRule:
    return s3.LifecycleRule(abort_incomplete_multipart_upload_after=_days(7), noncurrent_version_expiration=_days(30))


def _days(days: int) -> Duration:
    return Duration.days(days)
