"""What goes with a text that is typed: files and folded pastes, each at its place, which follows the edits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textchat.core.parts.draft import Draft
from textchat.core.parts.editing import Edit
from textchat.core.parts.part import Part


@dataclass(eq=False, slots=True)
class Chip:
    """One thing that goes with the text: a file, the files of a folder, or a paste that was folded."""

    id: int
    name: str
    place: int
    """Characters of the text before it."""
    parts: tuple[Part, ...] = ()
    text: str = ""
    """A folded paste; empty for files."""
    tokens: int | None = None
    """Estimated; None where that is not known, or not yet."""
    is_guess: bool = False
    """Whether it may turn out to be no file: then it is not shown."""

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)


class Attached:
    """The chips of one editor, in the order of their places."""

    def __init__(self) -> None:
        self._chips: list[Chip] = []
        self._text = ""
        """The text that the places belong to."""
        self._last_id = 0

    def __iter__(self) -> Iterator[Chip]:
        return iter(tuple(self._chips))

    def __len__(self) -> int:
        return len(self._chips)

    @property
    def shown(self) -> list[Chip]:
        return [chip for chip in self._chips if not chip.is_guess]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(chip.size for chip in self._chips)

    def get(self, chip_id: int) -> Chip | None:
        return next((chip for chip in self._chips if chip.id == chip_id), None)

    def add(self, name: str, text: str, place: int, *, is_guess: bool = False) -> Chip:
        """Add a chip at a place of `text`, the text as it is now."""
        self._last_id += 1
        chip = Chip(self._last_id, name, place, is_guess=is_guess)
        self.put_back(chip, text)
        return chip

    def put_back(self, chip: Chip, text: str) -> None:
        """Add a chip that was removed, or as near to its place as the text now allows."""
        self.follow(text)
        chip.place = min(chip.place, len(text))
        later = (index for index, other in enumerate(self._chips) if other.place > chip.place)
        self._chips.insert(next(later, len(self._chips)), chip)

    def remove(self, chip: Chip) -> None:
        if chip in self._chips:
            self._chips.remove(chip)

    def follow(self, text: str) -> None:
        """Move the places as the text has moved; what is typed at a place stands behind it."""
        if not self._chips:
            self._text = text
        if text == self._text:
            return
        before, self._text = self._text, text
        edit = Edit(before, text)
        for chip in self._chips:
            kept = edit.kept(chip.place)
            chip.place = edit.start if kept is None else kept

    def go_behind(self, before: str, text: str) -> None:
        """Move all places as far as the text has become longer at its beginning."""
        self.follow(before)
        self._text = text
        for chip in self._chips:
            chip.place = min(max(0, chip.place + len(text) - len(before)), len(text))

    def draft(self, text: str) -> Draft:
        """The prompt as it would be sent: folded pastes in place, files at their places."""
        if not self._chips:
            return Draft(text)
        self.follow(text)
        whole, told = "", 0
        parts: list[Part] = []
        for chip in self._chips:
            if chip.is_guess:
                continue
            whole += text[told : chip.place]
            told = chip.place
            if chip.text:
                whole = apart(whole, chip.text)
                rest = text[told : told + 1]
                whole += "\n" if rest and not rest.isspace() and not chip.text[-1].isspace() else ""
            parts += [part.at(len(whole)) for part in chip.parts]
        return Draft(whole + text[told:], tuple(parts))


def apart(text: str, more: str) -> str:
    """A paste behind a text, on a line of its own: what is folded cannot be seen to run into a word."""
    return f"{text}\n{more}" if text and not text[-1].isspace() and not more[0].isspace() else text + more
