"""Runs one benchmark by name, or all of them: ``python -m bench [NAME] [its options]``."""

from __future__ import annotations

import subprocess
import sys
from pkgutil import iter_modules

import bench


def main(arguments: list[str]) -> int:
    """Runs the benchmark named first, or each in turn; gives the worst exit code."""
    names = [module.name for module in iter_modules(bench.__path__) if module.ispkg]
    chosen = [arguments.pop(0)] if arguments and arguments[0] in names else names
    return max(subprocess.call([sys.executable, "-m", f"bench.{name}", *arguments]) for name in chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
