"""Draws what is attached as chips in a few rows above the editor; each can be opened or removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content
from textual.style import Style

from textchat.core.text.names import short_name
from textchat.render.cells import width_of
from textchat.ui.left_clicks import LeftClicks
from textchat.ui.themes import muted_style

MOST_ROWS, MOST_ROWS_LOW = 3, 1
"""The second where a terminal has few rows."""
LOW = 18
SHORTEST_NAME = 8
CROSS = " ✕"
GAP = "  "
MORE = "  +999 more"


@dataclass(frozen=True, slots=True)
class Face:
    """What a chip shows."""

    id: int
    name: str
    details: tuple[str, ...] = ()
    """Kind, size, tokens; the last ones go first where there is no room."""
    warning: str = ""
    """Who does not take it."""


class ChipRow(LeftClicks, can_focus=True):
    """With the focus, arrow keys choose a chip, Enter opens it and Delete removes it."""

    ALLOW_SELECT = False
    FOCUS_ON_CLICK = False  # who removes one with the mouse goes on typing
    DEFAULT_CSS = """
    ChipRow {
        height: auto;
        padding: 0 2;
        background: $background;
        link-style: none;
        link-color: $foreground;
        link-background-hover: $panel;
        link-color-hover: $foreground;
        link-style-hover: none;
    }
    """
    BINDINGS = [  # noqa: RUF012
        Binding("left,up", "choose(-1)", show=False),
        Binding("right,down", "choose(1)", show=False),
        Binding("enter,space", "open_chosen", show=False),
        Binding("escape", "leave", show=False),
        Binding("delete,backspace,ctrl+d,ctrl+h", "remove_chosen", show=False),
    ]

    def __init__(
        self, on_open: Callable[[int], None], on_remove: Callable[[int], None], on_leave: Callable[[], object]
    ) -> None:
        super().__init__(classes="attached")
        self._open, self._remove, self._leave = on_open, on_remove, on_leave
        self._faces: Sequence[Face] = ()
        self._chosen = 0
        self.display = False

    def show(self, faces: Sequence[Face]) -> None:
        """Show these chips; hidden where there are none."""
        if list(faces) != list(self._faces):
            self._faces = faces
            self._chosen = max(0, min(self._chosen, len(faces) - 1))
            self.display = bool(faces)
            self.refresh(layout=True)

    def on_focus(self) -> None:
        self._chosen = max(0, len(self._faces) - 1)
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def action_leave(self) -> None:
        self._leave()

    def action_choose(self, step: int) -> None:
        if self._faces:
            self._chosen = (self._chosen + step) % len(self._faces)
            self.refresh(layout=True)

    def action_open_chosen(self) -> None:
        if self._faces:
            self._open(self._faces[self._chosen].id)

    def action_remove_chosen(self) -> None:
        if self._faces:
            self._remove(self._faces[self._chosen].id)

    def action_open_chip(self, chip_id: int) -> None:
        self._open(chip_id)

    def action_remove_chip(self, chip_id: int) -> None:
        self._remove(chip_id)

    # -- drawing -----------------------------------------------------------------------------------------------------

    def render(self) -> Content:
        width = max(1, self.content_size.width or self.app.size.width - 4)
        rows = self._rows(width)
        most = MOST_ROWS_LOW if self.app.size.height < LOW else MOST_ROWS
        if len(rows) <= most:
            return Content("\n").join(Content(GAP).join(self._drawn(index, width) for index in row) for row in rows)
        rows = self._rows(max(1, width - len(MORE)))
        first = self._first_row(rows, most)
        shown = rows[first : first + most]
        lines = [Content(GAP).join(self._drawn(index, width - len(MORE)) for index in row) for row in shown]
        hidden = len(self._faces) - sum(map(len, shown))
        more = f"{GAP}+{hidden} more"
        lines[-1] = Content.assemble(lines[-1].truncate(max(1, width - len(more))), (more, muted_style(self)))
        return Content("\n").join(lines)

    def _first_row(self, rows: Sequence[Sequence[int]], most: int) -> int:
        """The first row that is shown: the last chips are, or the chosen one."""
        if not self.has_focus:
            return len(rows) - most
        with_chosen = next(index for index, row in enumerate(rows) if self._chosen in row)
        return max(0, min(with_chosen, len(rows) - most))

    def _rows(self, width: int) -> list[list[int]]:
        rows: list[list[int]] = []
        room = 0
        for index in range(len(self._faces)):
            cells = self._drawn(index, width).cell_length
            if rows and len(GAP) + cells <= room:
                rows[-1].append(index)
                room -= len(GAP) + cells
            else:
                rows.append([index])
                room = width - cells
        return rows

    def _drawn(self, index: int, width: int) -> Content:
        face = self._faces[index]
        details, warning = list(face.details), f" · {face.warning}" if face.warning else ""
        while details and _cells(details, warning) + min(width_of(face.name), SHORTEST_NAME) > width:
            details.pop()
        rest = "".join(f" · {detail}" for detail in details)
        room = max(1, width - width_of(rest) - width_of(warning) - width_of(CROSS))
        muted = muted_style(self)
        chip = Content.assemble((short_name(face.name, room), "bold"), (rest, muted), (warning, "bold $warning"))
        cross = Content.styled(CROSS, muted)
        if self.has_focus and index == self._chosen:
            chip = chip.stylize("reverse")
        opening = Style.from_meta({"@click": f"open_chip({face.id})"})
        removing = Style.from_meta({"@click": f"remove_chip({face.id})"})
        drawn = Content.assemble(chip.stylize(opening), cross.stylize(removing))
        return drawn if drawn.cell_length <= width else drawn.truncate(width, ellipsis=True)


def _cells(details: Sequence[str], warning: str) -> int:
    return sum(3 + width_of(detail) for detail in details) + width_of(warning) + width_of(CROSS)
