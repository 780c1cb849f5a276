"""Merges a stored conversation, which another textchat may have changed, with the one that is open here."""

from __future__ import annotations

from dataclasses import replace

from textchat.core.conversation import Conversation, Pane


def merged_with(own: Conversation, stored: Conversation) -> Conversation:
    """The tree and the title as they are stored, in the panes as they are here.

    A pane follows where the same pane went on elsewhere; one whose messages were deleted stands at what is left of its
    branch. Panes that were opened or closed elsewhere change nothing here.
    """
    theirs = {pane.id: pane.leaf_id for pane in stored.panes}
    panes = tuple(replace(pane, leaf_id=_leaf(pane, theirs.get(pane.id), own, stored)) for pane in own.panes)
    return replace(stored, panes=panes or stored.panes)


def _leaf(pane: Pane, theirs: str | None, own: Conversation, stored: Conversation) -> str | None:
    left = [message.id for message in own.branch(pane.leaf_id) if message.id in stored.messages]
    leaf = left[-1] if left else None
    went_on = {None, *(message.id for message in stored.branch(theirs))}
    return theirs if theirs is not None and leaf in went_on else leaf
