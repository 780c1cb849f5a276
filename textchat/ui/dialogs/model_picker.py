"""Dialog that chooses a model of any provider by part of its name; a failing provider is one line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from textchat.core.configuration import Price
from textchat.core.figures.reply_figures import count
from textchat.core.provider import Listing
from textchat.core.text.names import LONGEST, short_names
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.render.cells import cut_middle, width_of
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.choosing import ChoosingDialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.themes import muted_style

MOST_SHOWN = 200
"""So many rows at once: more than anyone reads, and quick to replace with every key."""
STAR = "★"
RECENT = "·"
OTHERS_S = 3.0
"""So long an Enter that has a match waits for providers that may have a better one."""


class ModelPicker(ReportsWorkers, ChoosingDialog[str | None]):
    """Closes with `PROVIDER/MODEL`, or None.

    `list_models` yields what each provider says, as it comes, and `price_of` has the price of a model. `recent` and
    `favourites` come first, in their order; `favour`, if given, is called when the user adds or removes a favourite. A
    name that is not listed can be typed.
    """

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("ctrl+s", "favour", show=False),
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
    ) -> None:
        super().__init__()
        self._title = title
        self._list_models = list_models
        self._price_of = price_of
        self._current = current
        self._recent = recent
        self._favourites = dict.fromkeys(favourites)
        self._favour = favour
        self._windows: dict[str, int | None] = {}
        """Every model that is known, with its context window."""
        self._problems: list[str] = []
        self._is_loading = True
        self._shown: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -list -medium"):
            yield Label(Content(self._title), classes="dialog--title")
            yield LineField(placeholder="Filter models, or type PROVIDER/MODEL")
            yield OptionList(compact=True)
            favourite = [Hint("Ctrl+S", "favourite", "screen.favour")] if self._favour else []
            yield HintRow(
                [Hint("Enter", "choose", "screen.enter"), *favourite, Hint("Esc", "cancel", "screen.dismiss")]
            )

    def on_mount(self) -> None:
        self._windows = dict.fromkeys(filter(None, (*self._favourites, *self._recent, self._current)))
        self._fill()
        self._ask()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    @work(exit_on_error=False)
    async def _ask(self) -> None:
        async for listing in self._list_models():
            for model in listing.models:
                self._windows[f"{listing.provider}/{model.id}"] = model.context_window
            if listing.problem:
                self._problems.append(f"{listing.provider}: {listing.problem}")
            self._fill()
            if self.is_waiting and self._shown and is_named(self._shown[0], self._typed_name):
                self.dismiss(self._shown[0])
        self._is_loading = False
        self._fill()
        self._take_match()
        self.end_wait()

    # -- what is offered ---------------------------------------------------------------------------------------------

    @on(LineField.Changed)
    def _typed(self) -> None:
        self.end_wait()
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
        before = self._highlighted() if keep else None
        matches = matching(typed, self._ordered())
        self._shown = matches[:MOST_SHOWN]
        provider, slash, name = typed.partition("/")
        if provider and slash and name and typed not in self._windows:
            self._shown.append(typed)
        width = options.scrollable_content_region.width or 64
        names = _short_names(self._shown, width - 2)
        rows = [Option(self._drawn(model, name, width)) for model, name in zip(self._shown, names, strict=True)]
        options.set_options([*rows, *(Option(Content(note), disabled=True) for note in self._notes(len(matches)))])
        if self._shown:
            # What is only typed gives way to what is listed.
            options.highlighted = self._shown.index(before) if before in self._windows and before in self._shown else 0

    def _ordered(self) -> Iterable[str]:
        return dict.fromkeys((*self._favourites, *self._recent, *self._windows))

    def _notes(self, match_count: int) -> Iterable[str]:
        if match_count > MOST_SHOWN:
            yield f"… and {match_count - MOST_SHOWN} more. Type to filter."
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
        sign = STAR if model in self._favourites else RECENT if model in self._recent else " "
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
        if price := self._price_of(model):
            yield "free" if not (price.input or price.output) else f"${price.input:.4g}/${price.output:.4g} per M"

    # -- choosing ----------------------------------------------------------------------------------------------------

    def _highlighted(self) -> str | None:
        index = self.query_one(OptionList).highlighted
        return self._shown[index] if index is not None and index < len(self._shown) else None

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if self._shown:
            options.highlighted = max(0, min((options.highlighted or 0) + step, len(self._shown) - 1))

    @on(LineField.Submitted)
    def action_enter(self) -> None:
        """Close with the highlighted model; before one is listed that matches, wait for the providers to answer."""
        model = self._highlighted()
        if model is not None and (model in self._windows or not self._is_loading):
            self.dismiss(model)
        elif self._is_loading:
            self.wait_for_match()
            self.set_timer(OTHERS_S, self._take_match)

    def _take_match(self) -> None:
        """Choose what Enter has waited for, if it is there."""
        if self.is_waiting and (model := self._highlighted()) is not None:
            self.dismiss(model)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index])

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
        self._fill()


def _short_names(models: Sequence[str], width: int) -> list[str]:
    """The names in `width` cells, with their providers; those that would look alike by what tells them apart."""
    alike: dict[str, list[str]] = {}
    for model in models:
        alike.setdefault(cut_middle(plain_name(model, LONGEST), width), []).append(model)
    short: dict[str, str] = {}
    for name, same in alike.items():
        short |= zip(same, short_names(same, width) if len(same) > 1 else [name], strict=True)
    return [short[model] for model in models]


def matching(typed: str, models: Iterable[str]) -> list[str]:
    """The models that contain every typed word, ignoring case.

    Those come first that are named so, then those with a part that starts with it.
    """
    words, whole = typed.casefold().split(), typed.strip().casefold()
    named: list[str] = []
    starts: list[str] = []
    others: list[str] = []
    for model in models:
        name = model.casefold()
        if all(word in name for word in words):
            begins = all(name.startswith(word) or any(sign + word in name for sign in "/-:. ") for word in words)
            is_whole = whole and name.endswith(whole) and is_named(model, typed)
            (named if is_whole else starts if begins else others).append(model)
    return named + starts + others


def is_named(model: str, typed: str) -> bool:
    """Whether this is the whole name of a model, with or without its provider, ignoring case."""
    typed, model = typed.strip().casefold(), model.casefold()
    return typed in (model, model.partition("/")[2])
