"""The table of actions, and the parameters of a pane, as slash commands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textchat.ui.bar.slash.arguments import Argument
from textchat.ui.bar.slash.commands import CommandError, SlashCommand
from textchat.ui.bar.slash.names import command_names
from textchat.ui.keymap import BY_ID, Action, keys_of
from textchat.ui.keys import display_key
from textchat.ui.menu.needs import Need
from textchat.ui.menu.situation import lack_of

if TYPE_CHECKING:
    from textchat.ui.conversation.ports import Work

FIRST = (
    *("pane.model", "pane.add", "conversation.new", "attachment.add", "conversation.open", "prompt.history"),
    *("conversation.export", "conversation.rename", "pane.diff", "pane.vote", "app.help", "app.quit"),
)
"""Listed first where nothing is typed yet; behind them the parameters."""


@dataclass(eq=False)
class ActionCommands:
    """`present` says what there is to act on, `run` runs an action as its key would."""

    keymap: Mapping[str, str]
    run: Callable[[Action], object]
    present: Callable[[], Collection[Need]]
    arguments: Mapping[str, Argument]
    """What may stand behind the command of an action, by its id."""
    parameters: Mapping[str, Argument]
    """Commands that set a parameter, by their names; with nothing behind them they go to the parameters."""

    def commands(self) -> Iterator[SlashCommand]:
        names, present = command_names(), self.present()
        order = [*FIRST, *(id_ for id_ in names if id_ not in FIRST)]
        for place, id_ in enumerate(order):
            if place == len(FIRST):
                yield from self._parameters(present)
            yield self._command(BY_ID[id_], names[id_], present)

    def _command(self, action: Action, names: tuple[str, ...], present: Collection[Need]) -> SlashCommand:
        argument = self.arguments.get(action.id)
        keys = keys_of(action, self.keymap)
        return SlashCommand(
            names[0],
            action.label,
            partial(self._act, action, argument),
            argument=argument.name if argument else "",
            values=argument.values if argument else None,
            aliases=names[1:],
            key=display_key(keys[0]) if keys else "",
            lacks=lack_of(action, present),
        )

    def _parameters(self, present: Collection[Need]) -> Iterator[SlashCommand]:
        action = BY_ID["pane.parameters"]
        for name, argument in self.parameters.items():
            yield SlashCommand(
                name,
                argument.about,
                partial(self._act, action, argument),
                argument.name,
                values=argument.values,
                lacks=lack_of(action, present),
            )

    def _act(self, action: Action, argument: Argument | None, typed: str) -> Work | None:
        if not typed:
            self.run(action)
            return None
        if argument is None:
            raise CommandError("This command takes no argument.")
        if "\n" in typed and not argument.has_lines:
            raise CommandError("This command takes one line.")
        return argument.take(typed)
