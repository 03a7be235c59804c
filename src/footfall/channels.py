"""The channels on which people are told: standard error, and whatever apprise has an address for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from logging import NullHandler, getLogger
from warnings import catch_warnings, simplefilter

LOG = "log"

Send = Callable[[str, str, str], str]
"""Sends a title and a text to a channel; what went wrong, or nothing."""


def tell(target: str, title: str, text: str, pictures: Sequence[str] = ()) -> str:
    """Sends one message to one channel: ``log`` is standard error, everything else an apprise address.

    With pictures, which are paths of files, the text is HTML that names them: ``cid:`` and the file's name.

    Returns:
        Nothing when it arrived; else what went wrong, without the address, which may hold a password.
    """
    if target == LOG:
        sys.stderr.write(f"{title}\n" + "".join(f"  {line}\n" for line in text.splitlines()))
        sys.stderr.flush()
        return ""
    import apprise

    getLogger("apprise").addHandler(NullHandler())
    channel, kind = apprise.Apprise(), target.partition(":")[0]
    with catch_warnings():
        simplefilter("ignore", DeprecationWarning)
        known = channel.add(target)
    if not known:
        return f"{kind}: this address cannot be used"
    form = apprise.NotifyFormat.HTML if pictures else None
    told = channel.notify(title=title, body=text, body_format=form, attach=list(pictures) or None)
    return "" if told else f"{kind}: not delivered"
