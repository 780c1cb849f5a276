"""Widget that draws one branch of a conversation with its growing reply, and handles its keys and the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, assert_never

from textual import events, on
from textual.selection import Selection as ScreenSelection

from textchat.core.conversation import Message, Role
from textchat.core.reply import Reply
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.keymaps.taking import takes_key
from textchat.ui.messages import MessageAction, MessageActionRequested, MessageMarked
from textchat.ui.transcript.cards.card_redraw import CardRedraw
from textchat.ui.transcript.cards.file_choice import FileChoice
from textchat.ui.transcript.caret import Caret
from textchat.ui.transcript.chosen import Chosen
from textchat.ui.transcript.clicks import Clicks
from textchat.ui.transcript.code_blocks import CodeBlockCycle
from textchat.ui.transcript.find import Finder
from textchat.ui.transcript.folding import Folding
from textchat.ui.transcript.layout.drawings import Drawings
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entries import Standings as Standings
from textchat.ui.transcript.links import LinkNavigation
from textchat.ui.transcript.painter import Painter
from textchat.ui.transcript.reading_position import ReadingPosition
from textchat.ui.transcript.selection import Selection
from textchat.ui.transcript.selection_drag import SelectionDrag
from textchat.ui.transcript.transcript import Transcript
from textchat.ui.transcript.window import Window

if TYPE_CHECKING:
    from textchat.ui.transcript.cards.card_services import CardServices


class ListAction(StrEnum):
    """Actions that the list performs itself; each value is the action's id in the keymap."""

    PREVIOUS = "message.previous"
    NEXT = "message.next"
    FOLD_REASONING = "message.reasoning"
    MARK = "message.mark"
    SELECT_ALL = "message.select_all"
    NEXT_LINK = "message.next_link"
    OPEN_LINK = "message.open_link"
    SOURCES = "message.sources"


LIST_ACTIONS = frozenset(ListAction)
FILE_ACTIONS = frozenset({MessageAction.OPEN_FILE, MessageAction.SAVE_FILE})


class MessageList(Transcript):
    """Shows a branch: `show`, then `add_message`, `add_reply`, `refresh_reply` and `end_reply`.

    What is asked of a message and cannot be done here is posted as `MessageActionRequested`.
    """

    BINDINGS = bindings_for(Group.MESSAGES)
    # Selected by `SelectionDrag`: Textual would take in what floats above the messages.
    ALLOW_SELECT = False
    # A click turns to the pane and leaves the typing where it was: no letter may become a command by it.
    FOCUS_ON_CLICK = False

    def __init__(
        self,
        pane_id: str,
        *,
        smoothing: str | int = "off",
        drawings: Drawings | None = None,
        cards: CardServices | None = None,
    ) -> None:
        """`smoothing` is the pace at which a reply's text is shown: see `render.pace`.

        `drawings` are those of all lists together, which have one bound; `cards` draws pictures and says how models
        get files.
        """
        entries = Entries(smoothing, drawings)
        window = Window(entries, entries.drawings)
        repaint, post = self.repaint, self.post_message
        position = ReadingPosition(entries, window, repaint=repaint, after_refresh=self.call_after_refresh)
        chosen = Chosen(entries, window, has_focus=lambda: self.has_focus, repaint=repaint)
        folding = Folding(entries, window, chosen, repaint)
        finder = Finder(entries, window, position, folding, repaint)
        selection = Selection(entries, window, position, tell_screen=partial(_select_on_screen, self), repaint=repaint)
        caret = Caret(entries, window, chosen, selection, repaint)
        painter = Painter(entries, window, layers=(finder, selection, caret), mark=chosen)
        super().__init__(entries, window, position, painter)
        self.pane_id = pane_id
        self.chosen, self.finder, self.selection, self.caret = chosen, finder, selection, caret
        self._folding = folding
        self._told: str | None = None
        """The marked message that was told of last."""
        self._code_blocks = CodeBlockCycle(entries, window, selection)
        self._links = LinkNavigation(
            entries, window, chosen, selection, caret, post=post, say=partial(self.notify, markup=False)
        )
        self._drag = SelectionDrag(entries, window, selection, self)
        window.on_shift += [caret.shift, self._drag.shift]
        say = partial(self.notify, markup=False)
        self._files = FileChoice(entries, caret, say)
        entries.supply.services = cards
        entries.supply.changed = CardRedraw(entries, window, position, repaint).changed
        self._clicks = Clicks(pane_id, entries, window, chosen, selection, folding, painter, repaint=repaint, post=post)

    # -- its messages ------------------------------------------------------------------------------------------------

    def show(
        self,
        messages: Sequence[Message],
        standings: Standings | None = None,
        *,
        next_model: str = "",
        omission: tuple[str | None, str] = (None, ""),
    ) -> None:
        """Show a branch, root first; drawings of messages that stay, or of a reply appended next, are kept.

        It is shown from its end, or from where it was read if that message stays and no new prompt is at the end.
        `standings` is asked for a message's version and vote when that message comes near the window; `next_model`
        is named above the list. `omission` is the first message that is sent, and what is said above it.
        """
        self.entries.omission = omission
        self._painter.next_model = self.entries.next_model = next_model
        last = messages[-1] if messages else None
        if last is not None and last.role is Role.USER and self.entries.position_of(last.id) is None:
            self.reading.forget()
        else:
            self.reading.keep()
        self.entries.show(messages, standings)
        self.window.show(self.reading.kept_row())
        for state in (self.finder, self.selection, self.chosen):
            state.branch_changed()
        self.repaint()

    def add_message(self, message: Message) -> None:
        """Append a finished message; the list scrolls to a prompt."""
        self._add(message)
        if message.role is Role.USER:
            self.scroll_end()

    def add_reply(self, reply: Reply) -> None:
        """Append a growing reply."""
        is_back, had_new = self.entries.has_made(reply.id), self.window.has_new
        self._add(reply)
        if is_back:
            # It was shown before: where reading stood, and whether there is something new, stay as they were.
            self.window.has_new = had_new and not self.window.following
            if row := self.reading.kept_row():
                self.window.hold(*row)
            self.repaint()

    def refresh_reply(self, reply: Reply) -> bool:
        """Take in new text of the reply and redraw changed lines; the scroll bar waits for `show_bar`.

        True where time alone will show more of it, so that another call is needed though nothing new comes.
        """
        position = self.entries.position_of(reply.id)
        if position is None:
            return False
        self._folding.answer_begins(position, reply)
        self.window.grown(position)
        self.repaint(with_bar=False)
        return self.entries[position].is_behind

    def end_reply(self, message: Message) -> None:
        """Replace the reply with the same id by the finished message, or append it if it is not shown."""
        position = self.entries.position_of(message.id)
        if position is None:
            self.add_message(message)
            return
        place = self.reading.place
        self.entries.replace(position, message)
        self.window.grown(position)
        self.repaint()
        if place is not None and place.message_id == message.id:
            # Links that were defined at its end have grown, also above what is read.
            self.reading.return_to(place)

    def _add(self, source: Message | Reply) -> None:
        self.entries.append(source)
        self.window.added()
        if len(self.entries) > 1:
            # It is not the last any more: its hints are shown with the new last one.
            self.window.changed(len(self.entries) - 2)
        self.repaint()

    # -- keys --------------------------------------------------------------------------------------------------------

    def action_message_action(self, action: str) -> None:
        """Perform an action of the keymap, such as `message.copy`, on the message that keys act on.

        Raises ValueError for one that is neither the list's own nor anyone's.
        """
        if action not in LIST_ACTIONS:
            self._request(MessageAction(action))
            return
        match ListAction(action):
            case ListAction.PREVIOUS:
                self.chosen.step(-1)
            case ListAction.NEXT:
                self.chosen.step(1)
            case ListAction.FOLD_REASONING:
                self._folding.toggle_chosen()
            case ListAction.MARK:
                self.caret.mark()
            case ListAction.SELECT_ALL:
                self.text_select_all()
            case ListAction.NEXT_LINK:
                self._links.mark_next()
            case ListAction.OPEN_LINK:
                if self._files.at_caret() is None:
                    self._links.open()
                else:
                    self._request(MessageAction.OPEN_FILE)
            case ListAction.SOURCES:
                self._folding.toggle_sources_of_chosen()
            case unreachable:
                assert_never(unreachable)

    def point_at(self, x: int, y: int) -> str | None:
        """Choose the message at a cell of the window; returns the target of the link there, if there is one."""
        row = self.window.row_at(y)
        if row is None:
            self.chosen.choose(None)
            return None
        entry = self.entries[row[0]]
        self.chosen.choose(entry.id)
        part = entry.part_at(row[1])
        return None if part is None else part.link_at(row[1], x)

    def _request(self, action: MessageAction) -> None:
        """Request an action of the screen on the message that keys act on."""
        position = self.chosen.target
        if position is None:
            return
        entry, text = self.entries[position], None
        if action is MessageAction.COPY:
            text = self.selection.text or entry.source.text
        elif action is MessageAction.COPY_CODE:
            text = self._code_blocks.next(position)
            if text is None:
                self.notify("No code in this message.", markup=False)
                return
        elif action in FILE_ACTIONS and (text := self._files.number(entry)) is None:
            return
        # Straight to the screen: from widget to widget it would be overtaken by what the next key does there.
        self.screen.post_message(MessageActionRequested(self.pane_id, entry.id, action, text))

    def on_key(self, event: events.Key) -> None:
        if not takes_key(self, event) and self.caret.press(event.key):
            event.stop()
            event.prevent_default()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.repaint()

    def repaint(self, *, with_bar: bool = True) -> None:
        """Update the screen, and tell of another marked message; not with each token, which marks none."""
        super().repaint(with_bar=with_bar)
        if with_bar and (marked := self._marked_id()) != self._told:
            self._told = marked
            self.post_message(MessageMarked(self.pane_id, marked))

    def _marked_id(self) -> str | None:
        position = self.chosen.marked
        return None if position is None else self.entries.sources[position].id

    # -- the mouse and the screen's selection ------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._clicks.press(event)
        self._drag.press(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._drag.drag(event)

    @on(events.MouseUp)
    @on(events.Hide)
    def _let_go(self) -> None:
        self._drag.release()

    def on_click(self, event: events.Click) -> None:
        # Textual selects everything at a second click.
        event.prevent_default()
        self._clicks.click(event)

    def selection_updated(self, selection: ScreenSelection | None) -> None:
        """Called by Textual when the selection has changed."""
        self.selection.take(selection)

    def get_selection(self, selection: ScreenSelection) -> tuple[str, str] | None:
        """The text for Textual's own copy command."""
        text = self.selection.text
        return (text, "\n") if text else None


def _select_on_screen(widget: MessageList, selection: ScreenSelection | None) -> None:
    if selection is None:
        widget.screen.clear_selection()
    else:
        widget.screen.selections = {widget: selection}
