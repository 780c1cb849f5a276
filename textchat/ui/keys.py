"""Converts names of keys between the spellings of the config, Textual and the help."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

LEFT_BUTTON, RIGHT_BUTTON = 1, 3
"""Of the mouse, as Textual counts."""
MODIFIERS = frozenset({"alt", "ctrl", "hyper", "meta", "shift", "super"})
NAMED_KEYS = frozenset(
    {"backspace", "delete", "down", "end", "enter", "escape", "home", "insert", "left", "pagedown", "pageup", "right"}
    | {"space", "tab", "up"}
    | {f"f{number}" for number in range(1, 25)}
    # Textual's own names for signs whose Unicode names are long.
    | {"at", "backslash", "minus", "plus", "slash", "underscore"}
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


def split_keys(keys: str) -> tuple[str, ...]:
    """The keys of a list such as `Ctrl+R, f5`, in Textual's spelling."""
    return tuple(normal_key(key.strip()) for key in keys.split(",") if key.strip())


def normal_key(key: str) -> str:
    """The key in Textual's spelling: modifiers in alphabetical order, lower case except for a single letter."""
    if len(key) == 1:
        return key
    *modifiers, name = (ALIASES.get(part, part) for part in key.lower().split("+"))
    return "+".join([*sorted(modifiers), name])


def display_key(key: str) -> str:
    """The key as shown to people: `ctrl+pageup` is Ctrl+PgUp."""
    *modifiers, name = _parts(key)
    shown = SHOWN.get(name) or (name if len(name) == 1 and not modifiers else name.replace("_", " ").capitalize())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), shown])


def is_key(key: str) -> bool:
    """Whether Textual can report a key of this name."""
    *modifiers, name = _parts(key)
    return MODIFIERS.issuperset(modifiers) and (len(name) == 1 or name in NAMED_KEYS or _is_sign(name))


def is_typed(key: str) -> bool:
    """Whether the key inserts a character into a text."""
    return len(_parts(key)) == 1 and (len(key) == 1 or key == "space" or _is_sign(key))


def _parts(key: str) -> list[str]:
    return key.split("+") if len(key) > 1 else [key]


def _is_sign(name: str) -> bool:
    """Whether it is the Unicode name, in Textual's spelling, of a visible character."""
    try:
        return unicodedata.lookup(name.replace("_", " ")).isprintable()
    except KeyError:
        return name in {"at", "backslash", "minus", "plus", "slash", "underscore"}
