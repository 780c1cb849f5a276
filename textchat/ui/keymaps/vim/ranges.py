"""What a command of vim is about: the place that a motion leads to, and the range that an operator takes."""

from __future__ import annotations

from textchat.ui.input.text_steps import right_of
from textchat.ui.keymaps.vim.grammar import Command
from textchat.ui.keymaps.vim.motions import MOTIONS, Reach, Way
from textchat.ui.keymaps.vim.objects import Stretch, object_at
from textchat.ui.keymaps.vim.words import Lines, Place, kind, last_place, next_word, word_end


class Ranges:
    """Finds places and ranges; remembers what was looked for in the line, for `;` and `,`."""

    def __init__(self) -> None:
        self._found = Way("")

    def target(self, lines: Lines, at: Place, command: Command) -> Place | None:
        """Where a motion leads; None where it leads nowhere."""
        way = self._way(command)
        if way is None:
            return None
        if command.motion in (";", ",") and way.name in "tT":  # what stands beside the cursor was found already
            finding = MOTIONS[way.name][0]
            place = finding(lines, at, way)
            return finding(lines, at, Way(way.name, 2, way.character)) if place == at and way.times == 1 else place
        return MOTIONS[way.name][0](lines, at, way)

    def _way(self, command: Command) -> Way | None:
        name, character = command.motion, command.character
        if name in (";", ","):
            if not self._found.name:
                return None
            name, character = self._found.name, self._found.character
            name = name.swapcase() if command.motion == "," else name
        elif name in ("f", "F", "t", "T"):
            self._found = Way(name, None, character)
        return Way(name, command.count, character)

    def stretch(self, lines: Lines, at: Place, command: Command) -> Stretch | None:
        """The range of an operator; None where its motion leads nowhere.

        `d` takes whole lines where nothing but blanks would be left of the first and of the last.
        """
        found = self._stretch(lines, at, command)
        if found is None or found.is_lines or command.name != "d" or command.is_object:
            return found
        (top, left), (bottom, right) = found.start, found.end
        is_all = top < bottom and not lines[top][:left].strip() and not lines[bottom][right:].strip()
        return Stretch(found.start, found.end, is_lines=True) if is_all else found

    def _stretch(self, lines: Lines, at: Place, command: Command) -> Stretch | None:
        operator, motion = command.name, command.motion
        if motion == operator or motion in ("j", "k"):
            return self._rows(lines, at, command)
        if command.is_object:
            is_around = motion[0] == "a"
            return object_at(lines, at, motion[1], is_around=is_around, count=command.times)
        if motion in ("w", "W"):
            return self._words(lines, at, command)
        to = self.target(lines, at, command)
        if to is None:
            return None
        reach = MOTIONS[self._name_of(command)][1]
        start, end = sorted((at, to))
        if reach is Reach.LINES:
            return Stretch((start[0], at[1]), end, is_lines=True)
        last = len(lines) - 1
        is_text_end = motion == "}" and bool(lines[last]) and end == (last, last_place(lines, last))
        if reach is Reach.WITH or is_text_end:
            return Stretch(start, (end[0], right_of(lines[end[0]], end[1])))
        return _exclusive(lines, start, end)

    def _name_of(self, command: Command) -> str:
        if command.motion not in (";", ","):
            return command.motion
        return self._found.name if command.motion == ";" else self._found.name.swapcase()

    @staticmethod
    def _rows(lines: Lines, at: Place, command: Command) -> Stretch | None:
        row, column = at
        count = command.times if command.motion in ("j", "k") else command.times - 1
        other = row - count if command.motion == "k" else row + count
        other = max(0, min(other, len(lines) - 1))
        if count and other == row:
            return None
        return Stretch((min(row, other), column), (max(row, other), 0), is_lines=True)

    @staticmethod
    def _words(lines: Lines, at: Place, command: Command) -> Stretch:
        """By words: the last one ends with its line, and `c` leaves the blanks behind it."""
        is_big, end, before = command.motion == "W", at, at
        if command.name == "c" and kind(lines, at, is_big=is_big) is not None:
            for number in range(command.times):
                end = word_end(lines, end, is_big=is_big, stays=number == 0)
            return Stretch(at, (end[0], right_of(lines[end[0]], end[1])))
        for _ in range(command.times):
            before, end = end, next_word(lines, end, is_big=is_big)
            if before == end:
                break
        if end[0] > before[0]:
            end = before[0], len(lines[before[0]])
        return Stretch(at, end)


def _exclusive(lines: Lines, start: Place, end: Place) -> Stretch:
    """A range up to a place: one that would end before a line ends behind the line above it."""
    if start[0] < end[0] and end[1] == 0:
        end = end[0] - 1, len(lines[end[0] - 1])
        if not lines[start[0]][: start[1]].strip():
            return Stretch(start, end, is_lines=True)
    return Stretch(start, end)
