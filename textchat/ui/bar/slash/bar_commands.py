"""Runs the slash commands of the input bar; what completes them is imported at the first slash."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING

from textchat.core.parts.draft import Draft
from textchat.ui.bar.slash.command_form import command_in

if TYPE_CHECKING:
    from textual.widget import Widget

    from textchat.ui.bar.slash.commands import CommandSource, SlashCommand
    from textchat.ui.bar.slash.completion import SlashCompletion
    from textchat.ui.conversation.ports import ScreenContext, Work

LONGEST_NAME = 40


class BarCommands:
    """`actions` makes the source of the commands for actions; others are added with `add_source`."""

    def __init__(
        self, context: ScreenContext, actions: Callable[[], CommandSource], put_above: Callable[[Widget], None]
    ) -> None:
        self._context = context
        self._bar = context.input_bar
        self._make_actions = actions
        self._actions: CommandSource | None = None
        self._sources: list[CommandSource] = []
        self._put_above = put_above
        self._completion: SlashCompletion | None = None
        self._bar.commands = self

    def add_source(self, source: CommandSource) -> None:
        """Offer the commands of another source, too; its namesake of the table of actions keeps the name."""
        self._sources.append(source)

    def typed(self) -> None:
        """Take note that the text of the bar has changed."""
        if self._completion is not None:
            self._completion.typed()
        elif self._bar.document.line_count == 1 and self._bar.document[0].startswith("/"):
            from textchat.ui.bar.slash.completion import SlashCompletion

            self._completion = SlashCompletion(self._bar, self._commands, self._put_above, self.run)
            self._completion.typed()

    def run_early(self) -> None:
        """Run the commands that were entered before there was anything to run them."""
        lines, self._bar.early_commands = self._bar.early_commands, []
        for line in lines:
            self.run(line)

    def takes_key(self, key: str) -> bool:
        if key == "tab":
            self.typed()  # of the slash before it may not have been heard yet
        return self._completion is not None and self._completion.key(key)

    def run(self, line: str) -> None:
        """Run a line that is a command; one that cannot be run stays in the bar, with a sentence."""
        from textchat.ui.bar.slash.commands import CommandError, command_named

        name, argument = command_in(line) or ("", "")
        commands = self._commands()
        command = command_named(name, commands)
        if command is None:
            self._refuse(line, _unknown(name, commands))
        elif command.lacks:
            self._refuse(line, command.lacks)
        elif command.needs_argument and not argument:
            self._refuse(line, f"Write it as {command.form}.")
        else:
            if self._bar.text == line:  # else something was typed since it was entered
                self._bar.show("")
            try:
                work = command.run(argument)
            except CommandError as error:
                self._refuse(line, str(error))
                return
            if work is not None:
                self._context.run_first(self._finish(line, work))

    async def _finish(self, line: str, work: Work) -> None:
        from textchat.core.store_error import StoreError
        from textchat.ui.bar.slash.commands import CommandError

        try:
            await work
        except (CommandError, StoreError) as error:
            self._refuse(line, str(error))

    def _refuse(self, line: str, why: str) -> None:
        """Keep the line in the bar, to be mended, and say why."""
        if self._bar.text != line:
            self._bar.put_back(Draft(line))
        self._context.notices.say(why)

    def _commands(self) -> list[SlashCommand]:
        if self._actions is None:
            self._actions = self._make_actions()
        sources: Iterable[CommandSource] = (self._actions, *self._sources)
        return each_by_its_name(command for source in sources for command in source.commands())


def each_by_its_name(commands: Iterable[SlashCommand]) -> list[SlashCommand]:
    """The commands; one whose name an earlier one has, or goes by as well, gets a number: `/quit-2`."""
    found: list[SlashCommand] = []
    taken: set[str] = set()
    for command in commands:
        names = chain((command.name,), (f"{command.name}-{number}" for number in count(2)))
        name = next(name for name in names if name.lower() not in taken)
        found.append(command if name == command.name else replace(command, name=name))
        taken |= {name.lower(), *command.aliases}
    return found


def _unknown(name: str, commands: list[SlashCommand]) -> str:
    from textchat.ui.bar.slash.commands import nearest

    meant = nearest(name, commands)
    shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
    advice = f"Did you mean /{meant.name}? " if meant is not None else ""
    return f"No command /{shown}. {advice}To send it as text, put another / before it."
