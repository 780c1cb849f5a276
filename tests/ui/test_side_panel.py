"""The side panel: conversations that are loaded as one scrolls, parameters edited in place, figures that add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pytest
from textual import on
from textual.app import ComposeResult

from tests.ui.demo import Demo, wait_until
from textchat.core.conversation import Conversation, EarlierFigures, Message, Pane, Role, Source, Status, Timing, Usage
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.events import TextDelta
from textchat.core.figures.activity import Activity
from textchat.core.figures.continued import sum_over_requests
from textchat.core.parameters import Parameters
from textchat.core.parts.structure import StructureCheck
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError
from textchat.ui.input.input_bar import InputBar
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PlainEditor
from textchat.ui.messages import ConversationActionRequested, ConversationChosen, ParametersChanged
from textchat.ui.panes.race_line import race_line
from textchat.ui.side_panel.conversation_list import PAGE, ConversationList, ConversationRow, date_of, no_activity
from textchat.ui.side_panel.figures_view import FiguresView, Totals, conversation_figures, reply_figures
from textchat.ui.side_panel.panel import SidePanel
from textchat.ui.side_panel.parameter_panel import ParameterPanel
from textchat.ui.side_panel.switches import Toggle

NOW = 1_800_000_000.0
MINUTE, HOUR, DAY = 60, 3600, 86400


class Stored:
    """Conversations as a store would give them, counting what is asked for."""

    def __init__(self, count: int) -> None:
        self.rows = [ConversationRow(f"c{n}", f"title {n}", NOW - n * HOUR) for n in range(count)]
        self.asked: list[tuple[int, str | None]] = []
        self.fails = False

    async def load(self, limit: int, after: ConversationRow | None) -> Sequence[ConversationRow]:
        if self.fails:
            raise StoreError("The disk is gone.")
        self.asked.append((limit, after.id if after else None))
        start = 0 if after is None else self.rows.index(after) + 1
        return self.rows[start : start + limit]


class PanelDemo(Demo):
    def __init__(self, stored: Stored) -> None:
        super().__init__()
        self.stored = stored
        self.chosen: list[str] = []
        self.changed: list[tuple[str, Mapping[str, Any]]] = []
        self.asked: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield SidePanel(self.stored.load)
        yield InputBar()

    @on(ConversationChosen)
    def _chosen(self, event: ConversationChosen) -> None:
        self.chosen.append(event.conversation_id)

    @on(ConversationActionRequested)
    def _asked(self, event: ConversationActionRequested) -> None:
        self.asked.append((event.conversation_id, event.action_id))

    @on(ParametersChanged)
    def _changed(self, event: ParametersChanged) -> None:
        self.changed.append((event.pane_id, event.changes))


def a_conversation(parameters: Parameters | None = None) -> Conversation:
    answer = Message(
        "m",
        None,
        Role.ASSISTANT,
        "text",
        model="local/llama3",
        usage=Usage(1000, 312, None, Source.REPORTED),
        timing=Timing(0.42, 5.0, 58.3),
        cost_usd=0.0012,
    )
    panes = (Pane("p1", "local/llama3", parameters or Parameters(), "m"), Pane("p2", "demo/fast"))
    return Conversation("c1", "title 1", NOW, {"m": answer}, panes)


def drawn(widget: ConversationList, lines: int) -> list[str]:
    return [widget.render_line(y).text for y in range(lines)]


# -- conversations -----------------------------------------------------------------------------------------------------


async def test_the_list_shows_the_first_page_and_asks_for_more_only_when_scrolled() -> None:
    stored = Stored(100_000)
    app = PanelDemo(stored)
    async with app.run_test(size=(100, 40)) as pilot:
        listed = app.query_one(ConversationList)
        await wait_until(lambda: len(listed.rows) == PAGE)
        await pilot.pause()
        assert stored.asked == [(PAGE, None)]
        listed.scroll_to(y=PAGE, animate=False)
        await wait_until(lambda: len(listed.rows) == 2 * PAGE)
        assert stored.asked[-1] == (PAGE, f"c{PAGE - 1}")
        listed.focus()
        await pilot.press("end")
        await wait_until(lambda: len(listed.rows) == 3 * PAGE)
        assert len({row.id for row in listed.rows}) == 3 * PAGE


async def test_the_end_of_the_list_is_not_asked_for_again() -> None:
    stored = Stored(PAGE + 5)
    app = PanelDemo(stored)
    async with app.run_test(size=(100, 40)) as pilot:
        listed = app.query_one(ConversationList)
        await wait_until(lambda: len(listed.rows) == PAGE)
        listed.focus()
        await pilot.press("end")
        await wait_until(lambda: len(listed.rows) == PAGE + 5)
        asked = len(stored.asked)
        await pilot.press("home", "end", "pageup", "pagedown")
        await pilot.pause()
        assert len(stored.asked) == asked


async def test_a_row_says_title_models_tags_and_date_and_marks_the_current_one() -> None:
    stored = Stored(5)
    stored.rows[0] = replace(stored.rows[0], title="a title that is far too long for the panel", models=("a", "b"))
    stored.rows[1] = replace(stored.rows[1], title="\x1b[31m[red]名前", pinned=True)
    stored.rows[2] = replace(stored.rows[2], tags=("work", "a longer one"), updated_at=NOW - 40 * DAY)
    stored.rows[3] = replace(stored.rows[3], models=("demo/fast", "demo/careful"), updated_at=NOW - 400 * DAY)
    stored.rows[4] = replace(stored.rows[4], models=("openai/gpt-5-mini",), tags=("work",), private=True)

    class ListDemo(Demo):
        def compose(self) -> ComposeResult:
            yield ConversationList(stored.load, now=lambda: NOW)

    app = ListDemo()
    async with app.run_test(size=(34, 40)) as pilot:
        listed = app.query_one(ConversationList)
        await listed.reload()
        listed.mark_current("c1")
        await pilot.pause()
        assert drawn(listed, 6) == [
            f"  a title that is far t… ×2 {date_of(NOW, NOW)} ",
            f"▌• ␛[31m[red]名前           {date_of(NOW - HOUR, NOW)} ",
            "  title 2 #work #a longer o… 2026 ",
            "  title 3  fast, careful     2025 ",
            "  title 4  gpt-5-mini #w… private ",
            " " * 34,
        ]


def sign_in(line: str) -> str:
    return "".join(activity.sign for activity in Activity if activity.sign in line)


async def test_a_row_says_what_its_conversation_does_as_soon_as_that_is_known() -> None:
    stored = Stored(4)
    stored.rows[3] = replace(stored.rows[3], has_unsent=True)
    doing: dict[str, Activity | None] = {"c0": Activity.RUNNING, "c1": Activity.FAILED}

    class ListDemo(Demo):
        def compose(self) -> ComposeResult:
            yield ConversationList(stored.load, activity=lambda id_, unsent: doing.get(id_) or no_activity(id_, unsent))

    app = ListDemo()
    async with app.run_test(size=(34, 40)) as pilot:
        listed = app.query_one(ConversationList)
        await listed.reload()
        await pilot.pause()
        assert [sign_in(line) for line in drawn(listed, 4)] == ["●", "✗", "", "◇"]
        doing |= {"c0": Activity.DONE, "c1": None}
        listed.renew_activities()
        await pilot.pause()
        assert [sign_in(line) for line in drawn(listed, 4)] == ["✓", "", "", "◇"]


async def test_keys_ask_for_actions_on_the_row_under_the_cursor() -> None:
    app = PanelDemo(Stored(5))
    async with app.run_test(size=(100, 40)) as pilot:
        listed = app.query_one(ConversationList)
        await wait_until(lambda: len(listed.rows) == 5)
        app.query_one(SidePanel).focus_conversations()
        await pilot.press("down", "f2", "delete", "alt+p", "down", "alt+t", "alt+a")
        assert app.asked == [
            ("c1", "conversation.rename"),
            ("c1", "conversation.delete"),
            ("c1", "conversation.pin"),
            ("c2", "conversation.tag"),
            ("c2", "conversation.archive"),
        ]


async def test_a_list_that_cannot_be_loaded_says_why_and_keeps_its_rows() -> None:
    stored = Stored(3)
    app = PanelDemo(stored)
    async with app.run_test(size=(100, 40)):
        listed = app.query_one(ConversationList)
        await wait_until(lambda: len(listed.rows) == 3)
        stored.fails = True
        await app.query_one(SidePanel).reload()
        assert len(listed.rows) == 3
        listed.rows = ()
        await app.query_one(SidePanel).reload()
        assert "The disk is gone." in drawn(listed, 1)[0]


async def test_keys_and_clicks_choose() -> None:
    app = PanelDemo(Stored(5))
    async with app.run_test(size=(100, 40)) as pilot:
        listed = app.query_one(ConversationList)
        await wait_until(lambda: len(listed.rows) == 5)
        app.query_one(SidePanel).focus_conversations()
        await pilot.press("down", "down", "up", "enter")
        await pilot.click(listed, offset=(5, 3))
        await pilot.click(listed, offset=(5, 8))
        assert app.chosen == ["c1", "c3"]


async def test_reload_keeps_the_cursor_on_its_conversation() -> None:
    stored = Stored(5)
    app = PanelDemo(stored)
    async with app.run_test(size=(100, 40)) as pilot:
        listed = app.query_one(ConversationList)
        await wait_until(lambda: len(listed.rows) == 5)
        listed.focus()
        await pilot.press("down", "down")
        stored.rows.insert(0, ConversationRow("new", "new", NOW))
        await app.query_one(SidePanel).reload()
        assert listed.rows[listed.cursor].id == "c2"
        stored.rows.clear()
        await app.query_one(SidePanel).reload()
        await pilot.press("enter", "down", "end")
        assert app.chosen == []
        assert "No conversations yet" in drawn(listed, 1)[0]


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 12, 3, 0, 5), "00:05"),
        (datetime(2026, 12, 2, 23, 55), "2 Dec"),
        (datetime(2026, 1, 31, 12), "31 Jan"),
        (datetime(2025, 12, 31, 12), "2025"),
        (datetime(2026, 12, 3, 23, 59), "23:59"),
    ],
)
def test_today_has_hours_this_year_days_and_another_its_number(at: datetime, shown: str) -> None:
    assert date_of(at.timestamp(), datetime(2026, 12, 3, 12).timestamp()) == shown


# -- parameters --------------------------------------------------------------------------------------------------------


async def panel_with(app: PanelDemo, parameters: Parameters) -> ParameterPanel:
    conversation = a_conversation(parameters)
    app.query_one(SidePanel).show(conversation, conversation.panes[0])
    panel = app.query_one(ParameterPanel)
    await panel.build()
    return panel


async def test_values_are_shown_and_enter_takes_a_new_one() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        panel = await panel_with(app, Parameters(temperature=0.7, extra=MappingProxyType({"top_k": 40})))
        field = panel.query_one("#temperature", LineField)
        assert field.value == "0.7"
        await app.query_one(SidePanel).focus_parameters()
        await pilot.pause()
        await pilot.press("home", "shift+end", "delete", *"1,2", "enter")
        assert app.changed == [("p1", {"temperature": 1.2})]


async def test_leaving_a_field_takes_it_and_an_empty_one_is_the_default() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        panel = await panel_with(app, Parameters(temperature=0.7, max_tokens=100))
        field = panel.query_one("#max_tokens", LineField)
        field.focus()
        await pilot.pause()
        await pilot.press("home", "shift+end", "delete", "tab")
        await pilot.pause()
        assert app.changed[-1][1] == {"max_tokens": None}


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("temperature", "hot", "temperature: a number from 0 to 2"),
        ("temperature", "2.5", "temperature: a number from 0 to 2"),
        ("temperature", "nan", "temperature: a number from 0 to 2"),
        ("max_tokens", "0", "max tokens: a whole number from 1"),
        ("max_tokens", "1.5", "max tokens: a whole number from 1"),
        ("seed", "x", "seed: a whole number"),
    ],
)
async def test_what_cannot_be_used_is_said_and_not_taken(name: str, typed: str, says: str) -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        panel = await panel_with(app, Parameters())
        field = panel.query_one(f"#{name}", LineField)
        field.focus()
        await pilot.pause()
        await pilot.press(*typed, "enter")
        await pilot.pause()
        assert app.changed == []
        assert field.value == typed
        problem = panel.query_one("#problem")
        assert problem.display
        assert says in " ".join(problem.render_line(y).text.strip() for y in range(problem.size.height))


async def test_streaming_is_turned_by_key_and_click() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        panel = await panel_with(app, Parameters())
        toggle = panel.query_one(Toggle)
        toggle.focus()
        await pilot.press("space")
        await pilot.click(Toggle)
        assert [changes for _, changes in app.changed] == [{"stream": False}, {"stream": True}]


async def test_the_system_prompt_is_taken_when_it_is_left() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        panel = await panel_with(app, Parameters())
        panel.query_one("#system", PlainEditor).focus()
        await pilot.pause()
        await pilot.press(*"Be brief.", "escape")
        await pilot.pause()
        assert [changes for _, changes in app.changed] == [{"system": "Be brief."}]
        assert app.query_one(InputBar).has_focus


async def test_another_pane_takes_what_was_typed_for_the_one_before() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        panel = await panel_with(app, Parameters(temperature=0.7))
        field = panel.query_one("#temperature", LineField)
        field.focus()
        await pilot.pause()
        await pilot.press("end", "5")
        conversation = a_conversation()
        app.query_one(SidePanel).show(conversation, conversation.panes[1])
        await pilot.pause()
        assert app.changed == [("p1", {"temperature": 0.75})]
        assert field.value == ""


async def test_the_same_pane_shown_again_leaves_the_field_that_is_edited() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        panel = await panel_with(app, Parameters(temperature=0.7))
        field = panel.query_one("#temperature", LineField)
        field.focus()
        await pilot.pause()
        await pilot.press("end", "5")
        conversation = a_conversation(Parameters(temperature=0.7, seed=3))
        app.query_one(SidePanel).show(conversation, conversation.panes[0])
        await pilot.pause()
        assert field.value == "0.75"
        assert panel.query_one("#seed", LineField).value == "3"
        await pilot.press("enter")
        app.query_one(SidePanel).show(conversation, conversation.panes[0])
        await pilot.pause()
        assert field.value == "0.7", "an undo takes it back where one types"


async def test_no_value_is_lost_where_a_change_before_it_is_still_on_its_way() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        panel = await panel_with(app, Parameters())
        stale, changed = (a_conversation(parameters).panes[0] for parameters in (Parameters(), Parameters(seed=3)))
        seed, temperature = panel.query_one("#seed", LineField), panel.query_one("#temperature", LineField)
        seed.focus()
        await pilot.press("3")
        temperature.focus()
        await pilot.pause()
        panel.show(stale)  # as with any reply that ends by now
        temperature.value = "0.5"
        app.screen.set_focus(app.query_one(InputBar))
        temperature.has_focus = False  # the field knows, and the panel has not been told yet
        panel.show(changed)
        await pilot.pause()
        assert app.changed == [("p1", {"seed": 3}), ("p1", {"temperature": 0.5})]


async def test_the_fields_come_by_themselves_soon_after_the_first_paint() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)):
        conversation = a_conversation(Parameters(temperature=0.7))
        app.query_one(SidePanel).show(conversation, conversation.panes[0])
        assert not app.query(LineField)
        await wait_until(lambda: bool(app.query("#temperature")))
        await wait_until(lambda: app.query_one("#temperature", LineField).value == "0.7")


# -- figures -----------------------------------------------------------------------------------------------------------


def test_the_last_reply_with_the_source_of_its_counts() -> None:
    lines = [line.plain for line in reply_figures(a_conversation().messages["m"], 28, "dim")]
    assert lines == [
        "last reply            ✓ done",
        "first token           0.42 s",
        "speed               58 tok/s",
        "output            312 tokens",
        "input            1.0k tokens",
        "cost                 $0.0012",
        "total time            5.00 s",
        "token counts        reported",
    ]


def test_what_a_cache_read_and_saved_and_the_first_fault_of_the_structure() -> None:
    message = a_conversation().messages["m"]
    usage = Usage(1000, 312, None, Source.REPORTED, 800, None, 100)
    cached = replace(message, usage=usage, structure=StructureCheck(False, "age: “old” is not an integer, it is old"))
    lines = [line.plain for line in reply_figures(cached, 28, "dim", saved_usd=0.0021)]
    assert lines[:3] == ["last reply         ✗ invalid", "age: “old” is not an", "integer, it is old"]
    assert lines[6:11] == [
        "input            1.0k tokens",
        "from cache        800 tokens",
        "to cache          100 tokens",
        "cost                 $0.0012",
        "cache saved          $0.0021",
    ]
    lines = [line.plain for line in reply_figures(cached, 28, "dim", saved_usd=-0.0003)]
    assert lines[10] == "cache cost      $0.0003 more"
    long = replace(cached, structure=StructureCheck(False, "x " * 500))
    assert sum(line.plain.startswith("x ") for line in reply_figures(long, 28, "dim")) == 3


def test_a_continued_answer_has_what_all_of_its_requests_saved() -> None:
    message = replace(a_conversation().messages["m"], usage=Usage(1000, 1, cached_tokens=100))
    both = replace(message, earlier=EarlierFigures(Usage(500, 1, cached_tokens=200)))
    saved = [sum_over_requests(answer, lambda usage: usage.cached_tokens) for answer in (message, both)]
    assert saved == [100, 300] and sum_over_requests(both, lambda usage: None) is None
    asked: list[str] = []

    def saved_usd(shown: Reply | Message) -> float:
        asked.append(shown.id)
        return 0.5

    view = FiguresView(saved_usd)
    assert [view._saved(answer) for answer in (both, both, replace(message, usage=Usage(9, 9)))] == [0.5, 0.5, None]
    assert asked == ["m"], "a price is looked up once"


def test_the_model_is_named_where_another_one_is_asked_next() -> None:
    message = a_conversation().messages["m"]
    assert message.model is not None
    assert reply_figures(message, 28, "dim", next_model=message.model)[1].plain.startswith("first token")
    lines = reply_figures(message, 28, "dim", title="selected reply", next_model="a/b")
    assert [line.plain for line in lines][:2] == ["selected reply        ✓ done", f"by{message.model:>26}"]


def test_what_grows_is_added_up_from_its_first_token_on() -> None:
    totals = Totals.of({"a": a_conversation().messages["m"]})
    reply = Reply(conversation_id="c", parent_id=None, model="a/b", input_tokens=20)
    assert totals.with_growing([reply]) == totals
    reply.tally.price = lambda usage: usage.output_tokens / 10
    reply.feed(TextDelta("x" * 40))
    assert totals.with_growing([reply]) == Totals(1020, 322, 1.0012, True, True, True)


def test_the_conversation_adds_up() -> None:
    message = a_conversation().messages["m"]
    free = replace(message, cost_usd=None, usage=Usage(10, 5))
    assert Totals.of({"a": message, "b": message, "c": free}) == Totals(2010, 629, 0.0024, True, True)
    assert Totals.of({"a": replace(message, usage=None, cost_usd=None)}) == Totals()
    lines = [line.plain for line in conversation_figures(Totals.of({"a": message}), 1312, 8192, 28, "dim")]
    assert lines == [
        "together    1.0k in  312 out",
        "cost so far          $0.0012",
        "context      ━━━━━━━━━━  16%",
    ]


@pytest.mark.parametrize(
    ("source", "input_source", "together"),
    [
        (Source.REPORTED, None, "1.0k in  2.0k out"),
        (Source.ESTIMATED, None, "~1.0k in  ~2.0k out"),
        (Source.ESTIMATED, Source.REPORTED, "1.0k in  ~2.0k out"),
        (Source.REPORTED, Source.ESTIMATED, "~1.0k in  2.0k out"),
    ],
)
def test_the_mark_of_an_estimate_stands_at_the_number_that_is_one(
    source: Source, input_source: Source | None, together: str
) -> None:
    message = replace(a_conversation().messages["m"], usage=Usage(1000, 2000, source=source, input_source=input_source))
    lines = conversation_figures(Totals.of({"m": message}), 0, None, 40, "dim")
    assert lines[0].plain.split(maxsplit=1) == ["together", together]


def test_what_grows_or_never_left_is_no_part_of_the_sums() -> None:
    message = a_conversation().messages["m"]
    growing = replace(message, id="g", status=Status.GROWING, usage=Usage(28, 0))
    unsent = replace(message, id="u", status=Status.CANCELLED, usage=None, cost_usd=None)
    assert conversation_figures(Totals.of({"g": growing, "u": unsent}), 28, None, 40, "dim") == []
    assert Totals.of({"m": message, "g": growing, "u": unsent}) == Totals.of({"m": message})
    silent = replace(message, usage=Usage(28, 0), cost_usd=0.5, cost_source=Source.ESTIMATED)
    lines = [line.plain.split() for line in conversation_figures(Totals.of({"s": silent}), 0, None, 40, "dim")]
    assert lines == [["together", "~28", "in"], ["cost", "so", "far", "~$0.500"]]


def test_a_message_that_still_grows_is_not_interrupted_and_has_no_times() -> None:
    """Seen otherwise: for half a second after each Enter, until the panes were drawn."""
    growing = replace(a_conversation().messages["m"], status=Status.GROWING, timing=Timing(None, 0.0, None))
    lines = [line.plain for line in reply_figures(growing, 28, "dim")]
    assert lines == ["last reply                 ◌"]
    assert race_line(growing, 60).plain == "◌ waiting"


def test_a_failure_is_said_in_a_word_even_if_nothing_has_come() -> None:
    failed = replace(
        a_conversation().messages["m"], text="", status=Status.FAILED, error=ErrorReport(ErrorKind.NOT_FOUND, "No.")
    )
    assert [line.plain for line in reply_figures(failed, 28, "dim")] == ["last reply          ✗ failed"]


def test_the_first_word_is_shown_where_thoughts_came_before_it() -> None:
    thought = replace(a_conversation().messages["m"], timing=Timing(0.42, 5.0, 58.3, 1.3))
    lines = [line.plain for line in reply_figures(thought, 28, "dim")]
    assert lines[1:3] == ["first token           0.42 s", "first word            1.30 s"]
    assert race_line(thought, 120).plain.rstrip().endswith("words 1.30 s")


async def test_a_reply_that_grows_is_shown_before_its_message() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        conversation = a_conversation()
        conversation = conversation.with_message(replace(conversation.messages["m"], status=Status.GROWING))
        reply = Reply(conversation_id="c1", parent_id=None, model="local/llama3")
        reply.feed(TextDelta("text"))
        panel = app.query_one(SidePanel)
        panel.show(conversation, conversation.panes[0], reply=reply)
        await pilot.pause()
        assert panel.figures.render_line(0).text.strip().endswith("● streaming")


async def test_figures_and_model_of_the_active_pane_are_on_the_screen() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        conversation = a_conversation()
        panel = app.query_one(SidePanel)
        panel.show(conversation, conversation.panes[0], 8192)
        await pilot.pause()
        shown = [panel.figures.render_line(y).text.strip() for y in range(panel.figures.content_size.height)]
        assert shown[0] == "last reply            ✓ done"
        assert any(line.startswith("context") and line.endswith("16%") for line in shown)
        assert "local/llama3" in panel.heading.render_line(0).text
        panel.show(conversation, conversation.panes[1])
        await pilot.pause()
        assert "2 demo/fast" in panel.heading.render_line(0).text
        assert panel.figures.render_line(0).text.startswith("together")


async def test_a_long_name_of_a_model_is_cut_in_its_middle() -> None:
    app = PanelDemo(Stored(0))
    async with app.run_test(size=(100, 40)) as pilot:
        pane = Pane(id="p", model="local/vendor/large-model-190b-instruct")
        panel = app.query_one(SidePanel)
        panel.show(Conversation(id="c", panes=(pane,)), pane)
        await pilot.pause()
        line = panel.heading.render_line(0).text.strip()
        assert line.startswith("1 local/vendo") and line.endswith("190b-instruct") and "…" in line


async def test_loading_again_keeps_the_place_that_is_read() -> None:
    stored = Stored(200)
    app = PanelDemo(stored)
    async with app.run_test(size=(100, 40)) as pilot:
        panel = app.query_one(SidePanel)
        listed = panel.conversations
        await wait_until(lambda: len(listed.rows) >= PAGE)
        listed.scroll_to(y=25, animate=False, force=True, immediate=True)
        await pilot.pause()
        top = listed.rows[listed.scroll_offset.y].id
        stored.rows[:0] = [ConversationRow(f"new{number}", "new", NOW) for number in range(3)]
        await panel.reload()
        await pilot.pause()
        assert listed.rows[listed.scroll_offset.y].id == top
        assert "title 25" in listed.render_line(0).text
        listed.scroll_home(animate=False, force=True, immediate=True)
        stored.rows[:0] = [ConversationRow("newest", "newest", NOW)]
        await panel.reload()
        await pilot.pause()
        assert "newest" in listed.render_line(0).text  # at the top one sees what comes


async def test_fields_that_are_due_as_the_app_ends_are_not_built() -> None:
    """Ctrl+Q half a second after the start ended in a traceback: the timer came when the panel was gone."""
    async with PanelDemo(Stored(0)).run_test():
        panel = ParameterPanel()  # in no tree, as it is once the screen above it is gone
        await panel.build()
        assert not panel.query(LineField)
