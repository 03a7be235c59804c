"""Settings: defaults, then footfall.toml, then FOOTFALL_SECTION__KEY in the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin
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


class Collector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may send events over HTTP, how many, how large, from where.

    Without keys the collector is open to this machine alone. What an event tells of its visitor's address and agent is
    believed of the bearer of a server key; of a write key, which every page shows, the request itself is believed.
    ``rate`` is events a second a key, 0 for any number; sizes are in megabytes, of a body as it came and inflated.
    """

    write_keys: tuple[str, ...] = ()
    server_keys: tuple[str, ...] = ()
    rate: Annotated[int, msgspec.Meta(ge=0)] = 0
    origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    address_header: Literal["x-forwarded-for", "forwarded"] = "x-forwarded-for"
    body_mb: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4
    inflated_mb: Annotated[int, msgspec.Meta(ge=1, le=256)] = 16


class Alerts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom incidents are told to: apprise addresses with spaces between, the dashboard's address, messages an hour."""

    channels: str = "log"
    page: str = ""
    an_hour: Annotated[int, msgspec.Meta(ge=1)] = 20

    @property
    def targets(self) -> tuple[str, ...]:
        """The channels, one by one."""
        return tuple(self.channels.split())


class Dashboard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the dashboard listens; anywhere but on this machine alone it wants accounts: ``footfall users add``."""

    host: str = "127.0.0.1"


class Digest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The weekly mail: apprise addresses with spaces between, none for no mail; ISO weekday and hour, store time."""

    to: str = ""
    weekday: Annotated[int, msgspec.Meta(ge=1, le=7)] = 1
    hour: Annotated[int, msgspec.Meta(ge=0, le=23)] = 8

    @property
    def targets(self) -> tuple[str, ...]:
        """The addresses, one by one."""
        return tuple(self.to.split())


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    store: Store = Store()
    engine: Engine = Engine()
    alerts: Alerts = Alerts()
    collector: Collector = Collector()
    dashboard: Dashboard = Dashboard()
    digest: Digest = Digest()


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
    _refuse_proxies(settings.collector)
    _refuse_host(settings.dashboard)
    return settings


def _refuse_zone(store: Store) -> None:
    try:
        _ = store.zone
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"store.timezone: {store.timezone!r} is not an IANA time zone such as Europe/Berlin"
        ) from error


def _refuse_proxies(collector: Collector) -> None:
    for network in collector.trusted_proxies:
        try:
            ip_network(network)
        except ValueError as error:
            raise SettingsError(
                f"collector.trusted_proxies: {network!r} is no network such as 10.0.0.0/8: {error}"
            ) from error


def _refuse_host(dashboard: Dashboard) -> None:
    try:
        ip_address(dashboard.host)
    except ValueError as error:
        raise SettingsError(f"dashboard.host: {dashboard.host!r} is no address such as 127.0.0.1 or 0.0.0.0") from error


def _is_list(section: str, key: str) -> bool:
    kinds = {known.name: known.type for known in msgspec.structs.fields(Settings)}
    known = msgspec.structs.fields(kinds[section]) if section in kinds else ()
    return any(get_origin(field.type) is tuple for field in known if field.name == key)


def _overlay(values: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    merged = {section: dict(keys) if isinstance(keys, dict) else keys for section, keys in values.items()}
    for name, value in environ.items():
        section, found, key = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and found and isinstance(merged.setdefault(section, {}), dict):
            listed = _is_list(section, key)
            merged[section][key] = [part.strip() for part in value.split(",") if part.strip()] if listed else value
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
        "channels": "log, or apprise addresses with spaces between: mailto://user:password@host json://host/path",
        "page": "address of the dashboard, for links in messages",
        "an_hour": "most messages an hour to a channel; what is above comes together in one",
        "write_keys": "keys that pages and apps send events with; public, as pages show them",
        "server_keys": "secret keys of the shop's own servers: what they tell of a visitor's address is believed",
        "rate": "events a second that each key may send; 0 for any number",
        "origins": "web origins whose pages may send events, as https://shop.example; none means all",
        "trusted_proxies": "networks of proxies whose word on the visitor's address is taken",
        "address_header": "where those proxies name the visitor: x-forwarded-for or forwarded",
        "body_mb": "largest request, in MB",
        "inflated_mb": "largest request once inflated, in MB",
        "host": "address the dashboard listens on; anywhere but here it wants an account: footfall users add NAME",
        "to": "apprise addresses the weekly digest goes to, with spaces between; none sends nothing",
        "weekday": "ISO weekday of the digest: 1 is Monday",
        "hour": "hour of the digest, store time",
    }
    for section in msgspec.structs.fields(Settings):
        lines.append(f"[{section.name}]")
        lines.extend(
            f"# {key.name} = {msgspec.json.encode(key.default).decode()}  # {notes[key.name]}"
            for key in msgspec.structs.fields(section.type)
        )
        lines.append("")
    return "\n".join(lines)
