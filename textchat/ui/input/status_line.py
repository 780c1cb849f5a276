"""The one line above the input bar: where the focus is, the keys that matter now, and notes on the next prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.style import Style

from textchat.render.cells import width_of
from textchat.ui.hints import Focus, KeyHint
from textchat.ui.left_clicks import LeftClicks
from textchat.ui.themes import muted_style

SEPARATOR = " · "
"""Between notes and the parts of one; that of a race's summaries, whose module the first paint does without."""
GAP = "  "
"""Between hints, and at least between them and the notes."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be known, in several forms, the longest first; the last may be cut at `SEPARATOR`.

    Where the last is empty, the hints go before the note.
    """

    forms: Sequence[str]
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class FittedLine:
    """What of a status line fits, with the width that is left between its two sides."""

    hints: Sequence[KeyHint]
    notes: Sequence[tuple[str, bool]]
    """The texts, and whether each is a warning."""
    gap: int


def fit(
    width: int, mode: str, hints: Sequence[KeyHint], notes: Sequence[Note], *, puts_hints_first: bool = False
) -> FittedLine:
    """Choose what fits: short notes before hints, the first before the last; then notes get what room is left.

    With `puts_hints_first` only the first part of each note goes before the hints.
    """
    room = width - width_of(mode)
    texts: dict[int, str] = {}
    for index, note in enumerate(notes):
        before = len(SEPARATOR) if texts else len(GAP)
        shortest = note.forms[-1].partition(SEPARATOR)[0] if puts_hints_first else note.forms[-1]
        text = _cut(shortest, room - before)
        if text:
            texts[index] = text
            room -= before + width_of(text)
    shown = _fitting_hints(hints, room)
    room -= sum(len(GAP) + hint.width for hint in shown)
    for index, note in enumerate(notes):
        text = texts.get(index, "")
        before = 0 if text else len(SEPARATOR) if texts else len(GAP)
        most = room - before + width_of(text)
        forms = [form for form in (*note.forms, _cut(note.forms[-1], most)) if width_of(text) < width_of(form) <= most]
        if forms:
            room -= before + width_of(forms[0]) - width_of(text)
            texts[index] = forms[0]
    gap = max(0, room) + (len(GAP) if texts else 0)
    return FittedLine(shown, [(texts[index], notes[index].is_warning) for index in sorted(texts)], gap)


def _fitting_hints(hints: Sequence[KeyHint], room: int) -> Sequence[KeyHint]:
    """The first hints, with the way back as long as anything fits."""
    back = [hint for hint in hints[-1:] if hint.key == "escape" and len(GAP) + hint.width <= room]
    room -= sum(len(GAP) + hint.width for hint in back)
    shown: list[KeyHint] = []
    for hint in hints[: len(hints) - len(back)]:
        room -= len(GAP) + hint.width
        if room < 0:
            break
        shown.append(hint)
    return [*shown, *back]


def _cut(text: str, room: int) -> str:
    """As many whole parts of a text as fit."""
    while width_of(text) > room:
        text = text.rpartition(SEPARATOR)[0]
        if not text:
            break
    return text


class StatusLine(LeftClicks):
    """Draws the line, one row high whatever happens. A click on a hint presses its key."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._mode = ""
        self._state = ""
        """What the keymap makes of the keys there, as vim's modes."""
        self._hints: Sequence[KeyHint] = ()
        self._notes: Sequence[Note] = ()
        self._warning: Sequence[str] = ()

    def show_keys(self, mode: str, hints: Sequence[KeyHint], state: str = "") -> None:
        """Show where the focus is and the keys that matter there, the most important first."""
        if (mode, hints, state) != (self._mode, self._hints, self._state):
            self._mode, self._hints, self._state = mode, hints, state
            self.refresh()

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Show notes at the right, the most important first."""
        if notes != self._notes:
            self._notes = notes
            self.refresh()

    def warn(self, forms: Sequence[str]) -> None:
        """Show a sentence in place of the keys: the first of `forms` that fits; none takes it away."""
        if forms != self._warning:
            self._warning = forms
            self.refresh()

    def render(self) -> Content:
        width, muted = self.content_size.width, muted_style(self)
        if self._warning:
            text = next((form for form in self._warning if width_of(form) <= width), self._warning[-1])
            left = Content.styled(text, "bold $warning")
            line = fit(width, text, (), self._notes)
        else:
            # Who looks at messages or at a list thinks of what to do there, and not of the next prompt.
            is_away = self._mode != Focus.PROMPT
            name = f"{self._mode} {self._state}".rstrip()
            line = fit(width, name, self._hints, self._notes, puts_hints_first=is_away)
            left = Content(GAP).join([Content.styled(name, "bold"), *(_drawn(hint, muted) for hint in line.hints)])
        notes = [Content.styled(text, "bold $warning" if warns else muted) for text, warns in line.notes]
        return Content.assemble(left, " " * line.gap, Content.styled(SEPARATOR, muted).join(notes))


def _drawn(hint: KeyHint, muted: str) -> Content:
    drawn = Content.assemble((hint.shown_key, "bold"), (f" {hint.word}", muted))
    return drawn.stylize(Style.from_meta({"@click": f"app.simulate_key({hint.key!r})"}))
