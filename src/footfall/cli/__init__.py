"""The command line: parse, call, print."""

from __future__ import annotations

import os
import sys

import typer

from footfall.cli import care, conformance, data, demo, deploy, grade, guard, incidents, rules, users

app = typer.Typer(
    help="Who came in, what they nearly bought, and who only pretended to be a customer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    *demo.COMMANDS,
    *data.COMMANDS,
    *guard.COMMANDS,
    *grade.COMMANDS,
    *care.COMMANDS,
    *conformance.COMMANDS,
):
    app.command()(command)
app.add_typer(rules.app, name="rules")
app.add_typer(incidents.app, name="incidents")
app.add_typer(users.app, name="users")
app.add_typer(deploy.app, name="deploy")


def main() -> None:
    """Runs a command; what a user can mend is one sentence on stderr and exit code 1."""
    from footfall.config import SettingsError
    from footfall.ports import FootfallError

    try:
        app()
    except (FootfallError, SettingsError) as error:
        sys.exit(_said(str(error)))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        sys.exit(
            _said(
                f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
                + ". `footfall doctor` looks for causes."
            )
        )


def _said(sentence: str) -> int:
    print(f"footfall: {sentence}", file=sys.stderr)  # noqa: T201
    return 1
