"""Converts names of keys between the spellings of the config, Textual and the help."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from textual.keys import KEY_NAME_REPLACEMENTS

LEFT_BUTTON, RIGHT_BUTTON = 1, 3
"""Of the mouse, as Textual counts."""
MODIFIERS = frozenset({"alt", "ctrl", "hyper", "meta", "shift", "super"})
NAMED_KEYS = frozenset(
    {
        "backspace",
        "delete",
        "down",
        "end",
        "enter",
        "escape",
        "home",
        "insert",
        "left",
        "menu",
        "pagedown",
        "pageup",
        "right",
    }
    | {"space", "tab", "up"}
    | {f"f{number}" for number in range(1, 25)}
    | set(KEY_NAME_REPLACEMENTS.values())
)
ALIASES: Mapping[str, str] = {
    "cmd": "super",
    "control": "ctrl",
    "del": "delete",
    "esc": "escape",
    "ins": "insert",
    "option": "alt",
    "pgdn": "pagedown",
    "pgup": "pageup",
    "return": "enter",
}
SHOWN: Mapping[str, str] = {"pageup": "PgUp", "pagedown": "PgDn", "escape": "Esc", "delete": "Del"}
_COMMA = re.compile(r"(?<![^+,\s]\+),")
"""Between two keys; the comma of `alt+,` is one."""


def split_keys(keys: str) -> tuple[str, ...]:
    """The keys of a list such as `Ctrl+R, f5`, in Textual's spelling."""
    return tuple(normal_key(key.strip()) for key in _COMMA.split(keys) if key.strip())


def normal_key(key: str) -> str:
    """The key in Textual's spelling: modifiers in alphabetical order, lower case except for a single letter.

    A sign has its Unicode name there: `alt+.` is `alt+full_stop`.
    """
    *modifiers, name = (ALIASES.get(part, part) for part in _parts(key if len(key) == 1 else key.lower()))
    return "+".join([*sorted(modifiers), name if len(name) > 1 or name.isalnum() else _name_of(name)])


def display_key(key: str) -> str:
    """The key as shown to people: `ctrl+pageup` is Ctrl+PgUp."""
    *modifiers, name = _parts(key)
    shown = SHOWN.get(name) or _sign_of(name)
    shown = shown or (name if len(name) == 1 and not modifiers else name.replace("_", " ").capitalize())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), shown])


def is_key(key: str) -> bool:
    """Whether Textual can report a key of this name."""
    *modifiers, name = _parts(key)
    return MODIFIERS.issuperset(modifiers) and (len(name) == 1 or name in NAMED_KEYS or _sign_of(name) is not None)


def is_typed(key: str) -> bool:
    """Whether the key inserts a character into a text."""
    return len(_parts(key)) == 1 and (len(key) == 1 or key == "space" or _sign_of(key) is not None)


def _parts(key: str) -> list[str]:
    if key.endswith("++"):
        return [*key[:-2].split("+"), "+"]
    return key.split("+") if len(key) > 1 else [key]


def _name_of(sign: str) -> str:
    name = unicodedata.name(sign, sign).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


_SIGNS = {_name_of(sign): sign for sign in map(chr, range(0x21, 0x100)) if sign.isprintable() and not sign.isalnum()}


def _sign_of(name: str) -> str | None:
    """The visible character that has this name in Textual's spelling."""
    try:
        sign = _SIGNS.get(name) or unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return None
    return sign if sign.isprintable() and name != "space" else None
