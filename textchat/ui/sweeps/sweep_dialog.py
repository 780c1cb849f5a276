"""Dialog that asks for a sweep: its axes as the command line takes them, and repeats; says what it comes to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Label, Static

from textchat.core.errors import ConfigurationError
from textchat.core.text.sanitize import plain_line
from textchat.live.sweeps.planning import SweepPlan
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField

EXAMPLES = ("temperature=0,0.7,1.2", "effort=low,high", 'system="Answer briefly.",@prompt.txt')
"""A field each: with eight panes, three axes of two values are the most."""
LONGEST_FIELD, LONGEST_NUMBER = 20_000, 3
HOW = "A parameter per line, with its values; also a persona, or any field of the request."


@dataclass(frozen=True, slots=True)
class TypedSweep:
    """What the fields of the dialog hold."""

    axes: tuple[str, ...] = ()
    repeats: str = "1"


Plan = Callable[[Sequence[str], int], Awaitable[SweepPlan]]
"""Plans the sweep that is typed; raises ConfigurationError."""


class SweepDialog(ReportsWorkers, Dialog["tuple[TypedSweep, SweepPlan] | None"]):
    """Closes with a sweep that can be run, or None; what cannot be run is said below the fields."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Close", show=False),
        Binding("enter", "run", show=False),
        Binding("down,tab", "app.focus_next", show=False),
        Binding("up,shift+tab", "app.focus_previous", show=False),
    ]

    def __init__(self, model: str, asks: str, plan: Plan, last: TypedSweep) -> None:
        """`asks` says which prompt is sent; `last` is what the fields begin with."""
        super().__init__()
        self._model = model
        self._asks = asks
        self._plan = plan
        self._last = last

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog connect-form") as dialog:
            dialog.border_title = Content(f"Sweep a parameter of {self._model}")
            for number, example in enumerate(EXAMPLES, start=1):
                field = LineField(placeholder=example, id=f"axis-{number}", max_length=LONGEST_FIELD)
                yield from self._row("Values" if number == 1 else "and", field)
            yield from self._row("Repeats", LineField(id="repeats", max_length=LONGEST_NUMBER))
            yield from self._row("Prompt", Static(Content(plain_line(self._asks, 200)), classes="sweep-form--asks"))
            yield Static(classes="connect-form--said", markup=False)
            yield HintRow(
                [
                    Hint("Enter", "send", "screen.run"),
                    Hint("Tab", "next field"),
                    Hint("Esc", "cancel", "screen.dismiss"),
                ]
            )

    def _row(self, label: str, field: Widget) -> Iterator[Widget]:
        with Horizontal(classes="connect-form--row"):
            yield Label(label, classes="connect-form--label")
            yield field

    def on_mount(self) -> None:
        for field, text in zip(self._axis_fields, self._last.axes, strict=False):
            field.value = text
        self.query_one("#repeats", LineField).value = self._last.repeats
        first = self._axis_fields[0]
        first.focus()
        first.select_all()

    @property
    def _axis_fields(self) -> list[LineField]:
        return [field for field in self.query(LineField) if field.id != "repeats"]

    @property
    def _typed(self) -> TypedSweep:
        axes = [field.value.strip() for field in self._axis_fields]
        return TypedSweep(tuple(axes), self.query_one("#repeats", LineField).value.strip())

    @on(LineField.Changed)
    def _changed(self) -> None:
        if any(self._typed.axes) or self._typed.repeats not in ("", "1"):
            self._begin(self._tell())
        else:
            self._say(HOW)

    @on(LineField.Submitted)
    def action_run(self) -> None:
        """Close with the sweep that is typed, if it can be run."""
        self._begin(self._close())

    def _begin(self, work: Awaitable[None]) -> None:
        self.run_worker(work, group="plan", exclusive=True, exit_on_error=False, description="plan")

    async def _tell(self) -> None:
        if (plan := await self._planned(self._typed)) is not None:
            self._say(f"{plan.told}.")

    async def _close(self) -> None:
        typed = self._typed
        if (plan := await self._planned(typed)) is not None:
            self.dismiss((typed, plan))

    async def _planned(self, typed: TypedSweep) -> SweepPlan | None:
        """The plan; None where there is a mistake, which is said."""
        try:
            repeats = int(typed.repeats or 1) if (typed.repeats or "1").isdecimal() else 0
            if repeats < 1:
                raise ConfigurationError("Repeats: expected a whole number, 1 or more.")
            return await self._plan([axis for axis in typed.axes if axis], repeats)
        except ConfigurationError as error:
            self._say(str(error), is_problem=True)
            return None

    def _say(self, sentence: str, *, is_problem: bool = False) -> None:
        said = self.query_one(".connect-form--said", Static)
        said.set_class(is_problem, "-problem")
        said.update(Content(plain_line(sentence, 400)))
