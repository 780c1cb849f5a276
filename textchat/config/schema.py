"""What each key of `config.toml` may hold: one table that the reader, the starter file and the tests go by."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from textchat.core.configuration import Protocol, is_http_address

LARGEST_WHOLE = 2**53
"""Beyond this a whole number does not survive JSON on every server."""


@dataclass(frozen=True)
class Kind:
    """What one value may be; `read` gives it back, perhaps in a plainer form, or raises ValueError.

    An error that has words completes the sentence "found …"; they never hold the value, which may be a secret.
    """

    expected: str
    """Completes the sentence "expected …"."""
    read: Callable[[object], object]
    choices: tuple[str, ...] = ()
    """Where the value is one word of a few: for "did you mean"."""


@dataclass(frozen=True)
class Table:
    """A table with `keys` of fixed names, and `others` for every other name (None: there is no other)."""

    keys: Mapping[str, Kind | Table] = field(default_factory=dict)
    others: Kind | Table | None = None
    names: Kind | None = None
    """What the names under `others` must look like."""


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check(test: Callable[[Any], bool]) -> Callable[[object], object]:
    def read(value: object) -> object:
        if not test(value):
            raise ValueError
        return value

    return read


def _number(value: object, least: float, most: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError
    if not least <= value <= most:
        raise ValueError
    return value


def whole(least: int) -> Kind:
    """A whole number of at least `least`."""
    return Kind(
        f"a whole number, {least} or more", _check(lambda value: _is_whole(value) and least <= value <= LARGEST_WHOLE)
    )


def number(least: float, most: float = math.inf) -> Kind:
    """A finite number from `least` to `most`."""
    span = f"{least:g} or more" if most == math.inf else f"from {least:g} to {most:g}"
    return Kind(f"a number, {span}", lambda value: _number(value, least, most))


def choice(*words: str) -> Kind:
    listed = ", ".join(f'"{word}"' for word in words[:-1]) + f' or "{words[-1]}"'
    return Kind(f"one of {listed}", _check(lambda value: value in words), words)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


def _is_filled(value: object) -> bool:
    return _is_text(value) and bool(str(value).strip())


def _is_model(value: object) -> bool:
    provider, _, model = str(value).partition("/")
    return _is_filled(value) and bool(provider.strip()) and bool(model.strip())


def _list_of(test: Callable[[object], bool], least: int = 0) -> Callable[[object], object]:
    def read(value: object) -> object:
        if not isinstance(value, list) or len(value) < least:
            raise ValueError
        for place, entry in enumerate(value, start=1):
            if not test(entry):
                raise ValueError(f"a list with another thing in place {place}")
        return value

    return read


def _is_address(value: object) -> bool:
    """Of a server, or for the protocol `replay` a folder."""
    return _is_text(value) and (is_http_address(str(value)) or str(value).startswith(("file:///", "/", "~/")))


def _is_header(value: object) -> bool:
    return _is_text(value) and str(value).isascii() and str(value).isprintable()


def _is_plain_data(value: object) -> bool:
    """Whether JSON can say it: no dates, no infinities."""
    match value:
        case str() | bool() | int():
            return True
        case float():
            return math.isfinite(value)
        case list():
            return all(map(_is_plain_data, value))
        case dict():
            return all(map(_is_plain_data, value.values()))
        case _:
            return False


def _smoothing(value: object) -> object:
    if value in ("off", "even") or (_is_whole(value) and 1 <= value <= 10_000):  # type: ignore[operator]
        return value
    raise ValueError


def _keys(value: object) -> str:
    """Keys as one text, several separated by commas; a list is taken as well."""
    if isinstance(value, list) and all(map(_is_filled, value)):
        return ",".join(value)
    if _is_text(value):
        return str(value)
    raise ValueError


TEXT = Kind("a text", _check(_is_text))
FILLED = Kind("a text that is not empty", _check(_is_filled))
SWITCH = Kind("true or false", _check(lambda value: isinstance(value, bool)))
MODEL_NAME = Kind('a model as "PROVIDER/MODEL"', _check(_is_model))

_PROVIDER = Table(
    {
        "protocol": choice(*Protocol),
        "base_url": Kind(
            'an address such as "http://127.0.0.1:8080/v1" (for replay: a folder, as "/…", "~/…" or "file:///…")',
            _check(_is_address),
        ),
        "api_key_env": Kind(
            "the name of an environment variable (not the key itself)",
            _check(lambda value: _is_text(value) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value) is not None),
        ),
        "api_key_command": Kind("a shell command that prints the key", _check(_is_filled)),
        "headers": Table(
            others=Kind("a text of one line, in ASCII", _check(_is_header)),
            names=Kind("the name of an HTTP header", _check(lambda name: re.fullmatch(r"[!-9;-~]+", name) is not None)),
        ),
        "max_concurrent": whole(1),
        "retries": whole(0),
        "timeout": Table(
            {
                "connect": number(0.001, 86_400),
                "first_token": number(0.001, 86_400),
                "between_tokens": number(0.001, 86_400),
            }
        ),
        "repeat_limit": whole(0),
        "models": Kind("a list of model names", _list_of(_is_filled)),
        "max_event_bytes": whole(1024),
    }
)

PARAMETERS = {
    "temperature": number(0),
    "max_tokens": whole(1),
    "seed": Kind("a whole number", _check(_is_whole)),
    "top_p": number(0, 1),
    "system": TEXT,
    "stream": SWITCH,
}

_MODEL = Table(
    {
        **PARAMETERS,
        "context_window": whole(1),
        "price": Table({"input": number(0), "output": number(0)}),
    },
    others=Kind("a value that JSON can hold (no date, no infinity)", _check(_is_plain_data)),
)

SETTINGS = Table(
    {
        "default_models": Kind('a list of models as "PROVIDER/MODEL", at least one', _list_of(_is_model, least=1)),
        "favourites": Kind('a list of models as "PROVIDER/MODEL"', _list_of(_is_model)),
        "providers": Table(
            others=_PROVIDER,
            names=Kind('a provider\'s name without "/"', _check(lambda name: _is_filled(name) and "/" not in name)),
        ),
        "models": Table(others=_MODEL, names=MODEL_NAME),
        "ui": Table(
            {
                "theme": FILLED,
                "side_panel": SWITCH,
                "title_model": Kind(
                    'a model as "PROVIDER/MODEL", or an empty text',
                    _check(lambda value: value == "" or _is_model(value)),
                ),
                "smoothing": Kind('"off", "even" or how many chunks to gather', _smoothing),
            }
        ),
        "budget": Table({"comparison_usd": number(0), "day_usd": number(0)}),
        "keys": Table(others=Kind("keys as a text, several separated by commas", _keys)),
    }
)
