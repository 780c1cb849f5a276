"""Actions on answers side by side: show differences, vote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textchat.core.merging.naming import answers_of
from textchat.core.votes.voting import NothingToVoteOn
from textchat.ui.conversation.app_services import Dialogs
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, Work

if TYPE_CHECKING:
    from textchat.core.conversation import Conversation, Message
    from textchat.core.reply import Reply

LONGEST_COMPARED = 300_000
"""Characters of a reply that is compared with others: the differences are found at once, in a second at the worst."""


@dataclass(eq=False)
class ComparisonActions:
    """Shows the differences between answers and records votes on them."""

    current: CurrentConversation
    dialogs: Dialogs
    notices: Notices
    ask_blind: Callable[[bool], Work]
    """Asks for the vote of a blind comparison; whether Enter says that it is a tie."""

    def actions(self) -> ActionTable:
        return {
            "pane.diff": self.diff,
            "pane.vote": partial(self.vote, is_tie=False),
            "pane.tie": partial(self.vote, is_tie=True),
        }

    def diff(self) -> None:
        """Show the differences between the panes' answers or, with one pane, between versions of its last answer.

        A merge in the active pane is compared with what it was made of first.
        """
        answers = self._answers()
        if len(answers) < 2:
            self.notices.say("Nothing to compare yet: it takes two replies.")
            return
        longest = max(len(answer.text) for _, answer in answers)
        if longest > LONGEST_COMPARED:
            self.notices.say(f"Too long to compare here: {longest:,} characters. Export them and compare the files.")
            return
        numbers = [number for number, _ in answers]
        active = self.current.active_number
        has_base = len(self.current.panes) > 1 and active in numbers and self._merge is None
        self.dialogs.compare(answers, numbers.index(active) if has_base else 0)

    def _answers(self) -> list[tuple[int, Message | Reply]]:
        """The answers to compare, each with its number; a growing reply as it is so far."""
        conversation = self.current.shown
        growing = {reply.id: reply for reply in self.current.replies.values()}
        if len(self.current.panes) > 1:
            leaves = [(number, pane.leaf_id) for number, pane in enumerate(self.current.panes, start=1)]
        else:
            leaf = self.current.active_pane.leaf_id
            leaves = list(enumerate(conversation.siblings(leaf), start=1)) if leaf else []
        if (merge := self._merge) is not None:
            leaves = _with_sources(conversation, merge, leaves)
        answers: list[tuple[int, Message | Reply]] = []
        for number, leaf in leaves:
            answered = [message for message in conversation.branch(leaf) if message.model and not message.is_summary]
            answer = growing.get(answered[-1].id, answered[-1]) if answered else None
            if answer is not None and (answer.text.strip() or answer.parts):
                answers.append((number, answer))
        return answers

    @property
    def _merge(self) -> Message | None:
        """The merge that the active pane ends with."""
        last = self.current.shown.messages.get(self.current.active_pane.leaf_id or "")
        return last if last is not None and last.merged is not None else None

    def vote(self, *, is_tie: bool) -> Work:
        return self.ask_blind(is_tie) if self.current.is_blind else self._vote(self.current.active_id, is_tie=is_tie)

    async def _vote(self, pane_id: str, *, is_tie: bool) -> None:
        try:
            await self.current.live.vote(pane_id, is_tie=is_tie)
        except NothingToVoteOn as reason:
            self.notices.say(str(reason))


def _with_sources(
    conversation: Conversation, merge: Message, leaves: Sequence[tuple[int, str | None]]
) -> list[tuple[int, str | None]]:
    """A merge, its sources, the other leaves, each with its number; that of a version where no pane shows it."""
    numbers = {leaf: number for number, leaf in leaves}
    sources = answers_of(conversation, merge.merged) if merge.merged is not None else []
    first = [merge.id, *(source.id for source in sources)]
    ordered = [*first, *(leaf for leaf in numbers if leaf not in first)]
    return [(numbers.get(leaf) or 1 + conversation.place_among_siblings(leaf or "")[0], leaf) for leaf in ordered]
