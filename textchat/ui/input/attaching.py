"""What an editor asks of the object that knows what is attached to its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from textchat.core.parts.draft import Draft


class Attaching(Protocol):
    """Attaches files and pastes; an editor without one has only its text."""

    @property
    def draft(self) -> Draft:
        """Text and files as they would be sent now."""

    @property
    def reads_first(self) -> bool:
        """Whether files have to be read before the prompt can be sent."""

    def typed(self) -> None:
        """Take note that the text has changed."""

    def takes_key(self, key: str) -> bool:
        """Take a key before the editor does."""

    def takes_paste(self, text: str) -> bool:
        """Take a paste that is not to be inserted as it is."""

    def takes_undo(self) -> bool:
        """Undo what came last, if that was no edit of the text alone."""

    def clear(self) -> None:
        """Forget what is attached."""

    def forget(self) -> None:
        """As `clear`, and send nothing of this conversation any more."""

    def show(self, draft: Draft, typed: str = "") -> None:
        """Attach the files of a draft, whose text was put before what was `typed`."""

    def fold(self, text: str, place: int) -> None:
        """Keep a long text beside the editor's, at a place of that."""

    def unfold(self) -> None:
        """Put the long texts that stand beside the editor's into it, each at its place."""

    def send(self) -> None:
        """Hand text and files over, once the files are read."""
