"""Reading a branch: the chosen message and what can be asked of it, folding, and what a click means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events
from textual.message import Message as TextualMessage

from textchat.core.figures.ending import Hints
from textchat.render.markdown import CodeBlock, Document, Link
from textchat.ui.keymap import Group, bindings_for, shown_key
from textchat.ui.keys import RIGHT_BUTTON
from textchat.ui.messages import LinkChosen, MessageAction, MessageActionRequested, PaneFocused
from textchat.ui.transcript.entry import Entry
from textchat.ui.transcript.entry_parts import MARGIN, Kind, Part
from textchat.ui.transcript.selectable import Selectable
from textchat.ui.transcript.text_selection import Place, TextSelection


class Reading(Selectable):
    """A list in which one message can be chosen; what is asked of it is posted as `MessageActionRequested`."""

    BINDINGS = bindings_for(Group.MESSAGES)

    def __init__(self, pane_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pane_id = pane_id
        self._chosen: str | None = None
        self._pressed: tuple[int, int] | None = None
        self._code: tuple[str, int] = ("", 0)

    def hints(self) -> Hints:
        retry, resume = (
            # What works wherever the focus is, else what works here.
            shown_key(self, f"reply.{way}") or shown_key(self, f"message.{way}")
            for way in ("retry", "continue")
        )
        return Hints(retry and f"{retry} to retry", resume and f"{resume} to continue")

    # -- the chosen message ------------------------------------------------------------------------------------------

    @property
    def chosen_id(self) -> str | None:
        """The message that keys act on; None where none was chosen."""
        return self._chosen

    def choose(self, message_id: str | None) -> None:
        """Choose a message, or none."""
        self._chosen = (
            message_id if message_id is not None and self.branch.position_of(message_id) is not None else None
        )
        self.repaint()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.repaint()

    def marked_position(self) -> int | None:
        # The mark says what keys act on, so it stands only where keys arrive.
        return self._meant() if self.has_focus else None

    def _meant(self) -> int | None:
        """The chosen message; where none is, the last in the window."""
        position = self.branch.position_of(self._chosen) if self._chosen is not None else None
        if position is None and (rows := self.view.rows()):
            position = rows[-1][0]
        return position

    def scroll_to_message(self, message_id: str) -> None:
        """Take the window to the beginning of a message; nothing happens where it is not shown."""
        position = self.branch.position_of(message_id)
        if position is not None:
            self.view.hold(position, 0)
            self.repaint()

    def action_select_next(self) -> None:
        """Choose the message below."""
        self._choose_beside(1)

    def action_select_previous(self) -> None:
        """Choose the message above."""
        self._choose_beside(-1)

    def action_choose_none(self) -> None:
        self.choose(None)

    def _choose_beside(self, step: int) -> None:
        position = self._meant()
        if position is None:
            return
        # The first key only marks what is meant, where no mark was seen before it.
        if self._chosen is not None or self.has_focus:
            position = max(0, min(position + step, len(self.branch) - 1))
        self._chosen = self.branch[position].id
        self._bring_entry(position)
        self.repaint()

    def _bring_entry(self, position: int) -> None:
        """Scroll as little as shows the message, or its beginning where it is longer than the window."""
        height = self.lay_out(position) - 1
        rows = self.view.rows()
        if (position, 0) in rows and (position, height - 1) in rows:
            return
        below = rows and (position, 0) > rows[0]
        self.view.hold(position, height - self.view.height if below and height < self.view.height else 0)

    def caret_start(self) -> tuple[int, int]:
        position = self.branch.position_of(self._chosen) if self._chosen is not None else None
        if position is None:
            return super().caret_start()
        return next((row for row in self.view.rows() if row[0] == position), (position, 0))

    def forget_absent(self) -> None:
        super().forget_absent()
        if self._chosen is not None and self.branch.position_of(self._chosen) is None:
            self._chosen = None

    # -- what can be asked of it -------------------------------------------------------------------------------------

    def action_message_action(self, action: str) -> None:
        """Ask for an action of the keymap, such as `message.copy`, of the chosen message, else of the last in view."""
        position = self._meant()
        if position is None:
            return
        entry, wanted = self.branch[position], MessageAction(action)
        text = None
        if wanted is MessageAction.COPY:
            text = self.selected_text or entry.text_of(Kind.TEXT)
        elif wanted is MessageAction.COPY_CODE:
            text = self._next_code(entry)
            if text is None:
                self.notify("There is no code in this message.", markup=False)
                return
        self.post_message(MessageActionRequested(self.pane_id, entry.id, wanted, text))

    def _next_code(self, entry: Entry) -> str | None:
        """The code of the first block, with each further call of the next; it is shown as selected."""
        self.view.changed(self.branch.position_of(entry.id) or 0)
        part = entry.part(Kind.TEXT)
        blocks = part.drawing.code_blocks() if part and isinstance(part.drawing, Document) else ()
        if not blocks or part is None:
            return None
        number = self._code[1] if self._code[0] == entry.id else 0
        self._code = entry.id, number + 1
        block = blocks[number % len(blocks)]
        self._show_code(entry, part, block)
        return block.code

    def _show_code(self, entry: Entry, part: Part, block: CodeBlock) -> None:
        # Its label is no code.
        lines = range(block.line + bool(block.language), block.line + block.lines)
        spans = [part.drawing.source_span(y, 0, entry.frame.width) for y in lines]
        found = [span for span in spans if span is not None]
        if found:
            self._show_source(entry, part, found[0][0], found[-1][1])

    def _show_source(self, entry: Entry, part: Part, start: int, end: int) -> None:
        """Select a piece of an answer and bring its beginning into the window."""
        self.select_source(TextSelection(Place(entry.id, part.kind, start), Place(entry.id, part.kind, end)))
        position, line = self.branch.position_of(entry.id), part.top + part.drawing.position_of(start)[0]
        if position is not None and (position, line) not in self.view.rows():
            self.hold_place(position, part.kind, start, above=1)
        self.repaint()

    # -- its links ---------------------------------------------------------------------------------------------------

    def action_next_link(self) -> None:
        """Mark the next link of the chosen message, else of the last in view; after the last one, the first."""
        entry, part, links = self._links()
        if entry is not None and part is not None and links:
            marked = self._marked_link(entry, links)
            link = links[(links.index(marked) + 1) % len(links) if marked else 0]
            self._show_source(entry, part, link.start, link.end)

    def action_open_link(self) -> None:
        """Open the link that is marked or under the cursor; a message's only link needs no mark."""
        entry, part, links = self._links()
        if entry is None or part is None or not links:
            return
        marked = self._marked_link(entry, links) or (links[0] if len(links) == 1 else None)
        target = marked.target if marked else self._target_at_caret(entry)
        if target is None:
            self.action_next_link()
        else:
            self.post_message(LinkChosen(target))

    def _links(self) -> tuple[Entry | None, Part | None, Sequence[Link]]:
        position = self._meant()
        if position is None:
            return None, None, ()
        self.view.changed(position)
        entry = self.branch[position]
        part = entry.part(Kind.TEXT)
        links = part.drawing.links() if part is not None and isinstance(part.drawing, Document) else ()
        if not links:
            self.notify("There is no link in this message.", markup=False)
        return entry, part, links

    def _marked_link(self, entry: Entry, links: Sequence[Link]) -> Link | None:
        """The first link that the selection touches."""
        text = self.selected
        if text is None or not text.is_in_one_part or (text.start.message_id, text.start.kind) != (entry.id, Kind.TEXT):
            return None
        return next((link for link in links if link.start < text.end.offset and text.start.offset < link.end), None)

    def _target_at_caret(self, entry: Entry) -> str | None:
        if self.caret is None or self.caret[0] != entry.id:
            return None
        return self._target_at(entry.part_at(self.caret[1]), self.caret[1], self.caret[2])

    def _target_at(self, part: Part | None, line: int, x: int) -> str | None:
        """Where the link under a cell leads."""
        if part is None or not isinstance(part.drawing, Document):
            return None
        return part.drawing.link_at(line - part.top, x - MARGIN - part.indent)

    # -- folding -----------------------------------------------------------------------------------------------------

    def action_toggle_reasoning(self) -> None:
        """Fold or unfold the reasoning of the chosen message, else of the last one that has some."""
        chosen = self.branch.position_of(self._chosen) if self._chosen is not None else None
        entries = self.branch
        positions = range(len(entries) - 1, -1, -1) if chosen is None else (chosen,)
        position = next((each for each in positions if entries[each].has_reasoning), None)
        if position is not None:
            self.toggle_reasoning(entries[position].id)

    def toggle_reasoning(self, message_id: str) -> None:
        """Fold or unfold; the line of the header stays where it is in the window."""
        position = self.branch.position_of(message_id)
        if position is None:
            return
        entry = self.branch[position]
        rows = self.view.rows()
        entry.is_folded = not entry.is_folded
        entry.was_folded_by_hand = True
        self.view.changed(position)
        header = entry.part(Kind.FOLD)
        row = (position, header.top if header else 0)
        place = rows.index(row) if row in rows else 0
        self.view.hold(position, row[1] - place)
        self.repaint()

    # -- the mouse ---------------------------------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._pressed = event.screen_x, event.screen_y

    def on_click(self, event: events.Click) -> None:
        # Textual selects everything at a second click.
        event.prevent_default()
        if self._pressed != (event.screen_x, event.screen_y):
            return
        self.post_message(PaneFocused(self.pane_id))
        if event.button == RIGHT_BUTTON:
            return  # the screen has an answer to that
        if self.is_on_new_mark(event.x, event.y):
            self.scroll_end()
            return
        row = self.entry_at(event.y)
        if row is None:
            self.choose(None)
            return
        entry = self.branch[row[0]]
        part = entry.part_at(row[1])
        if event.chain > 1:
            self._select_around(entry, part, row[1], event)
            return
        asked = self._asked_by_click(entry, part, row[1], event.x) if part is not None else None
        if asked is not None:
            self.post_message(asked)
        elif part is not None and part.kind is Kind.FOLD:
            self.toggle_reasoning(entry.id)
        else:
            self.choose(entry.id)

    def _asked_by_click(self, entry: Entry, part: Part, line: int, x: int) -> TextualMessage | None:
        cell = x - MARGIN - part.indent
        if target := self._target_at(part, line, x):
            return LinkChosen(target)
        if part.kind is Kind.SIBLINGS and 0 <= cell < len(part.drawing.text):
            is_left = cell < len(part.drawing.text) // 2
            action = MessageAction.PREVIOUS_SIBLING if is_left else MessageAction.NEXT_SIBLING
            return MessageActionRequested(self.pane_id, entry.id, action)
        return None

    def _select_around(self, entry: Entry, part: Part | None, line: int, event: events.Click) -> None:
        """A second click selects the word, a third the whole part."""
        if part is None:
            return
        text = part.drawing.text
        start, end = 0, len(text)
        if event.chain == 2:
            cell = max(0, event.x - MARGIN - part.indent)
            span = part.drawing.source_span(line - part.top, cell, cell + 1)
            if span is None:
                return
            start, end = _word_around(text, span[0])
        self.select_source(TextSelection(Place(entry.id, part.kind, start), Place(entry.id, part.kind, end)))


_ENDS_SENTENCE = frozenset(".:")


def _word_around(text: str, offset: int) -> tuple[int, int]:
    start = end = offset
    while start > 0 and _is_in_word(text[start - 1]):
        start -= 1
    while end < len(text) and _is_in_word(text[end]):
        end += 1
    while text[end - 1 : end] in _ENDS_SENTENCE and end > offset + 1:
        end -= 1
    return start, max(end, offset + 1)


def _is_in_word(character: str) -> bool:
    return character.isalnum() or character in "_-./:@~"
