"""A growing reply as a blind comparison shows it: under its letter, without figures and thoughts, up to a point."""

from __future__ import annotations

from textchat.core.events import TextDelta, TextWasReasoning
from textchat.core.reply import Phase, Reply
from textchat.core.text.text_pieces import TextPieces
from textchat.render.common_pace import Arrived
from textchat.render.pace import HeldText


class BlindReply(Reply):
    """Follows a growing reply and has as much of its text as is shown.

    It has the id of that reply, not its model. Whether a model thinks, waits for its turn or is tried again tells it
    from others: all that is said of a reply without text is that it is waited for. Files and sources come with its end.
    """

    hides_figures = True

    def __init__(self, followed: Reply, name: str) -> None:
        """`name` stands in place of the model's."""
        super().__init__(
            conversation_id=followed.conversation_id,
            parent_id=followed.parent_id,
            model=name,
            prefix=followed.prefix,
            reply_id=followed.id,
        )
        self.covers, self.created_at = followed.covers, followed.created_at
        self.followed = followed
        self._held = HeldText()
        self._seen = self._start = followed.answer_start
        self._arrived = self._shown = 0
        self.is_shown_whole = False
        """Whether it has ended, and nothing of its text is left to be shown."""
        self.is_hurried = False
        """Whether what comes is shown at once, because the user has stopped it."""
        self.start()

    def take_in(self) -> Arrived:
        """Look at what has come since; the cost does not depend on what came before."""
        followed = self.followed
        if followed.answer_start != self._start:  # what was taken for its text were thoughts
            self._seen = self._start = followed.answer_start
            self._held, self._arrived, self._shown = HeldText(), 0, 0
            self.feed(TextWasReasoning())
            self.reasoning_chunks = TextPieces()
        chunks = followed.text_chunks
        for position in range(self._seen, len(chunks)):
            self._held.add(chunks[position])
            self._arrived += len(chunks[position])
        self._seen = len(chunks)
        return Arrived(self._arrived, followed.is_ended)

    def reveal(self, characters: int, *, is_held: bool = False) -> bool:
        """Show so many characters, or all there are; True where it looks different then.

        `is_held` says that more of it, or of another one, waits for those that have not come so far.
        """
        before = self.phase, self._shown, self.is_shown_whole
        wanted = self._arrived if self.is_hurried else min(characters, self._arrived)
        if wanted > self._shown:
            self.feed(TextDelta(self._held.take(wanted - self._shown)))
            self._shown = wanted
        self.is_shown_whole = self.followed.is_ended and self._shown >= self._arrived
        self.phase = Phase.HELD if is_held else Phase.STREAMING if self.has_text else Phase.WAITING
        return before != (self.phase, self._shown, self.is_shown_whole)
