"""Recognises and masks secrets in everything that is shown, logged, recorded or stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "********"
"""In ASCII: `config show` prints it as a header's value, and the settings take only ASCII there."""

_WORD = re.compile(
    r"(?:access|api|auth|bearer|client|id|master|private|refresh|security|service|session|subscription|user)*"
    r"(?:bearer|cookies?|credentials?|jwt|keys?|pass|passwd|password|pat|secrets?|session|signature|token)"
    r"|auth|authentication|authorization|oauth2?"
)
"""Words in secret names; not "tokens", which names counts."""
_QUERY_NAMES = frozenset({"code", "sig"})
"""Keys of Azure's functions and of its signed addresses; elsewhere these words are harmless."""
SHORTEST_KEY = 16
"""Characters; a shorter word that begins like a key is taken for the name of something."""
_VALUE = re.compile(
    r"\s*(bearer|basic|token)\s|\s*(sk|pk|gsk|xai|ghp|github_pat|hf|AIza)[-_]?\w{12}"
    r"|\s*(sk|csk|nvapi|pplx|glpat)-(?=[\w-]*\d)[\w-]{16}|\s*(r8|fw|tgp)_\w{16}",
    re.IGNORECASE,
)
"""The keys of many providers are parted by hyphens (`sk-proj-…`, `sk-ant-api03-…`); a digit tells them from words."""


def is_secret_name(name: str) -> bool:
    """Whether a header, query field or parameter of this name probably holds a secret."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return any(_WORD.fullmatch(word) for word in re.split(r"[^a-z0-9]+", parted.lower()))


def is_secret_value(value: str) -> bool:
    """Whether a value looks like a key, whatever its name."""
    return _VALUE.match(value) is not None


def has_secret_word(text: str) -> bool:
    """Whether one of the words, parts of an address or assigned values in `text` looks like a key."""
    words = re.split(r"[\s\"'`=/?&@:.,;<>]+", text)
    return any(len(word) >= SHORTEST_KEY and any(map(str.isdigit, word)) and is_secret_value(word) for word in words)


def is_secret_field(name: str, value: str) -> bool:
    """Whether a field of an address's query probably holds a secret."""
    return is_secret_name(name) or name.lower() in _QUERY_NAMES or is_secret_value(value)


def masked_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """`table` with every value masked, at any depth, that has the name of a secret or looks like one."""
    return {name: MASK if is_secret_name(name) else masked_value(value) for name, value in table.items()}


def masked_value(value: object) -> object:
    """A value of a table or list as `masked_table` has it."""
    match value:
        case dict():
            return masked_table(value)
        case list():
            return [masked_value(part) for part in value]
        case str() if is_secret_value(value):
            return MASK
        case _:
            return value


def masked_url(url: str) -> str:
    """`url` with its user information and the values of secret query fields masked, and without its fragment."""
    from urllib.parse import urlsplit, urlunsplit  # traces import this module, and the first paint needs no addresses

    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    sign_on, _, host = parts.netloc.rpartition("@")
    query = "&".join(map(_masked_field, parts.query.split("&")))
    return urlunsplit((parts.scheme, f"{MASK}@{host}" if sign_on else host, parts.path, query, ""))


def _masked_field(field: str) -> str:
    from urllib.parse import unquote_plus

    name, _, value = (unquote_plus(part) for part in field.partition("="))
    return f"{field.partition('=')[0]}={MASK}" if value and is_secret_field(name, value) else field
