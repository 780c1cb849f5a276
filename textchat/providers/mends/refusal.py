"""Reads in a server's words which part of a request it refuses: a field, the system prompt, or streaming.

Servers have no common form for it. What counts is a name that was sent and words beside it that refuse it. A refused
*value* (`temperature` of 3, `max_tokens` beyond the limit) is no refused field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from textchat.providers.mends import refusal_words as words

LONGEST = 16 * 1024
"""Characters of a refusal that are read, without the request that it repeats: a long prompt may stand before them."""
_DEEPEST = 8
_ECHOES = frozenset({"input", "ctx", "url", "request", "body", "request_id"})
"""Fields of an error that repeat the request, or lead elsewhere."""
_ENVELOPE = frozenset(
    {"error", "errors", "detail", "details", "message", "msg", "type", "code", "status", "object", "raw", "metadata"}
    | {"param", "params", "loc", "path", "key", "keys", "field", "fields", "name", "value", "reason", "description"}
)
"""Fields of an error that cannot be the refused ones."""

_QUOTES = tuple("'\"`")


class Refusal:
    """What the words of one refusal say about a request."""

    def __init__(self, said: str, *, is_the_clients_fault: bool) -> None:
        """`is_the_clients_fault` with a status of 4xx: then no word has to say of a name that it is refused."""
        self._statements = list(_shortened(_statements(said, _DEEPEST)))
        self._is_the_clients_fault = is_the_clients_fault
        self.text = "\n".join(self._statements)

    def fields(self, sent: Mapping[str, tuple[str, ...]]) -> set[str]:
        """Those fields of `sent` that are refused; each with all the names that it may be called by."""
        refused: set[str] = set()
        sent = {field: names for field, names in sent.items() if self.names(names)}
        for statement in self._statements if sent else ():
            places = self._refused_in(statement, sent)
            if words.ONE_OF_TWO.search(statement) and len(places) > 1:
                del places[min(places, key=places.__getitem__)]  # the first may stay
            refused.update(places)
        return refused

    def mentioned(self, sent: Mapping[str, tuple[str, ...]]) -> set[str]:
        """The fields of `sent` that are named at all, where no value is refused: in words that nothing here knows.

        A wrong guess costs one request, since only what has helped is remembered.
        """
        statements = self._statements if self._is_the_clients_fault else ()
        said = [
            text for text in (words.ASIDE.sub(" ", statement) for statement in statements) if not _is_of_value(text)
        ]
        return {
            field
            for field, names in sent.items()
            if any(_place(name, text) is not None for name in names for text in said)
        }

    def names(self, spellings: tuple[str, ...]) -> bool:
        """Whether a field is named at all."""
        return any(_place(name, self.text) is not None for name in spellings)

    def refuses_system(self) -> bool:
        """Whether it refuses a system prompt, or the role it is sent with."""
        sentences = self._sentences(words.SYSTEM)
        return any(words.SYSTEM.search(said) and words.SYSTEM_REFUSED.search(said) for said in sentences)

    def refuses_sealed(self) -> bool:
        """Whether it refuses sealed reasoning of earlier replies."""
        return words.SEALED.search(self.text) is not None

    def refuses_streaming(self) -> bool:
        """Whether it refuses to stream."""
        sentences = self._sentences(words.STREAM)
        return any(words.STREAM.search(said) and words.STREAM_REFUSED.search(said) for said in sentences)

    def _sentences(self, about: re.Pattern[str]) -> Iterator[str]:
        for statement in self._statements if about.search(self.text) else ():
            for sentence in words.SENTENCE_END.split(statement):
                yield words.ASIDE.sub(" ", sentence)

    def _refused_in(self, statement: str, sent: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
        """The refused fields, and where they are named."""
        must_go = words.MUST_GO.search(statement) is not None
        if not must_go and _is_of_value(words.ASIDE.sub(" ", statement)):
            return {}
        is_certain = must_go or self._is_the_clients_fault or words.REFUSES.search(statement) is not None
        places: dict[str, int] = {}
        start = 0
        for sentence in words.SENTENCE_END.split(statement):
            said = words.ASIDE.sub(" ", sentence)
            is_near = must_go or words.REFUSES.search(sentence) or words.ONE_OF_TWO.search(sentence)
            for field, names in sent.items() if is_near or is_certain else ():
                found = [place for name in names if (place := _place(name, said, bare=bool(is_near))) is not None]
                if found:
                    places.setdefault(field, start + min(found))
            start += len(sentence) + 1
        return places


def _is_of_value(said: str) -> bool:
    return words.VALUE.search(said) is not None


# -- names -------------------------------------------------------------------------------------------------------------


def spellings(field: str, value: object) -> tuple[str, ...]:
    """The names a refusal may call a field by: its own, and those within its value that can mean nothing else."""
    inner: list[Any] = list(value) if isinstance(value, Mapping) else []
    if isinstance(value, list):  # of tools, which are refused by their type
        inner = [entry.get("type") for entry in value if isinstance(entry, Mapping)]
    return (field, *(name for name in inner if isinstance(name, str) and len(_parts(name)) > 1))


def _place(name: str, text: str, *, bare: bool = True) -> int | None:
    """Where `text` names a field; `bare` as a word of English too, unless it is as short as "n"."""
    for found in _pattern(name).finditer(text):
        is_word = bare and len(name) > 2 and words.ACTS.match(text, found.end()) is None
        if is_word or _is_identifier(text, found):
            return found.start()
    return None


@lru_cache(maxsize=256)
def _pattern(name: str) -> re.Pattern[str]:
    """Finds a name however it is spelled: `topP`, `top_p`, `top-p`, `top p`; `thinkingConfig` also as "thinking".

    Letters of other scripts may stand beside it: no space does in Chinese.
    """
    parts = [re.escape(part) for part in _parts(name)] or [re.escape(name)]
    end = "(?:ing)?" if len(parts) == 1 else ""
    if len(parts) > 1 and parts[-1].lower() == "config":
        parts, end = parts[:-1], "(?:[ _-]?config)?"
    return re.compile(rf"(?<![a-z0-9_]){'[ _-]?'.join(parts)}{end}(?![a-z0-9_])", re.IGNORECASE | re.ASCII)


def _parts(name: str) -> list[str]:
    return re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)


def _is_identifier(text: str, found: re.Match[str]) -> bool:
    """Whether a name is written as one, and not as a word of English."""
    if "_" in found[0] or re.search(r"[a-z][A-Z]", found[0]):
        return True
    before, after = text[: found.start()][-1:], text[found.end() :][:2]
    if after[:1] in _QUOTES:
        return before in _QUOTES or before == "."
    return before in tuple(".[(") or after[:1] in tuple("=:[") or re.match(r"\.\w", after) is not None


# -- documents ---------------------------------------------------------------------------------------------------------


def _shortened(statements: Iterator[str]) -> Iterator[str]:
    left = LONGEST
    for statement in statements:
        yield statement[:left]
        left -= len(statement)
        if left <= 0:
            return


def _statements(text: str, depth: int) -> Iterator[str]:
    """The texts of an error document, one for each object in it, also of documents within texts."""
    start = min((at for bracket in "[{" if (at := text.find(bracket)) >= 0), default=len(text))
    end = max(text.rfind(bracket) for bracket in "]}") + 1
    document = _parsed(text[start:end]) if depth and start < end else None
    if document is None:
        # One a line, unless it is indented; what Python prints of a list of errors is no JSON.
        yield from re.split(r"\n|\},\s*\{", re.sub(r"\n[ \t]+", ": ", text))
    else:
        yield from _said(document, depth - 1, f"{text[:start]} {text[end:]}".strip())


def _said(document: Any, depth: int, around: str = "") -> Iterator[str]:
    """What an object says of itself, as one text; then what those within it say. `around` it is a text or its name."""
    own = [around] if around else []
    within: list[Iterator[str]] = []
    for name, value in document.items() if isinstance(document, dict) else [("", document)]:
        if name in _ECHOES and not (isinstance(value, str) and re.fullmatch(r"\w{1,20}", value)):
            continue
        label = "" if not name or str(name).lower() in _ENVELOPE else f"'{name}': "
        for part in value if isinstance(value, list) else (value,):
            match part:
                case dict() | list() if depth > 0:
                    within.append(_said(part, depth - 1, label))
                case str():
                    first, *more = [*_statements(part, depth)] or [""]
                    if not label:
                        own.append(_quoted(first))
                    elif " " in first or words.REFUSES.search(f"{label}{first}"):
                        # One word beside a name is a value of the request, unless it refuses: "forbidden".
                        more.append(f"{label}{first}")
                    within.append(iter(more))
    if own:
        yield ": ".join(own)
    for inner in within:
        yield from inner


def _quoted(text: str) -> str:
    """A text that is a name, in quotes, so that it is known as one."""
    return f"'{text}'" if re.fullmatch(r"[\w.\[\]-]+", text) else text


def _parsed(text: str) -> Any:
    """The JSON document in a text; None if it is neither an object nor a list."""
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict | list) else None
