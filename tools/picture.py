"""Draws the demo's answers as docs/demo.svg: python -m tools.picture HOME."""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console

from footfall.cli import show
from footfall.cli.summary import print_summary
from footfall.embedded.answers import Answers
from footfall.embedded.run import open_lake


def main() -> None:
    """Prints a home's answers to a recording console and keeps the picture, without fonts fetched from elsewhere."""
    show.out = Console(record=True, width=88, force_terminal=True, highlight=False, file=StringIO())
    print_summary(Answers(open_lake(Path(sys.argv[1]))))
    picture = show.out.export_svg(title="footfall demo")
    picture = re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->", "", picture, flags=re.DOTALL)
    Path("docs/demo.svg").write_text(picture.replace("<text ", '<text xml:space="preserve" '))


if __name__ == "__main__":
    main()
