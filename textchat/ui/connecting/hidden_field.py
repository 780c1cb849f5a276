"""Editor for one line that nobody is to read: a key. It is drawn as dots, and cannot be copied out."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from textchat.ui.input.line_field import LineField

DOT = "•"
LONGEST_KEY = 8000


class HiddenField(LineField, inherit_bindings=False):
    """Edits as any other field does."""

    BINDINGS = LineField.BINDINGS

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, id=id, max_length=LONGEST_KEY)

    def action_copy(self) -> None:
        """Leave the clipboard alone, which other programs read."""

    def action_cut(self) -> None:
        """Leave the clipboard alone, as `action_copy`."""

    def render_line(self, y: int) -> Strip:
        length = len(self.document[0])
        if not length:
            return super().render_line(y)
        base, width = self.rich_style, self.scrollable_content_region.width
        cursor = self.get_component_rich_style("text-area--cursor") if self.has_focus else base
        selected = base + self.get_component_rich_style("text-area--selection")
        start, end = sorted((self.selection.start[1], self.selection.end[1]))
        at = self.selection.end[1]
        styles = [selected if start <= place < end else base for place in range(length)]
        cells = [Segment(DOT, cursor if place == at else style) for place, style in enumerate(styles)]
        cells.append(Segment(" ", cursor if at == length else base))
        x = self.scroll_offset[0]
        return Strip(cells, length + 1).crop(x, x + width).adjust_cell_length(width, base)
