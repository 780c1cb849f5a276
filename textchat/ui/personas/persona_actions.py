"""Actions on personas: use one in a pane, in a new conversation or by default, save a pane as one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.personas.persona import Persona
from textchat.core.text.sanitize import escaped, plain_name
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.ports import ActionTable, ScreenContext, TellUndo
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.needs import Need
from textchat.ui.personas.saved_files import SavedFiles, SavedSource

if TYPE_CHECKING:
    from textchat.config.personas.library import Entry
    from textchat.live.workspace import Workspace
    from textchat.ui.conversation.app_services import Dialogs

SECTION = "Personas"
NONE = "none"
WORDS = ("persona", "character", "assistant", "role", "preset")


@dataclass(eq=False)
class PersonaActions:
    """Gives panes their personas, and writes new ones."""

    context: ScreenContext
    workspace: Workspace
    current: CurrentConversation
    dialogs: Dialogs
    tell_undo: TellUndo
    files: SavedFiles[Persona]

    def actions(self) -> ActionTable:
        return {
            "persona.use": self.use,
            "persona.conversation": self.begin,
            "persona.default": self.set_default,
            "persona.save": self.save,
            "persona.edit": self.edit,
        }

    def source(self) -> SavedSource[Persona]:
        """Each persona as an item; chosen, it is given to the active pane."""
        return SavedSource(SECTION, self.files, self._give, "Use it in this pane", WORDS)

    def _give(self, entry: Entry[Persona]) -> None:
        self.context.run_first(self.give(self.current.active_id, entry.value))

    async def use(self) -> None:
        """Let the user choose a persona for the active pane, or none."""
        pane = self.current.active_pane
        none = _none("Take the persona of this pane away") if pane.persona else None
        if (chosen := await self._choose("Use a persona", none)) is not None:
            await self.give(pane.id, chosen.persona)

    async def give(self, pane_id: str, persona: Persona | None) -> None:
        """Give a pane a persona, which can be undone."""
        if self.current.is_blind:
            self.context.notices.say(Need.KNOWN)
            return
        step = await self.current.live.panes.set_persona(pane_id, persona)
        self.tell_undo(step)
        if step is None:
            self.context.notices.say("This pane already uses it.")

    async def begin(self) -> None:
        """Start a conversation with a persona in all panes: on its model, or on those of the current panes."""
        chosen = await self._choose("Start a conversation with a persona")
        if chosen is None or chosen.persona is None:
            return
        models = () if chosen.persona.model else self.current.models
        self.context.input_bar.focus()
        await self.context.show_conversation(self.workspace.new(models, persona=chosen.persona))

    async def set_default(self) -> None:
        """Let the user choose the persona of new panes."""
        none = _none("Start new panes without a persona") if self.workspace.settings.default_persona else None
        if (chosen := await self._choose("Use a persona by default", none)) is None:
            return
        name = chosen.persona.name if chosen.persona else None
        problems: Sequence[str] = ()
        with self.context.notices.store_problems():
            problems = await self.workspace.changes.change({"default_persona": name})
            await self.workspace.default_persona.renew()
            done = f"New panes use “{name}”." if name else "New panes use no persona."
            self.context.notices.say(" ".join(problems) or done)

    async def save(self) -> None:
        """Write the model and the parameters of the active pane to a file, under a name that is asked for."""
        from textchat.config.personas.persona_file import LONGEST_NAME, persona_path

        pane = self.current.active_pane
        text = await self.dialogs.edit_line("Save this pane as a persona", pane.persona.name if pane.persona else "")
        if text is None or not (name := plain_name(text, LONGEST_NAME)):
            return
        persona = Persona(name, pane.model, pane.parameters.as_dict())
        known = (await self.files.listed()).find(name)
        path = known.path if known else persona_path(self.files.library.folder, name)
        with self.context.notices.store_problems():
            if (remark := await self._written(path, persona)) is not None:
                await self.current.live.panes.name_persona(pane.id, persona)
                self.context.notices.say(" ".join(filter(None, (f"Saved as “{name}” in {escaped(path)}.", remark))))

    async def _written(self, path: Path, persona: Persona) -> str | None:
        """Write a file, over another only if the user says so; returns a remark, None where nothing was written."""
        from textchat.config.personas.persona_file import write_persona

        try:
            return await asyncio.to_thread(write_persona, path, persona)
        except FileExistsError:
            question = f"{escaped(path.name)} exists. Replace it with this pane?"
            if not await self.dialogs.confirm(question, "replace"):
                return None
        return await asyncio.to_thread(write_persona, path, persona, replaces=True)

    async def edit(self) -> None:
        """Say where the personas are, and open their folder where there is a desktop."""
        from textchat.ui.files.viewer import is_remote, open_in_viewer

        folder = self.files.library.folder
        listed = await self.files.listed()
        persona = self.current.active_pane.persona
        entry = listed.find(persona.name) if persona else None
        self.context.notices.say(f"Edit {escaped(entry.path)}." if entry else f"Personas are in {escaped(folder)}.")
        if not is_remote() and await asyncio.to_thread(folder.is_dir):
            await open_in_viewer(folder)

    async def _choose(self, title: str, none: MenuItem | None = None) -> _Chosen | None:
        """Let the user choose one; None where the list was closed, or there is nothing in it."""
        entries = {entry.name: entry.value for entry in (await self.files.listed()).entries}
        items = [*([none] if none else []), *await SavedSource(SECTION, self.files, _nothing, "", WORDS).items()]
        if not items:
            folder = escaped(self.files.library.folder)
            self.context.notices.say(f"No personas yet. “Save the pane as a persona” makes one in {folder}.")
            return None
        item = await self.dialogs.choose_item(title, items)
        return None if item is None else _Chosen(None if item.id == NONE else entries.get(item.label))


@dataclass(frozen=True, slots=True)
class _Chosen:
    persona: Persona | None
    """None: no persona was chosen, as one of the items."""


def _none(about: str) -> MenuItem:
    return MenuItem(NONE, "No persona", _nothing, about, section=SECTION)


def _nothing(*_: object) -> None:
    """What is chosen from such a list is done by whoever has opened it."""
