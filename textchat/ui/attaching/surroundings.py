"""What the attachments of an editor need of the screen around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from textual.widget import Widget

    from textchat.core.parts.draft import Draft
    from textchat.ui.attaching.attached import Chip
    from textchat.ui.attaching.chip_row import Face
    from textchat.ui.conversation.ports import Work


class Surroundings(Protocol):
    """Of the input bar: the conversation screen; of a dialog: the dialog."""

    def run(self, work: Work, /) -> None:
        """Run work in the background."""

    def run_first(self, work: Work, /) -> None:
        """As `run`; keys that are pressed meanwhile wait for it."""

    def say(self, sentence: str) -> None: ...

    def face(self, chip: Chip) -> Face:
        """What a chip shows."""

    def removed(self, chip: Chip) -> None:
        """Called when the user has removed a chip."""

    def submit(self, draft: Draft) -> None:
        """Take a finished prompt."""

    def returned(self, draft: Draft) -> None:
        """Put a prompt back that could not be sent: one of its files cannot be read."""

    def put_above(self, widget: Widget) -> None:
        """Put a widget right above the editor."""

    def changed(self) -> None:
        """Called when the chips have changed."""
