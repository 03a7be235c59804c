"""What the benchmark found, as Markdown."""

from __future__ import annotations

import os
import platform

import psutil

from bench.web.contest import Entry


def text(entries: dict[str, Entry], command: str, store: str, rounds: int) -> str:
    """The tables of one run; Footfall's entry is the measure of the others."""
    own = entries["footfall"]
    rows = [_row(entry, own) for entry in entries.values()]
    loads = ", ".join(f"{entry.load:.1f}" for entry in entries.values())
    machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total >> 30} GB, {platform.system()}"
    head = (
        "framework",
        "first paint ms",
        "figures ms",
        "KB",
        "requests",
        "server MB",
        "ready s",
        "figures",
        "KB",
        "MB",
    )
    return "\n".join(
        [
            "# The Overview page, side by side",
            "",
            f"`{command}`",
            "",
            f"{store}; {machine}, Python {platform.python_version()}, Debian's Chromium on the same machine.",
            f"The same figures, chart and tables over the same lake. Medians of {rounds} looks, each with an empty",
            "cache, at a warm server. KB: over the network, packed, sockets included. MB: proportional set size of all",
            f"processes, half a minute later. Load average when the looks began: {loads}.",
            "",
            f"| {' | '.join(head)} |",
            f"| --- |{' ---: |' * (len(head) - 1)}",
            *rows,
            "",
            "The last three as multiples of Footfall's.",
            "",
        ]
    )


def _row(entry: Entry, own: Entry) -> str:
    content, weight = entry.middle("content_ms"), entry.middle("bytes")
    ratios = (content / own.middle("content_ms"), weight / own.middle("bytes"), entry.memory_mb / own.memory_mb)
    cells = (
        f"{entry.title} {entry.version}",
        f"{entry.middle('first_ms'):,.0f}",
        f"{content:,.0f}",
        f"{weight / 1000:,.0f}",
        f"{entry.middle('requests'):,.0f}",
        f"{entry.memory_mb:,.0f}",
        f"{entry.ready_s:.1f}",
        *(f"{ratio:.1f} ×" for ratio in ratios),
    )
    return f"| {' | '.join(cells)} |"
