"""Offers commands for the slash at the beginning of the input bar, and values for what stands behind one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textchat.core.text.sanitize import plain_name
from textchat.ui.attaching.file_list import FileRow
from textchat.ui.bar.slash.command_list import CommandList
from textchat.ui.bar.slash.commands import SlashCommand, command_named, offered
from textchat.ui.workers import run_latest

if TYPE_CHECKING:
    from textchat.ui.input.input_bar import InputBar

TAKES = frozenset({"tab", "enter"})
MOVES = {"up": -1, "down": 1, "shift+tab": -1}
LONGEST_LINE = 300
"""Characters of a line that commands are offered for."""
LONGEST_VALUE = 200
NOTE = "A second / at the beginning sends it as text"


class SlashCompletion:
    """Belongs to the input bar, which keeps the focus; `mount` puts the list above it."""

    def __init__(
        self,
        bar: InputBar,
        commands: Callable[[], Sequence[SlashCommand]],
        mount: Callable[[CommandList], None],
        run: Callable[[str], None],
    ) -> None:
        """`commands` are those there are now; `run` runs the one that stands in the bar."""
        self._bar = bar
        self._commands = commands
        self._mount = mount
        self._run = run
        self._list: CommandList | None = None
        self._known: Sequence[SlashCommand] = ()
        self._heard = ""
        """The text that the offers are for; empty while nothing is offered."""
        self._left_alone = ""
        """What stood there when Escape closed the list: nothing is offered for what is more or less of it."""
        self._moved = False
        """The cursor was moved in the list: Enter means that row."""
        self._looked_up = ""
        """The text whose values are being looked up."""
        self._tab_behind = ""
        """The text behind which Tab was pressed before there were values: the first of them is taken."""

    @property
    def _text(self) -> str:
        document = self._bar.document
        line = document[0] if document.line_count == 1 else ""
        return line if line.startswith("/") and len(line) <= LONGEST_LINE else ""

    def typed(self) -> None:
        """Look at the bar, after its text has changed; cheap where it does not begin with a slash."""
        text = self._text
        if text == self._heard:
            return
        if not text:
            self._left_alone = ""
            self._close()
        elif not self._is_left_alone(text):
            self._left_alone = ""
            self._known = self._known if self._heard else self._commands()
            self._heard, self._moved = text, False
            self._offer(text)

    def key(self, key: str) -> bool:
        """Take a key that is for the list; False for all others, and for Enter behind a whole command."""
        if key in TAKES:
            self.typed()  # of the last letter it may not have heard yet
        row = self._list.chosen if self._list is not None else None
        if row is None or self._list is None:
            is_early = key == "tab" and bool(self._heard) and self._looked_up == self._heard
            self._tab_behind = self._heard if is_early else ""
            return is_early
        if key == "escape":
            self._left_alone = self._heard
            self._close()
        elif key in MOVES:
            self._moved = True
            self._list.move(MOVES[key])
        elif key == "tab" or (key == "enter" and self._means_row()):
            self._take(row, runs=key == "enter")
        else:
            return False
        return True

    def _is_left_alone(self, text: str) -> bool:
        left = self._left_alone
        return bool(left) and text != "/" and (text.startswith(left) or left.startswith(text))

    def _means_row(self) -> bool:
        """Whether Enter takes the chosen row, and not what is typed: that is no whole command, or a row was chosen."""
        name, blank, _ = self._heard[1:].partition(" ")
        return self._moved or not (blank or command_named(name.lower(), self._known))

    # -- what is offered ---------------------------------------------------------------------------------------------

    def _offer(self, text: str) -> None:
        name, blank, rest = text[1:].partition(" ")
        if not blank:
            self._show([_row(command) for command in offered(name, self._known)])
            return
        command = command_named(name.lower(), self._known)
        if command is None or command.values is None or command.lacks:
            self._show([])
        else:
            self._looked_up = text
            run_latest(self._bar.screen, partial(self._offer_values, text, command, rest.strip()), "slash")

    async def _offer_values(self, text: str, command: SlashCommand, typed: str) -> None:
        assert command.values is not None
        self._show([])
        async for values in command.values(typed):
            if text != self._heard:
                return
            rows = [value for value in values if value != typed and len(value) <= LONGEST_VALUE]
            self._show(
                [FileRow(f"/{command.name} {plain_name(value)}") for value in rows if plain_name(value) == value]
            )
            if self._tab_behind == text and self._list is not None and (row := self._list.chosen) is not None:
                self._take(row, runs=False)
        if self._looked_up == text:
            self._looked_up = ""

    def _show(self, rows: Sequence[FileRow]) -> None:
        if self._list is None:
            if not rows:
                return
            self._list = CommandList(lambda row: self._take(row, runs=True))
            self._mount(self._list)
        self._list.show(rows, NOTE if rows and self._heard == "/" else "")

    # -- what is chosen ----------------------------------------------------------------------------------------------

    def _take(self, row: FileRow, *, runs: bool) -> None:
        """Write the offer into the bar; run it, if nothing has to stand behind it."""
        name, blank, _ = row.path.partition(" ")
        command = command_named(name[1:].lower(), self._known)
        if command is None:
            return
        is_value = bool(blank) and self._heard[1:].partition(" ")[1] != ""
        text = row.path if is_value else f"{name} " if command.argument else name
        self._bar.show(text)
        self._bar.move_cursor(self._bar.document.end)
        is_folder = is_value and text.endswith("/")  # on into it
        if runs and not is_folder and (is_value or not command.needs_argument):
            self._close()
            self._run(text)
        else:
            self.typed()

    def _close(self) -> None:
        self._heard, self._known, self._moved = "", (), False
        if self._list is not None:
            self._list.show(())


def _row(command: SlashCommand) -> FileRow:
    about = command.lacks or (f"{command.about} · {command.key}" if command.key else command.about)
    return FileRow(command.form, about)
