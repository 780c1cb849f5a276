"""Reads `[keys]` of the config: checks ids and keys, and says what is wrong with an entry."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from functools import partial
from itertools import islice
from types import MappingProxyType

from textchat.core.limits import PROBLEMS
from textchat.core.text.sanitize import plain_line
from textchat.ui.keymap import ACTIONS, BY_ID, TOGETHER, UNBOUND, Action, Group, keys_of
from textchat.ui.keys import MODIFIERS, NAMED_KEYS, is_key, is_typed, split_keys

LONGEST = 100
"""Characters of a name that are shown, and compared with others."""
RENAMED: Mapping[str, str] = {"conversation.undelete": "app.undo"}
"""Former ids, which `[keys]` may still hold, and what they are called now."""


def keymap_from(
    keys: Mapping[str, str], shipped: Mapping[str, str] = MappingProxyType({})
) -> tuple[dict[str, str], dict[str, str]]:
    """Convert `[keys]` of the config for `App.set_keymap`; returns also a sentence for each unusable entry.

    `shipped` are the keys of the chosen keymap where they differ from the default ones; `[keys]` counts before them.
    """
    keymap: dict[str, str] = {}
    found: dict[str, Callable[[], str]] = {}
    """What makes the sentence for an unusable entry: to look for what was meant takes milliseconds."""
    written: dict[str, str] = {}
    for name, wanted in keys.items():
        action_id = RENAMED.get(name, name)
        if action_id != name and action_id in keys:
            continue  # the name of today counts
        if (problem := _problem_with(action_id, wanted)) is not None:
            found[name] = problem
        else:
            written[action_id] = name
            keymap[action_id] = ",".join(split_keys(wanted)) or UNBOUND + action_id
    problems = {name: problem() for name, problem in islice(found.items(), PROBLEMS.most)}
    if untold := list(found)[PROBLEMS.most :]:
        problems[untold[0]] = f"{len(untold):,} more entries of [keys] cannot be used."
    # A dropped entry gives its action the default keys back, and those may be what another entry took: look again.
    while clash := _first_clash(keymap, shipped):
        action_id, key, other = clash
        del keymap[action_id]
        problems[written[action_id]] = (
            f'"{action_id}" cannot be "{key}": that key belongs to "{other}"; give one of the two another key.'
        )
    return {**shipped, **keymap}, problems


def _problem_with(action_id: str, wanted: str) -> Callable[[], str] | None:
    """What makes the sentence for an entry that cannot be used."""
    action = BY_ID.get(action_id)
    if action is None:
        return partial(_no_action, action_id)
    for key in split_keys(wanted):
        if not is_key(key):
            return partial(_no_key, action_id, key)
        if is_typed(key) and Group.INPUT in TOGETHER[action.group]:
            return partial(_types, action_id, key)
    return None


def _no_action(action_id: str) -> str:
    nearest = _nearest_id(action_id)
    hint = f'did you mean "{nearest}"?' if nearest else "F1 lists the ids of all actions."
    return f'"{plain_line(action_id, LONGEST)}" is not an action; {hint}'


def _no_key(action_id: str, key: str) -> str:
    nearest = _nearest_key(key)
    hint = f'did you mean "{nearest}"?' if nearest else 'write it like "ctrl+r", "alt+up" or "f5".'
    return f'"{action_id}" has "{plain_line(key, LONGEST)}", which is not a key; {hint}'


def _types(action_id: str, key: str) -> str:
    return f'"{action_id}" cannot be "{key}": the input bar types it; add ctrl or alt, or use a function key.'


def _nearest_id(written: str) -> str | None:
    """The id that was probably meant: the same but for a letter or two, or but for the thing it belongs to."""
    if near := _near(written, [*BY_ID, *RENAMED], cutoff=0.8):
        return RENAMED.get(near, near)
    same_name = [action_id for action_id in BY_ID if action_id.partition(".")[2] == written.rpartition(".")[2]]
    return same_name[0] if len(same_name) == 1 else None


def _nearest_key(written: str) -> str | None:
    """The key that was probably meant, each part of it for itself: `crtl+escpae` is `ctrl+escape`."""
    *modifiers, name = written[:LONGEST].split("+")
    parts = [_near(modifier, MODIFIERS) for modifier in modifiers]
    parts.append(name if len(name) == 1 else _near(name, NAMED_KEYS))
    nearest = "+".join(part or "" for part in parts)
    return nearest if all(parts) and is_key(nearest) else None


def _near(written: str, known: Collection[str], cutoff: float = 0.6) -> str | None:
    if written in known:
        return written
    return next(iter(difflib.get_close_matches(written[:LONGEST], sorted(known), n=1, cutoff=cutoff)), None)


def _first_clash(keymap: Mapping[str, str], shipped: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The first clash in `keymap`: the id, the key, and the id of the other action with that key."""
    owners: dict[str, list[Action]] = {}
    # What the user wrote comes last: an entry yields to the defaults and to the entries before it.
    untouched = [action for action in ACTIONS if action.id not in keymap]
    for action in [*untouched, *(BY_ID[action_id] for action_id in keymap)]:
        for key in keys_of(action, {**shipped, **keymap}):
            for owner in owners.setdefault(key, []):
                if owner.group in TOGETHER[action.group]:
                    return action.id, key, owner.id
            owners[key].append(action)
    return None
