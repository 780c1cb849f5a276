"""Side panel: stored conversations; model, parameters and figures of the active pane."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from textchat.core.conversation import Conversation, Pane
from textchat.core.reply import Reply
from textchat.core.text.sanitize import plain_name
from textchat.render.cells import cut_middle
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.input.input_bar import InputBar
from textchat.ui.side_panel.conversation_list import (
    ActivityOf,
    ConversationList,
    ConversationRow,
    RowLoader,
    no_activity,
)
from textchat.ui.side_panel.figures_view import FiguresView, SavedUsd
from textchat.ui.side_panel.parameter_panel import ParameterPanel
from textchat.ui.side_panel.schema_entry import ReadSchema, no_schema
from textchat.ui.side_panel.switches import TakenEfforts

__all__ = ["ActivityOf", "ConversationRow", "ReadSchema", "RowLoader", "SavedUsd", "SidePanel"]

ROOMY_HEIGHT = 36
"""From this on, all parameters and the figures have room below some conversations."""
ROWS_ABOVE, LEAST_HEIGHT = 3, 6
"""Above the parameters, a conversation and the model; the least of theirs, as in the style sheet."""


HIDDEN = "Parameters and figures are hidden until the vote."


class ActiveModel(Widget):
    """Shows the number of the active pane and its model, cut in the middle as in the pane's heading."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._number = 0
        self._model = ""

    def show(self, number: int, model: str) -> None:
        self._number, self._model = number, plain_name(model)
        self.refresh()

    def render(self) -> Content:
        if not self._number:
            return Content("")
        number = f"{self._number} "
        model = cut_middle(self._model, self.content_size.width - len(number))
        return Content.assemble((number, f"bold $pane-{self._number}"), (model, "bold"))


class SidePanel(ReportsWorkers, Vertical):
    """Stacks the list of conversations, the parameters and the figures.

    `load` returns rows for the list, `activity` says what a conversation does, by its id, `saved_usd` what a cache
    saved of the cost of a reply, `read_schema` reads what was typed for one.
    """

    BINDINGS = [  # noqa: RUF012
        # In the input bar Tab turns to the next pane; here it goes from field to field.
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(
        self,
        load: RowLoader,
        activity: ActivityOf = no_activity,
        saved_usd: SavedUsd = lambda shown: None,
        read_schema: ReadSchema = no_schema,
    ) -> None:
        super().__init__()
        self.conversations = ConversationList(load, activity=activity)
        self.heading = ActiveModel()
        self.parameters = ParameterPanel(read_schema)
        self.figures = FiguresView(saved_usd)

    def compose(self) -> ComposeResult:
        yield self.conversations
        yield self.heading
        yield self.parameters
        yield self.figures
        yield Static(HIDDEN, id="hidden", markup=False)

    @work(group="rows", exit_on_error=False)
    async def on_mount(self) -> None:
        await self.reload()

    async def reload(self) -> None:
        """Load the stored conversations again after a change."""
        await self.conversations.reload()

    def on_descendant_focus(self) -> None:
        self._make_room()

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._make_room)

    def on_resize(self) -> None:
        self._make_room()

    def _make_room(self) -> None:
        """Show all parameters while one of them has the focus; the figures give way where there is no room for both."""
        focused = self.screen.focused  # not `has_focus`: between two fields neither has it for a moment
        is_setting = focused is not None and self.parameters in focused.ancestors_with_self
        if not is_setting and not self.app.app_focus and self.parameters.has_class("-open"):
            return  # another window is looked at: the fields do not move meanwhile
        self.parameters.open_up(is_setting)
        is_crowded = is_setting and self.size.height < ROOMY_HEIGHT
        self.figures.set_class(is_crowded, "-aside")
        self.set_class(is_crowded, "-crowded")
        self.parameters.limit(max(LEAST_HEIGHT, self.size.height - ROWS_ABOVE))

    def show(
        self,
        conversation: Conversation,
        pane: Pane,
        context_window: int | None = None,
        reply: Reply | None = None,
        taken: TakenEfforts | None = None,
    ) -> None:
        """Show `conversation` as the current one and `pane`, with its growing `reply`, as the active one.

        `taken` are the efforts that its model is known to take.
        """
        self.conversations.mark_current(conversation.id)
        number = 1 + [other.id for other in conversation.panes].index(pane.id)
        self.heading.show(number, pane.model)
        self.parameters.show(pane, conversation.id, taken)
        leaf = conversation.messages.get(pane.leaf_id or "")
        self.figures.show_conversation(conversation.messages, context_window, pane)
        self.figures.show_reply(reply or (leaf if leaf is not None and leaf.model else None))

    def hide_known(self, *, is_hidden: bool) -> None:
        """Hide what would tell the model of the active pane, and say so; or show it again."""
        if is_hidden and self.screen.focused in self.parameters.walk_children(with_self=True):
            self.action_leave()
        self.set_class(is_hidden, "-blind")

    def focus_conversations(self) -> None:
        self.conversations.focus()

    async def focus_parameters(self) -> None:
        await self.parameters.focus_first()

    def action_leave(self) -> None:
        self.screen.query_one(InputBar).focus()
