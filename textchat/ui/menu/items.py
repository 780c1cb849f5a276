"""What menus, the palette and the help show: items that can be chosen, under headings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One row that can be chosen."""

    id: str
    """Tells it from all others of the same list, whatever their number and order."""
    label: str
    run: Callable[[], object] | None = None
    about: str = ""
    """What it does or is, in one sentence without its full stop."""
    keys: tuple[str, ...] = ()
    """As people write them."""
    words: tuple[str, ...] = ()
    """What else it is called by those who look for it."""
    section: str = ""
    of: str = ""
    """What it would act on, where that cannot be told from its label."""
    lacks: str = ""
    """Why it cannot be chosen now; empty where it can."""
    is_name: bool = False
    """The label is the name of a model: cut so that it differs from the others."""


@dataclass(frozen=True, slots=True)
class MenuHeading:
    """A row above the items of a section, or a line between them where it has no text."""

    text: str = ""
    note: str = ""


MenuRow = MenuItem | MenuHeading


class ItemSource(Protocol):
    """A section of the palette that may have to ask a store or a server."""

    section: str

    def search(self, query: str) -> AsyncIterator[Sequence[MenuItem]]:
        """What there is for a query; each yield takes the place of the one before."""
        ...


class FallibleSource(ItemSource, Protocol):
    """One that may not find all there is."""

    problem: str
    """Why the last search has not; empty where it has."""


def run_chosen(item: MenuItem | None) -> None:
    """Run the item that a menu was closed with."""
    if item is not None and item.run is not None:
        item.run()
