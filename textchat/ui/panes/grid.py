"""Container of the panes, with the lines between them; `layout_for` computes the places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.segment import Segment
from textual import events, on
from textual.geometry import NULL_OFFSET, Offset, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.strip import Strip
from textual.widget import Widget

from textchat.core.conversation import Pane
from textchat.ui.messages import PanesResized
from textchat.ui.panes.layout import FOLDED_WIDTH, LayoutKind, PanePlan, is_small, layout_for, line_at, moved_line
from textchat.ui.panes.race_line import RaceLine
from textchat.ui.panes.tabs import PaneTabs

USUAL_ROWS_BELOW = 2
"""Below the panes: the status line, and the input bar while it has one line."""


class PaneLayout(Layout):
    """Adapter that makes Textual place the children as the grid computes it."""

    name = "panes"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        assert isinstance(parent, PaneGrid)
        return parent.placements(size)


class PaneGrid(Widget):
    """Holds the pane widgets, draws the lines between them, and tracks which are visible.

    An upright line can be dragged; a click on a pane that is folded opens it.
    """

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._pane_layout = PaneLayout()
        self._tabs = PaneTabs()
        self._views: Sequence[Widget] = ()
        self._panes: Sequence[Pane] = ()
        self._active_id = ""
        self._is_zoomed = False
        self._plan = PanePlan(LayoutKind.COLUMNS, ())
        self._lines: list[Strip] = []
        self._dragged: int | None = None
        """The pane to the left of the line that the mouse holds."""

    @property
    def layout(self) -> Layout:
        return self._pane_layout

    @property
    def kind(self) -> LayoutKind:
        """The current kind of layout."""
        return self._plan.kind

    @property
    def is_zoomed(self) -> bool:
        return self._is_zoomed

    # -- which panes -----------------------------------------------------------------------------------------------

    async def show(
        self, views: Sequence[Widget], panes: Sequence[Pane], active_id: str, *, is_zoomed: bool | None = None
    ) -> None:
        """Show `views`, one for each of `panes` in the same order; new ones are mounted.

        `is_zoomed` says whether the active one is shown alone; None leaves that as it is.
        """
        if is_zoomed is not None:
            self._is_zoomed = is_zoomed
        self._views, self._panes, self._active_id = tuple(views), tuple(panes), active_id
        new = [widget for widget in (self._tabs, *views) if not widget.is_attached]
        if new:
            await self.mount_all(new)
        if len(panes) < 2:
            self._is_zoomed = False
        self._tabs.show(panes, active_id)
        self._lay_out()

    def activate(self, pane_id: str) -> None:
        """Make another pane the active one, and make it visible."""
        self._active_id = pane_id
        self._tabs.show(self._panes, pane_id)
        if self._plan.has_tabs:
            self._lay_out()

    def toggle_zoom(self) -> None:
        """Show the active pane alone, or all panes again."""
        self._is_zoomed = not self._is_zoomed and len(self._panes) > 1
        self._lay_out()

    def _lay_out(self) -> None:
        self._fold()
        self.refresh()
        # A widget keeps its arrangement until a child asks for a layout; the tabs are a child that is always there.
        self._tabs.refresh(layout=True)

    @on(events.Resize)
    def _fold(self) -> None:
        """Set the classes of folded panes and of one that stands below its tab; a zoomed pane is shown unfolded."""
        plan = self._plan_in(self.size)
        for view, region in zip(self._views, plan.regions, strict=True):
            view.set_class(region is not None and region.width == FOLDED_WIDTH, "-folded")
            view.set_class(plan.is_one_at_a_time, "-tabbed")
        shown = zip(self._panes, plan.regions, strict=True)
        self._tabs.show_which({pane.id for pane, region in shown if region is not None})

    @on(RaceLine.StateChanged)
    def _state_changed(self, event: RaceLine.StateChanged) -> None:
        for view, pane in zip(self._views, self._panes, strict=True):
            if event.race_line in view.children:
                self._tabs.mark(pane.id, event.glyph)

    def ended(self, pane_id: str) -> None:
        """Take in that the reply of a pane has ended."""
        self._tabs.ended(pane_id)

    # -- the mouse ---------------------------------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        at = event.screen_offset - self.content_region.offset
        self._dragged = line_at(self._plan, at.x, at.y) if event.button == 1 else None
        if self._dragged is not None:
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is None or (place := self._plan.regions[self._dragged]) is None:
            return
        step = event.screen_offset.x - self.content_region.x - place.right
        weights = moved_line(self._plan, [pane.weight for pane in self._panes], self._dragged, step)
        self._panes = [replace(pane, weight=weight) for pane, weight in zip(self._panes, weights, strict=True)]
        self._lay_out()

    def on_mouse_up(self) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()
            self.post_message(PanesResized({pane.id: pane.weight for pane in self._panes}))

    async def on_click(self, event: events.Click) -> None:
        if (pane := self._folded_at(event.screen_offset - self.content_region.offset)) is not None:
            await self.run_action(f"screen.run('pane.fold', {pane.id!r})")

    def _folded_at(self, at: Offset) -> Pane | None:
        """The folded pane whose strip, or name if a grid has no room for strips, is at this place."""
        for pane, region in zip(self._panes, self._plan.regions, strict=True):
            if pane.folded and region and region.width == FOLDED_WIDTH and region.contains_point(at):
                return pane
        named = self._tabs.pane_at(at.x) if self.kind is LayoutKind.GRID and self._plan.has_tabs and at.y == 0 else None
        return named if named is not None and named.folded else None

    # -- layout and lines --------------------------------------------------------------------------------------------

    def placements(self, size: Size) -> list[WidgetPlacement]:
        """The placements of the visible children in `size`; the others are left out and cost nothing."""
        plan = self._plan_in(size)
        if plan != self._plan or len(self._lines) != size.height:
            self._plan, self._lines = plan, []
        placed = [(view, region) for view, region in zip(self._views, plan.regions, strict=True) if region]
        if plan.has_tabs:
            placed.append((self._tabs, Region(0, 0, size.width, 1)))
        return [
            WidgetPlacement(region, NULL_OFFSET, view.styles.margin, view)
            for view, region in placed
            if view.is_attached
        ]

    def _plan_in(self, size: Size) -> PanePlan:
        ids = [pane.id for pane in self._panes]
        screen = self.screen.size
        return layout_for(
            len(ids),
            size.width,
            size.height,
            active=ids.index(self._active_id) if self._active_id in ids else 0,
            is_zoomed=self._is_zoomed,
            weights=[pane.weight for pane in self._panes],
            folded=[pane.folded for pane in self._panes],
            is_one_shown=is_small(screen),
            usual_height=screen.height - USUAL_ROWS_BELOW,
        )

    def render_line(self, y: int) -> Strip:
        if not self._lines:
            style = self.get_component_rich_style("pane-grid--line")
            rows = line_art(self._plan, self.size)
            self._lines = [Strip([Segment(row, style)], len(row)) for row in rows]
        return self._lines[y] if y < len(self._lines) else Strip.blank(self.size.width)

    COMPONENT_CLASSES = {"pane-grid--line"}  # noqa: RUF012

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._lines = []


def line_art(plan: PanePlan, size: Size) -> list[str]:
    """The lines between the panes of a plan as rows of cells, blank where a pane is."""
    regions = [region for region in plan.regions if region is not None]
    rows = [[" "] * size.width for _ in range(size.height)]
    for region in regions:
        if region.right < size.width:
            for y in range(region.y, min(region.bottom, size.height)):
                rows[y][region.right] = "│"
        if region.bottom < size.height:
            for x in range(region.x, region.right):
                rows[region.bottom][x] = "─"
    for y in range(size.height):
        for x in range(size.width):
            if rows[y][x] == " " and 0 < x < size.width - 1 and rows[y][x - 1] == rows[y][x + 1] == "─":
                above, below = y > 0 and rows[y - 1][x] == "│", y + 1 < size.height and rows[y + 1][x] == "│"
                rows[y][x] = {(True, True): "┼", (True, False): "┴", (False, True): "┬"}.get((above, below), "─")
    return ["".join(row) for row in rows]
