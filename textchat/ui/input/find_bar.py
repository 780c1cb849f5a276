"""Search field for the messages of a pane; hidden until it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Label

from textchat.ui.input.line_field import LineField
from textchat.ui.messages import FindEnded

if TYPE_CHECKING:
    from textchat.ui.transcript.message_list import MessageList


class FindBar(Horizontal):
    """Searches one message list at a time, again after each key."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "close", "Close", show=False),
        Binding("down", "next", "Next", show=False),
        Binding("shift+enter,up", "previous", "Previous", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._list: MessageList | None = None

    def compose(self) -> ComposeResult:
        yield Label("find ", classes="find-bar--label")
        yield LineField(compact=True)
        yield Label("", id="find-tally")

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    @property
    def messages(self) -> MessageList | None:
        """The list that is searched."""
        return self._list

    def open(self, messages: MessageList) -> None:
        """Show the bar and search `messages`."""
        field = self.query_one(LineField)
        field.focus()
        field.select_all()
        self.show(messages)

    def show(self, messages: MessageList) -> None:
        """Search `messages` for the same words as before; the focus stays where it is."""
        self.add_class("-open")
        self._search_in(messages)

    def follow(self, messages: MessageList) -> None:
        """Search another list, if the bar is open."""
        if self.is_open:
            self._search_in(messages)

    def _search_in(self, messages: MessageList) -> None:
        """Search a list; highlights of a search in another one are removed."""
        if self._list is not messages:
            self._clear()
            self._list = messages
        self._find(self.query_one(LineField).value)

    @on(LineField.Changed)
    def _typed(self, event: LineField.Changed) -> None:
        event.stop()
        self._find(event.text_area.text)

    def _find(self, query: str) -> None:
        if self._list is not None:
            self._show_tally(*self._list.finder.find(query))

    @on(LineField.Submitted)
    def action_next(self) -> None:
        if self._list is not None:
            self._show_tally(*self._list.finder.step(1))

    def action_previous(self) -> None:
        if self._list is not None:
            self._show_tally(*self._list.finder.step(-1))

    def action_close(self) -> None:
        self.hide()
        self.post_message(FindEnded())

    def hide(self) -> None:
        """End the search; the focus stays where it is."""
        self._clear()
        self.remove_class("-open")

    def _clear(self) -> None:
        if self._list is not None:
            self._list.finder.clear()
            self._list = None

    def _show_tally(self, number: int, count: int) -> None:
        is_asked = bool(self.query_one(LineField).value)
        self.query_one("#find-tally", Label).update(f"{number}/{count}" if count else "nothing" if is_asked else "")
