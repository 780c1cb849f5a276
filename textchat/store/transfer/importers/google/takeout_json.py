"""Imports Gemini from Google Takeout's `MyActivity.json`: a list of activities, newest first.

Google describes how to get it (https://support.google.com/gemini/answer/13278892), not what is in it. An activity has
`header`, `title`, `time` and `products`, and most have `details` with the address of the chat, `safeHtmlItem` with the
reply as HTML, and `attachedFiles`, `imageFile` and `subtitles` with names of files that lie beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from textchat.core.text.html_markdown import Picture, markdown_of
from textchat.core.text.json_fields import as_list, items, rows, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.formats import SeriesFormat
from textchat.store.transfer.importers.google.activities import Activity, conversations_of
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, moment

CHAT = re.compile(r"https://gemini\.google\.com/(?:u/\d+/)?(?:app|gem/[\w-]+)/([\w-]+)")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|#")
GEMINI = re.compile(r"\b(?:Gemini|Bard)\b")


def matches(entry: Any) -> bool:
    """Whether it is an activity of Gemini: `products` and `header` are translated, but for the name."""
    if not (
        isinstance(entry, dict) and isinstance(entry.get("title"), str) and isinstance(entry.get("products"), list)
    ):
        return False
    names = [name for name in (entry.get("header"), *entry["products"]) if isinstance(name, str)]
    return isinstance(entry.get("time"), str) and any(map(GEMINI.search, names))


def read(entries: Sequence[Any], reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversations of all activities; raises NotReadable."""
    yield from conversations_of(map(_activity, entries), reading)


def _activity(entry: Any) -> Activity:
    pictures: list[str] = []
    html = [text(item, "html") or text(item, "htmlValue") for item in rows(entry, "safeHtmlItem")]
    reply = joined(markdown_of(part, picture_into(pictures)) for part in html)
    linked = [unquote(text(subtitle, "url")) for subtitle in rows(entry, "subtitles")]
    names = [*items(entry, "attachedFiles"), *(as_list(entry.get("imageFile")) or [entry.get("imageFile")])]
    names += [name for name in linked if not _ADDRESS.match(name)]
    files = [name for name in names if isinstance(name, str) and name and name not in pictures]
    addresses = [text(detail, key) for detail in rows(entry, "details") for key in ("url", "name")]
    chats = [found[1] for address in addresses if (found := CHAT.match(address))]
    return Activity(
        time=float(int(moment(entry["time"]))),
        title=entry["title"],
        reply=reply,
        chats=tuple(dict.fromkeys(chats)),
        files=tuple(dict.fromkeys(files)),
        pictures=tuple(pictures),
    )


def picture_into(names: list[str]) -> Picture:
    """A writer of pictures for Markdown that keeps the names of those that are files of the export."""

    def picture(address: str, description: str) -> str:
        if _ADDRESS.match(address):
            return description
        name = unquote(address)
        if name and name not in names:
            names.append(name)
        return ""

    return picture


FORMAT = SeriesFormat("Gemini", matches, read)
