"""The app itself: what it writes is what is committed, and neither cdk-nag nor cfn-lint finds anything new."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from footfall.aws.sizes import DEFAULT, SIZES
from tests.infra.stacks import TEMPLATES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", SIZES)
def test_what_is_committed_is_what_the_app_writes(size: str) -> None:
    from infra.templates import COMMITTED, templates

    committed = {path.stem: path.read_text() for path in (COMMITTED / size).glob("*.json")}
    assert dict(templates(SIZES[size])) == committed, "run make templates"


def test_all_that_cdk_nag_finds_is_acknowledged_with_a_reason(tmp_path: Path) -> None:
    from aws_cdk import Validations
    from cdk_nag import AwsSolutionsChecks

    from infra.acknowledged import ACKNOWLEDGED, covers, found
    from infra.app import new_app
    from infra.stacks import build

    app = new_app(tmp_path)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    build(app, SIZES[DEFAULT])
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    findings = set(found(json.loads((tmp_path / "validation-report.json").read_text())))
    assert len(findings) > 20
    assert [each for each in findings if not any(covers(known, each) for known in ACKNOWLEDGED)] == []
    assert [known for known in ACKNOWLEDGED if not any(covers(known, each) for each in findings)] == []
    assert all(len(known.why.split()) > 5 for known in ACKNOWLEDGED)


def test_cfn_lint_finds_nothing() -> None:
    """W3005: the CDK's dependency on a role comes with the one on its policy, which is needed."""
    lint = Path(sys.executable).with_name("cfn-lint")
    run = subprocess.run([lint, "-i", "W3005", "--", *TEMPLATES], capture_output=True, text=True, check=False)
    assert run.stdout == ""
    assert run.returncode == 0
