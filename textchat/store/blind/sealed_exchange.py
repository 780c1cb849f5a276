"""Exported JSON of a conversation that is compared blind: letters to read, and the truth sealed for who imports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textchat.core.blind.seal import opened, sealed

Plain = Mapping[str, Any]


def with_seal(shown: Plain, true: Plain) -> dict[str, Any]:
    """The exported entry as it is shown, with a `seal` of all that it hides of the true one."""
    hidden = {name: _hidden(shown[name], true[name]) for name in ("panes", "messages")}
    return {**shown, "seal": sealed({**hidden, "votes": true["votes"]})}


def _hidden(shown: Sequence[Plain], true: Sequence[Plain]) -> dict[str, dict[str, Any]]:
    pairs = zip(shown, true, strict=True)
    return {
        entry["id"]: {key: value for key, value in entry.items() if key not in masked or masked[key] != value}
        for masked, entry in pairs
    }


def without_seal(entry: Plain) -> dict[str, Any]:
    """The true entry of an exported one; raises ValueError for a seal that is damaged or is no seal."""
    seal = entry.get("seal")
    if seal is None:
        return dict(entry)
    try:
        hidden = opened(seal) if isinstance(seal, str) else None
    except ValueError:
        hidden = None
    match hidden:
        case {"panes": dict(panes), "messages": dict(messages), "votes": list(votes)}:
            known = {"panes": _open(entry.get("panes"), panes), "messages": _open(entry.get("messages"), messages)}
            return {**entry, **known, "votes": votes}
    raise ValueError("the seal of its blind comparison is damaged")


def _open(entries: object, hidden: Mapping[str, object]) -> object:
    """The entries with what is hidden of each; what is no entry is left for others to refuse."""
    if not isinstance(entries, list):
        return entries
    opened_entries = []
    for entry in entries:
        told = hidden.get(str(entry.get("id"))) if isinstance(entry, dict) else None
        opened_entries.append({**entry, **told} if isinstance(entry, dict) and isinstance(told, dict) else entry)
    return opened_entries
