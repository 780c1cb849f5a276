"""Reads checks as a prompt file has them: `{"type": …, "value": …}`, each with a value that its type can use.

A schema is kept as it is in its file, so that a result says what was demanded, and a schema that has changed is another
check.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from textchat.core.evaluation.check import Check, CheckType
from textchat.core.limits import CHECK_TEXT, CHECKS, TAGS
from textchat.core.text.sanitize import plain_line

LONGEST_TAG = 60
_TYPES = ", ".join(each.value for each in CheckType)
_KEYS = {"type", "value"}


def checks_from(value: object) -> tuple[Check, ...]:
    """Read a list of checks; raises ValueError with a sentence that says what was expected and where.

    May wait for a disk: a schema may be a file.
    """
    if not isinstance(value, list):
        raise ValueError(f'expected a list as "checks", found {_told(value)}.')
    if len(value) > CHECKS.most:
        raise ValueError(f"{len(value)} checks are too many; the limit is {CHECKS.most}.")
    return tuple(check_from(each, f"check {number}: ") for number, each in enumerate(value, start=1))


def check_from(value: object, where: str = "") -> Check:
    """Read one check; `where` begins the sentence of the ValueError that is raised for one that cannot be used."""
    if not isinstance(value, dict) or "type" not in value:
        raise ValueError(f'{where}expected an object such as {{"type": "contains", "value": "…"}}.')
    if unknown := [key for key in value if key not in _KEYS]:
        raise ValueError(f"{where}expected a type and a value alone, found {_told(unknown[0])}.")
    try:
        type_ = CheckType(value["type"])
    except ValueError:
        raise ValueError(f"{where}unknown type {_told(value['type'])}; expected {_TYPES}.") from None
    try:
        return Check(type_, _READERS[type_](value.get("value")))
    except ValueError as error:
        raise ValueError(f"{where}{type_.value}: {error}") from error


def tags_from(value: object) -> tuple[str, ...]:
    """Read the tags of a prompt; raises ValueError with a sentence."""
    if not isinstance(value, list) or not all(isinstance(tag, str) and tag.strip() for tag in value):
        raise ValueError(f'expected a list of texts as "tags", found {_told(value)}.')
    if len(value) > TAGS.most or any(len(tag) > LONGEST_TAG for tag in value):
        raise ValueError(f"expected at most {TAGS.told} of {LONGEST_TAG} characters.")
    return tuple(dict.fromkeys(tag.strip() for tag in value))


# -- the values ------------------------------------------------------------------------------------------------------


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected a text, found {_told(value)}.")
    if len(value) > CHECK_TEXT.most:
        raise ValueError(f"expected at most {CHECK_TEXT.told}.")
    return value


def _pattern(value: object) -> str:
    from textchat.live.structure.patterns import compiled  # `regex` is loaded for those that need it

    pattern = _text(value)
    try:
        compiled(pattern)
    except ValueError as error:
        raise ValueError(f"the pattern {error}: “{plain_line(pattern, 50)}”.") from error
    return pattern


def _nothing(value: object) -> None:
    if value is not None:
        raise ValueError(f"expected no value, found {_told(value)}.")


def _schema(value: object) -> Mapping[str, Any]:
    if not isinstance(value, str | dict) or not value:
        raise ValueError(f"expected a JSON Schema, its short form or the name of its file, found {_told(value)}.")
    return _usable(json.dumps(value) if isinstance(value, dict) else value)


@lru_cache(64)
def _usable(given: str) -> Mapping[str, Any]:
    """The schema that many prompts may share: to look at one takes milliseconds."""
    from textchat.live.structure.usable import usable_schema  # `jsonschema`, too

    return usable_schema(given)


def _ceiling(value: object) -> int | float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e12:
        raise ValueError(f"expected a number, 0 or more, found {_told(value)}.")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**12:
        raise ValueError(f"expected a whole number, 1 or more, found {_told(value)}.")
    return value


def _command(value: object) -> str | list[str]:
    """A list is run as it is, a text by the shell."""
    words: list[Any] = value if isinstance(value, list) else [value]
    if not words or not all(isinstance(word, str) and "\0" not in word for word in words) or not words[0].strip():
        raise ValueError(f"expected a command as a text or as a list of texts, found {_told(value)}.")
    if sum(map(len, words)) > CHECK_TEXT.most:
        raise ValueError(f"expected at most {CHECK_TEXT.told}.")
    return words if isinstance(value, list) else str(value)


_READERS: Mapping[CheckType, Callable[[object], Any]] = {
    CheckType.CONTAINS: _text,
    CheckType.NOT_CONTAINS: _text,
    CheckType.REGEX: _pattern,
    CheckType.JSON: _nothing,
    CheckType.SCHEMA: _schema,
    CheckType.MAX_TOKENS: _whole,
    CheckType.MAX_COST: _ceiling,
    CheckType.MAX_SECONDS: _ceiling,
    CheckType.COMMAND: _command,
}


def _told(value: object) -> str:
    return "nothing" if value is None else plain_line(json.dumps(value, ensure_ascii=False, default=str), 50)
