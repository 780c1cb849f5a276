"""Form for the parameters of the active pane; invalid input is reported below and not applied."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from textchat.core.conversation import Pane
from textchat.core.parameters import PARAMETER_DEFAULTS, Parameters
from textchat.core.text.sanitize import plain_name
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.input.line_field import LineField
from textchat.ui.messages import ParametersChanged
from textchat.ui.side_panel.parameter_entries import (
    NUMBERS,
    TOP_P,
    EffortEntry,
    Entry,
    NumberEntry,
    SwitchEntry,
    extra_entry,
    stop_entry,
    system_entry,
)
from textchat.ui.side_panel.persona_row import ExampleList, PersonaRow
from textchat.ui.side_panel.schema_entry import ReadSchema, SchemaEntry, no_schema
from textchat.ui.side_panel.switches import Switched, TakenEfforts

BUILD_AFTER_S = 0.2
"""Seconds after the panel is there; by then the first key has been echoed."""
SCHEMA_AT_END_S = 1.0
"""How long the end waits for a schema that was typed just before."""
MOST_PROBLEM_ROWS, LEAST_ROWS = 3, 4
REST_LABELS = "persona\neffort\ntop p\nweb search\nschema"


class ParameterPanel(ReportsWorkers, Vertical):
    """Posts `ParametersChanged` when Enter is pressed in a field or the field loses the focus.

    It has two parts: what everybody sets, and below it the rest, which is there for whoever is in the panel, and where
    something of it is set.
    """

    def __init__(self, read_schema: ReadSchema = no_schema) -> None:
        super().__init__()
        self._pane: Pane | None = None
        self._conversation_id = ""
        self._building = asyncio.Lock()
        self._main: tuple[Entry, ...] = ()
        self._rest: tuple[Entry, ...] = ()
        self._persona, self._examples = PersonaRow(), ExampleList()
        self._effort = EffortEntry()
        self._schema = SchemaEntry(read_schema)
        self._asked: dict[str, str] = {}
        """By pane, what is being read as its schema."""
        self._most_rows = 0
        """How many there is room for; 0: as many as it takes."""

    def on_mount(self) -> None:
        self.set_timer(BUILD_AFTER_S, self.build)

    async def build(self) -> None:
        """Mount the main fields, once. Deferred: building them doubles the time to the first paint."""
        async with self._building:
            if not self._main and self.is_attached:  # the timer may come while the app ends
                numbers, stream, system = (
                    [NumberEntry(field) for field in NUMBERS],
                    SwitchEntry("stream"),
                    system_entry(),
                )
                labels = [*(field.label for field in NUMBERS), "stream", "system prompt"]
                columns = _columns(labels, [*(entry.widget for entry in numbers), stream.widget])
                await self.mount(Vertical(columns, system.widget, id="form"), Static(id="problem", markup=False))
                self.limit(self._most_rows)
                # Only now are the fields inside the containers there too; they are not where the app ended meanwhile.
                self._main = self._if_there(*numbers, stream, system)
                self._fill(self._main)
        if self._sets_rest():
            await self._build_rest()

    async def _build_rest(self) -> None:
        """Mount the other fields, once: behind the first focus, or for a pane that sets one of them."""
        async with self._building:
            if self._rest or not self._main or not self.is_attached:
                return
            top_p, web, stop, extra = NumberEntry(TOP_P), SwitchEntry("web"), stop_entry(), extra_entry()
            columns: list[Entry] = [self._effort, top_p, web, self._schema]
            texts = (
                Static("stop at, one per line", classes="label"),
                stop.widget,
                Static("other fields, key = value", classes="label"),
                extra.widget,
            )
            fields = _columns([REST_LABELS], [self._persona, *(entry.widget for entry in columns)])
            rest = Vertical(fields, self._examples, Vertical(*texts, id="texts"), id="rest")
            await self.query_one("#form").mount(rest)
            self._rest = self._if_there(*columns, stop, extra)
            self._fill(self._rest)

    def _if_there(self, *entries: Entry) -> tuple[Entry, ...]:
        return entries if all(entry.widget.is_attached for entry in entries) else ()

    @property
    def _entries(self) -> tuple[Entry, ...]:
        return self._main + self._rest

    # -- what is shown -----------------------------------------------------------------------------------------------

    def show(self, pane: Pane, conversation_id: str = "", taken: TakenEfforts | None = None) -> None:
        """Show the parameters of `pane`; input for another pane is applied first."""
        before, is_new = self._pane, self._pane is None or self._pane.id != pane.id
        is_changed = is_new or before is None or before.parameters != pane.parameters
        is_changed = is_changed or (before is not None and before.persona != pane.persona)
        if before is not None and is_changed:
            self._take(but_focused=not is_new)  # a field may have lost the focus without having been read yet
        taken = taken or TakenEfforts()
        is_changed = is_changed or taken != self._effort.taken or (before is not None and before.model != pane.model)
        self._pane, self._conversation_id, self._effort.taken = pane, conversation_id, taken
        self._show_persona()
        if is_changed:
            self._fill(self._entries, None if is_new or before is None else before.parameters)
            self._show_what_is_set()

    def _show_persona(self) -> None:
        if self._pane is not None:
            self._persona.show(self._pane)
            self._examples.show(self._pane.parameters)

    def open_up(self, is_open: bool) -> None:
        """Show all fields, for whoever is in the panel, or only those that matter."""
        if is_open and not self._rest:
            self.call_later(self._build_rest)
        self.set_class(is_open, "-open")

    def limit(self, rows: int) -> None:
        """Scroll the fields where they are higher than so many rows, so that what is said of them stays in view."""
        self._most_rows = rows
        for form in self.query("#form"):
            said = MOST_PROBLEM_ROWS if self.query_one("#problem").display else 0
            form.styles.max_height = max(LEAST_ROWS, rows - said) if rows else None

    @on(TextArea.Changed, "#system, #stop, #extra")
    def _grown(self, event: TextArea.Changed) -> None:
        if event.text_area.has_focus:
            self.call_after_refresh(event.text_area.scroll_visible, animate=False)

    def _show_what_is_set(self) -> None:
        """Show those of the other fields that say something of the pane."""
        assert self._pane is not None
        parameters = self._pane.parameters
        self.set_class(self._sets_rest(), "-set")
        self.set_class(bool(parameters.stop or parameters.extra), "-texts")
        if self._sets_rest() and not self._rest:
            self.call_later(self._build_rest)

    def _sets_rest(self) -> bool:
        """Whether the pane sets something that the main fields do not show."""
        if self._pane is None:
            return False
        parameters = self._pane.parameters
        hidden = ("effort", "top_p", "web", "schema", "stop", "examples")
        is_set = (getattr(parameters, name) != PARAMETER_DEFAULTS[name] for name in hidden)
        return self._pane.persona is not None or bool(parameters.extra) or any(is_set)

    async def focus_first(self) -> None:
        await self.build()
        self.query_one("#temperature", LineField).focus()

    def _fill(self, entries: Sequence[Entry], before: Parameters | None = None) -> None:
        """Put the values into the fields, except one that is being edited; `before` is what they showed."""
        if self._pane is None or not entries:
            return
        for entry in entries:
            if before is None or not (_is_edited(entry) and _has_input(entry, before)):
                entry.show(self._pane.parameters)
                entry.widget.set_class(False, "-wrong")
        self._say_problem("")

    # -- what is typed -----------------------------------------------------------------------------------------------

    @on(LineField.Submitted)
    @on(LineField.Blurred)
    @on(Switched)
    def _edited(self, event: LineField.Submitted | LineField.Blurred | Switched) -> None:
        event.stop()
        self._take()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if event.widget is not None and event.widget.id in ("system", "stop", "extra"):
            self._take()

    def _take(self, *, but_focused: bool = False) -> None:
        """Post the values of the fields that have changed, if they are valid."""
        if self._pane is None or not self._main:
            return
        known, problem = self._pane.parameters, ""
        values: dict[str, Any] = {}
        for entry in self._entries:
            if but_focused and _is_edited(entry):
                continue
            try:
                values[entry.name] = entry.value(known)
            except ValueError as error:
                problem = problem or str(error)
            entry.widget.set_class(entry.name not in values, "-wrong")
        self._say_problem(problem)
        self._post(values)
        for entry in self._rest:
            if entry.name == "extra" and entry.name in values:
                entry.show(self._pane.parameters)  # a secret that was typed is masked from now on
        if but_focused and _is_edited(self._schema):
            return
        text = self._asked[self._pane.id] = self._schema.widget.value.strip() if self._schema.is_edited else ""
        if text:
            read = self._read_schema(text, self._pane.id, self._conversation_id)
            self.run_worker(read, group="schema", exit_on_error=False, description="schema")

    async def typed(self) -> ParametersChanged | None:
        """What stands in the fields, as far as it is valid, and is not set yet; for the end, when nothing is shown."""
        if self._pane is None:
            return None
        values: dict[str, Any] = {}
        for entry in self._entries:
            with suppress(ValueError):
                values[entry.name] = entry.value(self._pane.parameters)
        if self._schema.is_edited:
            with suppress(ValueError, TimeoutError):
                async with asyncio.timeout(SCHEMA_AT_END_S):
                    values["schema"] = await self._schema.read(self._schema.widget.value.strip())
        return self._changed(values)

    async def _read_schema(self, text: str, pane_id: str, conversation_id: str) -> None:
        """Read the schema that was typed for a pane, which may not be the one that is shown by then."""
        schema, problem = None, ""
        try:
            schema = await self._schema.read(text)
        except ValueError as error:
            problem = str(error)
        if self._asked.get(pane_id) != text:
            return  # something newer was typed: it is read, or was
        del self._asked[pane_id]
        if self._pane is None or self._pane.id != pane_id:
            if schema is not None:
                self.post_message(ParametersChanged(pane_id, {"schema": schema}, conversation_id=conversation_id))
        else:
            self._schema.widget.set_class(schema is None, "-wrong")
            self._say_problem(problem)
            if schema is not None:
                self._post({"schema": schema})

    def _post(self, values: Mapping[str, Any]) -> None:
        """Post what differs from the parameters of the pane."""
        assert self._pane is not None
        if change := self._changed(values):
            self._pane = replace(
                self._pane, parameters=self._pane.parameters.without(change.removed).merged(change.changes)
            )
            self.post_message(change)
            self._show_persona()
            self._say_marks(self._pane.parameters)
            self._show_what_is_set()

    def _changed(self, values: Mapping[str, Any]) -> ParametersChanged | None:
        """What of these values differs from the parameters of the pane."""
        assert self._pane is not None
        known = self._pane.parameters
        extra = values.get("extra", known.extra)
        # Only what has changed: another change may be on its way that is not shown here yet.
        changes = {name: value for name, value in values.items() if name != "extra" and value != getattr(known, name)}
        changes |= {
            name: value for name, value in extra.items() if name not in known.extra or value != known.extra[name]
        }
        removed = known.extra.keys() - extra.keys()
        if not changes and not removed:
            return None
        return ParametersChanged(self._pane.id, changes, removed, self._conversation_id)

    def _say_problem(self, problem: str) -> None:
        """Say what cannot be taken, or else that the effort of the pane is none of its model's."""
        if self._pane is None:
            return
        hint = self._effort.taken.problem(plain_name(self._pane.model.partition("/")[2]), self._pane.parameters.effort)
        line = self.query_one("#problem", Static)
        line.update(Content(problem or hint))
        line.set_class(not problem, "-hint")
        if line.display is not bool(problem or hint):
            line.display = bool(problem or hint)
            self.limit(self._most_rows)
        self._say_marks(self._pane.parameters)

    def _say_marks(self, parameters: Parameters) -> None:
        """Mark the schema as a good one."""
        for labels in self.query("#rest .labels").results(Static):
            is_good = parameters.schema is not None and not self._schema.is_edited
            labels.update(Content.assemble(REST_LABELS, (" ✓" if is_good else "", "$success")))


def _columns(labels: Sequence[str], widgets: Sequence[Any]) -> Horizontal:
    return Horizontal(Static("\n".join(labels), classes="labels"), Vertical(*widgets), classes="fields")


def _is_edited(entry: Entry) -> bool:
    """Whether somebody may be typing into it; a switch is changed at once."""
    return entry.widget.has_focus and not isinstance(entry, SwitchEntry | EffortEntry)


def _has_input(entry: Entry, shown: Parameters) -> bool:
    """Whether something else stands there than what was shown: an undo may change what was typed and taken before."""
    if isinstance(entry, SchemaEntry) and entry.is_edited:
        return True
    try:
        return bool(entry.value(shown) != (shown.extra if entry.name == "extra" else getattr(shown, entry.name)))
    except ValueError:
        return True
