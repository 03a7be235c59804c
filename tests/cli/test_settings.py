"""Settings: defaults, then the file, then the environment; every mistake is one sentence that names it."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.config import PREFIX, Settings, SettingsError, load, template
from tests.cli.conftest import Shell

SECTIONS = {section.name: section.type for section in msgspec.structs.fields(Settings)}
KEYS = [(section, key.name) for section, kind in SECTIONS.items() for key in msgspec.structs.fields(kind)]
OTHER: dict[tuple[str, str], tuple[Any, Any]] = {
    ("store", "name"): ("Shop", "Store"),
    ("store", "timezone"): ("Europe/Berlin", "Asia/Kolkata"),
    ("store", "currency"): ("EUR", "JPY"),
    ("engine", "threads"): (3, 4),
    ("engine", "memory_mb"): (64, 0),
    ("alerts", "channels"): ("json://localhost/hook", "log mailto://shop.example"),
    ("alerts", "page"): ("http://localhost:8000", "https://guard.example"),
    ("alerts", "an_hour"): (5, 1),
    ("collector", "write_keys"): (("a", "b"), ("c",)),
    ("collector", "server_keys"): (("a",), ("b", "c")),
    ("collector", "rate"): (100, 7),
    ("collector", "origins"): (("https://a.example",), ("https://b.example", "https://c.example")),
    ("collector", "trusted_proxies"): (("10.0.0.0/8",), ("192.0.2.1", "2001:db8::/32")),
    ("collector", "address_header"): ("forwarded", "x-forwarded-for"),
    ("collector", "body_mb"): (8, 1),
    ("collector", "inflated_mb"): (8, 1),
    ("dashboard", "host"): ("0.0.0.0", "::1"),
    ("digest", "to"): ("mailto://shop.example", "log"),
    ("digest", "weekday"): (3, 7),
    ("digest", "hour"): (0, 23),
}
"""For each setting two values that are not its default."""


def value(settings: Settings, section: str, key: str) -> Any:
    return getattr(getattr(settings, section), key)


def told(value: Any) -> str:
    """A value as the environment has it: a list's parts with commas between."""
    return ",".join(value) if isinstance(value, tuple) else str(value)


def variable(section: str, key: str) -> str:
    return f"{PREFIX}{section}__{key}".upper()


def test_every_setting_is_tried_here() -> None:
    assert set(OTHER) == set(KEYS)


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_the_file_overrides_the_default_and_the_environment_the_file(tmp_path: Path, section: str, key: str) -> None:
    path = tmp_path / "footfall.toml"
    default = value(Settings(), section, key)
    in_file, in_environment = OTHER[section, key]
    assert in_file not in (default, in_environment)
    assert in_environment != default or isinstance(default, str)
    assert value(load(path, {}), section, key) == default
    path.write_text(f"[{section}]\n{key} = {msgspec.json.encode(in_file).decode()}\n")
    assert value(load(path, {}), section, key) == in_file
    assert value(load(path, {variable(section, key): told(in_environment)}), section, key) == in_environment
    others = [(other, name) for other, name in KEYS if (other, name) != (section, key)]
    assert all(value(load(path, {}), *other) == value(Settings(), *other) for other in others)


@pytest.mark.parametrize(
    ("text", "environment", "words"),
    [
        ("[store", {}, "is not valid TOML"),
        ("store = 5", {}, "Expected `object`, got `int`"),
        ("store = 5", {"FOOTFALL_STORE__NAME": "x"}, "Expected `object`, got `int`"),
        ("[shop]\nname = 'x'", {}, "unknown field `shop`"),
        ("[store]\ncolour = 'x'", {}, "unknown field `colour`"),
        ("[store]\ntimezone = 'Berlin'", {}, "store.timezone: 'Berlin' is not an IANA time zone"),
        ("[store]\ntimezone = 'Europe'", {}, "store.timezone: 'Europe' is not an IANA time zone"),
        ("[store]\ntimezone = ''", {}, "store.timezone: '' is not an IANA time zone"),
        ("[store]\ntimezone = '../../etc/passwd'", {}, "is not an IANA time zone"),
        ("[store]\ntimezone = 1", {}, "Expected `str`, got `int`"),
        ("[store]\ncurrency = 'jpy'", {}, "store.currency"),
        ("[store]\ncurrency = 'euros'", {}, "store.currency"),
        ("[engine]\nthreads = -1", {}, "engine.threads"),
        ("[engine]\nmemory_mb = 1.5", {}, "engine.memory_mb"),
        ("[collector]\ntrusted_proxies = ['10.0.0.1/8']", {}, "collector.trusted_proxies: '10.0.0.1/8' is no network"),
        ("[collector]\nwrite_keys = 'a'", {}, "collector.write_keys"),
        ("[collector]\nbody_mb = 0", {}, "collector.body_mb"),
        ("[dashboard]\nhost = 'here'", {}, "dashboard.host: 'here' is no address"),
        ("[digest]\nweekday = 8", {}, "digest.weekday"),
        ("", {"FOOTFALL_COLLECTOR__TRUSTED_PROXIES": "here, there"}, "'here' is no network"),
        ("", {"FOOTFALL_ENGINE__THREADS": "many"}, "engine.threads"),
        ("", {"FOOTFALL_ENGINE__MEMORY_MB": "-5"}, "engine.memory_mb"),
        ("", {"FOOTFALL_ENGINE__COLOUR": "red"}, "unknown field `colour`"),
        ("", {"FOOTFALL_SHOP__NAME": "x"}, "unknown field `shop`"),
        ("", {"FOOTFALL_STORE__TIMEZONE": "Mars/Phobos"}, "store.timezone: 'Mars/Phobos' is not an IANA time zone"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_it(
    tmp_path: Path, text: str, environment: dict[str, str], words: str
) -> None:
    path = tmp_path / "footfall.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(path, environment)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_a_sentence_too(tmp_path: Path) -> None:
    path = tmp_path / "footfall.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="is not valid TOML"):
        load(path, {})


@given(
    st.dictionaries(
        st.sampled_from(["PATH", "FOOTFALL", "FOOTFALL_HOME", "footfall_store__name", "STORE__NAME"]), st.text()
    )
)
def test_the_rest_of_the_environment_is_left_alone(environment: dict[str, str]) -> None:
    assert load(Path("/nonexistent/footfall.toml"), environment) == Settings()


def test_the_template_states_every_default_and_its_lines_are_settings(tmp_path: Path) -> None:
    text = template()
    assert tomllib.loads(text) == {section: {} for section in SECTIONS}
    uncommented = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    stated = tomllib.loads(uncommented)
    assert [(section, key) for section, keys in stated.items() for key in keys] == KEYS
    path = tmp_path / "footfall.toml"
    path.write_text(uncommented)
    assert load(path, {}) == Settings()


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("XOF", 0), ("EUR", 2)])
def test_the_minor_unit_follows_the_currency(currency: str, digits: int) -> None:
    assert load(Path("none"), {"FOOTFALL_STORE__CURRENCY": currency}).store.minor_digits == digits


def test_no_number_of_threads_is_every_core() -> None:
    assert Settings().engine.workers == os.cpu_count()
    assert load(Path("none"), {"FOOTFALL_ENGINE__THREADS": "7"}).engine.workers == 7


@pytest.mark.parametrize("command", ["ingest", "build", "query", "doctor"])
def test_every_command_says_a_wrong_setting_in_a_line(shell: Shell, command: str) -> None:
    argument = {"ingest": str(shell.file("x", b"")), "query": "SELECT 1"}.get(command)
    ran = shell(command, *([argument] if argument else []), env={"FOOTFALL_STORE__TIMEZONE": "Mars"})
    assert ran.code == 1
    assert "'Mars' is not an IANA time zone" in ran.out + ran.err
    assert command == "doctor" or (ran.out, ran.err.count("\n")) == ("", 1)
