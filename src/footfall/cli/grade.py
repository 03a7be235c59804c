"""The command that grades the product on simulated stores whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from footfall.cli.options import HOME, Home, Json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from footfall.embedded.grade import Grade
    from footfall.embedded.lake import EmbeddedLake

FIRST = 101
"""The first seed of the stores for grading; lower ones are for tuning."""
GUARD_STORES, GUARD_VISITORS = 4, 20_000
INSIGHT_STORES, INSIGHT_VISITORS = 20, 10_000


def grade(
    insights: Annotated[bool, typer.Option("--insights", help="Grade the batch answers instead of the guard.")] = False,
    seeds: Annotated[int | None, typer.Option(min=1, help="How many stores.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The first store's seed; below 101 is for tuning.")] = FIRST,
    days: Annotated[int, typer.Option(min=1, help="Days of each store; for --insights.")] = 63,
    visitors: Annotated[int | None, typer.Option(min=1, help="Visitors a day of each store.")] = None,
    home: Home = HOME,
    json: Json = False,
) -> None:
    """Grade the guard on simulated stores with every attack and every look-alike; or the answers, on others."""
    from footfall.cli import show
    from footfall.embedded.arrived import save_marks
    from footfall.embedded.run import open_lake

    lake = open_lake(home)
    document = (
        _insights(lake, seed, seeds or INSIGHT_STORES, days, visitors or INSIGHT_VISITORS)
        if insights
        else _guard(lake, seed, seeds or GUARD_STORES, visitors or GUARD_VISITORS)
    )
    if not insights:
        save_marks(lake.layout, document)
    if json:
        show.as_json(document)
    elif insights:
        _print_insights(document)
    else:
        print_guard(document)


def _guard(lake: EmbeddedLake, first: int, stores: int, visitors: int) -> dict[str, Any]:
    from footfall.cli import show
    from footfall.embedded.grade_guard import grade_seeds

    with show.counting("grade", "stores") as step:
        return grade_seeds(range(first, first + stores), lake.settings.engine.workers, visitors, step)


def _insights(lake: EmbeddedLake, first: int, stores: int, days: int, visitors: int) -> dict[str, Any]:
    from footfall.cli import show
    from footfall.embedded.grade import grade_seeds

    folder, workers = lake.layout.work / "grade", lake.settings.engine.workers
    with show.counting("grade", "stores") as step:
        chosen = list(range(first, first + stores))
        return insights_document(list(grade_seeds(folder, chosen, workers, days, visitors, step)))


def print_guard(document: dict[str, Any]) -> None:
    """The guard's marks: one line a profile, then what it costs."""
    from footfall.cli import show

    names = ["attack", "sources", "precision", "recall", "F1", "p50 s", "p99 s", "leaked", "found by"]
    title = f"The guard on {document['seeds']:,} stores, {document['events']:,} events"
    show.out.print(show.table(title, names, profile_rows(document)))
    show.out.print(show.table("", ["", ""], summary_rows(document)))


def profile_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each attack: name, sources, precision, recall, F1, seconds until noticed (p50, p99), events let
    through, rules."""
    return [
        (
            profile["name"],
            f"{profile['sources']:,}",
            _number(profile["precision"], 3),
            _number(profile["recall"], 3),
            _number(profile["f1"], 3),
            _number(profile["ttd_p50_s"], 0),
            _number(profile["ttd_p99_s"], 0),
            _number(profile["leaked_events"], 0),
            ", ".join(profile["rules"]),
        )
        for profile in document["profiles"]
    ]


def summary_rows(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the marks come to, each with its name."""
    overall, times, false = document["overall"], document["ttd_seconds"], document["false_alerts"]
    return [
        (
            "precision and recall over all sources",
            f"{_number(overall['precision'], 3)}, {_number(overall['recall'], 3)}",
        ),
        ("macro-F1 over the attacks", _number(overall["macro_f1"], 3)),
        ("recall with 0.1 % of people flagged", _number(overall["recall_at_fpr_0001"], 3)),
        ("floods noticed after, p50 and p99", _seconds(times["floods"])),
        ("the same from when they outgrew the store's own traffic", _seconds(times["loud_floods"])),
        ("bots noticed after, p50 and p99", _seconds(times["bots"])),
        ("false alerts a day", _number(false["per_day"], 2)),
        ("false alerts per million clean events", _number(false["per_million_events"], 2)),
        ("critical alerts on look-alikes", f"{document['critical_on_lookalikes']:,}"),
    ]


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _seconds(times: dict[str, float | None]) -> str:
    return ", ".join("never" if times[name] is None else f"{times[name]:,.1f} s" for name in ("p50", "p99"))


def insights_document(grades: Sequence[tuple[int, bool, Grade]]) -> dict[str, Any]:
    """The means over graded stores, with effects and without, for machines."""
    from footfall.insights.grade import mean_score

    planted = [grade for _, effects, grade in grades if effects]
    plain = [grade for _, effects, grade in grades if not effects]
    return {
        "seeds": sorted({seed for seed, _, _ in grades}),
        "carts": mean_score(grade.carts for grade in planted),
        "windows": mean_score(grade.windows for grade in planted),
        "brands": mean_score(grade.brands for grade in planted),
        "without_effects": {
            "carts": mean_score(grade.carts for grade in plain),
            "windows": mean_score(grade.windows for grade in plain),
            "brands": mean_score(grade.brands for grade in plain),
        },
    }


def _print_insights(document: dict[str, Any]) -> None:
    """The means as a table."""
    from footfall.cli import show

    carts, windows, brands, plain = (document[name] for name in ("carts", "windows", "brands", "without_effects"))
    rows = [
        ("abandoned-cart rate: distance from the truth", f"{100 * carts['error']:.2f} points"),
        ("discount windows: true ones confirmed", f"{windows['found']:.1f} of {windows['true']:.1f}"),
        ("discount windows: wrong ones confirmed", f"{windows['wrong']:.2f}"),
        ("brands to fix: precision", f"{brands['precision']:.2f}"),
        ("brands to fix: share of the lost money found", f"{brands['money']:.2f}"),
        ("store without effects: windows confirmed", f"{plain['windows']['wrong']:.2f}"),
        ("store without effects: brands to fix", f"{plain['brands']['wrong']:.2f}"),
    ]
    title = f"Means over {len(document['seeds']):,} stores with planted effects, and as many without"
    show.out.print(show.table(title, ["", "mean"], rows))


COMMANDS = (grade,)
