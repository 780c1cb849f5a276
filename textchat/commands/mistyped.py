"""Finds the command that a mistyped word means, so that it is not sent to a model as a prompt."""

from __future__ import annotations

from collections.abc import Iterable


def command_meant(word: str, names: Iterable[str]) -> str | None:
    """The command whose name is one edit away from `word`; None where there is none, or it is one."""
    lower = word.lower()
    found = [name for name in names if name == lower or is_one_edit(lower, name)]
    return found[0] if found and word not in found else None


def is_one_edit(word: str, name: str) -> bool:
    """Whether one sign more, less or another, or two neighbours that changed places, make `word` of `name`."""
    if abs(len(word) - len(name)) > 1 or word == name:
        return False
    at = next((at for at, (one, other) in enumerate(zip(word, name, strict=False)) if one != other), None)
    if at is None:
        return True  # one begins with the other
    if len(word) != len(name):
        longer, shorter = (word, name) if len(word) > len(name) else (name, word)
        return longer[at + 1 :] == shorter[at:]
    is_swapped = word[at : at + 2] == name[at : at + 2][::-1] and word[at + 2 :] == name[at + 2 :]
    return word[at + 1 :] == name[at + 1 :] or is_swapped
