"""The action that edits what is typed in the user's own editor: the prompt, or a text of the parameters."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textchat.core.parts.draft import Draft
from textchat.ui.input.input_bar import InputBar
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import LONGEST_EDITED, PlainEditor
from textchat.ui.terminal import can_lend

if TYPE_CHECKING:
    from textchat.ui.conversation.ports import ActionTable, ScreenContext


GONE_S = 2.0
"""How long the end of the app waits at most."""


@dataclass(eq=False)
class EditorActions:
    """Lends the terminal to an editor for the text that has the focus, else for that of the input bar."""

    context: ScreenContext
    _lent: asyncio.Event | None = field(default=None, init=False)
    """Set when the editor that has the terminal has gone: its key was pressed twice, and one is enough."""

    def actions(self) -> ActionTable:
        return {"prompt.editor": self.edit}

    async def edit(self) -> None:
        await self.edit_field(self._field)

    async def edit_field(self, shown: PlainEditor) -> None:
        """Edit the text of a field; it stays as it is where that fails, which is told."""
        from textchat.ui.bar.external.editing import NotEditedError, OutsideEditor

        app, notices = self.context.screen.app, self.context.notices
        if self._lent is not None:
            return
        if not can_lend(app):
            notices.say("External editors work in a terminal only.")
            return
        before, self._lent = shown.text, asyncio.Event()
        editor = OutsideEditor(os.environ, app.suspend, LONGEST_EDITED, lambda text: self._show(shown, before, text))
        try:
            text = await editor.edit(before)
        except NotEditedError as error:
            notices.say(str(error))
        else:
            self._show(shown, before, text)
        finally:
            self._lent.set()
            self._lent = None

    async def gone(self) -> None:
        """Return once no editor has the terminal any more, which ends with the app: what it saved last is taken in."""
        if self._lent is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._lent.wait(), GONE_S)

    @property
    def _field(self) -> PlainEditor:
        focused = self.context.screen.focused
        is_text = isinstance(focused, PlainEditor) and not isinstance(focused, LineField)
        return focused if is_text and isinstance(focused, PlainEditor) else self.context.input_bar

    def _show(self, field: PlainEditor, before: str, text: str) -> None:
        """Put the text into the field, as an edit that can be undone; what has come there meanwhile stays."""
        if text == before:
            return
        if field.text != before and isinstance(field, InputBar):
            field.put_back(Draft(text))
        else:
            field.replace(text, (0, 0), field.document.end, maintain_selection_offset=False)
