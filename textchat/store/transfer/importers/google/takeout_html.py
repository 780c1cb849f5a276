"""Imports Gemini from Google Takeout's `MyActivity.html`, which is the form that Takeout chooses by itself.

An activity is a `div` of the class `outer-cell`: a `header-cell` with the product, a `content-cell` with the title, the
date on a line of its own and the reply, and one that ends with the address of the chat. The same file of another
product, and any other page, has none of Gemini.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

from textchat.core.text.html_markdown import markdown_of
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.formats import DocumentFormat
from textchat.store.transfer.importers.google.activities import Activity, conversations_of
from textchat.store.transfer.importers.google.activity_dates import is_date, moment_of
from textchat.store.transfer.importers.google.takeout_json import CHAT, GEMINI, picture_into
from textchat.store.transfer.importers.reading import Reading

_PAGE = re.compile(r"\s*(?:<!doctype html|<html)\b", re.IGNORECASE)
_CELL = re.compile(r'<div class="outer-cell\b[^>]*>')
_HEADER = re.compile(r'<div class="header-cell\b[^>]*>(.*?)</div>', re.DOTALL)
_BODY = re.compile(r'<div class="content-cell\b[^>]*body-1">')
_DIV = re.compile(r"<(/?)div\b[^>]*>")
_BREAK = re.compile(r"<br\s*/?>")
_BLOCK = re.compile(r"<(?:p|h[1-6]|ul|ol|pre|table|div|blockquote|hr)\b")
_FILE = re.compile(r'<(?:a|img)\b[^>]*?(?:href|src)="(?![a-z][a-z0-9+.-]*:|#)([^"]+)"')
_TITLE_TAGS = re.compile(r"<[^<>]*>")


def matches(beginning: str) -> bool:
    """Whether it is a web page: what it is about stands behind a long style sheet."""
    return _PAGE.match(beginning) is not None


def read(document: str, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversations, none if the page is another one; raises NotReadable."""
    activities = list(_activities(document))
    if activities:
        yield from conversations_of(activities, reading)


def _activities(document: str) -> Iterator[Activity]:
    starts = [cell.end() for cell in _CELL.finditer(document)]
    for start, end in zip(starts, [*starts[1:], len(document)], strict=False):
        cell = document[start:end]
        header, body = _HEADER.search(cell[:2000]), _BODY.search(cell)
        if header and body and GEMINI.search(header[1]):
            inner = _inside(cell, body.end())
            yield _activity(cell[body.end() : inner], cell[inner:])


def _inside(cell: str, start: int) -> int:
    """Where the element ends that begins before `start`."""
    depth = 1
    for tag in _DIV.finditer(cell, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.start()
    return len(cell)


def _activity(body: str, caption: str) -> Activity:
    lines = _BREAK.split(body)
    at = _date_line(body, lines)
    asked = lines if at is None else lines[:at]
    title, files = _title(asked)
    pictures: list[str] = []
    reply = "" if at is None else markdown_of("<br>".join(lines[at + 1 :]), picture_into(pictures))
    return Activity(
        time=0.0 if at is None else moment_of(_plain(lines[at])),
        title=title,
        reply=reply,
        chats=tuple(dict.fromkeys(CHAT.findall(unescape(caption)))),
        files=tuple(name for name in files if name not in pictures),
        pictures=tuple(pictures),
    )


def _date_line(body: str, lines: list[str]) -> int | None:
    """The line with the date: the last such line before the reply, as a prompt may quote another one."""
    block = _BLOCK.search(body)
    end = len(body) if block is None else block.start()
    found, position = None, 0
    for number, line in enumerate(lines):
        if position > end:
            break
        if is_date(_plain(line)):
            found = number
        position = body.find("<br", position + len(line)) + 3
    return found


def _title(lines: list[str]) -> tuple[str, list[str]]:
    """The prompt, and the names of its files: those stand below it, each as a link, after a line that counts them."""
    files = list(dict.fromkeys(unquote(unescape(name)) for line in lines for name in _FILE.findall(line)))
    first = next((number for number, line in enumerate(lines) if _FILE.search(line)), len(lines))
    if files and first > 1 and re.search(r"\d", lines[first - 1]):
        first -= 1
    return "\n".join(map(_plain, lines[:first])).strip(), files


def _plain(line: str) -> str:
    return unescape(_TITLE_TAGS.sub("", line)).strip("\r\n\t ")


FORMAT = DocumentFormat("Gemini", matches, read)
