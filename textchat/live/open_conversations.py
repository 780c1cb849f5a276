"""The conversations that are held in memory: those on the screen, and those left there until they have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textchat.live.conversation import LiveConversation


class OpenConversations:
    """Holds one object for each conversation, and lets go of it once it was left and does nothing any more."""

    def __init__(self) -> None:
        self.on_let_go: Callable[[LiveConversation], None] = lambda live: None
        """Told of a conversation that was let go: nothing is to keep it in memory."""
        self._by_id: dict[str, LiveConversation] = {}
        self._left: set[str] = set()
        """Of these, the ids of those that are not on the screen."""

    def __iter__(self) -> Iterator[LiveConversation]:
        """In the order in which they were opened; who goes through them may let go of some."""
        return iter(tuple(self._by_id.values()))

    def get(self, conversation_id: str) -> LiveConversation | None:
        """The conversation with this id, if it is open: on the screen, or left while it replies."""
        return self._by_id.get(conversation_id)

    @property
    def unsaved(self) -> list[LiveConversation]:
        """Those of which not all could be stored."""
        return [live for live in self if live.store.unsaved]

    def add(self, live: LiveConversation) -> None:
        self._by_id[live.conversation.id] = live

    def leave(self, live: LiveConversation) -> None:
        """Note that it is not on the screen any more."""
        self._left.add(live.conversation.id)
        self.work_changed(live)

    def come_back(self, conversation_id: str) -> LiveConversation | None:
        """The conversation with this id, to be on the screen again; None if it is not open."""
        self._left.discard(conversation_id)
        return self.get(conversation_id)

    def work_changed(self, live: LiveConversation) -> None:
        """Let go of a conversation that was left and has become idle, and hold one for as long as it does something."""
        conversation_id = live.conversation.id
        if live.is_busy or live.store.unsaved:
            if conversation_id not in self._by_id:  # a prompt was on its way here when it was let go
                self.add(live)
                self._left.add(conversation_id)
        elif conversation_id in self._left and self.get(conversation_id) is live:
            self._left.discard(conversation_id)
            del self._by_id[conversation_id]
            self.on_let_go(live)
