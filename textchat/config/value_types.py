"""The types of values in `config.toml`: how each is checked, and how it is named in a message."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from textchat.core import limits
from textchat.core.configuration import ComparedBy, FullContext, Keymap, PictureStyle, SidePanelMode, is_http_address

LARGEST_WHOLE = 2**53
"""Beyond this a whole number does not survive JSON on every server."""


@dataclass(frozen=True)
class ValueType:
    """The type of a value; `read` returns the value, perhaps normalised, or raises ValueError.

    An error that has words completes the sentence "found …"; they never hold the value, which may be a secret.
    """

    expected: str
    """Completes the sentence "expected …"."""
    read: Callable[[object], object]
    choices: tuple[str, ...] = ()
    """The allowed words, if the value is one of a few: for "did you mean"."""
    json: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What it accepts as JSON Schema, as far as that can be said: for editors."""

    def fits(self, value: object) -> bool:
        try:
            self.read(value)
        except ValueError:
            return False
        return True


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


def whole(least: int) -> ValueType:
    """Type of a whole number of at least `least`."""
    return ValueType(
        f"a whole number, {least} or more",
        _check(lambda value: _is_whole(value) and least <= value <= LARGEST_WHOLE),
        json={"type": "integer", "minimum": least, "maximum": LARGEST_WHOLE},
    )


def number(least: float, most: float = math.inf) -> ValueType:
    """Type of a finite number from `least` to `most`."""
    span = f"{least:g} or more" if most == math.inf else f"from {least:g} to {most:g}"
    limits = {"minimum": least} if most == math.inf else {"minimum": least, "maximum": most}
    json = {"type": "number", **limits}
    return ValueType(f"a number, {span}", lambda value: _number(value, least, most), json=json)


def choice(*words: str) -> ValueType:
    listed = ", ".join(f'"{word}"' for word in words[:-1]) + f' or "{words[-1]}"'
    known = tuple(map(str, words))
    return ValueType(f"one of {listed}", _check(lambda value: value in words), words, {"enum": list(known)})


def one_of(words: type[StrEnum]) -> ValueType:
    """Type of a word of an enumeration, which is its value."""

    def read(value: object) -> StrEnum:
        if not isinstance(value, str) or value not in tuple(words):
            raise ValueError
        return words(value)

    return ValueType(choice(*words).expected, read, tuple(words), {"enum": [word.value for word in words]})


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
                raise ValueError(f"a list with a wrong value at position {place}")
        return value

    return read


def _is_address(value: object) -> bool:
    """Whether it may be a `base_url`: the address of a server or, for the protocol `replay`, a folder."""
    return _is_text(value) and (is_http_address(str(value)) or str(value).startswith(("file:///", "/", "~/")))


def _is_header(value: object) -> bool:
    return _is_text(value) and str(value).isascii() and str(value).isprintable()


def _is_plain_data(value: object) -> bool:
    """Whether it can be written as JSON: no dates, no infinities."""
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


def _command(value: object) -> str | tuple[str, ...]:
    if isinstance(value, list) and value and all(map(_is_text, value)) and _is_filled(value[0]):
        return tuple(value)
    if _is_filled(value):
        return str(value)
    raise ValueError


def _stop(value: object) -> object:
    """One text, or a list of them; none is empty."""
    if isinstance(value, str) and value and _is_text(value):
        return [value]
    return _list_of(lambda entry: _is_text(entry) and bool(entry), least=1)(value)


def _examples(value: object) -> object:
    """Tables with a prompt and an answer each, neither empty, and nothing else."""
    read = _list_of(lambda entry: isinstance(entry, dict) and EXAMPLE.fits(entry))(value)
    if isinstance(value, list) and len(value) > limits.EXAMPLES.most:
        raise ValueError(f"a list of {len(value):,}")
    return read


def _example(value: object) -> object:
    if not isinstance(value, dict) or value.keys() != {"prompt", "answer"} or not all(map(_is_filled, value.values())):
        raise ValueError
    return value


def _smoothing(value: object) -> object:
    if value in ("off", "even") or (_is_whole(value) and 1 <= value <= 10_000):  # type: ignore[operator]
        return value
    raise ValueError


def _side_panel(value: object) -> SidePanelMode:
    """The mode; true and false, which earlier versions wrote, mean `auto` and `never`."""
    if isinstance(value, bool):
        return SidePanelMode.AUTO if value else SidePanelMode.NEVER
    if not isinstance(value, str) or value not in tuple(SidePanelMode):
        raise ValueError
    return SidePanelMode(value)


def _keys(value: object) -> str:
    """Normalise keys to one comma-separated text; a list is accepted as well."""
    if isinstance(value, list) and all(map(_is_filled, value)):
        return ",".join(value)
    if _is_text(value):
        return str(value)
    raise ValueError


def _pattern(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern}


# Patterns that both Python and the editors' ECMA 262 read alike; none may hold a NUL.
_TEXT = _pattern(r"^[^\u0000]*$")
_FILLED = _pattern(r"^[^\u0000]*[^\s\u0000][^\u0000]*$")
_SOME = _pattern(r"^[^\u0000]+$")
_MODEL = _pattern(r"^[^/\u0000]*[^/\s\u0000][^/\u0000]*/[^\u0000]*[^\s\u0000][^\u0000]*$")
_HTTP = r"[hH][tT][tT][pP][sS]?://[^\s/?#][^\s]*"


def _array(of: Mapping[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": of} | ({"minItems": least} if least else {})


def _any_of(*kinds: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": list(kinds)}


TEXT = ValueType("a string", _check(_is_text), json=_TEXT)
FILLED = ValueType("a non-empty string", _check(_is_filled), json=_FILLED)
SWITCH = ValueType("true or false", _check(lambda value: isinstance(value, bool)), json={"type": "boolean"})
WHOLE = ValueType("a whole number", _check(_is_whole), json={"type": "integer"})
NAMES = ValueType("a list of model names", _list_of(_is_filled), json=_array(_FILLED))
MODEL = ValueType('a model as "PROVIDER/MODEL"', _check(_is_model), json=_MODEL)
MODEL_OR_NONE = ValueType(
    'a model as "PROVIDER/MODEL", or an empty string',
    _check(lambda value: value == "" or _is_model(value)),
    json=_any_of({"const": ""}, _MODEL),
)
MODELS = ValueType('a list of models as "PROVIDER/MODEL"', _list_of(_is_model), json=_array(_MODEL))
SOME_MODELS = ValueType(
    'a list of models as "PROVIDER/MODEL", at least one', _list_of(_is_model, least=1), json=_array(_MODEL, least=1)
)
PROVIDER_NAME = ValueType(
    'a provider\'s name without "/"',
    _check(lambda name: _is_filled(name) and "/" not in name),
    json=_pattern(r"^[^/\u0000]*[^/\s\u0000][^/\u0000]*$"),
)
ADDRESS = ValueType(
    'an address such as "http://127.0.0.1:8080/v1" (for replay: a folder, as "/…", "~/…" or "file:///…")',
    _check(_is_address),
    json=_pattern(rf"^(?:{_HTTP}|(?:file:///|/|~/)[^\u0000]*)$"),
)
HTTP_ADDRESS_JSON = _pattern(rf"^{_HTTP}$")
"""The address of any provider but `replay`."""
VARIABLE = ValueType(
    "the name of an environment variable (not the key itself)",
    _check(lambda value: _is_text(value) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value) is not None),
    json=_pattern(r"^[A-Za-z_][A-Za-z0-9_]*$"),
)
COMMAND = ValueType(
    'a command that prints the key, as a list such as ["pass", "show", "x"] or a text for the shell',
    _command,
    json=_any_of(_FILLED, {"type": "array", "minItems": 1, "prefixItems": [_FILLED], "items": _TEXT}),
)
HEADER = ValueType("one line of ASCII text", _check(_is_header), json=_pattern(r"^[ -~]*$"))
HEADER_NAME = ValueType(
    "the name of an HTTP header",
    _check(lambda name: re.fullmatch(r"[!-9;-~]+", name) is not None),
    json=_pattern(r"^[!-9;-~]+$"),
)
JSON = ValueType("a value that JSON can hold (no date, no infinity)", _check(_is_plain_data))
STOP = ValueType("a string, or a list of them, none empty", _stop, json=_any_of(_SOME, _array(_SOME, least=1)))
SCHEMA = ValueType(
    'a JSON Schema: the path of a file, a table, or a short form such as "name, age int"',
    _check(lambda value: _is_filled(value) or (isinstance(value, dict) and _is_plain_data(value))),
    json=_any_of(_FILLED, {"type": "object"}),
)
"""A text is still to be read, relative to where it was given."""
EXAMPLE = ValueType(
    "prompt and answer, each a non-empty string",
    _example,
    json={
        "type": "object",
        "properties": {"prompt": _FILLED, "answer": _FILLED},
        "required": ["prompt", "answer"],
        "additionalProperties": False,
    },
)
EXAMPLES = ValueType(
    f'a list of at most {limits.EXAMPLES.most}, such as [{{ prompt = "2+2", answer = "4" }}]',
    _examples,
    json=_array(EXAMPLE.json) | {"maxItems": limits.EXAMPLES.most},
)
SMOOTHING = ValueType(
    '"off", "even" or a number of chunks',
    _smoothing,
    json=_any_of({"enum": ["off", "even"]}, {"type": "integer", "minimum": 1, "maximum": 10_000}),
)
KEYS = ValueType("keys as a string, separated by commas", _keys, json=_any_of(_TEXT, _array(_FILLED)))
PICTURES = one_of(PictureStyle)
KEYMAP = one_of(Keymap)
FULL_CONTEXT = one_of(FullContext)
COMPARED_BY = one_of(ComparedBy)
SIDE_PANEL = ValueType(
    'one of "auto", "always" or "never"',
    _side_panel,
    tuple(SidePanelMode),
    _any_of({"enum": [mode.value for mode in SidePanelMode]}, {"type": "boolean"}),
)
