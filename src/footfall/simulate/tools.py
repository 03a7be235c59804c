"""User agents that programs send: their own, headless browsers', lists copied from the web, cheap phones'."""

from __future__ import annotations

import numpy as np

from footfall.simulate.names import AGENTS, CHROME, MAC, SAFARI, WINDOWS

LIBRARIES = (
    "python-requests/2.32.5",
    "Python/3.12 aiohttp/3.12.15",
    "python-httpx/0.28.1",
    "Go-http-client/2.0",
    "Go-http-client/1.1",
    "curl/8.14.1",
    "okhttp/4.12.0",
    "axios/1.11.0",
    "node",
    "Java-http-client/21.0.8",
    "Scrapy/2.13.3 (+https://scrapy.org)",
    "colly - https://github.com/gocolly/colly/v2",
    "Wget/1.24.5",
)
"""What programs say that were told nothing."""

LOADERS = ("hey/0.0.1", "ApacheBench/2.3", "Go-http-client/1.1", "curl/8.14.1", "python-requests/2.32.5", "k6/1.2.1")
"""What tools that make load say."""

HEADLESS = tuple(
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/{major}.0.0.0 Safari/537.36"
    for system in (WINDOWS, "X11; Linux x86_64")
    for major in (127, 133, 138, 139)
)
"""Browsers without a screen that do not hide it."""


def _stale() -> tuple[str, ...]:
    chrome = [f"Mozilla/5.0 ({WINDOWS}) {CHROME}/{major}.0.0.0 Safari/537.36" for major in range(88, 131)]
    apple = [f"Mozilla/5.0 ({MAC}) {CHROME}/{major}.0.0.0 Safari/537.36" for major in range(96, 131, 2)]
    safari = [f"Mozilla/5.0 ({MAC}) {SAFARI}/{version} Safari/605.1.15" for version in ("14.1.2", "15.4", "16.1")]
    fire = [
        f"Mozilla/5.0 ({WINDOWS}; rv:{major}.0) Gecko/20100101 Firefox/{major}.0" for major in (89, 94, 102, 115, 121)
    ]
    return (*chrome, *apple, *safari, *fire)


STALE = _stale()
"""Browsers of yesterday, as lists on the web go on naming them."""

CHEAP_PHONES = tuple(
    f"Mozilla/5.0 (Linux; Android {system}; {model}) {CHROME}/{major}.0.0.0 Mobile Safari/537.36"
    for system, model, major in (
        (9, "Redmi 7A", 121),
        (10, "SM-A107F", 126),
        (8, "vivo 1724", 112),
        (11, "RMX3063", 130),
    )
)
"""The handful of models that fill a shelf of phones."""


def library(rng: np.random.Generator) -> str:
    """One library's own agent."""
    return str(rng.choice(np.array(LIBRARIES)))


def stale(rng: np.random.Generator, count: int = 1) -> list[str]:
    """Agents from a list on the web; they repeat."""
    return [STALE[place] for place in rng.integers(0, len(STALE), count).tolist()]


def copied(rng: np.random.Generator, count: int = 1) -> list[str]:
    """Agents as common as people's own."""
    weights = np.array(list(AGENTS.values()))
    names = list(AGENTS)
    return [names[place] for place in rng.choice(len(names), count, p=weights / weights.sum()).tolist()]


def disguise(rng: np.random.Generator, plain: float = 0.3) -> str:
    """One agent of a program: its own with probability ``plain``, else an old browser's or, seldom, a current one's."""
    luck = rng.random()
    if luck < plain:
        return library(rng)
    return (stale(rng) if luck < plain + (1 - plain) * 0.65 else copied(rng))[0]
