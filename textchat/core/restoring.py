"""Pure functions that bring back what was removed from a conversation, as near to its place as what is there allows.

Each compares three values: `before` and `after` the removal, and `now`. What has changed since `after` is newer work
and stays; all else becomes what it was `before`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from textchat.core.conversation import Conversation, Message, Pane, View
from textchat.core.parameters import PARAMETER_NAMES, Parameters
from textchat.core.turns import MOST_PANES


def with_messages_back(
    now: Conversation, before: Conversation, after: Conversation, removed: Mapping[str, Message]
) -> Conversation:
    """A copy of `now` with the `removed` messages, in the panes that showed them unless these have gone on."""
    known = {**now.messages, **removed}
    back = {
        id_: replace(message, parent_id=nearest(before, message.parent_id, known)) for id_, message in removed.items()
    }
    known = {**back, **now.messages}  # what has come back in another way is the newer form
    order = [id_ for id_ in before.messages if id_ in known]
    order += [id_ for id_ in known if id_ not in before.messages]
    restored = replace(now, messages={id_: known[id_] for id_ in order})
    return _with_votes_back(replace(restored, panes=_panes_as_before(restored, before, after)), before)


def with_panes_back(now: Conversation, before: Conversation, after: Conversation) -> Conversation:
    """A copy of `now` with the panes that were closed, each beside its former neighbour, as far as there is room."""
    panes = list(_panes_as_before(now, before, after))
    for pane in closed_panes(before, after):
        there = [shown.id for shown in panes]
        if pane.id not in there and len(panes) < MOST_PANES:
            beside = [other.id for other in before.panes[: before.panes.index(pane)] if other.id in there]
            at = there.index(beside[-1]) + 1 if beside else 0
            panes.insert(at, replace(pane, leaf_id=nearest(before, pane.leaf_id, now.messages)))
    return replace(now, panes=tuple(panes), view=_view_as_before(now, before, after))


def without_opened_panes(now: Conversation, before: Conversation, after: Conversation) -> Conversation:
    """A copy of `now` without the panes that were opened, and with what was changed in the others as it was."""
    opened = {pane.id for pane in closed_panes(after, before)}
    kept = tuple(pane for pane in _panes_as_before(now, before, after) if pane.id not in opened)
    earlier, changed = ({pane.id: pane.parameters for pane in known.panes} for known in (before, after))
    panes = tuple(
        replace(pane, parameters=parameters_as_before(pane.parameters, earlier[pane.id], changed[pane.id]))
        if pane.id in earlier and pane.id in changed
        else pane
        for pane in kept
    )
    view = replace(now.view, sends_to_all=_sends_to_all_as_before(now, before, after))
    return replace(now.with_only(panes or now.panes), view=view)


def with_former_panes(now: Conversation, before: Conversation, after: Conversation) -> Conversation:
    """A copy of `now` in which panes that were replaced are back, and those that replaced them are gone."""
    replacing = {pane.id for pane in closed_panes(after, before)}
    bare = replace(now, panes=tuple(pane for pane in now.panes if pane.id not in replacing))
    back = with_panes_back(bare, before, after)
    active = before.view.active_id if now.view.active_id in replacing else now.view.active_id
    return replace(back, panes=back.panes or now.panes, view=replace(back.view, active_id=active))


def parameters_as_before(now: Parameters, before: Parameters, after: Parameters) -> Parameters:
    """The parameters of `now`; what the change to `after` made of them is taken back, unless it has changed again."""
    was, became, are = (_by_name(parameters) for parameters in (before, after, now))
    changed = {name for name in was.keys() | became.keys() if was.get(name) != became.get(name)}
    back = {name for name in changed if are.get(name) == became.get(name)}
    return now.merged({name: was[name] for name in back if name in was}).without(back - was.keys())


def _by_name(parameters: Parameters) -> dict[str, Any]:
    return {**{name: getattr(parameters, name) for name in PARAMETER_NAMES}, **parameters.extra}


def closed_panes(before: Conversation, after: Conversation) -> tuple[Pane, ...]:
    """The panes of `before` that `after` has no more, from left to right."""
    kept = {pane.id for pane in after.panes}
    return tuple(pane for pane in before.panes if pane.id not in kept)


def nearest(before: Conversation, message_id: str | None, known: Mapping[str, Message]) -> str | None:
    """The message, or the nearest one above it in `before`, that is known; None if there is none."""
    return next((id_ for id_ in above(before, message_id) if id_ in known), None)


def above(before: Conversation, message_id: str | None) -> Iterable[str]:
    """The ids from a message up to its root, as they were."""
    while message_id is not None:
        yield message_id
        message = before.messages.get(message_id)
        message_id = None if message is None else message.parent_id


def outline(conversation: Conversation, needed: Iterable[str], whole: Collection[str] = ()) -> Conversation:
    """What bringing back needs of a `before`: its panes, votes and the places of the `needed` messages.

    The messages in `whole` keep all they hold; of the others, a step of the undo would keep texts that the store has.
    """
    known = conversation.messages
    messages = {id_: known[id_] if id_ in whole else _place(known[id_]) for id_ in needed if id_ in known}
    return replace(conversation, messages=messages)


def _place(message: Message) -> Message:
    return Message(message.id, message.parent_id, message.role, "")


def _panes_as_before(now: Conversation, before: Conversation, after: Conversation) -> tuple[Pane, ...]:
    """The panes of `now`; what the removal changed in them is taken back, unless it has changed again."""
    earlier = {pane.id: pane for pane in before.panes}
    removed = {pane.id: pane for pane in after.panes}
    return tuple(
        _pane_as_before(pane, earlier[pane.id], removed[pane.id], now)
        if pane.id in earlier and pane.id in removed
        else pane
        for pane in now.panes
    )


def _pane_as_before(pane: Pane, before: Pane, after: Pane, now: Conversation) -> Pane:
    if pane.leaf_id == after.leaf_id and (before.leaf_id is None or before.leaf_id in now.messages):
        pane = replace(pane, leaf_id=before.leaf_id)
    return replace(pane, folded=before.folded) if pane.folded == after.folded else pane


def _view_as_before(now: Conversation, before: Conversation, after: Conversation) -> View:
    sends_to_all = _sends_to_all_as_before(now, before, after)
    # With one pane left there was nothing to zoom, which is no choice of the user's.
    return replace(now.view, is_zoomed=now.view.is_zoomed or before.view.is_zoomed, sends_to_all=sends_to_all)


def _sends_to_all_as_before(now: Conversation, before: Conversation, after: Conversation) -> bool:
    sends_to_all = now.view.sends_to_all
    return before.view.sends_to_all if sends_to_all == after.view.sends_to_all else sends_to_all


def _with_votes_back(now: Conversation, before: Conversation) -> Conversation:
    """With the votes whose answers are all there again, unless one of these was judged anew."""
    for vote in before.votes:
        if vote.message_ids <= now.messages.keys() and all(now.vote_on(id_) is None for id_ in vote.message_ids):
            now = replace(now, votes=(*now.votes, vote))
    return now
