"""Opens the palette, the help and the context menus over the conversation screen, and runs what is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.geometry import Offset
from textual.widget import Widget

from textchat.core.text.sanitize import plain_line
from textchat.ui.input.prompt_queue import PromptQueueView
from textchat.ui.keymap import BY_ID, Action, Group, keys_of
from textchat.ui.menu.action_items import action_items, editing_items, menu_rows
from textchat.ui.menu.context_menu import ContextMenu
from textchat.ui.menu.items import FallibleSource, MenuItem, MenuRow, run_chosen
from textchat.ui.menu.needs import Need
from textchat.ui.menu.palette import Palette
from textchat.ui.menu.places import MENUS, Place
from textchat.ui.menu.situation import present_needs
from textchat.ui.menu.sources import ConversationSource, ModelSource
from textchat.ui.messages import ConversationActionRequested, LinkChosen
from textchat.ui.panes.heading import PaneHeading
from textchat.ui.panes.pane import PaneView
from textchat.ui.panes.race_line import RaceLine
from textchat.ui.panes.tabs import PaneTabs
from textchat.ui.side_panel.conversation_list import ConversationList
from textchat.ui.side_panel.row_actions import ROW_ACTIONS
from textchat.ui.transcript.layout.entry_parts import PartKind
from textchat.ui.transcript.message_list import LIST_ACTIONS, MessageList

if TYPE_CHECKING:
    from textual.app import App

    from textchat.live.workspace import Workspace
    from textchat.ui.conversation.actions.conversations import ConversationActions
    from textchat.ui.conversation.app_services import Desktop
    from textchat.ui.conversation.current import CurrentConversation
    from textchat.ui.conversation.listing import ConversationListing
    from textchat.ui.conversation.pane_views import PaneViews
    from textchat.ui.conversation.ports import ActionTable, ScreenContext
    from textchat.ui.conversation.widgets import ScreenWidgets
    from textchat.ui.dialogs.conversation_picker import ConversationMatch
    from textchat.ui.dialogs.help import HelpScreen

LONGEST_BEGINNING = 40
"""Characters of a message where it is named."""
PALETTE, HELP, MENU = "app.palette", "app.help", "app.menu"
ON_ROWS = frozenset(action.action_id for action in ROW_ACTIONS)
"""What needs no opened conversation."""
FIRST_FROM_INPUT = ("Prompt", "Reply", "Panes")
FIRST_FROM_MESSAGES = ("Message", "Reply", "Messages")
FIRST_FROM_CONVERSATIONS = ("Conversations", "Window")
FIRST_FROM_PARAMETERS = ("Panes", "Reply")


@dataclass(eq=False)
class Menus:
    """Opens what the table of actions is looked at through."""

    context: ScreenContext
    workspace: Workspace
    current: CurrentConversation
    views: PaneViews
    widgets: ScreenWidgets
    listing: ConversationListing
    conversations: ConversationActions
    desktop: Desktop
    saved: Callable[[], Sequence[FallibleSource]] = tuple
    """Sections of the palette for what the user has saved."""

    def actions(self) -> ActionTable:
        return {MENU: self.open_here}

    # -- palette and help --------------------------------------------------------------------------------------------

    def palette(self, themes: Sequence[MenuItem]) -> Palette:
        """The palette of everything that can be found."""
        items = action_items(self.context.keymap, self.run, self.present(), first=self._first())
        of = self._message_meant()
        items = [
            replace(item, of=of) if BY_ID[item.id].group is Group.MESSAGES else item
            for item in items
            if item.id != PALETTE
        ]
        sources = self._sources()
        return Palette(
            items,
            themes,
            sources,
            closing_keys=keys_of(BY_ID[PALETTE], self.context.keymap),
            problems=lambda: [source.problem for source in sources if source.problem],
        )

    def help(self) -> HelpScreen:
        """The pages of help and the keys of all actions."""
        from textchat.ui.dialogs.help import HelpScreen
        from textchat.ui.help_pages.page_items import page_items

        keymap = self.context.keymap
        pages = page_items(self.context.screen.app, keymap)
        items = [*pages, *action_items(keymap, self.run, self.present()), *editing_items(keymap)]
        return HelpScreen(items, closing_keys=keys_of(BY_ID[HELP], self.context.keymap))

    def _sources(self) -> Sequence[FallibleSource]:
        conversation_id = self.current.conversation.id
        models = ModelSource(self.workspace, self.current.active_pane.model, self._set_model)
        return (
            *(() if self.current.is_blind else (models,)),  # it would lack that of the pane
            *self.saved(),
            ConversationSource(self.listing.search, conversation_id, self._open_conversation),
        )

    def _message_meant(self) -> str:
        """How the message begins that keys act on; it may be marked nowhere while the focus is elsewhere."""
        entries, position = self._messages.entries, self._messages.chosen.target
        begin = "" if position is None else plain_line(entries[position].text_of(PartKind.TEXT), LONGEST_BEGINNING)
        return f"“{begin}”" if begin else ""

    def _first(self) -> Sequence[str]:
        focused = self.context.screen.focused
        if isinstance(focused, MessageList):
            return FIRST_FROM_MESSAGES
        if isinstance(focused, ConversationList):
            return FIRST_FROM_CONVERSATIONS
        if focused is not None and self.widgets.side_panel in focused.ancestors:
            return FIRST_FROM_PARAMETERS
        return FIRST_FROM_INPUT

    def present(self) -> frozenset[Need]:
        """What there is to act on now."""
        return present_needs(self.current, self._messages, not self.context.input_bar.draft.is_empty)

    @property
    def _messages(self) -> MessageList:
        return self.views.active.message_list

    # -- what is chosen ----------------------------------------------------------------------------------------------

    def run(self, action: Action) -> None:
        """Run an action as its key would, wherever the focus is."""
        owner: Widget | App[Any]
        match action.group:
            case Group.APP:
                owner = self.context.screen.app
            case Group.SCREEN:
                owner = self.context.screen
            case Group.INPUT:
                owner = self.context.input_bar
            case Group.MESSAGES:
                owner = self._messages
                if action.id in LIST_ACTIONS:
                    owner.focus()  # what these mark is moved on by keys
        self.context.screen.call_later(self.context.screen.app.run_action, action.action, owner)

    def _set_model(self, model: str) -> None:
        self.context.run_first(self.current.live.panes.set_model(self.current.active_id, model))

    def _open_conversation(self, match: ConversationMatch) -> None:
        self.context.run_first(self._show_match(match))

    async def _show_match(self, match: ConversationMatch) -> None:
        await self.conversations.open(match.conversation_id)
        if match.message_id is not None and self.current.conversation.id == match.conversation_id:
            await self.conversations.show_message(match.message_id, match.place_in)

    # -- context menus -----------------------------------------------------------------------------------------------

    def open_at(self, widget: Widget, at: Offset) -> None:
        """Open the menu of what is at a cell of the screen; `widget` is the one there."""
        x, y = at - widget.content_region.offset
        if isinstance(widget, MessageList):
            self.context.activate(widget.pane_id)
            self._show(self._link_rows(widget.point_at(x, y)) + self._rows(Place.MESSAGE), at)
        elif isinstance(widget, ConversationList):
            if (index := widget.index_at(y)) < len(widget.rows):
                widget.place_cursor(index)
                self._show(self._conversation_rows(widget.rows[index].id), at)
        elif widget is self.context.input_bar or isinstance(widget, PromptQueueView):
            self._show(self._rows(Place.INPUT), at)
        elif (place := self._place_in_pane(widget, x)) is not None:
            self._show(self._rows(place), at)

    def open_here(self) -> None:
        """Open the menu of what has the focus."""
        focused = self.context.screen.focused
        if isinstance(focused, MessageList) and focused.chosen.target is not None:
            region = focused.content_region
            lines = [y for y, row in enumerate(focused.window.rows()) if row[0] == focused.chosen.target]
            self._show(self._rows(Place.MESSAGE), region.offset + Offset(2, lines[0] if lines else 0))
        elif isinstance(focused, ConversationList) and focused.rows:
            at = focused.content_region.offset + Offset(2, focused.cursor - round(focused.scroll_offset.y))
            self._show(self._conversation_rows(focused.rows[focused.cursor].id), at)
        else:
            bar = self.context.input_bar
            self._show(self._rows(Place.INPUT), bar.content_region.offset)

    def _place_in_pane(self, widget: Widget, x: int) -> Place | None:
        """Make the pane active that the widget belongs to; what of the pane it is."""
        if isinstance(widget, PaneTabs):
            if (pane := widget.pane_at(x)) is None:
                return None
            self.context.activate(pane.id)
            return Place.PANE
        view = next((each for each in widget.ancestors_with_self if isinstance(each, PaneView)), None)
        if view is None:
            return Place.PANE if self.widgets.side_panel in widget.ancestors_with_self else None
        self.context.activate(view.pane_id)
        if isinstance(widget, PaneHeading):
            return Place.PANE
        if not isinstance(widget, RaceLine):
            return Place.EMPTY_PANE
        if count := len(view.message_list.entries):
            view.message_list.chosen.choose(view.message_list.entries[count - 1].id)  # whose figures these are
        return Place.RACE

    def _rows(self, place: Place) -> list[MenuRow]:
        return menu_rows(MENUS[place], self.context.keymap, self.run, self.present())

    def _link_rows(self, target: str | None) -> list[MenuRow]:
        if target is None:
            return []
        follow: Callable[[], object] = partial(self.context.screen.post_message, LinkChosen(target))
        return [
            MenuItem("link.open", "Open the link", follow),
            MenuItem("link.copy", "Copy the address", lambda: self.context.run(self.desktop.copy(target))),
        ]

    def _conversation_rows(self, conversation_id: str) -> list[MenuRow]:
        def act(action: Action) -> None:
            if action.id in ON_ROWS:
                self.context.screen.post_message(ConversationActionRequested(conversation_id, action.id))
            else:
                self.context.run_first(self._on_shown(action, conversation_id))

        present = {*self.present(), Need.STARTED}  # it is on the list, so there is something in it
        rows = menu_rows(MENUS[Place.CONVERSATION], self.context.keymap, act, present)
        if conversation_id == self.current.conversation.id:
            return rows
        show = MenuItem(
            "open", "Open", lambda: self.context.run_first(self.conversations.open(conversation_id)), keys=("Enter",)
        )
        return [show, *rows]

    async def _on_shown(self, action: Action, conversation_id: str) -> None:
        """Run an action that needs the conversation to be shown."""
        await self.conversations.open(conversation_id)
        if self.current.conversation.id == conversation_id:
            self.run(action)

    def _show(self, rows: Sequence[MenuRow], at: Offset) -> None:
        if rows:
            menu = ContextMenu(rows, at, keys_of(BY_ID[MENU], self.context.keymap))
            self.context.screen.app.push_screen(menu, run_chosen)
