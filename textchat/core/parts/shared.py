"""Compares what two answers name and hold: which sources and files both have, and which one alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part

T = TypeVar("T")
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|mc_[ce]id|_ga|_gl|ref_src|srsltid|si)"
)
"""Parameters of addresses that say where a reader came from, and not what is there."""
_HTTP = re.compile(r"https?://", re.IGNORECASE)
_PORT = re.compile(r":(?:80|443)$")


@dataclass(frozen=True, slots=True)
class Shared(Generic[T]):
    """What two answers have, each once, in the order in which the first has it."""

    both: tuple[T, ...]
    only_left: tuple[T, ...]
    only_right: tuple[T, ...]

    def brief(self, what: str) -> str:
        """`2 of 6 sources in both`; empty without any."""
        count = len(self.both) + len(self.only_left) + len(self.only_right)
        return f"{len(self.both)} of {count} {what}{'s' if count > 1 else ''} in both" if count else ""

    @property
    def summary(self) -> str:
        """`2 in both, 1 only in -, 3 only in +`, by the signs of a comparison; what there is none of is left out."""
        counts = (self.both, "in both"), (self.only_left, "only in -"), (self.only_right, "only in +")
        return ", ".join(f"{len(those)} {where}" for those, where in counts if those)


def shared_sources(left: Sequence[Citation], right: Sequence[Citation]) -> Shared[Citation]:
    """The sources of two answers, the same if their addresses lead to the same."""
    return _shared(left, right, lambda citation: plain_address(citation.url))


def shared_files(left: Sequence[Part], right: Sequence[Part]) -> Shared[Part]:
    """The files of two answers, the same if their content is."""
    return _shared(left, right, lambda part: part.digest or part.reference or part.name)


def plain_address(url: str) -> str:
    """An address without what does not change where it leads: scheme, `www.`, usual port, last slash, tracking."""
    from urllib.parse import parse_qsl, urlencode, urlsplit  # few answers name sources

    url = url.strip()
    if not _HTTP.match(url):
        return url
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url
    host = _PORT.sub("", parts.netloc.rpartition("@")[2].lower()).removeprefix("www.")
    kept = urlencode(sorted((name, value) for name, value in query if not _TRACKING.fullmatch(name.lower())))
    fragment = "" if parts.fragment.startswith(":~:text=") else parts.fragment  # a place that a browser is to mark
    return f"{host}{parts.path.rstrip('/')}" + (f"?{kept}" if kept else "") + (f"#{fragment}" if fragment else "")


def _shared(left: Sequence[T], right: Sequence[T], key: Callable[[T], str]) -> Shared[T]:
    lefts, rights = ({key(each): each for each in reversed(side)} for side in (left, right))
    lefts, rights = dict(reversed(lefts.items())), dict(reversed(rights.items()))
    return Shared(
        tuple(each for name, each in lefts.items() if name in rights),
        tuple(each for name, each in lefts.items() if name not in rights),
        tuple(each for name, each in rights.items() if name not in lefts),
    )
