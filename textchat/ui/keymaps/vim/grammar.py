"""Reads keys as a command of vim: register, count, operator, motion or object, and the character some of them take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from textchat.ui.keymaps.vim.motions import MOTIONS
from textchat.ui.keymaps.vim.objects import OBJECTS

OPERATORS = ("d", "c", "y", "<", ">", "g~", "gu", "gU")
MOST = 9999
"""The largest count; what is more is taken for this."""
_WITH_CHARACTER = frozenset("fFtT")
_MOVES = frozenset({*MOTIONS, "j", "k", ";", ",", "gj", "gk"})
_ALONE = frozenset("iIaAoOxXsSDCYpPJuvV.~")
_IN_VISUAL = frozenset("dcyxXsDCYpPJuUvVo~<>rRS")
REDO = "\x12"


class Unread(Enum):
    """Keys that are no command."""

    MORE = auto()
    """They may become one."""
    NONE = auto()


@dataclass(frozen=True)
class Command:
    """What the keys say."""

    name: str
    """The operator or the command; empty for a motion alone."""
    motion: str = ""
    """Of a motion alone or an operator; the operator itself for whole lines; `iw` and the like for an object."""
    character: str = ""
    count: int | None = None
    register: str = ""

    @property
    def times(self) -> int:
        return self.count or 1

    @property
    def is_object(self) -> bool:
        return len(self.motion) == 2 and self.motion[0] in "ia"


def read(keys: str, *, is_visual: bool = False) -> Command | Unread:
    """The command that the keys spell, or whether they may still become one."""
    register = ""
    if keys.startswith('"'):
        if len(keys) < 3:
            return Unread.MORE
        register, keys = keys[1], keys[2:]
    count, rest = _count(keys)
    if not rest:
        return Unread.MORE
    known = _in_visual(rest) if is_visual else _in_normal(rest)
    if isinstance(known, Unread):
        return known
    if known.count is not None:
        count = known.count * (count or 1)
    return replace(known, count=None if count is None else min(count, MOST), register=register)


def _count(keys: str) -> tuple[int | None, str]:
    end = 0
    while end < len(keys) and keys[end] in "0123456789" and (end or keys[0] != "0"):
        end += 1
    return (int(keys[:end][-9:]) if end < 10 else MOST) if end else None, keys[end:]


def _in_normal(keys: str) -> Command | Unread:
    if keys[0] in _ALONE or keys[0] == REDO:
        return Command(keys[0])
    if keys[0] == "r":
        return Command("r", character=keys[1]) if len(keys) > 1 else Unread.MORE
    operator = next((name for name in OPERATORS if keys.startswith(name)), "")
    if not operator:
        return _motion(keys)
    count, rest = _count(keys[len(operator) :])
    if not rest:
        return Unread.MORE
    if rest in (operator, operator[-1]):
        return Command(operator, operator, count=count)
    if rest[0] in "ia":
        object_ = _object(rest)
        return object_ if isinstance(object_, Unread) else replace(object_, name=operator, count=count)
    motion = _motion(rest)
    if isinstance(motion, Unread):
        return Unread.MORE if rest == operator[0] == "g" else motion
    return replace(motion, name=operator, count=count)


def _in_visual(keys: str) -> Command | Unread:
    if keys[0] == "r":
        return Command("r", character=keys[1]) if len(keys) > 1 else Unread.MORE
    if keys[0] in _IN_VISUAL:
        return Command(keys[0])
    if keys in OPERATORS:
        return Command(keys)
    return _object(keys) if keys[0] in "ia" else _motion(keys)


def _object(keys: str) -> Command | Unread:
    if len(keys) < 2:
        return Unread.MORE
    return Command("", keys[:2]) if keys[1] in OBJECTS else Unread.NONE


def _motion(keys: str) -> Command | Unread:
    if keys[0] in _WITH_CHARACTER:
        return Command("", keys[0], keys[1]) if len(keys) > 1 else Unread.MORE
    if keys in _MOVES:
        return Command("", keys)
    return Unread.MORE if keys == "g" else Unread.NONE
