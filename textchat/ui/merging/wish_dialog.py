"""Dialog for an instruction of the user's own: what a model is to make of the replies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from textual import work
from textual.binding import Binding

from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.hint_row import Hint
from textchat.ui.dialogs.prompt_dialog import PromptDialog
from textchat.ui.input.plain_editor import PlainEditor, PromptEditor
from textchat.ui.keymap import shown_key

EditOutside = Callable[[PlainEditor], Awaitable[None]]
"""Edits the text of a field in the user's own editor."""


class WishDialog(ReportsWorkers, PromptDialog):
    """Closes with the instruction, or None. `earlier` are those that were given before, the newest first."""

    BINDINGS = [  # noqa: RUF012
        Binding("alt+up", "earlier(1)", show=False, priority=True),
        Binding("alt+down", "earlier(-1)", show=False, priority=True),
        Binding("alt+x", "edit_outside", show=False, priority=True, id="prompt.editor"),
    ]

    def __init__(self, earlier: Sequence[str], edit_outside: EditOutside) -> None:
        super().__init__("What to make of the replies", next(iter(earlier), ""))
        self._earlier = list(earlier) or [""]
        self._at = 0
        self._edit_outside = edit_outside

    def _hints(self) -> Iterator[Hint]:
        if key := shown_key(self, "prompt.send"):
            yield Hint(key, "merge", "screen.save")
        if len(self._earlier) > 1:
            yield Hint("Alt+↑", "earlier ones", "screen.earlier(1)")
        if key := shown_key(self, "prompt.newline"):
            yield Hint(key, "new line")
        if key := shown_key(self, "prompt.editor"):
            yield Hint(key, "your editor", "screen.edit_outside")
        yield Hint("Esc", "back", "screen.dismiss")

    def action_earlier(self, step: int) -> None:
        """Show an earlier instruction; the typed one is the first of them."""
        editor = self.query_one(PromptEditor)
        if not self._at:
            self._earlier[0] = editor.text
        self._at = max(0, min(len(self._earlier) - 1, self._at + step))
        editor.show(self._earlier[self._at])

    @work(exclusive=True, group="editor", exit_on_error=False)
    async def action_edit_outside(self) -> None:
        await self._edit_outside(self.query_one(PromptEditor))

    def action_save(self) -> None:
        """Close with the instruction, unless there is none."""
        if self.query_one(PromptEditor).text.strip():
            super().action_save()
        else:
            self.app.bell()
