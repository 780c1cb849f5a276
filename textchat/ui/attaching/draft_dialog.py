"""Dialog that edits a prompt with what is attached to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from textual import on
from textual.binding import Binding
from textual.widget import Widget

from textchat.core.parts.draft import Draft
from textchat.ui.attaching.chip_row import Face
from textchat.ui.attaching.faces import face_of
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.hint_row import Hint
from textchat.ui.dialogs.prompt_dialog import PromptDialog
from textchat.ui.input.plain_editor import PromptEditor
from textchat.ui.keymap import BY_ID, UNBOUND, shown_key

if TYPE_CHECKING:
    from textchat.ui.attaching.attached import Chip
    from textchat.ui.attaching.editor_attaching import EditorAttaching
    from textchat.ui.attaching.faces import RefusedBy
    from textchat.ui.attaching.surroundings import Surroundings
    from textchat.ui.conversation.ports import Work

AttachTo = Callable[[PromptEditor, "Surroundings"], "EditorAttaching"]
"""Makes what attaches to an editor."""
_ACTIONS = ("attachment.add", "attachment.picture", "attachment.focus")


class DraftDialog(ReportsWorkers, PromptDialog):
    """Closes as `PromptDialog`; `draft` is then the whole prompt."""

    BINDINGS = [  # noqa: RUF012
        Binding(BY_ID[id].keys or UNBOUND + id, f"attaching({id!r})", show=False, id=id) for id in _ACTIONS
    ]

    def __init__(self, title: str, draft: Draft, attach_to: AttachTo, refused_by: RefusedBy) -> None:
        super().__init__(title, draft.text)
        self.draft = draft
        self._attach_to = attach_to
        self._refused_by = refused_by

    def on_mount(self) -> None:
        editor = self.query_one(PromptEditor)
        self._attaching = editor.attaching = self._attach_to(editor, self)
        self._attaching.show(self.draft)

    @on(PromptEditor.Changed)
    def _typed(self) -> None:
        self._attaching.typed()

    def _hints(self) -> Iterator[Hint]:
        *first, last = super()._hints()
        yield from first
        if key := shown_key(self, "attachment.add"):
            yield Hint(key, "attach", "screen.attaching('attachment.add')")
        yield last

    def action_save(self) -> None:
        """Close with text and files once these are read; an empty prompt is none."""
        self._attaching.send()

    def action_attaching(self, action_id: str) -> None:
        match action_id:
            case "attachment.add":
                self._attaching.begin_path()
            case "attachment.picture":
                self._attaching.attach_picture()
            case _:
                self._attaching.focus_chips()

    # -- what the editor's attachments need --------------------------------------------------------------------------

    def run(self, work: Work) -> None:
        self.run_worker(work, group="edits", exit_on_error=False)

    def run_first(self, work: Work) -> None:
        self.run(work)

    def say(self, sentence: str) -> None:
        self.notify(sentence, markup=False)

    def face(self, chip: Chip) -> Face:
        return face_of(chip, self._refused_by)

    def removed(self, chip: Chip) -> None:
        """Do nothing: closing the dialog leaves the prompt as it was."""

    def submit(self, draft: Draft) -> None:
        self.draft = draft
        self.dismiss(draft.text)

    def returned(self, draft: Draft) -> None:
        """Show the prompt again, of which a file cannot be read."""
        editor = self.query_one(PromptEditor)
        editor.show(draft.text)
        self._attaching.show(draft)

    def put_above(self, widget: Widget) -> None:
        self.query_one(".dialog").mount(widget, before=self.query_one(PromptEditor))

    def changed(self) -> None:
        """Leave the hints their row."""
        self.call_after_refresh(self._fit)
