"""The sources of an answer without what tells the provider that found them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from textchat.core.parts.citation import Citation

TELLING_HOSTS = ("vertexaisearch.cloud.google.com",)
"""Hosts that lead on to a source, and that the answers of one provider alone name."""
HIDDEN_ADDRESS = "hidden until the vote"
_TELLING_HOST = re.compile(rf"https?://(?:{'|'.join(map(re.escape, TELLING_HOSTS))})(?=[:/?#]|$)", re.IGNORECASE)
_FINDER = re.compile(r"(?<=[?&])utm_source=[^&#]*&?", re.IGNORECASE)
"""What says in an address who has found it."""


def nameless_sources(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """The sources as they are shown: each under its number, with its title."""
    return tuple(replace(citation, url=_nameless(citation.url)) for citation in citations)


def _nameless(url: str) -> str:
    if _TELLING_HOST.match(url):
        return HIDDEN_ADDRESS
    shorter = _FINDER.sub("", url)
    return url if shorter == url else re.sub(r"[?&](?=#|$)", "", shorter)
