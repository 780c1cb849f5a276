"""Personas and saved prompts as commands behind a slash in the input bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from textchat.core.parts.draft import Draft
from textchat.core.personas.persona import Persona
from textchat.core.personas.template import Template
from textchat.ui.conversation.ports import Work
from textchat.ui.personas.persona_actions import PersonaActions
from textchat.ui.personas.prompt_actions import SavedPromptActions

if TYPE_CHECKING:
    from textchat.config.personas.library import Entry

Command = TypeVar("Command")


@dataclass(eq=False)
class SavedCommands(Generic[Command]):
    """A command for each file, as it was last listed; each time they are asked for, they are listed anew behind it.

    `make` makes one: from its name, what it does, and what runs it with what stands behind the name.
    """

    personas: PersonaActions
    prompts: SavedPromptActions
    make: Callable[[str, str, Callable[[str], Work | None]], Command]

    def __post_init__(self) -> None:
        self._renew()

    def commands(self) -> Iterator[Command]:
        """The prompts, then the personas; a name is that of the file, in one word."""
        self._renew()
        for prompt in self.prompts.files.last.entries:
            about = prompt.about or "Put it into the input bar"
            yield self.make(_name(prompt), about, partial(self._use, prompt))
        for persona in self.personas.files.last.entries:
            about = f"Persona: {persona.about}" if persona.about else "Use this persona"
            yield self.make(_name(persona), about, partial(self._give, persona))

    def _renew(self) -> None:
        self.prompts.context.run(self.prompts.files.renew())
        self.personas.context.run(self.personas.files.renew())

    def _use(self, entry: Entry[Template], typed: str) -> Work:
        return self.prompts.use(entry, typed)

    def _give(self, entry: Entry[Persona], typed: str) -> Work:
        return self._give_and_keep(entry, typed)

    async def _give_and_keep(self, entry: Entry[Persona], typed: str) -> None:
        await self.personas.give(self.personas.current.active_id, entry.value)
        if typed:
            self.personas.context.input_bar.put_back(Draft(typed))


def _name(entry: Entry[Persona] | Entry[Template]) -> str:
    from textchat.config.personas.persona_file import file_stem

    return file_stem(entry.path.stem) or entry.path.stem
