"""Makes the comparison of a conversation blind, and ends that without a vote; a vote ends it too (`live.voting`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from textchat.core import restoring
from textchat.core.blind.dealing import deal, ended
from textchat.core.blind.masks import masked
from textchat.core.conversation import Conversation
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import Step, StepWithin, Undone, UndoStack
from textchat.live.prompts.outbox import Outbox
from textchat.live.replies import Replies


class CannotCompareBlind(Exception):
    """The panes cannot be compared blind now; the text is one sentence with the next step."""


class BlindComparison:
    """Begins and ends the blind comparison of a conversation.

    It begins with the next prompt: what was said in these panes before is sent along and hidden, for who has seen it
    there would know the pane. It ends once: what was revealed is known, and can be voted on openly only.
    """

    def __init__(self, store: ConversationStore, replies: Replies, outbox: Outbox, undo: UndoStack) -> None:
        self._store = store
        self._replies = replies
        self._outbox = outbox
        self._undo = undo

    async def begin(self, *, is_paced: bool = False) -> Step:
        """Shuffle the panes, and hide which is which until the vote; raises CannotCompareBlind.

        `is_paced`: all replies are to be shown at one speed.
        """
        before = self._store.conversation
        if before.blind is not None:
            raise CannotCompareBlind("The models are hidden already. Vote, or reveal them.")
        if len(before.panes) < 2:
            raise CannotCompareBlind("A blind comparison needs two panes. Add a pane first.")
        if self._replies.growing or self._outbox.is_sending or len(self._outbox.queue):
            raise CannotCompareBlind("Wait until all replies have ended, then hide the models.")
        after, former = deal(before, is_paced=is_paced)
        if not _look_alike(after):
            raise CannotCompareBlind("Some panes have other prompts, which tells them apart. Start a new conversation.")
        step = BegunBlind(restoring.outline(before, ()), former)
        self._undo.push(step)
        await self._store.change(after)
        return step

    async def reveal(self) -> bool:
        """Show the models without a vote; False where they are not hidden. This cannot be undone."""
        conversation = self._store.conversation
        if conversation.blind is None:
            return False
        await self._store.change(replace(conversation, blind=None))
        return True


def _look_alike(dealt: Conversation) -> bool:
    """Whether what is shown of each pane is the same, as far as its letter."""
    shown = masked(dealt)
    branches = (shown.branch(pane.leaf_id) for pane in shown.panes)
    return len({tuple((message.role, message.text) for message in branch) for branch in branches}) == 1


@dataclass(frozen=True, eq=False)
class BegunBlind(StepWithin):
    """A step of the undo: the panes as they were before they were shuffled."""

    before: Conversation
    """Without its messages."""
    former: Mapping[str, str]
    """The ids of the panes then, by those since."""

    @property
    def conversation_id(self) -> str:
        return self.before.id

    @property
    def done(self) -> str:
        return "Hid the models"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        """Put the panes into their places; this reveals the models. Not while one of them replies."""
        now = store.conversation
        leaves = (now.messages.get(pane.leaf_id or "") for pane in now.panes)
        if outbox.is_sending or len(outbox.queue) or any(leaf is not None and leaf.is_growing for leaf in leaves):
            return Undone("", rest="Wait until all replies have ended before you undo.")
        await store.change(ended(now, self.before, self.former))
        return Undone("the panes as they were")
