"""Builds and connects the collaborators of the conversation screen; imported after the first paint."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textchat.live.structure.usable import usable_schema
from textchat.ui.attaching.bar_attaching import BarAttaching
from textchat.ui.bar.bar_tools import BarTools
from textchat.ui.bar.price_note import PriceNote
from textchat.ui.bar.slash.commands import SlashCommand
from textchat.ui.blind.blind_actions import BlindActions
from textchat.ui.connecting.connect_actions import ConnectActions, ConnectFlow
from textchat.ui.connecting.ways import Ways
from textchat.ui.context.context_actions import ContextActions
from textchat.ui.context.share_display import ShareDisplay
from textchat.ui.conversation.actions.cancelling import Cancelling
from textchat.ui.conversation.actions.comparison import ComparisonActions
from textchat.ui.conversation.actions.conversations import ConversationActions
from textchat.ui.conversation.actions.layout import LayoutActions
from textchat.ui.conversation.actions.leaving import Leaving
from textchat.ui.conversation.actions.messages import MessageActions
from textchat.ui.conversation.actions.panes import PaneActions
from textchat.ui.conversation.actions.prompts import PromptActions
from textchat.ui.conversation.actions.replies import ReplyActions
from textchat.ui.conversation.actions.scroll_lock import ScrollLock
from textchat.ui.conversation.actions.shelf import ConversationShelf
from textchat.ui.conversation.actions.side_panel import SidePanelActions
from textchat.ui.conversation.actions.start_problems import StartProblemActions
from textchat.ui.conversation.actions.transcript import TranscriptActions
from textchat.ui.conversation.actions.undo import UndoActions
from textchat.ui.conversation.app_services import Desktop, Dialogs
from textchat.ui.conversation.background import BackgroundReplies
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.draft_keeper import DraftKeeper
from textchat.ui.conversation.external_changes import ExternalChanges
from textchat.ui.conversation.focus import FocusRules
from textchat.ui.conversation.listing import ConversationListing
from textchat.ui.conversation.pane_views import PaneViews
from textchat.ui.conversation.ports import ActionTable, ScreenContext, Work
from textchat.ui.conversation.status import StatusDisplay
from textchat.ui.conversation.target_line import (
    PromptEstimate,
    TargetLine,
    award_note,
    blind_note,
    queue_note,
    storage_note,
    target_note,
)
from textchat.ui.conversation.widgets import ScreenWidgets
from textchat.ui.files.file_actions import FileActions
from textchat.ui.keymap import BY_ID, shown_key
from textchat.ui.menu.menus import Menus
from textchat.ui.menu.needs import Need
from textchat.ui.merging.merge_actions import MergeActions
from textchat.ui.messages import MessagePoster
from textchat.ui.personas.persona_actions import PersonaActions
from textchat.ui.personas.prompt_actions import SavedPromptActions
from textchat.ui.personas.saved_commands import SavedCommands
from textchat.ui.personas.saved_files import SavedFiles
from textchat.ui.ratings.ratings_actions import RatingsActions
from textchat.ui.replaying.replay_actions import ReplayActions, replay_note
from textchat.ui.settings.settings_actions import ScreenInEffect, SettingsActions
from textchat.ui.side_panel.showing import SidePanelShowing
from textchat.ui.terminal.telling.signs import Signs
from textchat.ui.transcript.cards.card_services import CardServices

if TYPE_CHECKING:
    from textchat.core.parts.part import Part
    from textchat.live.conversation import LiveConversation
    from textchat.live.workspace import Workspace
    from textchat.ui.terminal.graphics.terminal_pictures import TerminalPictures


class Collaborators:
    """Container of the collaborators.

    Those that the screen passes messages to are attributes; all others are reached by their actions.
    """

    def __init__(self, context: ScreenContext, workspace: Workspace, live: LiveConversation) -> None:
        screen, notices = context.screen, context.notices
        self._context = context
        self._key_of = partial(shown_key, screen)
        self._dialogs = Dialogs(screen.app, context.keymap)
        self.workspace = workspace
        self.current = CurrentConversation(live)
        notices.as_shown = lambda sentence: self.current.mask.sentence(sentence)
        self.observer = MessagePoster(screen.post_message, notices.problem)
        self.desktop = Desktop(screen.app, notices)
        self.background = BackgroundReplies(self._renew_activities, self._signs())
        self.listing = ConversationListing(workspace, notices, self.background.activity)
        self.widgets = ScreenWidgets(self.listing.rows, self.background.activity, workspace.saved_usd, usable_schema)
        self.side_panel_showing = SidePanelShowing(self.widgets.side_panel, workspace.settings.ui.side_panel)
        self.changes = ExternalChanges(workspace, self.current, self._refresh_rows, notices)
        self.drafts = DraftKeeper(
            self.current, context.input_bar, set_timer=screen.set_timer, run=context.run, notices=notices
        )
        workspace.opened.on_let_go = self.drafts.let_go
        self.pane_views = self._pane_views()
        self.scroll_lock = ScrollLock(
            screen, self.current, self.pane_views, notices=notices, show_note=self._refresh_target
        )
        self.target_line = self._target_line()
        self.cancelling = Cancelling(self.current, self._key_of, context.status_line.warn)
        self.focus = self._focus_rules()
        self.status = self._status()
        self.undo = self._undo_actions()
        self.attaching = self._attaching()
        self.context = self._context_actions()
        self.prompts = self._prompt_actions()
        self.replies = ReplyActions(self.current, notices, self._key_of)
        self.messages = self._message_actions()
        self.conversations = self._conversation_actions()
        self.side_panel = self._side_panel_actions()
        self.leaving = Leaving(workspace, self._dialogs.edit_line, notices, self._key_of)
        self.menus = self._menus()
        self.bar_tools = self._bar_tools()
        self.actions = self._action_table()

    def _pane_views(self) -> PaneViews:
        self.workspace.found.on_problem = self._context.notices.problem
        ways = Ways(self.workspace, lambda: self.pane_views.renew_welcomes())
        return PaneViews(
            self.widgets.grid,
            self.current,
            owner=self._context.screen,
            rounds=self.workspace.catalog.rounds,
            smoothing=self.workspace.settings.ui.smoothing,
            show_figures=self.widgets.side_panel.figures.show_growing,
            cards=self._card_services(),
            ways=lambda: () if self.current.is_blind else ways.shown(),
        )

    def _card_services(self) -> CardServices:
        screen = self._context.screen
        return CardServices(
            self.current.content,
            lambda part, model: None if self.current.is_blind else self.workspace.taking(part, model),
            run=lambda work: screen.run_worker(work, group="pictures", exit_on_error=False),
            rows=lambda: screen.size.height // 3,
            has_colour=lambda: not screen.app.no_color,
            terminal=self._terminal_pictures,
        )

    def _terminal_pictures(self) -> TerminalPictures:
        from textchat.ui.terminal.graphics.terminal_pictures import TerminalPictures  # with the first picture

        def redraw() -> None:
            for message_list in self.pane_views.message_lists():
                message_list.measure_anew()

        changes = self.workspace.changes.current
        changes.watch(lambda before, now: redraw() if before.ui.pictures is not now.ui.pictures else None)
        return TerminalPictures(self._context.screen, lambda: self.workspace.settings.ui.pictures, redraw)

    async def _refresh_rows(self) -> None:
        await self.widgets.side_panel.reload()

    def _renew_activities(self) -> None:
        self.widgets.side_panel.conversations.renew_activities()

    def _refresh_target(self) -> None:
        self.target_line.refresh()
        self.attaching.renew()

    def _signs(self) -> Signs:
        signs = Signs(self._context.screen.app, lambda: self.workspace.settings.ui)
        self.workspace.changes.current.watch(lambda before, now: signs.renew())
        return signs

    def _set_title(self, title: str) -> None:
        self._context.screen.sub_title = title
        self.background.signs.show_title(title, is_private=self.current.live.is_private)

    def _scroll_to(self, pane_id: str, message_id: str, offset: int = 0) -> None:
        """Scroll a pane to a character of a message once it is drawn, unless it is gone by then."""

        def scroll() -> None:
            if view := self.pane_views.by_id.get(pane_id):
                self._context.screen.call_after_refresh(view.message_list.reading.go_to_message, message_id, offset)

        self._context.screen.call_later(scroll)

    def _target_line(self) -> TargetLine:
        bar = self._context.input_bar
        estimate = PromptEstimate(self.workspace, self.current, lambda: bar.draft)
        notes = (
            partial(blind_note, self.current),
            partial(target_note, self.current),
            partial(replay_note, self.current),
            partial(storage_note, self.workspace, self.current),
            partial(award_note, self.current),
            partial(queue_note, self.current),
            estimate.context_note,
            PriceNote(self.workspace, self.current, lambda: bar.draft, self._context.run, self._show_notes).note,
            self.scroll_lock.note,
        )
        return TargetLine(notes, show=self._context.status_line.show_notes, set_timer=self._context.screen.set_timer)

    def _show_notes(self) -> None:
        self.target_line.refresh()

    def _status(self) -> StatusDisplay:
        return StatusDisplay(
            self.workspace,
            self.current,
            self.widgets,
            self.pane_views,
            self.target_line,
            self._shares(),
            self.focus,
            self.cancelling,
            set_title=self._set_title,
            ask_for_vote=lambda: self.blind.show_row(),
        )

    def _focus_rules(self) -> FocusRules:
        context = self._context
        return FocusRules(
            context.screen, self.current, self.widgets, self.pane_views, context.input_bar, context.status_line,
            context.keymap,
        )  # fmt: skip

    def _shares(self) -> ShareDisplay:
        figures = self.widgets.side_panel.figures
        return ShareDisplay(self.workspace, self.current, self.pane_views, figures, run=self._context.run)

    # -- what keys and messages do -----------------------------------------------------------------------------------

    def _undo_actions(self) -> UndoActions:
        return UndoActions(
            self.workspace,
            self.current,
            show=self._context.show_conversation,
            scroll_to=self._scroll_to,
            refresh_rows=self._refresh_rows,
            editor=self._context.input_bar,
            discard=self._discard,
            notices=self._context.notices,
            key_of=self._key_of,
            run=self._context.run,
            call_later=self._context.screen.call_later,
        )

    def _attaching(self) -> BarAttaching:
        return BarAttaching(
            self._context,
            self.workspace,
            self.current,
            tell_undo=self.undo.tell,
            on_change=self._attachments_changed,
        )

    def _attachments_changed(self) -> None:
        self.drafts.typed()
        self.target_line.refresh_soon()

    def _discard(self, parts: Iterable[Part]) -> None:
        self.attaching.discard(parts)

    def _prompt_actions(self) -> PromptActions:
        return PromptActions(
            self.current,
            self.drafts,
            put_back=self._context.input_bar.put_back,
            refresh_rows=self._refresh_rows,
            refresh_target=self._refresh_target,
            tell_undo=self.undo.tell,
        )

    def _bar_tools(self) -> BarTools:
        tools = BarTools(self._context, self.workspace, self.current, self.attaching, self.menus, self._refresh_rows)
        tools.commands.add_source(SavedCommands(self.personas, self.saved_prompts, make=SlashCommand))
        return tools

    def _context_actions(self) -> ContextActions:
        return ContextActions(
            self.current,
            self._context.screen.app,
            self._dialogs,
            self._context.notices,
            scroll_to=self._scroll_to,
            tell_undo=self.undo.tell,
            key_of=self._key_of,
        )

    def _message_actions(self) -> MessageActions:
        return MessageActions(
            self.current,
            self.replies,
            activate=self._context.activate,
            desktop=self.desktop,
            dialogs=self._dialogs,
            notices=self._context.notices,
            key_of=self._key_of,
            files=FileActions(self.current, self._dialogs.edit_line, self._context.notices, self._key_of),
            drafts=self.drafts,
            edit_draft=self.attaching.edit,
            tell_undo=self.undo.tell,
            recordings=self.workspace.recordings,
        )

    def _conversation_actions(self) -> ConversationActions:
        return ConversationActions(
            self.workspace,
            self.current,
            show=self._context.show_conversation,
            activate=self._context.activate,
            scroll_to=self._scroll_to,
            focus_input=self._context.input_bar.focus,
            listing=self.listing,
            changes=self.changes,
            dialogs=self._dialogs,
            notices=self._context.notices,
            run=self._context.run,
            act_on=self._act_on,
        )

    async def _act_on(self, action_id: str, conversation_id: str) -> None:
        """Run an action on a conversation that need not be open, to its end."""
        if (work := self.actions[action_id](conversation_id)) is not None:
            await work

    @cached_property
    def panes(self) -> PaneActions:
        return PaneActions(
            self.workspace,
            self.current,
            activate=self._context.activate,
            dialogs=self._dialogs,
            notices=self._context.notices,
            key_of=self._key_of,
            run=self._context.run,
            tell_undo=self.undo.tell,
            connect=self._connect_flow().models,
        )

    @cached_property
    def merging(self) -> MergeActions:
        return MergeActions(
            self.current,
            self._context.screen.app,
            self._context.notices,
            pick_model=self.panes.pick_model,
            edit_outside=self.bar_tools.edit_field,
        )

    @cached_property
    def blind(self) -> BlindActions:
        return BlindActions(
            self.workspace,
            self.current,
            self._context.screen.app,
            self.widgets.vote_row,
            self._context.notices,
            tell_undo=self.undo.tell,
            pick_models=self.panes.pick_models,
            add_models=self.panes.add_models,
            refresh_rows=self._refresh_rows,
        )

    def _connect_flow(self) -> ConnectFlow:
        return ConnectFlow(self._context.screen.app, self.workspace, self._context.notices)

    def _side_panel_actions(self) -> SidePanelActions:
        panel, showing, notices = self.widgets.side_panel, self.side_panel_showing, self._context.notices
        return SidePanelActions(self.workspace, self.current, notices, panel, showing, self.changes)

    def _shelf(self) -> ConversationShelf:
        return ConversationShelf(
            self.workspace,
            self.current,
            show=self._context.show_conversation,
            refresh_rows=self._refresh_rows,
            ask=self._dialogs.edit_line,
            notices=self._context.notices,
            tell_undo=self.undo.tell,
        )

    def _settings_actions(self) -> SettingsActions:
        in_effect = ScreenInEffect(self.side_panel_showing, self.pane_views, self.attaching)
        self.workspace.changes.current.watch(in_effect.follow)
        return SettingsActions(self.workspace, self._dialogs, self._context.notices, self._context.run)

    @cached_property
    def personas(self) -> PersonaActions:
        files = SavedFiles(self.workspace.personas, self._context.notices)
        tell_undo = self.undo.tell
        return PersonaActions(self._context, self.workspace, self.current, self._dialogs, tell_undo, files)

    @cached_property
    def saved_prompts(self) -> SavedPromptActions:
        files = SavedFiles(self.workspace.prompts, self._context.notices)
        return SavedPromptActions(self._context, self._dialogs, files)

    def _menus(self) -> Menus:
        return Menus(
            self._context,
            self.workspace,
            self.current,
            views=self.pane_views,
            widgets=self.widgets,
            listing=self.listing,
            conversations=self.conversations,
            desktop=self.desktop,
            saved=lambda: (
                *(() if self.current.is_blind else (self.personas.source(),)),
                self.saved_prompts.source(),
            ),
        )

    def _action_table(self) -> ActionTable:
        """All actions of the screen by id: those of the keymap, and those that only clicks use."""
        table = {
            **self.prompts.actions(),
            **self.attaching.actions(),
            **self.cancelling.actions(),
            **self.replies.actions(),
            **self.panes.actions(),
            **ConnectActions(self._connect_flow(), self.panes.open_models).actions(),
            **LayoutActions(self.current, self.widgets.grid, self._context.activate).actions(),
            **self.blind.actions(),
            **ComparisonActions(
                self.current, self._dialogs, self._context.notices, self.blind.ask_for_active
            ).actions(),
            **RatingsActions(self._context.screen.app, self.workspace.history, self._key_of).actions(),
            **self.scroll_lock.actions(),
            **TranscriptActions(self.pane_views, self.widgets.find_bar, self._context.input_bar.focus).actions(),
            **self.conversations.actions(),
            **self._shelf().actions(),
            **ReplayActions(
                self.workspace, self.current, self._context.show_conversation, self._context.notices
            ).actions(),
            **self.undo.actions(),
            **self.context.actions(),
            **StartProblemActions(self.widgets.start_problems, self._dialogs, self._context.notices).actions(),
            **self.side_panel.actions(),
            **self.personas.actions(),
            **self.saved_prompts.actions(),
            **self.menus.actions(),
            **self._settings_actions().actions(),
            **self.bar_tools.actions(),
            **self.merging.actions(),
        }
        return {id_: self._unless_hidden(id_, act) for id_, act in table.items()}

    def _unless_hidden(self, action_id: str, act: Callable[..., Work | None]) -> Callable[..., Work | None]:
        """An action that says why it does nothing while models are compared blind, where it would tell them."""
        action = BY_ID.get(action_id)
        if action is None or Need.KNOWN not in action.needs:
            return act

        def acting(*arguments: str) -> Work | None:
            if not self.current.is_blind:
                return act(*arguments)
            self._context.notices.say(Need.KNOWN)
            return None

        return acting
