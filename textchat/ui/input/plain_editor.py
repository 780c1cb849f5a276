"""Editors for plain text in several lines: exact text, edited by drawn character, with reliable undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from textchat.ui.input.drawing import EditorStyles, draw_row, marks_of
from textchat.ui.input.editing_keys import TEXT_KEYS
from textchat.ui.input.editor_rows import EditorNavigator, EditorRows
from textchat.ui.input.killed_text import KilledText
from textchat.ui.input.plain_document import PlainDocument
from textchat.ui.input.text_steps import blank_left, erased_from, settled, word_left, word_right
from textchat.ui.input.typed_text import typed_text
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.keymaps.taking import takes_key

if TYPE_CHECKING:
    from textual.widgets.text_area import Edit, EditResult, Location

    from textchat.ui.input.attaching import Attaching

MOST_STEPS = 1000
LONGEST_EDITED = 300_000
"""Characters of a text that can be edited: all of its lines are wrapped at once, in 0.2 s."""
INSTEAD = "Send them from a file: textchat ask --save < FILE"
"""Steps that can be undone."""
ENDS = frozenset({"send", "submit"})


class PlainEditor(TextArea, inherit_bindings=False):
    """A text area with our document, rows, steps and drawing; base class of all editors of the app.

    What Textual splits, measures and draws by code points is replaced below its own edits and history.
    """

    BINDINGS = [Binding("enter", "newline", show=False), *TEXT_KEYS]  # noqa: RUF012
    document: PlainDocument
    wrapped_document: EditorRows

    def __init__(
        self,
        text: str = "",
        *,
        placeholder: str = "",
        soft_wrap: bool = True,
        compact: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(
            soft_wrap=soft_wrap, placeholder=placeholder, id=id, compact=compact, max_checkpoints=MOST_STEPS
        )
        self.highlight_cursor_line = False
        self.cursor_blink = False  # two repaints a second for nothing
        self.killed = KilledText()
        self._killed_last = False
        """Nothing was done since the last kill: the next is one text with it."""
        self._hold(text)

    def load_text(self, text: str) -> None:
        """Replace the text and forget the steps that led to the old one."""
        super().load_text("")
        self._hold(text)
        self._fit()

    def measure_anew(self) -> None:
        """Break lines again, because characters take other cells than before."""
        self.wrapped_document.wrap(self.wrap_width, self.indent_width)
        self._fit()

    def _fit(self) -> None:
        width = 0 if self.soft_wrap else self.document.get_size(self.indent_width).width + 1
        self.virtual_size = Size(width, self.wrapped_document.height)
        self.refresh()

    def _hold(self, text: str) -> None:
        self.document = PlainDocument(text)
        self.wrapped_document = EditorRows(self.document, self.wrap_width, self.indent_width)
        self.navigator = EditorNavigator(self.wrapped_document, self.document)

    # -- edits -------------------------------------------------------------------------------------------------------

    def edit(self, edit: Edit) -> EditResult:
        """Apply an edit; one that changes the number of lines is an undo step of its own.

        Textual wraps a step again by the first and last line of all its edits, which are places in one text only while
        none of them moves the lines below it. Of itself it looks for `\\n` and does not know `\\r` for a line's end.
        """
        moves_lines = edit.top[0] != edit.bottom[0] or "\r" in edit.text
        if moves_lines:
            self.history.checkpoint()
        result = super().edit(edit)
        if moves_lines:
            self.history.checkpoint()
        row, column = self.cursor_location
        # What was inserted may have become one character with what follows.
        if self.selection.is_empty and (place := settled(self.document[row], column)) != column:
            self.selection = Selection.cursor((row, place))
            self.record_cursor_width()
        return result

    def type_text(self, text: str) -> None:
        """Insert text in place of the selection."""
        self.replace(text, *self.selection, maintain_selection_offset=False)

    async def on_key(self, event: events.Key) -> None:
        """Answer a key at once: by the detour over the bindings, a fast typist's next letter would overtake it."""
        event.prevent_default()  # of itself a text area takes less for text, and Enter always for a new line
        if takes_key(self, event):
            return
        if (text := typed_text(event)) is not None:
            event.stop()
            self.type_text(text)
        elif await self._act(event.key):
            event.stop()

    async def _act(self, key: str) -> bool:
        """Run the action that a key has in this editor; False if it has none, or one that does not apply."""
        bound = self.screen.active_bindings.get(key)
        if bound is None or bound.node is not self:
            return False
        return await self.app.run_action(bound.binding.action, self)

    def is_end(self, action: str) -> bool:
        """Whether an action of this editor hands the text over, and does not only edit it."""
        return action in ENDS

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return typed_text(events.Key(key, character)) is not None

    def action_newline(self) -> None:
        self.type_text("\n")

    def action_delete_left(self) -> None:
        row, column = self.cursor_location
        if self.selection.is_empty and column > 0:
            self._remove((row, erased_from(self.document[row], column)), (row, column))
        else:
            super().action_delete_left()

    def _remove(self, start: Location, end: Location) -> None:
        self.delete(start, end, maintain_selection_offset=False)

    # -- kill and yank -----------------------------------------------------------------------------------------------

    def watch_selection(self, old: Selection, new: Selection) -> None:
        self._killed_last = False

    def _kill(self, to: Location) -> None:
        """Delete from the cursor to a location, or the selection, so that it can be yanked."""
        start, end = (self.cursor_location, to) if self.selection.is_empty else self.selection
        if start == end or self.read_only:
            return
        text, goes_on = self.get_text_range(start, end), self._killed_last
        self.history.checkpoint()
        self._remove(start, end)
        self.history.checkpoint()
        self.killed.add(text, is_before=end < start, goes_on=goes_on)
        self._killed_last = True

    def _kill_left(self, to_place: int) -> None:
        """Kill to a place of the line; at its beginning, the end of the line above."""
        row, column = self.cursor_location
        self._kill((row, to_place) if column > 0 else self.get_cursor_left_location())

    def action_kill_to_blank(self) -> None:
        row, column = self.cursor_location
        self._kill_left(blank_left(self.document[row], column))

    def action_kill_word_left(self) -> None:
        row, column = self.cursor_location
        self._kill_left(word_left(self.document[row], column))

    def action_kill_word_right(self) -> None:
        self._kill(self.get_cursor_word_right_location())

    def action_kill_to_line_start(self) -> None:
        self._kill_left(0)

    def action_kill_to_line_end(self) -> None:
        row, column = self.cursor_location
        length = len(self.document[row])
        self._kill((row, length) if column < length else self.get_cursor_right_location())

    def action_yank(self) -> None:
        if self.killed.text and not self.read_only:
            self.type_text(self.killed.text)

    # -- the cursor --------------------------------------------------------------------------------------------------

    def get_cursor_word_left_location(self) -> Location:
        row, column = self.cursor_location
        return (row, word_left(self.document[row], column)) if column > 0 else self.get_cursor_left_location()

    def get_cursor_word_right_location(self) -> Location:
        row, column = self.cursor_location
        line = self.document[row]
        return (row, word_right(line, column)) if column < len(line) else self.get_cursor_right_location()

    def action_text_line_start(self) -> None:
        self.move_cursor((self.cursor_location[0], 0))

    def action_text_line_end(self) -> None:
        row = self.cursor_location[0]
        self.move_cursor((row, len(self.document[row])))

    def find_matching_bracket(self, bracket: str, search_from: Location) -> Location | None:
        return None  # it would search the whole text, for every key

    # -- drawing -----------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        if self.document.is_empty and self.placeholder:
            return super().render_line(y)
        x, top = self.scroll_offset
        base, width = self.rich_style, self.scrollable_content_region.width
        if y + top >= self.wrapped_document.height:
            return Strip.blank(self.size.width, base)
        cursor = self.get_component_rich_style("text-area--cursor") if self.has_focus else None
        styles = EditorStyles(base, self.get_component_rich_style("text-area--selection"), cursor)
        index, row = self.wrapped_document.row_at(y + top)
        line = self.wrapped_document.line(index)
        drawn = draw_row(line, row, marks_of(self.selection, index, line, row), styles)
        return (drawn.crop(x) if x else drawn).adjust_cell_length(width, base)


class PromptEditor(PlainEditor, inherit_bindings=False):
    """Enter (`prompt.send`) calls `send`; `prompt.newline`, or a backslash and then Enter, makes a new line."""

    BINDINGS = [  # noqa: RUF012
        *TEXT_KEYS,
        *(binding for binding in bindings_for(Group.INPUT) if getattr(binding, "id", "").startswith("prompt.")),
    ]

    class Accepted(TextualMessage):
        """Posted when the user has finished the text."""

    def __init__(self, text: str = "", placeholder: str = "") -> None:
        self._given: set[str] = set()
        """Beginnings of lines that came as a whole and end in a backslash: such a one is text and makes no new line."""
        self.attaching: Attaching | None = None
        """Knows what is attached to the text, where something can be."""
        super().__init__(text, placeholder=placeholder)

    def send(self) -> None:
        """Called when the user has finished the text; posts `Accepted`."""
        self.post_message(self.Accepted())

    def show(self, text: str) -> None:
        """Replace the whole text as a normal edit, so that Ctrl+Z restores the old one."""
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)

    def edit(self, edit: Edit) -> EditResult:
        result = super().edit(edit)
        if len(edit.text) > 1:
            self._is_given(result.end_location)
        return result

    def load_text(self, text: str) -> None:
        super().load_text(text)
        self._given.clear()
        self._is_given(self.document.end)

    async def on_key(self, event: events.Key) -> None:
        if self.attaching is not None and self.attaching.takes_key(event.key):
            event.prevent_default()
            event.stop()

    def on_paste(self, event: events.Paste) -> None:
        if not self.read_only:
            event.prevent_default()
            self.paste(event.text)
            self.focus()

    def paste(self, text: str) -> None:
        """Insert text in place of the selection, unless there would be more than can be edited."""
        if self.attaching is not None and self.attaching.takes_paste(text):
            return
        if len(text) + len(self.text) > LONGEST_EDITED:
            self.notify(f"Not pasted: {len(text):,} characters are too many. {INSTEAD}", markup=False)
            return
        self.type_text(text)
        self._is_given(self.cursor_location)

    def action_undo(self) -> None:
        if self.attaching is None or not self.attaching.takes_undo():
            super().action_undo()

    def _is_given(self, end: Location) -> None:
        """Remember that the text before a location was not typed."""
        if (line := self.document[end[0]][: end[1]]).endswith("\\"):
            self._given.add(line)

    def action_send(self) -> None:
        row, column = self.cursor_location
        line = self.document[row][:column]
        if self.selection.is_empty and line.endswith("\\") and line not in self._given:
            self.replace("\n", (row, column - 1), (row, column), maintain_selection_offset=False)
        else:
            self.send()
