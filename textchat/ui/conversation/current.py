"""State of the screen: its conversation, the active pane, and the panes that the next prompt is sent to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textchat.core.conversation import View
from textchat.ui.blind.shown import Shown

if TYPE_CHECKING:
    from textchat.core.blind.masks import Mask
    from textchat.core.conversation import Conversation, Pane
    from textchat.core.figures.standing import Standing
    from textchat.core.parts.part import Part
    from textchat.core.reply import Reply
    from textchat.live.conversation import LiveConversation
    from textchat.ui.blind.shown_replies import ShownReplies


class CurrentConversation:
    """State shared by the collaborators of the screen; it draws nothing.

    How the panes are looked at is kept with the conversation, so that it is found as it was left.
    """

    def __init__(self, live: LiveConversation) -> None:
        self.awards: Sequence[str] = ()
        """Who won the last race, in forms of different length, the longest first; empty without one."""
        self._shown = Shown()
        self.show(live)

    def show(self, live: LiveConversation) -> None:
        """Set the conversation of the screen, with the pane active that was, or else the first."""
        self.live = live
        self.growing.forget()
        ids = [pane.id for pane in live.conversation.panes]
        was_active = live.conversation.view.active_id
        self._active_id = was_active if was_active in ids else ids[0]

    @property
    def conversation(self) -> Conversation:
        return self.live.conversation

    @property
    def panes(self) -> tuple[Pane, ...]:
        return self.live.conversation.panes

    @property
    def models(self) -> list[str]:
        """The models of the panes for a new conversation: in their order, unless that would tell which is which."""
        models = [pane.model for pane in self.panes]
        return sorted(models) if self.is_blind else models

    # -- what is shown of it -----------------------------------------------------------------------------------------

    @property
    def is_blind(self) -> bool:
        """Whether the models of its panes are not to be known until the vote."""
        return self.conversation.blind is not None

    @property
    def shown(self) -> Conversation:
        """The conversation as it may be seen: in a blind comparison without what would tell a model."""
        return self._shown.conversation(self.conversation, self.live.replies)

    @property
    def replies(self) -> Mapping[str, Reply]:
        """The growing replies by pane id, as they may be seen; where all have one pace, also what has ended."""
        return self._shown.replies(self.conversation, self.live.replies)

    def standing(self, message_id: str) -> Standing:
        """Where a message stands among its versions, as far as it may be seen."""
        return self._shown.standing(self.conversation, self.shown, message_id)

    @property
    def mask(self) -> Mask:
        """What is shown of names and sentences."""
        return self._shown.mask(self.conversation)

    @property
    def growing(self) -> ShownReplies:
        """Those replies that are compared blind."""
        return self._shown.growing

    async def content(self, part: Part) -> bytes:
        """What a file of the conversation holds; raises StoreError, or ValueError where nobody has it."""
        return (part if part.data is not None else (await self.live.history.with_loaded((part,)))[0]).content

    @property
    def active_id(self) -> str:
        """Id of the active pane; if that was just closed, of the last one."""
        ids = [pane.id for pane in self.panes]
        return self._active_id if self._active_id in ids else ids[-1]

    @active_id.setter
    def active_id(self, pane_id: str) -> None:
        self._active_id = pane_id
        if pane_id != (self._view.active_id or self.panes[0].id):
            self._keep(self._view)

    @property
    def sends_to_all(self) -> bool:
        """Whether the next prompt is for all panes, and not for the active one alone."""
        return self._view.sends_to_all

    @sends_to_all.setter
    def sends_to_all(self, sends_to_all: bool) -> None:
        self._keep(replace(self._view, sends_to_all=sends_to_all))

    @property
    def is_zoomed(self) -> bool:
        """Whether the active pane is shown alone."""
        return self._view.is_zoomed

    @is_zoomed.setter
    def is_zoomed(self, is_zoomed: bool) -> None:
        self._keep(replace(self._view, is_zoomed=is_zoomed))

    @property
    def _view(self) -> View:
        return self.live.conversation.view

    def _keep(self, view: View) -> None:
        first = self.panes[0].id
        if view != self._view or (view.active_id or first) != (self._active_id or first):
            self.live.store.keep_view(replace(view, active_id=self._active_id))

    @property
    def active_pane(self) -> Pane:
        return self.conversation.pane(self.active_id)

    @property
    def active_number(self) -> int:
        """The number of the active pane, from 1."""
        return 1 + [pane.id for pane in self.panes].index(self.active_id)

    @property
    def target_ids(self) -> tuple[str, ...]:
        """Ids of the panes that the next prompt is sent to."""
        return tuple(pane.id for pane in self.panes) if self.sends_to_all else (self.active_id,)

    def is_answering(self) -> bool:
        """Whether a reply grows in the active pane, as far as it may be seen."""
        return self.active_id in self.replies
