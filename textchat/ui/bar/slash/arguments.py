"""What stands behind a slash command, taken at once where its action would ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.conversation import first_words
from textchat.core.parameters import Effort
from textchat.core.text.sanitize import plain_name
from textchat.ui.bar.slash.commands import CommandError, Values
from textchat.ui.bar.slash.path_values import path_values
from textchat.ui.side_panel.parameter_entries import NUMBERS, TOP_P, NumberField

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace
    from textchat.ui.attaching.bar_attaching import BarAttaching
    from textchat.ui.conversation.current import CurrentConversation
    from textchat.ui.conversation.notices import Notices
    from textchat.ui.conversation.ports import Work

DEFAULT = "default"
"""Stands behind a parameter to leave it to the server."""
LONGEST_TITLE = 200
ASK_AGAIN_S = 60.0
"""How long lists of models are good: they are not asked for again with each letter."""


@dataclass(frozen=True, slots=True)
class Argument:
    """What may stand behind a command, and what is done with it."""

    name: str
    take: Callable[[str], Work]
    values: Values | None = None
    about: str = ""
    """What the command does, where it belongs to no action."""
    has_lines: bool = False
    """Whether it may have several lines."""


@dataclass(eq=False)
class CommandArguments:
    """Takes the arguments of the commands; each work raises `CommandError` for one that cannot be used."""

    workspace: Workspace
    current: CurrentConversation
    attaching: BarAttaching
    notices: Notices
    refresh_rows: Callable[[], Awaitable[None]]
    themes: Callable[[], Sequence[str]]
    use_theme: Callable[[str], None]

    def of_actions(self) -> Mapping[str, Argument]:
        return {
            "pane.model": Argument("PROVIDER/MODEL", self._set_model, self._models),
            "pane.add": Argument("PROVIDER/MODEL", self._add_pane, self._models),
            "conversation.rename": Argument("TITLE", self._rename),
            "conversation.export": Argument("FILE", self._export, path_values),
            "attachment.add": Argument("FILE", self._attach, path_values),
            "app.theme": Argument("NAME", self._set_theme, self._theme_names),
        }

    def of_parameters(self) -> Mapping[str, Argument]:
        numbers = {field.name.replace("_", "-"): self._number(field) for field in (*NUMBERS, TOP_P)}
        return {
            "system": Argument("TEXT", self._set_system, about="Set the system prompt of this pane", has_lines=True),
            "temperature": numbers.pop("temperature"),
            "effort": Argument("LEVEL", self._set_effort, self._efforts, "Set how much the model thinks"),
            **numbers,
        }

    # -- models ------------------------------------------------------------------------------------------------------

    async def _models(self, typed: str) -> AsyncIterator[Sequence[str]]:
        """The models that have what is typed in their names: those known here, then what the providers list."""
        from textchat.ui.connecting.model_matching import matching

        async for known in self.workspace.known_models(ASK_AGAIN_S):
            yield matching(typed, known.names)

    async def _named(self, typed: str) -> str:
        """The model that is meant: a whole name of a known provider, or the only one that is called so or fits."""
        from textchat.ui.connecting.model_matching import is_named

        if typed.partition("/")[2] and typed.partition("/")[0] in self.workspace.catalog.names:
            return typed
        names: Sequence[str] = ()
        async for listed in self._models(typed):
            names = listed
        found = [name for name in names if is_named(name, typed)] or names
        if len(found) == 1:
            return found[0]
        shown = plain_name(typed, 60)
        problem = f"Several models fit {shown}." if found else f"No model {shown}."
        raise CommandError(f"{problem} Write PROVIDER/MODEL, or /model alone to choose.")

    async def _set_model(self, typed: str) -> None:
        live, pane_id = self.current.live, self.current.active_id
        await live.panes.set_model(pane_id, await self._named(typed))

    async def _add_pane(self, typed: str) -> None:
        live, beside = self.current.live, self.current.active_id
        pane = await live.panes.add(await self._named(typed), beside=beside)
        if live is self.current.live:
            self.current.active_id = pane.id
            live.store.tell_change()

    # -- parameters --------------------------------------------------------------------------------------------------

    async def _set(self, name: str, value: object, shown: str) -> None:
        await self.current.live.panes.set_parameters(self.current.active_id, {name: value})
        self.notices.say(f"{name.replace('_', ' ').capitalize()} of this pane: {shown}")

    async def _set_system(self, typed: str) -> None:
        is_default = typed.lower() == DEFAULT
        words = first_words(typed, 60)
        await self._set("system", None if is_default else typed, DEFAULT if is_default else f"“{words}”")

    def _number(self, field: NumberField) -> Argument:
        return Argument("NUMBER", partial(self._set_number, field), about=f"Set {field.label} of this pane")

    async def _set_number(self, field: NumberField, typed: str) -> None:
        try:
            value = None if typed.lower() == DEFAULT else field.number(typed)
        except ValueError as error:
            raise CommandError(f"{error}, or {DEFAULT}.") from None
        await self._set(field.name, value, typed)

    async def _set_effort(self, typed: str) -> None:
        levels = (*Effort, DEFAULT)
        level = _meant(typed, levels)
        if level is None:
            raise CommandError(f"Effort: one of {', '.join(levels)}.")
        await self._set("effort", None if level == DEFAULT else Effort(level), level)

    async def _efforts(self, typed: str) -> AsyncIterator[Sequence[str]]:
        yield [level for level in (*Effort, DEFAULT) if level.startswith(typed.lower())]

    # -- conversation, files and themes ------------------------------------------------------------------------------

    async def _rename(self, typed: str) -> None:
        await self.current.live.rename(first_words(" ".join(typed.split()), LONGEST_TITLE))
        await self.refresh_rows()

    async def _export(self, typed: str) -> None:
        from textchat.live.files import NotWritten, path_from, write

        live = self.current.live
        try:
            path = path_from(_unquoted(typed), Path.cwd())
            remark = await write(live, path)
        except NotWritten as error:
            raise CommandError(str(error)) from None
        live.history.only_here.discard(live.conversation.id)
        self.notices.say(f"Exported to {path}. {remark}" if remark else f"Exported to {path}")

    async def _attach(self, typed: str) -> None:
        from textchat.ui.attaching.files.reading import NotAttachedError

        path = _unquoted(typed.removeprefix("@"))
        try:
            await self.attaching.check_path(path)
        except NotAttachedError as error:
            raise CommandError(str(error)) from None
        self.attaching.attach_path(path)

    async def _theme_names(self, typed: str) -> AsyncIterator[Sequence[str]]:
        yield [name for name in self.themes() if name.lower().startswith(typed.lower())]

    async def _set_theme(self, typed: str) -> None:
        name = _meant(typed, self.themes())
        if name is None:
            raise CommandError(f"No theme {plain_name(typed, 40)}. Type /theme alone to choose one.")
        self.use_theme(name)


def _unquoted(path: str) -> str:
    """A path without the quotes around it, which a shell would need."""
    return path[1:-1] if len(path) > 2 and path[0] == path[-1] and path[0] in "'\"" else path


def _meant(typed: str, names: Sequence[str]) -> str | None:
    """The name that was typed, or the only one that begins so."""
    typed = typed.lower()
    begins = [name for name in names if name.lower().startswith(typed)]
    exact = [name for name in begins if name.lower() == typed]
    return exact[0] if exact else begins[0] if len(begins) == 1 else None
