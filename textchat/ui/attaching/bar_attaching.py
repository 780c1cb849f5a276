"""Connects what is attached to the input bar with its conversation: panes, undo, notices, actions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.errors import ConfigurationError
from textchat.core.parts.taking import Way
from textchat.ui.attaching.late_attaching import LateAttaching

if TYPE_CHECKING:
    from textual.widget import Widget

    from textchat.core.parts.draft import Draft
    from textchat.core.parts.part import Part
    from textchat.live.workspace import Workspace
    from textchat.ui.attaching.attached import Chip
    from textchat.ui.attaching.chip_row import Face
    from textchat.ui.attaching.editor_attaching import EditorAttaching
    from textchat.ui.attaching.surroundings import Surroundings
    from textchat.ui.conversation.current import CurrentConversation
    from textchat.ui.conversation.ports import ActionTable, ScreenContext, TellUndo, Work
    from textchat.ui.input.plain_editor import PromptEditor

ONE_OF_THEM = "one of the models"
"""Does not take a file, in a blind comparison."""


class BarAttaching:
    """What surrounds the input bar's attachments, and the actions that attach something.

    `on_change` is called when there are other chips; `tell_undo` says how a removed one comes back.
    """

    def __init__(
        self,
        context: ScreenContext,
        workspace: Workspace,
        current: CurrentConversation,
        *,
        tell_undo: TellUndo,
        on_change: Callable[[], None],
    ) -> None:
        self._context = context
        self._workspace = workspace
        self._current = current
        self._tell_undo = tell_undo
        self._on_change = on_change
        bar = context.input_bar
        fold_lines = workspace.settings.ui.fold_pastes
        self._late = LateAttaching(bar, lambda: self.attach_to(bar, self), fold_lines=fold_lines)
        bar.attaching = self._late

    def actions(self) -> ActionTable:
        return {
            "attachment.add": lambda: self._late.editor.begin_path(),
            "attachment.picture": lambda: self._late.editor.attach_picture(),
            "attachment.focus": self._go_to_chips,
        }

    def attach_to(self, editor: PromptEditor, around: Surroundings) -> EditorAttaching:
        """What attaches to an editor: the input bar, or that of a dialog."""
        from textchat.ui.attaching.editor_attaching import EditorAttaching
        from textchat.ui.attaching.files.clipboard_picture import ClipboardPictures
        from textchat.ui.attaching.files.reading import FileReader

        settings = self._workspace.settings
        most = settings.limits.attachment_bytes
        reader, pictures = FileReader(_working_folder(), most), ClipboardPictures(most_bytes=most)
        return EditorAttaching(editor, around, reader, pictures, fold_lines=settings.ui.fold_pastes)

    async def edit(self, title: str, draft: Draft) -> Draft | None:
        """Let the user edit a prompt and what is attached to it; None if they cancel."""
        from textchat.ui.attaching.draft_dialog import DraftDialog

        dialog = DraftDialog(title, draft, self.attach_to, self.refused_by)
        text = await self._context.screen.app.push_screen_wait(dialog)
        return None if text is None else dialog.draft

    def typed(self) -> None:
        """Take note that the text of the input bar has changed."""
        self._late.typed()

    def fold_from(self, lines: int) -> None:
        """Fold pastes of more than so many lines from now on."""
        self._late.fold_from(lines)

    def renew(self) -> None:
        """Draw the chips anew: the panes or their models may be others."""
        if self._late.has_chips:
            self._late.editor.renew()

    def discard(self, parts: Iterable[Part]) -> None:
        """Remove files from the input bar that belong to a prompt which waits again."""
        self._late.editor.discard(parts)

    def attach_path(self, path: str) -> None:
        """Attach what a path names, as if it was typed behind `@`."""
        self._late.editor.attach_path(path)

    async def check_path(self, path: str) -> None:
        """Raise NotAttachedError for a path that names no files."""
        await asyncio.to_thread(self._late.editor.reader.locate, path)

    def attach(self, parts: Sequence[Part]) -> None:
        """Attach files that have been read before."""
        self._late.editor.attach_parts(parts)

    def _go_to_chips(self) -> None:
        if not self._late.has_chips or not self._late.editor.focus_chips():
            self.say("Nothing is attached. Type @ to attach a file.")

    # -- what the editor's attachments need --------------------------------------------------------------------------

    def run(self, work: Work) -> None:
        self._context.run(work)

    def run_first(self, work: Work) -> None:
        self._context.run_first(work)

    def say(self, sentence: str) -> None:
        self._context.notices.say(sentence)

    def face(self, chip: Chip) -> Face:
        from textchat.ui.attaching.faces import face_of

        return face_of(chip, self.refused_by)

    def removed(self, chip: Chip) -> None:
        from textchat.ui.attaching.removed_chip import RemovedChip

        step = RemovedChip(self._current.conversation.id, chip, self._late.editor.bring_back)
        self._workspace.undo.push(step)
        self._tell_undo(step)

    def submit(self, draft: Draft) -> None:
        self._context.input_bar.submit(draft)

    def returned(self, draft: Draft) -> None:
        self._context.input_bar.put_back(draft)

    def put_above(self, widget: Widget) -> None:
        self._context.screen.query_one("#main").mount(widget, before=self._context.input_bar)

    def changed(self) -> None:
        self._on_change()
        self._context.screen.call_after_refresh(self._context.place_notices)

    def refused_by(self, part: Part) -> Sequence[str]:
        """The models of the panes that the next prompt goes to and that do not take a part."""
        refused = []
        for pane_id in self._current.target_ids:
            with suppress(ConfigurationError):  # the prompt will say so
                opened = self._workspace.catalog.open(self._current.conversation.pane(pane_id).model)
                if opened.provider.taking(part, opened.name).way is Way.REFUSED:
                    refused.append(ONE_OF_THEM if self._current.is_blind else opened.name)
        return refused


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was deleted
        return Path()
