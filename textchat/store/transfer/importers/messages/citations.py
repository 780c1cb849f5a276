"""Marks the sources of a text in it, behind the words that they are for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textchat.store.transfer.importers.common.cited import cite
from textchat.store.transfer.importers.values import link


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of a text."""

    title: object
    url: object
    end: object = None
    """The place behind the words, counted in characters; the end of the text if it is no such place."""


def with_sources(text: str, citations: Iterable[Citation]) -> str:
    """The text with a mark for its sources at each place that names some."""
    places: dict[int, dict[str, object]] = {}
    for citation in citations:
        if not isinstance(citation.url, str) or not link(citation.title, citation.url):
            continue
        if citation.url not in text or type(citation.end) is int:  # else it is there already, at its own place
            places.setdefault(_place(text, citation.end), {})[citation.url] = citation.title
    marked = text
    for place in sorted(places, reverse=True):
        titles = places[place]
        links = ", ".join(link(title, url) for url, title in titles.items() if url not in text)
        mark = cite(((title, url) for url, title in titles.items()), f" ({links})" if links else "")
        marked = f"{marked[:place]}{mark}{marked[place:]}"
    return marked


def _place(text: str, end: object) -> int:
    place = end if type(end) is int and 0 < end <= len(text) else len(text)
    return len(text[:place].rstrip())
