"""Dialog that chooses models of any provider by part of their names; a failing provider is one line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from textchat.core.configuration import Price
from textchat.core.figures.reply_figures import count
from textchat.core.provider import Listing
from textchat.core.text.names import LONGEST, short_names
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.render.cells import cut_middle, width_of
from textchat.ui.connecting.model_matching import is_named, matching
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.choosing import ChoosingDialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.themes import muted_style

MOST_SHOWN = 60
"""So many rows at once: more than fit a screen, and quick to replace with every key; going on shows the next ones."""
STAR, MARK = "★", "✓"
RECENT = "·"
OTHERS_S = 3.0
"""So long an Enter that has a match waits for providers that may have a better one."""


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """The user wants to connect this provider, or a new one."""

    provider: str = ""


@dataclass(frozen=True, slots=True)
class ConnectRow:
    """A row that connects a provider: what it is called, and why that is needed."""

    request: ConnectRequest
    label: str
    about: str = ""


NEW_PROVIDER = ConnectRow(ConnectRequest(), "Connect a model…", "a key, or a server of your own")

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
        self._current = current
        self._recent = recent
        self._favourites = dict.fromkeys(favourites)
        self._favour = favour
        self._windows: dict[str, int | None] = {}
        """Every model that is known, with its context window."""
        self._marked: dict[str, None] = {}
        self._takes_several = takes_several
        self._connect = connect
        self._keyless: dict[str, ConnectRow] = {}
        """Rows of providers that could not be asked because of their keys."""
        self._problems: list[str] = []
        self._is_loading = True
        self._shown: list[str] = []
        self._ordered: tuple[str, ...] = ()
        """All that can be offered; gathered when it changes, not with every key."""
        self._most = MOST_SHOWN
        self._targets: list[str | ConnectRequest | None] = []
        """What each row stands for; None for a note."""
        self._price = lru_cache(20_000)(price_of)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -list -medium") as dialog:
            dialog.border_title = Content(self._title)
            yield FilterField(placeholder="Filter models, or type PROVIDER/MODEL")
            yield OptionList(compact=True)
            yield HintRow(self._hints())

    def _hints(self) -> list[Hint]:
        favourite = [Hint("Ctrl+S", "favourite", "screen.favour")] if self._favour else []
        mark = [Hint("Ctrl+Space", "mark", "screen.mark")] if self._takes_several else []
        number = len(self._marked)
        choose = f"choose {number} marked" if number else "choose"
        return [Hint("Enter", choose, "screen.enter"), *mark, *favourite, Hint("Esc", "cancel", "screen.dismiss")]

    def on_mount(self) -> None:
        self._windows = dict.fromkeys(filter(None, (*self._favourites, *self._recent, self._current)))
        self._renew()
        self._ask()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    @work(exit_on_error=False)
    async def _ask(self) -> None:
        async for listing in self._list_models():
            for model in listing.models:
                self._windows[f"{listing.provider}/{model.id}"] = model.context_window
            if listing.problem:
                self._take_problem(listing)
            self._price.cache_clear()  # the prices of a provider come with its list
            self._renew()
            if self.is_waiting and self._shown and is_named(self._shown[0], self._typed_name):
                self.dismiss(self._shown[0])
        self._is_loading = False
        self._fill()
        self._take_match()
        self.end_wait()

    def _take_problem(self, listing: Listing) -> None:
        if listing.is_key_problem and self._connect is not None:
            row = ConnectRow(ConnectRequest(listing.provider), listing.provider, listing.problem)
            self._keyless[listing.provider] = row
        else:
            self._problems.append(f"{listing.provider}: {listing.problem}")

    # -- what is offered ---------------------------------------------------------------------------------------------

    @on(LineField.Changed)
    def _typed(self) -> None:
        self.end_wait()
        self._most = MOST_SHOWN
        self._fill(keep=False)

    @property
    def _typed_name(self) -> str:
        return self.query_one(LineField).value.strip()

    def wait_changed(self) -> None:
        self._fill()

    def _fill(self, keep: bool = True) -> None:
        """Fill the list with the matching models; with `keep` the highlight stays on its model."""
        options = self.query_one(OptionList)
        typed = self._typed_name
        before = self._target if keep else None
        matches = matching(typed, self._ordered)
        self._shown = matches[: self._most]
        provider, slash, name = typed.partition("/")
        if provider and slash and name and typed not in self._windows:
            self._shown.append(typed)
        width = options.scrollable_content_region.width or 64
        names = _short_names(self._shown, width - 2)
        rows = [Option(self._drawn(model, name, width)) for model, name in zip(self._shown, names, strict=True)]
        notes = [Option(_drawn_note(note, width), disabled=True) for note in self._notes(len(matches))]
        connects = list(self._connect_rows(typed))
        self._targets = [*self._shown, *(None for _ in notes), *(row.request for row in connects)]
        options.set_options([*rows, *notes, *(Option(self._drawn_connect(row)) for row in connects)])
        if isinstance(before, ConnectRequest) and before in self._targets:
            options.highlighted = self._targets.index(before)
        elif self._shown:
            # What is only typed gives way to what is listed.
            options.highlighted = self._shown.index(before) if before in self._windows and before in self._shown else 0
        elif connects and not self._is_loading:
            options.highlighted = len(self._targets) - len(connects)

    def _connect_rows(self, typed: str) -> Iterator[ConnectRow]:
        """Providers without a key that what is typed may mean, and the row for a new one."""
        if self._connect is None:
            return
        words = typed.partition("/")[0].casefold().split()
        known = {row.request.provider: row for row in self._connect}
        for name, row in {**known, **self._keyless}.items():
            if name and all(word in f"{name} {row.label}".casefold() for word in words):
                yield row
        yield NEW_PROVIDER

    def _drawn_connect(self, row: ConnectRow) -> Content:
        about = f"  {plain_line(row.about, 300)}" if row.about else ""
        return Content.assemble("  ", plain_name(row.label), (about, muted_style(self)))

    def _renew(self) -> None:
        """Fill the list after what there is has changed."""
        self._ordered = tuple(dict.fromkeys((*self._favourites, *self._recent, *self._windows)))
        self._fill()

    def _notes(self, match_count: int) -> Iterable[str]:
        if match_count > self._most:
            yield f"… and {match_count - self._most} more. Type to filter."
        if self.is_waiting:
            yield "Loading models… The first match will be chosen."
        elif self._is_loading and self.has_waited_long:
            yield "Still loading models. Press Enter to wait for a match."
        elif self._is_loading:
            yield "Loading models…"
        elif not self._shown:
            yield "No model matches. Type PROVIDER/MODEL to use one that is not listed."
        for problem in self._problems:
            yield plain_line(problem, 300)

    def _drawn(self, model: str, name: str, width: int) -> Content:
        """A model in one line: its name goes before what is known of it."""
        sign = (
            MARK
            if model in self._marked
            else STAR
            if model in self._favourites
            else RECENT
            if model in self._recent
            else " "
        )
        provider, slash, rest = name.partition("/")
        muted = muted_style(self)
        details = ""
        for detail in self._details(model):
            if width_of(f"  {name}{details}  {detail}") <= width:
                details += f"  {detail}"
        return Content.assemble(
            (f"{sign} ", "$accent"),
            (f"{provider}{slash}", muted),
            (rest, "bold" if model == self._current else ""),
            (details, muted),
        )

    def _details(self, model: str) -> Iterator[str]:
        if model == self._current:
            yield "current"
        if model not in self._windows:
            yield "as typed"
        if window := self._windows.get(model):
            yield f"{count(window)} context"
        if price := self._price(model):
            yield "free" if not (price.input or price.output) else f"${price.input:.4g}/${price.output:.4g} per M"

    # -- choosing ----------------------------------------------------------------------------------------------------

    @property
    def _target(self) -> str | ConnectRequest | None:
        """What the highlighted row stands for."""
        index = self.query_one(OptionList).highlighted
        return self._targets[index] if index is not None and index < len(self._targets) else None

    def _highlighted(self) -> str | None:
        """The highlighted model."""
        return target if isinstance(target := self._target, str) else None

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0 and [self._highlighted()] == self._shown[-1:] and len(self._shown) >= self._most:
            self._most += MOST_SHOWN
            self._fill()
        places = [place for place, target in enumerate(self._targets) if target is not None]
        if not places:
            return
        at = places.index(options.highlighted) if options.highlighted in places else 0
        options.highlighted = places[max(0, min(at + step, len(places) - 1))]

    @on(LineField.Submitted)
    def action_enter(self) -> None:
        """Close with what is highlighted; before one is listed that matches, wait for the providers to answer."""
        target = self._target
        is_sure = isinstance(target, ConnectRequest) or target in self._windows or not self._is_loading
        if self._marked:
            self.dismiss(tuple(self._marked))
        elif target is not None and is_sure:
            self.dismiss(target)
        elif self._is_loading:
            self.wait_for_match()
            self.set_timer(OTHERS_S, self._take_match)

    def _take_match(self) -> None:
        """Choose what Enter has waited for, if it is there."""
        if self.is_waiting and (model := self._highlighted()) is not None:
            self.dismiss(model)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        target = self._targets[event.option_index]
        if target is not None:
            self.dismiss(target)

    def action_mark(self) -> None:
        """Mark the highlighted model, or take the mark back, and go on to the next one."""
        if not self._takes_several or (model := self._highlighted()) is None:
            return
        if model in self._marked:
            del self._marked[model]
        else:
            self._marked[model] = None
        self._fill()
        self.query_one(HintRow).show(self._hints())
        self.action_move(1)

    def action_favour(self) -> None:
        model = self._highlighted()
        if model is None or self._favour is None:
            return
        is_favourite = model not in self._favourites
        if is_favourite:
            self._favourites[model] = None
        else:
            del self._favourites[model]
        self._favour(model, is_favourite)
        self._renew()


def _drawn_note(note: str, width: int) -> Content:
    """A note below the names, in as many lines as it needs: the end of a problem says what to do."""
    return Content("\n").join(Content.assemble("  ", line) for line in Content(note).wrap(max(1, width - 2)))


def _short_names(models: Sequence[str], width: int) -> list[str]:
    """The names in `width` cells, with their providers; those that would look alike by what tells them apart."""
    alike: dict[str, list[str]] = {}
    for model in models:
        alike.setdefault(cut_middle(plain_name(model, LONGEST), width), []).append(model)
    short: dict[str, str] = {}
    for name, same in alike.items():
        short |= zip(same, short_names(same, width) if len(same) > 1 else [name], strict=True)
    return [short[model] for model in models]
