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
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.themes import muted_style

MOST_SHOWN = 200
"""So many rows at once: more than anyone reads, and quick to replace with every key."""
STAR = "★"
RECENT = "·"


class ModelPicker(ReportsWorkers, Dialog[str | None]):
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
        self._is_chosen = False
        """Enter was pressed before a match was there: the first one is taken once all providers have answered."""
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
        self._is_loading = False
        self._fill()
        if self._is_chosen:
            self._is_chosen = False
            self.action_enter()

    # -- what is offered ---------------------------------------------------------------------------------------------

    @on(LineField.Changed)
    def _typed(self) -> None:
        self._is_chosen = False
        self._fill(keep=False)

    def _fill(self, keep: bool = True) -> None:
        """Fill the list with the matching models; with `keep` the highlight stays on its model."""
        options = self.query_one(OptionList)
        typed = self.query_one(LineField).value.strip()
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
            options.highlighted = self._shown.index(before) if before in self._shown else 0

    def _ordered(self) -> Iterable[str]:
        return dict.fromkeys((*self._favourites, *self._recent, *self._windows))

    def _notes(self, match_count: int) -> Iterable[str]:
        if match_count > MOST_SHOWN:
            yield f"… and {match_count - MOST_SHOWN} more. Type to filter."
        if self._is_loading and self._is_chosen:
            yield "Loading models… The first match will be chosen."
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
        """Close with the highlighted model; where none matches yet, wait for the providers to answer."""
        if (model := self._highlighted()) is not None:
            self.dismiss(model)
        elif self._is_loading:
            self._is_chosen = True
            self._fill()

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
    """The models that contain every typed word, ignoring case; those with a part that starts with it come first."""
    words = typed.casefold().split()
    starts: list[str] = []
    others: list[str] = []
    for model in models:
        name = model.casefold()
        if all(word in name for word in words):
            begins = all(name.startswith(word) or any(sign + word in name for sign in "/-:. ") for word in words)
            (starts if begins else others).append(model)
    return starts + others
