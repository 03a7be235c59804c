"""The CDK app: `cdk deploy --all -c size=small`."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App

from footfall.aws.sizes import DEFAULT, SIZES
from infra.stacks import build

FLAGS = {"@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True}


def new_app(folder: Path | None = None) -> App:
    """An app without stacks, which is written into a folder or where the CDK wants it."""
    return App(analytics_reporting=False, outdir=str(folder) if folder else None, context=FLAGS)


def main() -> None:
    """Synthesises the stacks of the size that the context names."""
    app = new_app()
    build(app, SIZES[app.node.try_get_context("size") or DEFAULT])
    app.synth()


if __name__ == "__main__":
    main()
