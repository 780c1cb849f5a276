"""Cancels replies: first the one that is looked at, those of the other panes only on a second press."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.ports import ActionTable, KeyOf


@dataclass(eq=False)
class Cancelling:
    """Cancels the active pane's reply, and when pressed again at once, all others.

    `warn` shows a sentence in place of the key hints, the longest of the given forms that fits; without one, no more.
    """

    current: CurrentConversation
    key_of: KeyOf
    warn: Callable[[Sequence[str]], None]
    _is_next_for_all: bool = False

    def actions(self) -> ActionTable:
        return {"reply.cancel": self.cancel}

    def cancel(self) -> None:
        live, active_id = self.current.live, self.current.active_id
        others = len(self.current.replies.keys() - {active_id})
        is_ended = self.current.growing.show_whole((active_id,))  # all that has come of it
        if live.cancel(active_id) or is_ended:  # also where a click has turned to it since the first press
            self.calm_down()
            self._is_next_for_all = others > 0
        elif self._is_next_for_all:
            self.calm_down()
            self.current.growing.show_whole(self.current.replies)
            live.cancel_all()
        elif others:
            self._is_next_for_all = True
            self.warn(self._question(others))

    def calm_down(self) -> None:
        """Another key was pressed: the next press is a first one again."""
        self._is_next_for_all = False
        self.warn(())

    def _question(self, others: int) -> tuple[str, ...]:
        key = self.key_of("reply.cancel") or "the key"
        panes, them = ("1 other pane is", "it") if others == 1 else (f"{others} other panes are", "them")
        return (
            f"{panes} still replying. Press {key} again to stop {them}.",
            f"{others} more replying. {key} again stops {them}.",
            f"{key} again stops {others}.",
        )
