"""Reads what stands inside the text of an error: JSON, the same as Python prints it, and web pages.

Everything here takes linear time and raises nothing, whatever a server sends.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from itertools import islice

_LONGEST_TITLE = 1000
_PAGE = re.compile(r"<(?:!doctype|html|head|body|title|h\d|p|pre|center)\b", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z!][a-z0-9-]*+)[^<>]*+>", re.IGNORECASE)
_TOKEN = re.compile(
    r"""'(?P<single>(?:[^'\\]++|\\.)*+)(?:'|\\?$)"""
    r"""|"(?P<double>(?:[^"\\]++|\\.)*+)(?:"|\\?$)"""
    r"""|\b(?P<word>None|True|False)\b""",
    re.DOTALL,
)
"""What Python spells otherwise than JSON. Each match goes on to the end where a string is not closed: a second look at
the same characters would make this quadratic."""
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|(\")", re.DOTALL)
_OBJECT = re.compile(r"""(?:\bb?(?P<quote>['"]))?(?P<object>\{\s{0,20}(?:\\+[nrt]\s{0,20}){0,5}\\{0,9}["'])""")
_MOST_OBJECTS = 4
"""How many places where an object may begin are tried: each try may go through the whole text."""
_STRING = re.compile(r"""'(?:[^'\\]++|\\.)*+'|"(?:[^"\\]++|\\.)*+\"""", re.DOTALL)
_BRACKET = re.compile(r"""[{}]|'(?:[^'\\]++|\\.)*+(?:'|\\?$)|"(?:[^"\\]++|\\.)*+(?:"|\\?$)""", re.DOTALL)
_PAGE_WITHIN = re.compile(r"<(?:!doctype html|html)\b", re.IGNORECASE)
_DECODER = json.JSONDecoder(strict=False)
_WORDS = {"None": "null", "True": "true", "False": "false"}


def lenient_json(text: str) -> object:
    """The value that a text spells as JSON or as Python does (`{'error': None}`); None for anything else.

    Servers print their dictionaries and send that: the OpenAI SDK's own "Error code: 400 - {'error': …}".
    """
    for spelling in _spellings(text):
        try:
            value: object = json.loads(spelling, strict=False)
        except (ValueError, RecursionError):  # RecursionError: ten thousand brackets
            continue
        return value
    return None


def _spellings(text: str) -> Iterator[str]:
    yield text
    if "'" in text:
        yield _TOKEN.sub(_as_json, text)


def _as_json(token: re.Match[str]) -> str:
    if token["word"] is not None:
        return _WORDS[token["word"]]
    said = token["single"] if token["double"] is None else token["double"]
    return f'"{_ESCAPE.sub(_as_json_escape, said)}"'


def _as_json_escape(escape: re.Match[str]) -> str:
    code = escape[1]
    if code is None:
        return '\\"'
    if code[0] == "x" and len(code) > 1:
        return f"\\u00{code[1:]}"
    return escape[0] if code[0] in '"\\/bfnrtu' else json.dumps(code)[1:-1]


def is_page(text: str) -> bool:
    """Whether a text begins as a web page does."""
    start = text[:200].lstrip("\ufeff \t\r\n")
    return start.startswith("<") and (start.startswith("<?xml") or _PAGE.match(start) is not None)


def page_words(text: str) -> str:
    """The title of a web page, or its text without tags."""
    words: dict[str, list[str]] = {"title": [], "": []}
    inside, at = "", 0
    for tag in _TAG.finditer(text):
        if inside in words:
            words[inside].append(text[at : tag.start()])
        name = tag[2].lower()
        if not tag[1] and inside not in ("script", "style"):
            inside = name if name in ("title", "script", "style") else ""
        elif name == inside:
            inside = ""
        at = tag.end()
    if inside in words:
        words[inside].append(text[at:])
    title = " ".join("".join(words["title"]).split())
    return html.unescape((title or " ".join(" ".join(words[""]).split()))[:_LONGEST_TITLE])


def replaced_inner(text: str, words: Callable[[object], str | None]) -> str:
    """The text with `words(document)` in the place of the first JSON object in it that has words, and of a web page.

    LiteLLM and others quote the whole answer of the server behind them: "GroqException - {"error": …}", "b'{…}'".
    """
    for start in list(islice(_OBJECT.finditer(text), _MOST_OBJECTS)):
        document, end = _object_at(text, start.start("object"), start["quote"])
        if document is not None and (found := words(document)) is not None:
            return f"{text[: start.start()]}{found}{text[end:]}"
    page = _PAGE_WITHIN.search(text)
    if page is None:
        return text
    end = text.lower().rfind("</html>") + len("</html>")
    end = end if end > page.start() else len(text)
    return f"{text[: page.start()]}{page_words(text[page.start() : end])}{text[end:]}"


def _object_at(text: str, start: int, quote: str | None) -> tuple[object, int]:
    """The object that begins at `start` and where it ends; None if none does. `quote`: Python's quote around it."""
    if quote:
        literal = _STRING.match(text, start - 1)
        if literal is not None:
            return lenient_json(_unescaped(literal[0][1:-1])), literal.end()
    try:
        document: object
        document, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        end = _balanced_end(text, start)
        return lenient_json(text[start:end]), end
    return document, end


def _balanced_end(text: str, start: int) -> int:
    """Where the brackets that begin at `start` are closed again, strings in either kind of quotes passed over."""
    depth = 0
    for token in _BRACKET.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0 and token[0] == "}":
            return token.end()
    return len(text)


def _unescaped(text: str) -> str:
    """The text of a Python string literal as it was before it was printed."""
    value = lenient_json(f"'{text}'") if "'" not in text.replace("\\'", "") else lenient_json(f'"{text}"')
    if not isinstance(value, str):
        return text
    try:
        return value.encode("latin-1").decode()  # the bytes of b'…', each printed as a character
    except UnicodeError:
        return value
