"""Defines slash commands: what each is called and does, and who offers them."""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from textchat.ui.conversation.ports import Work

Values = Callable[[str], AsyncIterator[Sequence[str]]]
"""What may stand behind a command, for what is typed there; each yield takes the place of the one before."""
LIKENESS = 0.6
"""Of a name that is meant to what was typed, as difflib counts."""
LEAST_LETTERS = 3
"""Letters of which some may be missing in between."""
NO_MATCH = 9


class CommandError(Exception):
    """A command cannot be run; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """One command."""

    name: str
    """Without its slash."""
    about: str
    """What it does, without a full stop."""
    run: Callable[[str], Work | None]
    """Called with what stands behind the name; the work and it may raise `CommandError`."""
    argument: str = ""
    """What may stand behind the name, in capitals; empty: nothing."""
    needs_argument: bool = False
    values: Values | None = None
    aliases: tuple[str, ...] = ()
    """Other names, which are not listed."""
    key: str = ""
    """The key that does the same."""
    lacks: str = ""
    """Why it cannot be run now; empty where it can."""

    @property
    def form(self) -> str:
        """How it is written: `/model [MODEL]`."""
        argument = self.argument if self.needs_argument else f"[{self.argument}]"
        return f"/{self.name} {argument}" if self.argument else f"/{self.name}"


class CommandSource(Protocol):
    """Offers commands beside those of the table of actions; asked anew whenever a slash is typed."""

    def commands(self) -> Iterable[SlashCommand]: ...


def command_named(name: str, commands: Iterable[SlashCommand]) -> SlashCommand | None:
    return next((each for each in commands if name == each.name.casefold() or name in each.aliases), None)


def nearest(name: str, commands: Sequence[SlashCommand]) -> SlashCommand | None:
    """The command that was probably meant."""
    by_name = {each: command for command in commands for each in (command.name.casefold(), *command.aliases)}
    begins = [command for each, command in by_name.items() if each.startswith(name)]
    close = difflib.get_close_matches(name[:40], by_name, 1, LIKENESS)
    return by_name[close[0]] if close else begins[0] if begins else None


def offered(typed: str, commands: Sequence[SlashCommand]) -> list[SlashCommand]:
    """The commands that fit the beginning of a name: those that begin so, then by another name, a part or its letters.

    Those that cannot be run now go last.
    """
    typed = typed.lower()
    ranks = [(bool(command.lacks), _rank(typed, command), place) for place, command in enumerate(commands)]
    return [commands[place] for _, rank, place in sorted(ranks) if rank < NO_MATCH]


def _rank(typed: str, command: SlashCommand) -> int:
    name = command.name.lower()
    if name == typed or typed in command.aliases:
        return 0
    if name.startswith(typed):
        return 1
    if any(alias.startswith(typed) for alias in command.aliases):
        return 2
    if any(part.startswith(typed) for part in name.split("-")):
        return 3
    return 4 if len(typed) >= LEAST_LETTERS and name[0] == typed[0] and _in_order(typed, name) else NO_MATCH


def _in_order(typed: str, name: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in typed)
