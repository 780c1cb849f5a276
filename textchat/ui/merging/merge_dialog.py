"""Dialog that says how to merge: the way, the replies, the model; with the price before anything is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from textchat.core.merging.merged import MergeWay
from textchat.live.merging.words import WAYS
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.dialogs.prompt_dialog import SHARE
from textchat.ui.keymap import shown_key
from textchat.ui.merging.tick_list import TickList, TickRow

CHOSEN, OTHER, TICK, NO_TICK = "●", "○", "✓", "·"
MODEL = "model"
LEAST_REPLIES = 2
ROWS_AROUND, ROWS_AROUND_LOW = 9, 5
"""Frame, price, hints and blank rows; the second where a terminal has few rows."""
LEAST_ROWS = 3
_WAYS = {way.value: way for way in MergeWay}


@dataclass(frozen=True, slots=True)
class MergeChoice:
    """What the user wants to be merged, and how."""

    way: MergeWay
    model: str
    """`PROVIDER/MODEL`."""
    sources: tuple[str, ...]
    """Ids of the replies."""


@dataclass(frozen=True, slots=True)
class OfferedReply:
    """A reply that can be merged, as it is shown."""

    message_id: str
    label: str
    words: str
    """Its first ones."""


class MergeDialog(ReportsWorkers, Dialog["MergeChoice | None"]):
    """Closes with a `MergeChoice`, or None.

    The cursor on a way chooses it. `priced` gives the sentence on what would be sent, `name_of` how a model is shown,
    `pick_model` lets the user choose another one.
    """

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Cancel", show=False),
        Binding("space", "tick", "Tick", show=False),
        Binding("f2", "model", "Model", show=False, id="pane.model"),
    ]

    def __init__(
        self,
        replies: Sequence[OfferedReply],
        choice: MergeChoice,
        *,
        priced: Callable[[MergeChoice], Awaitable[str]],
        name_of: Callable[[str], str],
        pick_model: Callable[[str], Awaitable[str | None]],
    ) -> None:
        super().__init__()
        self._replies = replies
        self._choice = choice
        self._priced = priced
        self._name_of = name_of
        self._pick_model = pick_model

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -ticks") as dialog:
            dialog.border_title = Content("Merge replies")
            yield TickList()
            yield Static(classes="dialog--cost", markup=False)
            yield HintRow(())

    def on_mount(self) -> None:
        self._show()
        self._list.focus()
        self._list.place_cursor(list(MergeWay).index(self._choice.way))
        self.call_after_refresh(self._show_keys)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)  # by then the screen knows whether it is a low one

    def _fit(self) -> None:
        """Leave the price and the hints their rows, however many replies there are."""
        height, is_low = self.app.size.height, self.has_class("-low")
        most = (height if is_low else int(height * SHARE)) - (ROWS_AROUND_LOW if is_low else ROWS_AROUND)
        self._list.styles.max_height = max(LEAST_ROWS, most)
        self._list.place_cursor(self._list.cursor)

    @property
    def _list(self) -> TickList:
        return self.query_one(TickList)

    def _show(self) -> None:
        self._list.show(list(self._rows()))
        self._price(self._choice)

    def _rows(self) -> Iterator[TickRow]:
        choice = self._choice
        for place, way in enumerate(MergeWay):
            label, about = WAYS[way]
            yield TickRow(way.value, CHOSEN if way is choice.way else OTHER, label, about, "" if place else "How")
        for place, reply in enumerate(self._replies):
            sign = TICK if reply.message_id in choice.sources else NO_TICK
            yield TickRow(reply.message_id, sign, reply.label, reply.words, "" if place else "Replies")
        key = shown_key(self, "pane.model")
        yield TickRow(MODEL, "", self._name_of(choice.model), f"Enter{f' or {key}' if key else ''} changes it", "Model")

    def _show_keys(self) -> None:
        enter = "choose the model" if self._is_on_model else "merge"
        hints = [Hint("Enter", enter, "screen.enter"), Hint("Space", "tick", "screen.tick")]
        hints += [Hint(key, "model", "screen.model")] if (key := shown_key(self, "pane.model")) else []
        self.query_one(HintRow).show([*hints, Hint("Esc", "cancel", "screen.dismiss")])

    @property
    def _is_on_model(self) -> bool:
        return self._list.row is not None and self._list.row.key == MODEL

    @work(exclusive=True, group="price", exit_on_error=False)
    async def _price(self, choice: MergeChoice) -> None:
        """Say what the choice would cost; the one before stays there until this is known."""
        if len(choice.sources) < LEAST_REPLIES:
            said = "Tick two replies at least."
        else:
            said = await self._priced(choice)
        self.query_one(".dialog--cost", Static).update(Content(said))

    # -- what keys and clicks do -------------------------------------------------------------------------------------

    @on(TickList.Moved)
    def _moved(self) -> None:
        self._choose_way()
        self._show_keys()

    def _choose_way(self) -> None:
        row = self._list.row
        way = None if row is None else _WAYS.get(row.key)
        if way is not None and way is not self._choice.way:
            self._choice = replace(self._choice, way=way)
            self._show()

    @on(TickList.Chosen)
    def _chosen(self, event: TickList.Chosen) -> None:
        if event.is_click:
            self.action_tick()
        else:
            self.action_enter()

    def action_tick(self) -> None:
        """Tick the reply under the cursor or take its tick away; on the model, choose another one."""
        row, sources = self._list.row, self._choice.sources
        if row is None or row.key in _WAYS:
            return
        if row.key == MODEL:
            self.action_model()
            return
        ticked = {*sources} ^ {row.key}
        order = [reply.message_id for reply in self._replies if reply.message_id in ticked]
        self._choice = replace(self._choice, sources=tuple(order))
        self._show()

    def action_enter(self) -> None:
        """Close with the choice; on the model, choose another one."""
        self._choose_way()  # a key that moved the cursor just now may not have been told yet
        if self._is_on_model:
            self.action_model()
        elif len(self._choice.sources) < LEAST_REPLIES:
            self.app.bell()
        else:
            self.dismiss(self._choice)

    @work(exclusive=True, group="model", exit_on_error=False)
    async def action_model(self) -> None:
        """Let the user choose the model that merges."""
        if (model := await self._pick_model(self._choice.model)) is not None:
            self._choice = replace(self._choice, model=model)
            self._show()
