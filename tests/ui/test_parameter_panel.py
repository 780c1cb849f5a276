"""F9: effort, top p, web search, stop texts, a schema and any field, by keys and by mouse."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import on
from textual.app import ComposeResult

from tests.ui.demo import Demo, wait_until
from textchat.core.conversation import Conversation, Pane
from textchat.core.parameters import Effort, Parameters
from textchat.core.text.secrets import MASK
from textchat.ui.input.input_bar import InputBar
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PlainEditor
from textchat.ui.messages import ParametersChanged
from textchat.ui.side_panel.panel import SidePanel
from textchat.ui.side_panel.parameter_panel import ParameterPanel
from textchat.ui.side_panel.parameter_texts import fields_from, fields_text, schema_label, stops_from, stops_text
from textchat.ui.side_panel.switches import EffortSwitch, TakenEfforts

KEY = "sk-abcdefghijklmnop"
NAMES = st.text("abcdefgh_-. äß", min_size=1, max_size=8).map(str.strip).filter(bool)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)

# -- texts -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.text(min_size=1), max_size=4))
def test_stop_texts_are_read_back_as_they_were(stops: list[str]) -> None:
    assert stops_from(stops_text(stops)) == (tuple(stops) or None)


@given(st.text())
def test_any_text_is_stop_texts_or_a_sentence(text: str) -> None:
    try:
        stops = stops_from(text)
    except ValueError as error:
        assert str(error).startswith("stop: ")
    else:
        assert stops is None or all(stops)


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("", None),
        (" \n ", None),
        ("END\n###", ("END", "###")),
        ('"\\n\\n", "END"\n a b ', ("\n\n", "END", "a b")),
        ('"a" "b"', ("a", "b")),
        ('""', None),
    ],
)
def test_stop_texts_stand_one_a_line_or_quoted(text: str, stops: tuple[str, ...] | None) -> None:
    assert stops_from(text) == stops


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_fields_are_read_back_as_they_were(fields: dict[str, Any]) -> None:
    text = fields_text(fields)
    assert fields_from(text, fields) == fields
    if MASK not in text:
        assert json.dumps(fields_from(text, {})) == json.dumps(fields)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("top_k = 40", {"top_k": 40}),
        ("a=1.5\n\n b = true ", {"a": 1.5, "b": True}),
        ("a = x = y", {"a": "x = y"}),
        ('a = "40"', {"a": "40"}),
        ('a = {"b": [1]}', {"a": {"b": [1]}}),
        ("a = NaN", {"a": "NaN"}),
        ("a =", {"a": ""}),
        ("a = " + "[" * 1000, {"a": "[" * 1000}),
        (f"api_key = {MASK}\nb = 1", {"api_key": KEY, "b": 1}),
        (f"other = {MASK}", {"other": MASK}),
    ],
)
def test_a_field_is_json_or_else_a_text(text: str, fields: dict[str, Any]) -> None:
    assert fields_from(text, {"api_key": KEY}) == fields


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("top_k 40", "top_k 40: write it as key = value"),
        ("= 4", "= 4: write it as key = value"),
        ("temperature = 1", "temperature: set it in its own field above"),
        ("a = 1\na = 2", "a: named twice"),
    ],
)
def test_what_is_no_field_is_said(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fields_from(text, {})


def test_a_schema_has_a_name() -> None:
    properties = {"name": {"type": "string"}, "age": {"type": "integer"}}
    assert schema_label({"title": "A dog", "properties": properties}) == "A dog"
    assert schema_label({"properties": properties}) == "name, age"
    assert schema_label({"type": "array"}) == "JSON Schema"


# -- the panel ---------------------------------------------------------------------------------------------------------


class PanelDemo(Demo):
    """The side panel with the parameters of one pane, which are set as they are posted."""

    def __init__(self, parameters: Parameters, taken: TakenEfforts | None = None) -> None:
        super().__init__()
        self.pane = Pane("p1", "local/llama3", parameters)
        self.taken = taken
        self.gate = threading.Event()
        self.posted: list[str] = []

    def compose(self) -> ComposeResult:
        yield SidePanel(self._load, read_schema=self._schema)
        yield InputBar()

    async def _load(self, *_: object) -> list[Any]:
        return []

    def _schema(self, text: str) -> Mapping[str, Any]:
        assert self.gate.wait(10)
        if text == "nope.json":
            raise ValueError("Cannot read the schema nope.json: No such file.")
        return {"title": text}

    @on(ParametersChanged)
    def _changed(self, event: ParametersChanged) -> None:
        self.posted.append(event.conversation_id)
        parameters = self.pane.parameters.without(event.removed).merged(event.changes)
        self.pane = Pane("p1", "local/llama3", parameters)
        self.show()

    @property
    def parameters(self) -> Parameters:
        return self.pane.parameters

    def show(self) -> None:
        conversation = Conversation("c1", panes=(self.pane,))
        self.query_one(SidePanel).show(conversation, self.pane, taken=self.taken)

    async def go_in(self) -> ParameterPanel:
        """As F9 does: the first field has the focus, and all fields are there."""
        self.show()
        await self.query_one(SidePanel).focus_parameters()
        await wait_until(lambda: bool(self.query("#extra")) and self.query_one("#extra").size.width > 0)
        return self.query_one(ParameterPanel)

    def said(self) -> str:
        line = self.query_one("#problem")
        return " ".join(line.render_line(y).text.strip() for y in range(line.size.height)) if line.display else ""


async def test_everything_is_set_by_keys_in_a_small_terminal() -> None:
    app = PanelDemo(Parameters())
    app.gate.set()
    async with app.run_test(size=(80, 24)) as pilot:
        panel = await app.go_in()
        stop, extra = panel.query_one("#stop", PlainEditor), panel.query_one("#extra", PlainEditor)
        panel.query_one("#system", PlainEditor).focus()
        await pilot.press("tab", "tab", "right", "right", "right", "tab", "1", "tab", "space", "tab", "a", "tab")
        stop.type_text('END\n"a", "b"')
        await pilot.press("tab")
        extra.type_text(f"top_k = 40\napi_key = {KEY}\nx = maybe")
        await wait_until(lambda: extra.size.height >= 3 and extra.region.bottom <= 24)  # what is typed is in view
        await pilot.press("escape")
        await wait_until(lambda: app.parameters.schema is not None and "x" in app.parameters.extra)
        shown = app.parameters
        assert (shown.effort, shown.top_p, shown.web, shown.stop) == (Effort.LOW, 1.0, True, ("END", "a", "b"))
        assert shown.schema == {"title": "a"}
        assert dict(shown.extra) == {"top_k": 40, "api_key": KEY, "x": "maybe"}
        assert set(app.posted) == {"c1"}
        assert extra.display and panel.has_class("-texts"), "what is set stays in view"
        await wait_until(lambda: KEY not in extra.text)
        labels = panel.query("#rest .labels").first()
        assert labels.render_line(4).text.strip() == "schema ✓"
        extra.text = extra.text.replace("40", "[1]").replace("x = maybe", "")
        extra.focus()
        await pilot.press("shift+tab", "shift+tab", "backspace", "escape")  # a field is selected where one comes to it
        await wait_until(lambda: app.parameters.schema is None)
        assert dict(app.parameters.extra) == {"top_k": [1], "api_key": KEY}


async def test_a_schema_is_read_beside_the_screen_and_for_its_own_pane() -> None:
    app = PanelDemo(Parameters())
    async with app.run_test(size=(80, 24)) as pilot:
        panel = await app.go_in()
        field = panel.query_one("#schema", LineField)
        field.focus()
        await pilot.press("1", "enter", "2", "escape")
        other = Pane("p2", "local/other")
        app.query_one(SidePanel).show(Conversation("c1", panes=(app.pane, other)), other)
        app.gate.set()
        await wait_until(lambda: app.parameters.schema == {"title": "12"})
        app.show()
        await pilot.pause()
        assert field.value == "12", "as it was given"
        field.value = "nope.json"
        field.focus()
        await pilot.press("enter")
        await wait_until(lambda: bool(app.said()))
        assert app.said() == "Cannot read the schema nope.json: No such file."
        assert app.parameters.schema == {"title": "12"}, "the last good one stays"


async def test_an_effort_goes_through_what_the_model_takes() -> None:
    taken = TakenEfforts((Effort.LOW, Effort.HIGH), Effort.HIGH)
    app = PanelDemo(Parameters(effort=Effort.MAX), taken)
    async with app.run_test(size=(80, 40)) as pilot:
        panel = await app.go_in()
        switch = panel.query_one(EffortSwitch)
        await wait_until(lambda: switch.size.width > 0)
        assert switch.render_line(0).text.strip() == "max → high"
        assert app.said() == "llama3 does not take effort max; the nearest is high."
        found = []
        switch.focus()
        for key in ("right", "right", "right", "left", "backspace", "end", "home"):
            await pilot.press(key)
            found.append(app.parameters.effort)
        default, low, high = None, Effort.LOW, Effort.HIGH
        assert found == [high, default, low, default, default, high, low] and not app.said()
        await pilot.click(EffortSwitch, offset=(8, 0))
        await pilot.click(EffortSwitch, offset=(0, 0))
        assert app.parameters.effort is low
        app.taken = TakenEfforts(())
        app.show()
        await wait_until(lambda: app.said() == "llama3 has no effort to set.")
