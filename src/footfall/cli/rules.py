"""Commands of the rules: list, show, test, backtest."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from footfall.cli.options import HOME, Home, Json, Since, Until

app = typer.Typer(help="What the guard looks for: list, show, test, backtest.", no_args_is_help=True)


@app.command("list")
def listed(home: Home = HOME, json: Json = False) -> None:
    """Name every rule in force: the product's own, and those in HOME/rules."""
    from footfall.cli import show
    from footfall.embedded.sentry import known_rules
    from footfall.layout import Layout

    known = known_rules(Layout(home))
    if json:
        show.as_json([_header(rule) for rule in known.values()])
        return
    rows = [
        (rule.id, str(rule.header.severity), rule.header.title, rule.header.threat, len(rule.watches))
        for rule in known.values()
    ]
    show.out.print(show.table("", ["rule", "severity", "what it finds", "threat", "watches"], rows, 4, 60))


@app.command("show")
def shown(
    rule: Annotated[str, typer.Argument(help="Which rule; `footfall rules list` names them.")],
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Show a rule whole: why it is there, when it may be wrong, what to do, and its SQL."""
    from footfall.cli import show

    found = _rule(home, rule)
    if json:
        show.as_json(_header(found) | {"watches": [_watch(watch) for watch in found.watches]})
        return
    header = found.header
    show.out.print(f"{header.id}, version {header.version}: {header.title}", style="bold", markup=False)
    facts = (
        ("severity", f"{header.severity}, {header.confidence} % sure, {header.klass}, {header.threat}"),
        ("why", header.why),
        ("may be wrong", header.false_positives),
        ("what to do", header.response),
    )
    for name, text in facts:
        show.out.print(f"{name}: {text}", markup=False)
    for watch in found.watches:
        span = f"{watch.size // 1000} s, every {watch.hop // 1000} s"
        show.out.print(f"\n-- {watch.name}: {watch.subject} over {span}", style="dim", markup=False)
        show.out.print(watch.text, markup=False)


@app.command("test")
def checked(
    folder: Annotated[Path | None, typer.Argument(help="A folder of rules; those in force if none.")] = None,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Read and check rules as the detector would: a mistake is told with its line and the reason."""
    from footfall import rules
    from footfall.cli import show
    from footfall.detect.compile import gate_tree, watch_tree
    from footfall.embedded.sentry import known_rules
    from footfall.layout import Layout

    known = rules.rules(folder) if folder else known_rules(Layout(home))
    watches = [watch for rule in known.values() for watch in rule.watches]
    for watch in watches:
        watch_tree(watch)
        gate_tree(watch)
    if json:
        show.as_json({"rules": len(known), "watches": len(watches)})
    else:
        show.out.print(f"{len(known)} rules with {len(watches)} watches can be used.")


@app.command("backtest")
def backtested(
    rule: Annotated[str, typer.Argument(help="Which rule; `footfall rules list` names them.")],
    since: Since = None,
    until: Until = None,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Run a rule over the lake's history, and say what it would have caught and whom it would have hurt."""
    from footfall.cli import show
    from footfall.embedded.backtest import backtest
    from footfall.embedded.run import open_lake

    found = _rule(home, rule)
    lake = open_lake(home)
    with show.counting("backtest") as step:
        result = backtest(lake, found.id, since and since.date(), until and until.date(), step)
    if json:
        show.as_json(result)
        return
    show.out.print(
        f"{found.id}: {len(result.alerts):,} alerts over {result.days:,} days and {result.events:,} events; "
        f"{result.buyers:,} of the subjects bought something.",
        markup=False,
    )
    kinds = Counter(alert.subject.kind for alert in result.alerts)
    rows = [
        (
            alert.subject.kind,
            alert.subject.name,
            show.moment(alert.first),
            ", ".join(f"{k} {v:,}" for k, v in alert.counts.items()),
        )
        for alert in result.alerts[: show.SCREENFUL]
    ]
    if kinds:
        show.out.print(show.table("", ["kind", "subject", "first (UTC)", "highest counts"], rows, 4, 60))


def _rule(home: Path, name: str) -> Any:
    from footfall.embedded.sentry import known_rules
    from footfall.layout import Layout
    from footfall.ports import FootfallError

    known = known_rules(Layout(home))
    if name not in known:
        raise FootfallError(f"No rule is named {name}; `footfall rules list` names them all.")
    return known[name]


def _header(rule: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(rule.header) | {"watches": [watch.name for watch in rule.watches]}


def _watch(watch: Any) -> dict[str, Any]:
    return {
        "name": watch.name,
        "subject": watch.subject,
        "key": watch.key,
        "window_s": watch.size / 1000,
        "hop_s": watch.hop / 1000,
        "severity": watch.severity,
        "confidence": watch.confidence,
        "early": watch.early,
        "alert": watch.alert,
        "sql": watch.text,
    }
