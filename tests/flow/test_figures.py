"""Figures as a person sees them: room left in the context window, what streaming gains, how a reply ended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.flow.local import local_environment
from tests.flow.screen import live_of, open_app, screen_of, shown, wait_for
from tests.servers.openai import Finish, OpenAIServer, Think
from tests.servers.waiting import Gate, wait_until
from textchat.config import paths
from textchat.core.conversation import Conversation, Message, Pane, Role
from textchat.store.history import ConversationRecord, History
from textchat.ui.context.full_dialog import FullDialog

WAITING = r"waiting [●○]{3} \d"

# -- room in the context window --------------------------------------------------------------------------------------


async def test_a_window_that_grows_tight_is_marked_and_one_that_is_exceeded_named(
    openai_server: OpenAIServer, tmp_path: Path
) -> None:
    openai_server.script("m", "Short.", Finish(usage=(790, 15)))
    environ = local_environment(tmp_path, openai_server, '[models."local/m"]\ncontext_window = 1000\n')
    async with open_app(environ, models=["local/m"]) as (app, pilot):
        await pilot.press(*"first", "enter")
        await wait_for(app, "Short.", "▲ context 80% full")  # 805 of 1,000, known as the reply ends
        await pilot.press(*"a longer prompt " * 6)
        await wait_for(app, "▲ context 83% full")
        app.screen.focused.insert("word " * 200)  # type: ignore[union-attr]
        await wait_for(app, "▲ about 1.1k tokens, but local/m takes 1.0k: shorten it")
        await pilot.press("enter")
        await wait_for(app, "This prompt does not fit", "Send anyway")
        await wait_until(lambda: isinstance(app.screen, FullDialog) and app.screen.can_choose, "it can be answered")
        await pilot.press("end", "enter")
        await wait_until(lambda: len(openai_server.requests) == 2, "it is sent all the same")


async def test_where_there_is_room_nothing_is_said(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.script("m", "Short.", Finish(usage=(790, 9)))
    environ = local_environment(tmp_path, openai_server, '[models."local/m"]\ncontext_window = 1000\n')
    async with open_app(environ, models=["local/m"]) as (app, pilot):
        await pilot.press(*"first", "enter")
        await wait_for(app, "Short.", "done")
        assert "▲" not in shown(app)


async def test_what_the_model_thought_is_not_sent_again(openai_server: OpenAIServer, tmp_path: Path) -> None:
    finish = Finish(usage=(100, 800), details={"completion_tokens_details": {"reasoning_tokens": 790}})
    openai_server.script("m", Think("long"), "Short.", finish)
    environ = local_environment(tmp_path, openai_server, '[models."local/m"]\ncontext_window = 1000\n')
    async with open_app(environ, models=["local/m"]) as (app, pilot):
        await pilot.press(*"first", "enter")
        await wait_for(app, "Short.", "done")
        assert "▲" not in shown(app)


async def test_while_nothing_comes_the_seconds_of_all_panes_count(openai_server: OpenAIServer, tmp_path: Path) -> None:
    gate = Gate()
    openai_server.script("m", gate, "At last.")
    environ = local_environment(tmp_path, openai_server)
    async with open_app(environ, models=["local/m"] * 3, size=(160, 40)) as (app, pilot):
        await pilot.press(*"go", "enter")
        race_lines = rf"{WAITING}.*{WAITING}.*{WAITING}"
        await wait_until(lambda: re.search(race_lines, shown(app)) is not None, "each race line tells of a second")
        gate.open()
        await wait_until(lambda: shown(app).count("At last.") == 3, "all have answered")


# -- streaming against blocking --------------------------------------------------------------------------------------


async def test_what_streaming_gains_over_one_blocking_request(openai_server: OpenAIServer, tmp_path: Path) -> None:
    gate = Gate()
    openai_server.script("m", "First words", gate, " and the rest.")
    environ = local_environment(tmp_path, openai_server)
    async with open_app(environ, models=["local/m", "local/m"], size=(240, 40)) as (app, pilot):
        await screen_of(app).built.wait()
        live = live_of(app)
        first, second = live.conversation.panes
        await live.panes.set_parameters(second.id, {"stream": False})
        await pilot.press(*"go", "enter")
        await wait_for(app, "First words")
        await gate.until_reached(2)
        assert [request.json.get("stream", False) for request in openai_server.requests].count(True) == 1
        streamed = live.replies[first.id]
        await wait_until(lambda: streamed.elapsed_s > 0.3, "the first words are a measurable time before the rest")
        gate.open()
        await wait_for(app, "✓ done", "first words", "sooner than blocking")
        race_lines = next(row for row in shown(app).splitlines() if row.count("✓ done") == 2)
        assert race_lines.count("sooner") == 1 and race_lines.index("sooner") < race_lines.rindex("✓ done")
        told = [row for row in shown(app).splitlines() if "✓ done" not in row and "sooner than blocking" in row]
        assert len(told) == 1, "the status line says it in full"


# -- reasoning and endings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "words", "state"),
    [
        ((Finish("stop"),), "The reply is empty", "▲ empty"),
        ((Think("I wonder"), Finish("stop")), "The model thought, but wrote no reply", "▲ no text"),
        (("Half an answ", Finish("length")), "Stopped at the length limit", "▲ cut short"),
        (("Half an answ", Finish("content_filter")), "Stopped by the provider's content filter", "▲ filtered"),
        (("Half an answ", Finish("eos_weird")), "Stopped early: eos_weird", "▲ stopped"),
    ],
    ids=["empty", "only thoughts", "length", "filter", "unknown"],
)
async def test_an_ending_that_is_not_the_usual_one_is_said(
    openai_server: OpenAIServer, tmp_path: Path, steps: tuple[object, ...], words: str, state: str
) -> None:
    openai_server.script("m", *steps)  # type: ignore[arg-type]
    async with open_app(local_environment(tmp_path, openai_server), models=["local/m"]) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, words, state)
        assert "done" not in shown(app)


CUT = "It ended without a finish reason; it may be cut off."
LEFT_OUT = "The server takes no seed; it was left out."


async def test_a_stored_note_is_shown_in_each_pane_and_gone_from_the_answer_that_goes_on(
    openai_server: OpenAIServer, tmp_path: Path
) -> None:
    openai_server.say("m", "er.")
    environ = local_environment(tmp_path, openai_server)
    prompt = Message("u", None, Role.USER, "go")
    answers = [
        Message("a", "u", Role.ASSISTANT, "Half an answ", model="local/m", note=CUT),
        Message("b", "u", Role.ASSISTANT, "Whole.", model="local/m", note=LEFT_OUT, finish_reason="stop"),
    ]
    panes = tuple(Pane(f"p{answer.id}", "local/m", leaf_id=answer.id) for answer in answers)
    messages = {message.id: message for message in (prompt, *answers)}
    history = History.open(paths.database(environ))
    await history.add([ConversationRecord(Conversation("c", "go", 1.0, messages, panes), 1.0)])
    await history.aclose()
    async with open_app(environ, conversation_id="c", size=(120, 30)) as (app, pilot):
        words = ("Half an answ", CUT[:30], LEFT_OUT[:30], "▲ cut off?", "✓ see note")
        await wait_for(app, *words)
        assert "done" not in shown(app)
        await pilot.press("ctrl+g")
        await wait_for(app, "✓ done", "✓ see note", "Half an answer.")
        assert CUT[:30] not in shown(app) and LEFT_OUT[:30] in shown(app)
        assert "Half an answ" in str(openai_server.requests[0].json), "it goes on where it was cut"


async def test_thoughts_are_open_while_they_come_folded_behind_and_stored(
    openai_server: OpenAIServer, tmp_path: Path
) -> None:
    gate = Gate()
    openai_server.script("m", Think("Let me consider the moons"), gate, "Mars has two.")
    environ = local_environment(tmp_path, openai_server)
    async with open_app(environ, models=["local/m"]) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, "▾ Thinking…", "Let me consider the moons")
        gate.open()
        await wait_for(app, "▸ Thought · 5 words", "Mars has two.", "done")
        assert "consider" not in shown(app)
        await pilot.press(*"more", "enter")
        await wait_until(lambda: len(openai_server.requests) == 2, "the second request")
        sent = openai_server.requests[1].json["messages"]
        assert [message["content"] for message in sent] == ["go", "Mars has two.", "more"]
        conversation_id = live_of(app).conversation.id
        await wait_until(lambda: shown(app).count("done") > 0 and shown(app).count("Thought") == 2, "both answered")
    async with open_app(environ, conversation_id=conversation_id) as (app, pilot):
        await wait_for(app, "▸ Thought · 5 words", "Mars has two.")
        assert "consider" not in shown(app)
