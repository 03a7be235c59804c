"""Settings: defaults, then footfall.toml, then FOOTFALL_SECTION__KEY in the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

PREFIX = "FOOTFALL_"
WITHOUT_MINOR = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
    *("RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
)
MINOR_DIGITS = {
    **dict.fromkeys(WITHOUT_MINOR, 0),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
"""Currencies whose minor unit is not a hundredth (ISO 4217)."""


class SettingsError(ValueError):
    """A setting that cannot be used; the message says which and why."""


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The store: its name, its IANA time zone (days and hours are local to it), its ISO 4217 currency."""

    name: str = "My store"
    timezone: str = "UTC"
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "USD"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)

    @property
    def minor_digits(self) -> int:
        """Digits of the minor unit: 2 for USD, 0 for JPY."""
        return MINOR_DIGITS.get(self.currency, 2)


class Engine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a run may use: worker threads (0 means every core) and memory for rows held while importing, in MB."""

    threads: Annotated[int, msgspec.Meta(ge=0, le=1024)] = 0
    memory_mb: Annotated[int, msgspec.Meta(ge=0)] = 512

    @property
    def workers(self) -> int:
        """Worker threads, resolved."""
        return self.threads or os.cpu_count() or 1


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    store: Store = Store()
    engine: Engine = Engine()


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Reads the settings in force.

    Args:
        path: footfall.toml; it may be absent.
        environ: the environment; ``FOOTFALL_STORE__TIMEZONE=Europe/Berlin`` sets ``store.timezone``.

    Raises:
        SettingsError: a file that is not TOML, an unknown key, a value of the wrong type, an unknown time zone.
    """
    try:
        values = tomllib.loads(path.read_text()) if path.is_file() else {}
        settings = msgspec.convert(_overlay(values, environ), Settings, strict=False)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise SettingsError(f"A setting in {path} or the environment cannot be used: {error}") from error
    _refuse_zone(settings.store)
    return settings


def _refuse_zone(store: Store) -> None:
    try:
        _ = store.zone
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"store.timezone: {store.timezone!r} is not an IANA time zone such as Europe/Berlin"
        ) from error


def _overlay(values: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    merged = {section: dict(keys) if isinstance(keys, dict) else keys for section, keys in values.items()}
    for name, value in environ.items():
        section, found, key = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and found and isinstance(merged.setdefault(section, {}), dict):
            merged[section][key] = value
    return merged


def template() -> str:
    """A commented footfall.toml that states every default."""
    lines = ["# Footfall's settings. Every value below is the default; uncomment to change.", ""]
    notes = {
        "name": "shown on pages and in mails",
        "timezone": "IANA zone of the store: days, hours and weekdays are local to it",
        "currency": "ISO 4217; prices without a currency of their own are in it",
        "threads": "worker threads; 0 uses every core",
        "memory_mb": "rows held in memory while importing, in MB",
    }
    for section in msgspec.structs.fields(Settings):
        lines.append(f"[{section.name}]")
        lines.extend(
            f"# {key.name} = {msgspec.json.encode(key.default).decode()}  # {notes[key.name]}"
            for key in msgspec.structs.fields(section.type)
        )
        lines.append("")
    return "\n".join(lines)
