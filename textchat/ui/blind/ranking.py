"""An order of replies that is being made: moved by rows or typed by letters, with ties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textchat.ui.blind.ballot import Rival


class Ranking:
    """The rivals from the best to the worst; each method returns the row that it is about then."""

    def __init__(self, rivals: Sequence[Rival]) -> None:
        self.order = list(rivals)
        self._tied: set[str] = set()
        """The panes that share the place of the one above."""
        self._typed = 0
        """How many of the first places were given by letters."""

    @property
    def places(self) -> dict[str, int]:
        """The place of each pane, 1 for the best; equal ones have the same, and the next counts them."""
        return dict(self._places())

    def is_tied(self, row: int) -> bool:
        """Whether it shares the place of the one above."""
        return row > 0 and self.order[row].pane_id in self._tied

    def type_letter(self, letter: str) -> int | None:
        """Give the next place to the reply with this letter; None for a letter of none."""
        row = next((row for row, rival in enumerate(self.order) if rival.letter == letter), None)
        if row is None:
            return None
        if row < self._typed or self._typed >= len(self.order):
            self._typed = 0  # it begins anew
        rival = self.order.pop(row)
        self._tied.discard(rival.pane_id)
        self.order.insert(self._typed, rival)
        self._typed += 1
        return self._typed - 1

    def shift(self, row: int, step: int) -> int:
        """Swap a row with the one above (-1) or below (1); ties are of places, and stay there."""
        to = row + step
        if not 0 <= to < len(self.order):
            return row
        tied = [rival.pane_id in self._tied for rival in self.order]
        self.order[row], self.order[to] = self.order[to], self.order[row]
        self._tied = {rival.pane_id for rival, is_tied in zip(self.order, tied, strict=True) if is_tied}
        return to

    def tie(self, row: int) -> int:
        """Let a row share the place of the one above, or take that back."""
        if row:
            self._tied ^= {self.order[row].pane_id}
        return row

    def _places(self) -> Iterator[tuple[str, int]]:
        place = 0
        for row, rival in enumerate(self.order):
            place = place if self.is_tied(row) else row + 1
            yield rival.pane_id, place
