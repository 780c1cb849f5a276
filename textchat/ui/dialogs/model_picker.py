"""Dialog that chooses models of any provider by part of their names; a failing provider is one line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content

from textchat.core.configuration import Price
from textchat.core.provider import Listing
from textchat.ui.connecting.model_matching import is_named
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.choosing import ChoosingDialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.dialogs.model_rows import ConnectRequest, ConnectRow, ModelRow, NoteLine, OfferedModels, note_lines
from textchat.ui.input.line_field import LineField
from textchat.ui.lists.choice_list import ChoiceList, Piece
from textchat.ui.terminal.drawing.frames import show_now

OTHERS_S = 3.0
"""So long an Enter that has a match waits for providers that may have a better one."""

ModelChoice = str | tuple[str, ...] | ConnectRequest
"""A model; several that were marked; or what is to be connected first."""


class FilterField(LineField, inherit_bindings=False):
    """The field above the list; a blank at its beginning looks for nothing, so Space marks there."""

    BINDINGS = LineField.BINDINGS

    async def on_key(self, event: events.Key) -> None:
        if event.key == "space" and not self.value and isinstance(self.screen, ModelPicker):
            event.prevent_default()
            event.stop()
            self.screen.action_mark()


class ModelPicker(ReportsWorkers, ChoosingDialog[ModelChoice | None]):
    """Closes with `PROVIDER/MODEL`, or None.

    `list_models` yields what each provider says, as it comes, and `price_of` has the price of a model. `recent` and
    `favourites` come first, in their order; `favour`, if given, is called when the user adds or removes a favourite. A
    name that is not listed can be typed. Where it `takes_several`, models can be marked. With `connect`, the rows that
    connect a provider stand below the models, the last of them for a new one.
    """

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("ctrl+s", "favour", show=False),
        Binding("ctrl+@,ctrl+space", "mark", show=False),
    ]

    def __init__(
        self,
        title: str,
        list_models: Callable[[], AsyncIterator[Listing]],
        *,
        price_of: Callable[[str], Price | None] = lambda model: None,
        current: str | None = None,
        recent: Sequence[str] = (),
        favourites: Collection[str] = (),
        favour: Callable[[str, bool], None] | None = None,
        takes_several: bool = False,
        connect: Sequence[ConnectRow] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._list_models = list_models
        self._favour = favour
        self._takes_several = takes_several
        self._offered = OfferedModels(price_of, current, recent, favourites, connect)
        self._shown: list[str] = []
        self._is_loading = True

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -list -medium") as dialog:
            dialog.border_title = Content(self._title)
            yield FilterField(placeholder="Filter models, or type PROVIDER/MODEL")
            yield ChoiceList[ModelRow](self._pieces, lambda row: not isinstance(row, NoteLine))
            yield HintRow(self._hints())

    def _hints(self) -> list[Hint]:
        favourite = [Hint("Ctrl+S", "favourite", "screen.favour")] if self._favour else []
        mark = [Hint("Ctrl+Space", "mark", "screen.mark")] if self._takes_several else []
        number = len(self._offered.marked)
        choose = f"choose {number} marked" if number else "choose"
        return [Hint("Enter", choose, "screen.enter"), *mark, *favourite, Hint("Esc", "cancel", "screen.dismiss")]

    def on_mount(self) -> None:
        self._fill()
        self._ask()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    @work(exit_on_error=False)
    async def _ask(self) -> None:
        async for listing in self._list_models():
            self._offered.take(listing)
            self._fill()
            if self.is_waiting and self._shown and is_named(self._shown[0], self._typed_name):
                self.dismiss(self._shown[0])
        self._is_loading = False
        self._fill()
        self._take_match()
        self.end_wait()

    # -- what is offered ---------------------------------------------------------------------------------------------

    @property
    def _list(self) -> ChoiceList[ModelRow]:
        return self.query_one(ChoiceList)

    @on(LineField.Changed)
    def _typed(self) -> None:
        self.end_wait()
        self._fill(keep=False)
        show_now(self)  # with the letter, not a frame behind it

    @property
    def _typed_name(self) -> str:
        return self.query_one(LineField).value.strip()

    def wait_changed(self) -> None:
        self._fill()

    def _fill(self, keep: bool = True) -> None:
        """Fill the list with the matching models; with `keep` the cursor stays on its model."""
        choices, typed = self._list, self._typed_name
        before, line = self._target if keep else None, choices.line
        self._shown = self._offered.found(typed)
        notes = note_lines(self._notes(), choices.scrollable_content_region.width or 64)
        connects = list(self._offered.connect_rows(typed))
        rows: list[ModelRow] = [*self._shown, *notes, *connects]
        if (place := self._place_of(before, connects, len(rows) - len(connects))) is not None:
            choices.show_rows(rows, place, line=line)
        else:  # nothing is chosen of itself while a match may still come
            choices.show_rows(rows, 0 if self._shown or not self._is_loading else None)

    def _place_of(self, before: str | ConnectRequest | None, connects: list[ConnectRow], start: int) -> int | None:
        """Where that stands now; None where it does not, or was only typed: that gives way to what is listed."""
        if isinstance(before, ConnectRequest):
            places = (start + at for at, row in enumerate(connects) if row.request == before)
            return next(places, None)
        return self._shown.index(before) if before in self._offered and before in self._shown else None

    def _pieces(self, row: ModelRow, width: int) -> list[Piece]:
        return self._offered.pieces(row, width, self._typed_name)

    def _notes(self) -> Iterator[str]:
        if self.is_waiting:
            yield "Loading models… The first match will be chosen."
        elif self._is_loading and self.has_waited_long:
            yield "Still loading models. Press Enter to wait for a match."
        elif self._is_loading:
            yield "Loading models…"
        elif not self._shown:
            yield "No model matches. Type PROVIDER/MODEL to use one that is not listed."
        yield from self._offered.problems

    # -- choosing ----------------------------------------------------------------------------------------------------

    @property
    def _target(self) -> str | ConnectRequest | None:
        """What the row under the cursor stands for."""
        row = self._list.row
        return row.request if isinstance(row, ConnectRow) else row if isinstance(row, str) else None

    def _highlighted(self) -> str | None:
        """The model under the cursor."""
        return target if isinstance(target := self._target, str) else None

    def action_move(self, step: int) -> None:
        self._list.action_move(step)
        show_now(self)

    @on(LineField.Submitted)
    def action_enter(self) -> None:
        """Close with what is highlighted; before one is listed that matches, wait for the providers to answer."""
        target = self._target
        is_sure = isinstance(target, ConnectRequest) or target in self._offered or not self._is_loading
        if self._offered.marked:
            self.dismiss(tuple(self._offered.marked))
        elif target is not None and is_sure:
            self.dismiss(target)
        elif self._is_loading:
            self.wait_for_match()
            self.set_timer(OTHERS_S, self._take_match)

    def _take_match(self) -> None:
        """Choose what Enter has waited for, if it is there."""
        if self.is_waiting and (model := self._highlighted()) is not None:
            self.dismiss(model)

    @on(ChoiceList.Chosen)
    def _chosen(self, event: ChoiceList.Chosen) -> None:
        """A click chooses, or marks as well where something is marked: no mark is lost to it."""
        if not event.is_click:
            self.action_enter()
        elif not self._offered.marked:
            self.dismiss(self._target)
        elif (model := self._highlighted()) is not None:
            self._mark(model)

    def action_mark(self) -> None:
        """Mark the model under the cursor, or take the mark back, and go on to the next one."""
        if self._takes_several and (model := self._highlighted()) is not None:
            self._mark(model)
            self.action_move(1)

    def _mark(self, model: str) -> None:
        self._offered.mark(model)
        self._list.refresh()
        self.query_one(HintRow).show(self._hints())

    def action_favour(self) -> None:
        model = self._highlighted()
        if model is not None and self._favour is not None:
            self._favour(model, self._offered.favour(model))
            self._fill()
