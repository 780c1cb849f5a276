"""Actions on replies in the active pane or in all panes: retry, regenerate, continue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textchat.core.context.asking_again import last_said
from textchat.core.figures.shortfall import shortfall_of
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, KeyOf, Work

if TYPE_CHECKING:
    from textchat.core.conversation import Message


@dataclass(eq=False)
class ReplyActions:
    """Starts replies. While a reply grows, no other starts in its pane."""

    current: CurrentConversation
    notices: Notices
    key_of: KeyOf

    def actions(self) -> ActionTable:
        return {
            "reply.retry": self.retry,
            "reply.continue": self.continue_reply,
            "reply.regenerate": self.regenerate,
            "reply.retry_all": self.retry_all,
            "reply.continue_all": self.continue_all,
            "reply.regenerate_all": self.regenerate_all,
        }

    def is_refused(self) -> bool:
        """Whether a growing reply in the active pane blocks another one; if so, a notice says so."""
        if not self.current.is_answering():
            return False
        key = self.key_of("reply.cancel")
        self.notices.say(f"This pane is still replying.{f' Press {key} to stop it.' if key else ''}")
        return True

    def retry(self) -> Work | None:
        """Ask again in the active pane, or in all if all failed, as without a network."""
        if self.is_refused():
            return None
        return self.current.live.regenerate(
            self.current.target_ids if self._has_all_failed() else (self.current.active_id,)
        )

    def regenerate(self) -> Work | None:
        return None if self.is_refused() else self.current.live.regenerate((self.current.active_id,))

    def continue_reply(self) -> Work | None:
        return None if self.is_refused() else self.current.live.continue_answers((self.current.active_id,))

    def retry_all(self) -> Work:
        """Ask again in all panes whose last answer is not complete."""
        return self.current.live.regenerate([pane_id for pane_id, answer in self._answers() if not _is_whole(answer)])

    def regenerate_all(self) -> Work:
        return self.current.live.regenerate([pane.id for pane in self.current.panes])

    def continue_all(self) -> Work:
        """Continue the last answer in all panes where it stopped early; if it did in none, in all."""
        answers = self._answers()
        stopped = [pane_id for pane_id, answer in answers if answer.text and not _is_whole(answer)]
        return self.current.live.continue_answers(stopped or [pane_id for pane_id, _ in answers])

    def _answers(self) -> list[tuple[str, Message]]:
        """Pane id and last answer of each pane that ends with a finished answer, and perhaps a summary below that."""
        live = self.current.live
        leaves = ((pane.id, last_said(live.conversation, pane.leaf_id)) for pane in self.current.panes)
        return [(id_, leaf) for id_, leaf in leaves if leaf and leaf.model and id_ not in live.replies]

    def _has_all_failed(self) -> bool:
        leaves = [last_said(self.current.conversation, pane.leaf_id) for pane in self.current.panes]
        return all(leaf is not None and leaf.error is not None for leaf in leaves)


def _is_whole(answer: Message) -> bool:
    lack = shortfall_of(answer)
    return answer.status == "complete" and not (lack and lack.is_cut)
