"""Values of settings as text: how they are shown, how they stand in a field, and how they are read from one."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from textchat.config import value_types as types
from textchat.config.described.entries import SettingEntry
from textchat.config.schema import SettingsTable
from textchat.core.limits import SETTINGS_DEPTH
from textchat.core.text.nesting import is_deep_toml

NOT_SET = "not set"


class Control(Enum):
    """How a setting is changed."""

    SWITCH = auto()
    CHOICE = auto()
    THEME = auto()
    MODEL = auto()
    KEYS = auto()
    LONG_TEXT = auto()
    TEXT = auto()
    NUMBER = auto()
    LIST = auto()
    TABLE = auto()
    DATA = auto()
    """A text, or a value as TOML writes it."""


def control_of(entry: SettingEntry) -> Control:
    """The control that fits a setting, by its type."""
    if isinstance(entry.what, SettingsTable):
        return Control.TABLE
    match entry.what.type, entry.path:
        case _, ("ui", "theme"):
            return Control.THEME
        case types.SWITCH, _:
            return Control.SWITCH
        case types.MODEL_OR_NONE, _:
            return Control.MODEL
        case types.KEYS, _:
            return Control.KEYS
        case ((types.JSON | types.SCHEMA | types.SMOOTHING | types.COMMAND | types.STOP | types.EXAMPLES), _):
            return Control.DATA
    if entry.what.type.choices:
        return Control.CHOICE
    if entry.path[-1] == "system":
        return Control.LONG_TEXT
    of_json = {"integer": Control.NUMBER, "number": Control.NUMBER, "array": Control.LIST}
    return of_json.get(entry.what.type.json.get("type", ""), Control.TEXT)


def shown(value: object) -> str:
    """A value on one line, for people."""
    match value:
        case None | "":
            return NOT_SET
        case bool():
            return "on" if value else "off"
        case str():
            return value
        case list() | tuple():
            return ", ".join(each if isinstance(each, str) else as_toml(each) for each in value) or NOT_SET
        case _:
            return as_toml(value)


def typed(entry: SettingEntry) -> str:
    """What a field begins with; of a secret, nothing."""
    value = entry.value
    if entry.is_masked or value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and control_of(entry) is Control.LIST and not any(map(_needs_quotes, value)):
        return ", ".join(map(str, value))
    return as_toml(value)


def _needs_quotes(value: object) -> bool:
    text = str(value)
    return "," in text or text.strip().startswith(('"', "'"))


def read(entry: SettingEntry, text: str) -> Any:
    """The value that a text means, None for an empty one; raises ValueError with a sentence."""
    control, text = control_of(entry), text.strip()
    if not text:
        return None
    match control:
        case Control.TEXT | Control.LONG_TEXT | Control.KEYS:
            return text
        case Control.LIST if text.startswith(('"', "'")):  # written as TOML, but for the brackets
            return _from_toml(f"[{text}]", f"Expected {entry.expected}.")
        case Control.LIST if not text.startswith("["):
            return [part.strip() for part in text.split(",") if part.strip()]
        case Control.LIST | Control.TABLE:
            text = text if text.startswith(("[", "{")) else f"{{ {text} }}"
            return _from_toml(text, f"Expected {entry.expected}.")
        case _:
            try:
                return _from_toml(text, "")
            except ValueError:
                return text


def read_field(text: str) -> tuple[str, Any]:
    """The name and the value of a line such as `top_k = 40`; raises ValueError with a sentence."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise ValueError("Write it as NAME = VALUE, such as top_k = 40.")
    try:
        return name.strip().strip("\"'"), _from_toml(value.strip(), "")
    except ValueError:
        return name.strip().strip("\"'"), value.strip()


def _from_toml(text: str, problem: str) -> Any:
    if "\n" in text or is_deep_toml(text, SETTINGS_DEPTH.most):
        raise ValueError(problem)
    try:
        tables = tomllib.loads(f"value = {text}")
    except ValueError:
        raise ValueError(problem) from None
    return tables["value"]


def as_toml(value: object) -> str:
    """A value as TOML writes it on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case int() | float():
            return str(value)
        case list() | tuple():
            return f"[{', '.join(map(as_toml, value))}]"
        case Mapping():
            pairs = (f"{_key(str(key))} = {as_toml(each)}" for key, each in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case _:
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else as_toml(key)
