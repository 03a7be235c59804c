"""Options that several commands share."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

HOME = Path("footfall-data")
PORT = 8080

Home = Annotated[
    Path, typer.Option("--home", envvar="FOOTFALL_HOME", help="Where everything is kept.", show_default=str(HOME))
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for machines.")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; all days by default.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; all days by default.")]
Gross = Annotated[bool, typer.Option("--gross", help="Count bots too.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="On 127.0.0.1; 0 takes any that is free.")]
