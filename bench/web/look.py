"""A page looked at as somebody does who was never there: a fresh Chromium profile, an empty cache."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession

PATIENCE = 60_000
"""Milliseconds that a page may take."""
SETTLE = 1_500
"""Milliseconds after which nothing more is counted."""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)[0] ?? -1"


@dataclass(frozen=True, slots=True)
class Look:
    """One look: ms to the first thing painted, ms until the figure could be read, bytes over the network, requests."""

    first_ms: float
    content_ms: float
    bytes: int
    requests: int


@dataclass
class _Wire:
    """What came over the network, sockets included, as the browser counts it: packed."""

    bytes: int = 0
    requests: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    def listen(self, session: CDPSession) -> None:
        """Counts from now on."""
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._loaded)
        session.on("Network.webSocketFrameReceived", self._framed)
        session.send("Network.enable")

    def _asked(self, _event: Any) -> None:
        self.requests += 1

    def _loaded(self, event: Any) -> None:
        self.bytes += int(event["encodedDataLength"])

    def _framed(self, event: Any) -> None:
        payload, binary = event["response"]["payloadData"], event["response"]["opcode"] == 2
        self.bytes += len(payload) * 3 // 4 if binary else len(payload)


def look(browser: Browser, address: str, figure: str) -> Look:
    """Looks once.

    Args:
        browser: running.
        address: of the page.
        figure: the text that is waited for: the first card's.
    """
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    try:
        tab, wire = context.new_page(), _Wire()
        wire.listen(context.new_cdp_session(tab))
        tab.goto(address, wait_until="commit", timeout=PATIENCE)
        tab.get_by_text(figure, exact=True).first.wait_for(timeout=PATIENCE)
        content = float(tab.evaluate("performance.now()"))
        tab.wait_for_timeout(SETTLE)
        return Look(float(tab.evaluate(PAINTED)), content, wire.bytes, wire.requests)
    finally:
        context.close()
