"""What a model picker offers: models, notes and providers to connect, and how a row of each is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from textchat.core.configuration import Price
from textchat.core.figures.reply_figures import count
from textchat.core.provider import Listing
from textchat.core.text.names import LONGEST, short_names
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.render.cells import cut_middle, width_of, wrap
from textchat.ui.connecting.model_matching import ModelSearch
from textchat.ui.lists.choice_list import MATCH, QUIET, SIGN, STRONG, Piece

STAR, MARK, RECENT = "★", "✓", "·"
MOST_ALIKE = 60
"""So many names are told apart from each other: more than fit a screen."""
PRICES_KEPT = 20_000


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


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One line of a note."""

    text: str


NEW_PROVIDER = ConnectRow(ConnectRequest(), "Connect a model…", "a key, or a server of your own")
ModelRow = str | NoteLine | ConnectRow
"""A model by its name, a line of a note, or what can be connected."""


class OfferedModels:
    """The models that are known so far, in their order, and what was said of providers that could not be asked."""

    def __init__(
        self,
        price_of: Callable[[str], Price | None],
        current: str | None,
        recent: Sequence[str],
        favourites: Collection[str],
        connect: Sequence[ConnectRow] | None,
    ) -> None:
        self.favourites = dict.fromkeys(favourites)
        self.marked: dict[str, None] = {}
        self.problems: list[str] = []
        self._current, self._recent, self._connect = current, recent, connect
        self._windows: dict[str, int | None] = dict.fromkeys(filter(None, (*self.favourites, *recent, current)))
        """Every model that is known, with its context window."""
        self._keyless: dict[str, ConnectRow] = {}
        """Rows of providers that could not be asked because of their keys."""
        self._search: ModelSearch | None = None
        """All that can be offered; gathered when it changes, not with every key."""
        self._names: ModelNames | None = None
        self._price = lru_cache(PRICES_KEPT)(price_of)

    def __contains__(self, model: object) -> bool:
        return model in self._windows

    def take(self, listing: Listing) -> None:
        """Take in what a provider has said."""
        for model in listing.models:
            self._windows[f"{listing.provider}/{model.id}"] = model.context_window
        if listing.problem and listing.is_key_problem and self._connect is not None:
            row = ConnectRow(ConnectRequest(listing.provider), listing.provider, listing.problem)
            self._keyless[listing.provider] = row
        elif listing.problem:
            self.problems.append(plain_line(f"{listing.provider}: {listing.problem}", 300))
        self._price.cache_clear()  # the prices of a provider come with its list
        self._search = None

    def favour(self, model: str) -> bool:
        """Make a model a favourite, or no longer one; returns whether it is one now."""
        self._search = None
        if model in self.favourites:
            del self.favourites[model]
            return False
        self.favourites[model] = None
        return True

    def mark(self, model: str) -> None:
        """Mark a model, or take its mark back."""
        if model in self.marked:
            del self.marked[model]
        else:
            self.marked[model] = None

    def found(self, typed: str) -> list[str]:
        """The models that match what is typed, and behind them what is typed where it is a whole name."""
        if self._search is None:
            self._search, self._names = ModelSearch(self._ordered()), None
        found = self._search.matching(typed)
        provider, slash, name = typed.partition("/")
        if provider and slash and name and typed not in self._windows:
            found.append(typed)
        return found

    def _ordered(self) -> Iterable[str]:
        return dict.fromkeys((*self.favourites, *self._recent, *self._windows))

    def connect_rows(self, typed: str) -> Iterator[ConnectRow]:
        """Providers without a key that what is typed may mean, and the row for a new one."""
        if self._connect is None:
            return
        words = typed.partition("/")[0].casefold().split()
        known = {row.request.provider: row for row in self._connect}
        for name, row in {**known, **self._keyless}.items():
            if name and all(word in f"{name} {row.label}".casefold() for word in words):
                yield row
        yield NEW_PROVIDER

    # -- drawing -----------------------------------------------------------------------------------------------------

    def pieces(self, row: ModelRow, width: int, typed: str) -> list[Piece]:
        """A row in one line, with the words that are typed marked in the name of a model."""
        match row:
            case NoteLine(text):
                return [(f"  {text}", QUIET)]
            case ConnectRow():
                about = f"  {plain_line(row.about, 300)}" if row.about else ""
                return [(f"  {plain_name(row.label)}", ""), (about, QUIET)]
            case _:
                return self._model_pieces(row, width, typed)

    def _model_pieces(self, model: str, width: int, typed: str) -> list[Piece]:
        """A model: its name goes before what is known of it."""
        name = self._name(model, width - 2)
        room, details = width - 2 - width_of(name), ""
        for detail in self._details(model):
            if width_of(f"{details}  {detail}") <= room:
                details += f"  {detail}"
        whole = _name_pieces(name, typed, STRONG if model == self._current else "")
        return [(f"{self._sign(model)} ", SIGN), *whole, (details, QUIET)]

    def _sign(self, model: str) -> str:
        if model in self.marked:
            return MARK
        if model in self.favourites:
            return STAR
        return RECENT if model in self._recent else " "

    def _name(self, model: str, width: int) -> str:
        if self._names is None or self._names.width != width:
            self._names = ModelNames(self._ordered(), width)
        return self._names.short(model)

    def _details(self, model: str) -> Iterator[str]:
        if model == self._current:
            yield "current"
        if model not in self._windows:
            yield "as typed"
        if window := self._windows.get(model):
            yield f"{count(window)} context"
        if price := self._price(model):
            yield "free" if not (price.input or price.output) else f"${price.input:.4g}/${price.output:.4g} per M"


class ModelNames:
    """Names of models in `width` cells, with their providers; those that would look alike by what tells them apart."""

    def __init__(self, models: Iterable[str], width: int) -> None:
        self.width = width
        self._alike: dict[str, list[str]] = {}
        for model in models:
            if len(model) > width or not (model.isascii() and model.isprintable()):
                self._alike.setdefault(self._cut(model), []).append(model)

    def _cut(self, model: str) -> str:
        return cut_middle(plain_name(model, LONGEST), self.width)

    def short(self, model: str) -> str:
        """The name as it is drawn: unchanged where it fits."""
        cut = self._cut(model)
        alike = self._alike.get(cut, ())
        if len(alike) < 2 or model not in alike:
            return cut
        start = alike.index(model) // MOST_ALIKE * MOST_ALIKE
        beside = alike[start : start + MOST_ALIKE]
        return short_names(beside, self.width)[beside.index(model)]


def note_lines(notes: Iterable[str], width: int) -> list[NoteLine]:
    """Notes in as many lines as they need: the end of a problem says what to do."""
    room = max(2, width - 3)  # a bar may come beside them
    return [NoteLine(note[start:end]) for note in notes for start, end in wrap(note, room)]


def _name_pieces(name: str, typed: str, part: str) -> list[Piece]:
    """A name in pieces: its provider is quieter, and the typed words are marked."""
    behind = name.find("/") + 1
    marks = [found.span() for word in typed.split() for found in re.finditer(re.escape(word), name, re.IGNORECASE)]
    cuts = sorted({0, behind, len(name), *(place for mark in marks for place in mark)})
    pieces: list[Piece] = []
    for start, end in pairwise(cuts):
        is_match = any(first <= start < last for first, last in marks)
        pieces.append((name[start:end], MATCH if is_match else QUIET if start < behind else part))
    return pieces
