"""Deals the panes of a conversation for a blind comparison: nothing that is seen afterwards tells which was which."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace

from textchat.core.blind.blind import Blind
from textchat.core.conversation import Conversation, Pane, View, new_id

_TIME = 11
"""Characters of an id that say when it was made."""


def deal(conversation: Conversation, *, is_paced: bool) -> tuple[Conversation, Mapping[str, str]]:
    """The conversation compared blind from now on, and the former id of each pane by its new one.

    The panes come in an order of chance, which is that of their letters. They get new ids, for the old ones sort by the
    time they were made, and lose what they could be known by: width, folding, place, and which of them is active.
    """
    panes = list(conversation.panes)
    _shuffle(panes)
    when = new_id()[:_TIME]
    dealt = tuple(_unknown(pane, _id_like(when)) for pane in panes)
    blind = Blind(tuple(pane.id for pane in dealt), is_paced, time.time(), _shared(conversation))
    after = replace(conversation, panes=dealt, view=View(), blind=blind)
    return after, {new.id: old.id for new, old in zip(dealt, panes, strict=True)}


def deal_again(conversation: Conversation) -> Conversation:
    """The panes of a blind comparison in another order, with other letters; those without a letter get one."""
    blind = conversation.blind
    if blind is None:
        return conversation
    when = next(iter(blind.pane_ids), new_id())[:_TIME]
    panes = [pane if pane.id in blind.pane_ids else _unknown(pane, _id_like(when)) for pane in conversation.panes]
    _shuffle(panes)
    dealt = replace(blind, pane_ids=tuple(pane.id for pane in panes))
    return replace(conversation, panes=tuple(panes), view=View(), blind=dealt)


def ended(now: Conversation, before: Conversation, former: Mapping[str, str]) -> Conversation:
    """The conversation not blind any more, its panes in their places and with the ids from before it was dealt.

    `former` are the old ids by the new ones. Panes that came later stay behind the others.
    """
    known = {pane.id: pane for pane in before.panes}
    order = {pane.id: place for place, pane in enumerate(before.panes)}
    panes = [_as_before(pane, known.get(former.get(pane.id, ""))) for pane in now.panes]
    panes.sort(key=lambda pane: order.get(pane.id, len(order)))
    active = former.get(now.view.active_id or "", now.view.active_id)
    view = View(active, now.view.is_zoomed, now.view.sends_to_all and before.view.sends_to_all)
    return replace(now, panes=tuple(panes), view=view, blind=None)


def _shuffle(panes: list[Pane]) -> None:
    from random import SystemRandom  # behind the first paint

    SystemRandom().shuffle(panes)


def _unknown(pane: Pane, id_: str) -> Pane:
    return replace(pane, id=id_, weight=1.0, folded=False, place=None)


def _as_before(pane: Pane, before: Pane | None) -> Pane:
    if before is None:
        return pane
    weight = before.weight if pane.weight == 1.0 else pane.weight
    return replace(pane, id=before.id, weight=weight, folded=before.folded or pane.folded)


def _id_like(when: str) -> str:
    return f"{when}{os.urandom(4).hex()}"


def _shared(conversation: Conversation) -> str | None:
    """The last message that the branches of all panes have in common."""
    shared = None
    for level in zip(*(conversation.branch(pane.leaf_id) for pane in conversation.panes), strict=False):
        if len({message.id for message in level}) > 1:
            break
        shared = level[0].id
    return shared
