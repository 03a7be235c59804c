"""Whether failed logins stand out against what is usual, and who does nothing but fail."""

from __future__ import annotations

from collections.abc import Sequence

from footfall.incident import Finding
from footfall.rules.evidence import History, Step, Steps, blamed, by_actor, kinds

LEARNT = 30
"""Minutes of history without which nothing is unusual."""

TIMES = 4


def failing_agent(finding: Finding, steps: Steps, history: History) -> Finding | None:
    """Confirms an agent that fails four times as often as usual."""
    return _unusual(finding, steps, history, "agent")


def failing_site(finding: Finding, steps: Steps, history: History) -> Finding | None:
    """Confirms a site where logins fail four times as often as usual."""
    return _unusual(finding, steps, history, "site")


def _unusual(finding: Finding, steps: Steps, history: History, dimension: str) -> Finding | None:
    minutes = (finding.until - finding.since) / 60_000
    usual = history.usual(dimension, finding.subject.name, "failed_logins") * minutes
    if history.minutes < LEARNT or finding.counts["failed"] < TIMES * usual:
        return None
    told = {name: acts for name, acts in by_actor(steps()).items() if _only_tries(acts)}
    actors = told.keys()
    failed = sum(kinds(acts)["login_failed"] for acts in told.values())
    if 10 * failed < 6 * finding.counts["failed"]:
        return None
    return blamed(finding, actors, usual_failed=round(usual))


def _only_tries(acts: Sequence[Step]) -> bool:
    """Whether somebody tries several users, or one outside of any visit, and does little else."""
    failed = [step for step in acts if step.event_type == "login_failed"]
    users = {step.user_id for step in failed}
    return 3 * len(failed) >= len(acts) and (len(users) > 1 or (bool(failed) and acts[0].user_session is None))
