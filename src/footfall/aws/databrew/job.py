"""DataBrew's data set, project and job around the recipe, each as the service's Create call takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from footfall.aws.databrew.recipe import PARTITION, steps

NODES = 2
MINUTES = 120
SAMPLE = 500
"""Rows that a project shows while people work on the recipe."""
PUBLISHED = "LATEST_PUBLISHED"


@dataclass(frozen=True, slots=True)
class Cleaning:
    """One store's cleaning of staged files.

    Attributes:
        name: of the recipe, the data set, the project and the job.
        bucket: of the lake; files lie under ``staging``, what is cleaned is written under ``cleaned``.
        role: ARN of the role that reads the one and writes the other.
        key: ARN of the key that encrypts the output.
        minor_digits: digits of the minor unit of the store's currency.
    """

    name: str
    bucket: str
    role: str
    key: str
    minor_digits: int = 2
    staging: str = "staging/rees46/"
    cleaned: str = "cleaned/rees46/"

    def recipe(self) -> dict[str, Any]:
        """The recipe."""
        return {"Name": self.name, "Steps": steps(self.minor_digits)}

    def dataset(self) -> dict[str, Any]:
        """The staged CSV files."""
        return {
            "Name": self.name,
            "Format": "CSV",
            "FormatOptions": {"Csv": {"Delimiter": ",", "HeaderRow": True}},
            "Input": {"S3InputDefinition": {"Bucket": self.bucket, "Key": self.staging}},
        }

    def project(self) -> dict[str, Any]:
        """Where people look at a sample and at what each step makes of it."""
        return {
            "Name": self.name,
            "DatasetName": self.name,
            "RecipeName": self.name,
            "RoleArn": self.role,
            "Sample": {"Type": "FIRST_N", "Size": SAMPLE},
        }

    def job(self) -> dict[str, Any]:
        """The job that writes the good rows of all staged files as Parquet, a folder a UTC day, anew each time."""
        return {
            "Name": self.name,
            "DatasetName": self.name,
            "RecipeReference": {"Name": self.name, "RecipeVersion": PUBLISHED},
            "RoleArn": self.role,
            "EncryptionMode": "SSE-KMS",
            "EncryptionKeyArn": self.key,
            "MaxCapacity": NODES,
            "Timeout": MINUTES,
            "Outputs": [
                {
                    "Format": "PARQUET",
                    "CompressionFormat": "SNAPPY",
                    "Location": {"Bucket": self.bucket, "Key": self.cleaned},
                    "PartitionColumns": [PARTITION],
                    "Overwrite": True,
                }
            ],
        }
