"""Actions on saved prompts: put one into the input bar, with what it asks for, and save what is typed there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.parts.draft import Draft
from textchat.core.personas.template import Template
from textchat.core.text.sanitize import escaped, plain_name
from textchat.ui.conversation.ports import ActionTable, ScreenContext
from textchat.ui.personas.saved_files import SavedFiles, SavedSource

if TYPE_CHECKING:
    from textchat.config.personas.library import Entry
    from textchat.ui.conversation.app_services import Dialogs

SECTION = "Saved prompts"
WORDS = ("prompt", "template", "snippet")


@dataclass(eq=False)
class SavedPromptActions:
    """Nothing is sent by any of them."""

    context: ScreenContext
    dialogs: Dialogs
    files: SavedFiles[Template]

    def actions(self) -> ActionTable:
        return {"prompt.use": self.choose, "prompt.save": self.save}

    def source(self) -> SavedSource[Template]:
        """Each saved prompt as an item; chosen, it goes into the input bar."""
        return SavedSource(SECTION, self.files, self._use, "Put it into the input bar", WORDS)

    def _use(self, entry: Entry[Template]) -> None:
        self.context.run_first(self.use(entry))

    async def choose(self) -> None:
        """Let the user choose a saved prompt for the input bar."""
        entries = {entry.name: entry for entry in (await self.files.listed()).entries}
        items = await self.source().items()
        if not items:
            folder = escaped(self.files.library.folder)
            self.context.notices.say(f"No saved prompts yet. “Save the typed prompt” makes one in {folder}.")
            return
        item = await self.dialogs.choose_item("Use a saved prompt", items)
        if item is not None:
            await self.use(entries[item.label])

    async def use(self, entry: Entry[Template], typed: str = "") -> None:
        """Ask for the variables of a prompt, and put it into the input bar, above what is typed there.

        `typed` is for the first variable, or else goes behind the prompt; what was not used of it stays in the bar.
        """
        template = entry.value
        if not template.variables:
            self.context.input_bar.put_back(Draft("\n".join(filter(None, (template.filled({}), typed)))))
            return
        first, *others = template.variables
        asked = (replace(first, default=typed) if typed else first, *others)
        values: Mapping[str, str] | None = await self.dialogs.fill_in(entry.name, asked)
        if values is not None:
            self.context.input_bar.put_back(Draft(template.filled(values)))
        elif typed:
            self.context.input_bar.put_back(Draft(typed))

    async def save(self) -> None:
        """Write what is typed to a file, under a name that is asked for."""
        from textchat.config.personas.persona_file import LONGEST_NAME
        from textchat.config.personas.prompt_file import prompt_path

        text = self.context.input_bar.draft.text
        if not text.strip():
            self.context.notices.say("Nothing typed yet.")
            return
        given = await self.dialogs.edit_line("Save the prompt as", "")
        if given is None or not (name := plain_name(given, LONGEST_NAME)):
            return
        known = (await self.files.listed()).find(name)
        path = known.path if known else prompt_path(self.files.library.folder, name)
        with self.context.notices.store_problems():
            if await self._is_written(path, text):
                self.context.notices.say(f"Saved in {escaped(path)}.")

    async def _is_written(self, path: Path, text: str) -> bool:
        from textchat.config.personas.prompt_file import write_prompt

        try:
            await asyncio.to_thread(write_prompt, path, text)
        except FileExistsError:
            if not await self.dialogs.confirm(f"{escaped(path.name)} exists. Replace it?", "replace"):
                return False
            await asyncio.to_thread(write_prompt, path, text, replaces=True)
        return True
