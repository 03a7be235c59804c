"""The templates as they are committed, for deploying without Node: `make templates` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from footfall.aws.sizes import SIZES, Size
from infra.app import new_app
from infra.stacks import build

COMMITTED = Path(str(files("footfall.aws"))) / "templates"
ENDING = ".template.json"


def templates(size: Size) -> Iterator[tuple[str, str]]:
    """The name and the text of every stack's template."""
    with TemporaryDirectory() as folder:
        app = new_app(Path(folder))
        build(app, size)
        app.synth()
        for path in sorted(Path(folder).glob(f"*{ENDING}")):
            yield path.name.removesuffix(ENDING), json.dumps(json.loads(path.read_bytes()), indent=1) + "\n"


def main() -> None:
    """Writes the templates of every size."""
    for size in SIZES.values():
        folder = COMMITTED / size.name
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in templates(size):
            (folder / f"{name}.json").write_text(text)


if __name__ == "__main__":
    main()
