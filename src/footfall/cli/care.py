"""Commands that look after an installation: init, doctor."""

from __future__ import annotations

from footfall.cli.options import HOME, Home, Json


def init(home: Home = HOME, json: Json = False) -> None:
    """Write a commented footfall.toml; every line in it states a default."""
    from footfall.cli import show
    from footfall.config import template
    from footfall.layout import Layout
    from footfall.ports import FootfallError

    path = Layout(home).settings
    if path.exists():
        raise FootfallError(f"{path} is there already; edit it, or move it away first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template())
    if json:
        show.as_json({"file": str(path)})
        return
    show.out.print(
        f"Wrote {path}. Set the store's time zone and currency there, then: footfall ingest FILE", markup=False
    )


def doctor(home: Home = HOME, json: Json = False) -> None:
    """Say what is wrong with this installation, and what to do about it."""
    from footfall.cli import show
    from footfall.embedded.doctor import examine

    findings = examine(home)
    if json:
        show.as_json([{"ok": finding.ok, "what": finding.what, "do": finding.do} for finding in findings])
    else:
        for finding in findings:
            show.out.print("ok" if finding.ok else "!!", style="green" if finding.ok else "red", end="  ")
            show.out.print(finding.what + (f"\n    → {finding.do}" if finding.do else ""), markup=False)
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


COMMANDS = (init, doctor)
