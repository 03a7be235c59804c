"""The daily job on Spark: events cleaned, verdicts joined."""
