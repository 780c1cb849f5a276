"""Puts the sources of a text into it, as links behind the words that they are for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textchat.store.transfer.importers.values import link


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of a text."""

    title: object
    url: object
    end: object = None
    """The place behind the words, counted in characters; the end of the text if it is no such place."""


def with_sources(text: str, citations: Iterable[Citation]) -> str:
    """The text with a link for each source that it does not link itself."""
    places: dict[int, dict[str, str]] = {}
    for citation in citations:
        url = citation.url if isinstance(citation.url, str) else ""
        if url and url not in text and (words := link(citation.title, url)):
            places.setdefault(_place(text, citation.end), {})[url] = words
    for place in sorted(places, reverse=True):
        text = f"{text[:place]} ({', '.join(places[place].values())}){text[place:]}"
    return text


def _place(text: str, end: object) -> int:
    place = end if type(end) is int and 0 < end <= len(text) else len(text)
    return len(text[:place].rstrip())
