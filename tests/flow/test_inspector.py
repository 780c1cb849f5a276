"""A look inside a reply, as a person reads it: the request, the answer's head, each piece; its recording, played."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.flow.local import local_environment
from tests.flow.screen import active_view, live_of, open_app, screen_of, shown, wait_for
from tests.servers.openai import Finish, OpenAIServer, Raw, Repeat, Reset, Think
from tests.servers.waiting import Gate, wait_until
from textchat.core.events import Finished, Note, SignOfLife, TextDelta
from textchat.providers.inspection import InspectedChunk
from textchat.ui.dialogs.inspector import InspectorScreen, said_by
from textchat.ui.dialogs.wire_list import WireList, WireRow, WireText

KEY = "sk-secret-of-the-test"


async def test_everything_that_went_over_the_wire_but_no_secret(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.key = KEY
    openai_server.script("m", Think("Hm."), "Hello ", f"you said {KEY}", Finish("length"))
    async with open_app(local_environment(tmp_path, openai_server), models=["local/m"]) as (app, pilot):
        await pilot.press(*"What?", "enter")
        await wait_for(app, "cut short", "you said")
        await pilot.press("shift+tab", "i")
        await wait_for(app, "Trace", "local/m", "6 pieces")
        # the request
        await wait_for(app, "POST http://127.0.0.1", "authorization: ********", '"content": "What?"')
        # the answer's head, and each piece with its time, its size, its id and what it said
        assert "HTTP 200 · text/event-stream" in shown(app)
        rows = {match[1]: row for row in shown(app).splitlines() if (match := re.match(r"\s*(\d+) +\d\.\d{3} s", row))}
        assert list(rows) == ["1", "2", "3", "4", "5", "6"]
        assert "thinking “Hm.”" in rows["1"] and "chatcmpl-1" in rows["1"]
        assert "text “Hello ”" in rows["2"]
        assert "text “you said ********”" in rows["3"]
        assert "finish length" in rows["4"]
        assert "usage 7 in, 5 out" in rows["5"]
        assert "■" in shown(app) and "complete · length" in shown(app)
        await pilot.press("down", "down", "down")
        await wait_for(app, "piece 2", 'data: {"id": "chatcmpl-1"', '"delta": {"content": "Hello "}')
        await pilot.press("up", "up")
        await wait_for(app, "HTTP 200\n".strip(), "content-type: text/event-stream")
        assert KEY not in shown(app)
        await pilot.press("escape")
        await wait_until(lambda: not isinstance(app.screen, InspectorScreen), "it is closed")
        assert "you said" in shown(app)


async def test_hostile_bytes_are_pictures(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.script("m", "plain", Raw(b": \x1b]52;c;aGk=\x07 \x9b31m \xff\xfe [bold]$x\r\n\r\n"))
    async with open_app(local_environment(tmp_path, openai_server), models=["local/m"]) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, "plain", "done")
        await pilot.press("shift+tab", "i")
        await wait_for(app, "Trace", "plain")
        await pilot.press("down", "down", "down")
        await wait_for(app, "piece 2", "␛]52;c;aGk=␇", "[bold]$x")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown(app))


async def test_ten_thousand_pieces_cost_what_is_in_view(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.script("m", Repeat("ab ", 10_000))
    environ = local_environment(tmp_path, openai_server, "repeat_limit = 0\n")
    async with open_app(environ, models=["local/m"]) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, "done")
        await pilot.press("shift+tab", "i")
        await wait_for(app, "Trace")
        wire = app.screen.query_one(WireList)
        await wait_until(lambda: len(wire.rows) > 5, "the pieces are read")
        drawn: set[int] = set()
        figures = WireRow.figures

        def noted(row: WireRow) -> str:
            drawn.add(id(row))
            return figures(row)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(WireRow, "figures", noted)
            await pilot.press("end")
            await wait_for(app, "complete · stop")
            await pilot.press("home", "pagedown")
            await wait_for(app, "“ab ”")
        assert sum(row.what.count("ab ") for row in wire.rows) == 10_000
        assert len(drawn) < 200


async def test_a_reply_that_grows_is_seen_growing(openai_server: OpenAIServer, tmp_path: Path) -> None:
    gate = Gate()
    openai_server.script("m", "one", gate, "two")
    async with open_app(local_environment(tmp_path, openai_server), models=["local/m"]) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, "one")
        await pilot.press("shift+tab", "i")
        await wait_for(app, "“one”")
        assert "■" not in shown(app)
        gate.open()
        await wait_for(app, "“two”", "complete · stop")


async def test_each_try_is_there(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.refuse("m", 503, "Loading model", headers={"Retry-After": "0"}, once=True)
    openai_server.say("m", "mended")
    environ = local_environment(tmp_path, openai_server)
    config = Path(environ["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
    config.write_text(config.read_text().replace("retries = 0", "retries = 1"))
    async with open_app(environ, models=["local/m"]) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, "mended", "done")
        await pilot.press("shift+tab", "i")
        await wait_for(app, "2 attempts", "HTTP 503", "HTTP 200", "“mended”")
        await pilot.press("down", "down")
        await wait_for(app, "Loading model")


def test_a_piece_says_what_came_beside_the_answer() -> None:
    chunk = InspectedChunk(
        0.1, b"", (TextDelta("a"), TextDelta("b"), SignOfLife(), Note("It may be cut off."), Finished())
    )
    assert said_by(chunk) == "text “ab” · keep-alive · note “It may be cut off.” · end"
    assert said_by(InspectedChunk(0.1, b": ping\n\n", ())) == "nothing for the reply"


async def test_tab_goes_to_the_text_and_back(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.say("m", "hi")
    async with open_app(local_environment(tmp_path, openai_server), models=["local/m"], size=(80, 24)) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, "done")
        await pilot.press("shift+tab", "i")
        await wait_for(app, "Trace", "POST")
        assert isinstance(app.screen.focused, WireList)
        assert '"messages"' not in shown(app)
        await pilot.press("tab", "end")
        await wait_for(app, '"content": "go"')
        assert isinstance(app.screen.focused, WireText)
        await pilot.press("tab")
        assert isinstance(app.screen.focused, WireList)


# -- recordings ------------------------------------------------------------------------------------------------------


async def test_a_recording_is_saved_and_plays_as_a_model(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.script("m", Think("Hm."), "A **recorded** ", "answer.", Finish(usage=(11, 22)))
    environ = local_environment(tmp_path, openai_server)
    folder = Path(environ["XDG_DATA_HOME"]) / "textchat" / "recordings"
    async with open_app(environ, models=["local/m"]) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, "recorded answer.", "done")
        await pilot.press("shift+tab", "i")
        await wait_for(app, "Trace", "answer.")
        await pilot.press("s")
        await wait_until(lambda: len(list(folder.glob("*.jsonl"))) == 1, "one recording")
        await wait_for(app, "Saved to")
        await pilot.press("s")
        await wait_until(lambda: len(list(folder.glob("*.jsonl"))) == 2, "another, beside the first")
    first, second = sorted(folder.glob("*.jsonl"))
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_mode & 0o077 == 0
    assert KEY.encode() not in first.read_bytes()
    openai_server.stop()
    async with open_app(environ, models=[f"replay/{first.stem}"], prompt="again") as (app, pilot):
        await wait_for(app, "A recorded answer.", "done", "Thought", "22")
        await pilot.press("shift+tab", "i")
        await wait_for(app, "Trace", "REPLAY", "“answer.”")


async def test_the_recording_of_a_cut_answer_is_cut(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.script("m", "half of it", Reset())
    environ = local_environment(tmp_path, openai_server)
    folder = Path(environ["XDG_DATA_HOME"]) / "textchat" / "recordings"
    async with open_app(environ, models=["local/m"]) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, "half of it", "failed")
        await pilot.press("shift+tab", "i")
        await wait_for(app, "Trace", "half of it", "■")
        await pilot.press("s")
        await wait_for(app, "Saved to")
    (path,) = folder.glob("*.jsonl")
    async with open_app(environ, models=[f"replay/{path.stem}"], prompt="again") as (app, _):
        await wait_for(app, "half of it", "failed", "The recording ends here")


# -- where there is nothing to see -----------------------------------------------------------------------------------


async def test_what_cannot_be_looked_into_is_said(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.say("m", "answer")
    environ = local_environment(tmp_path, openai_server)
    async with open_app(environ, models=["local/m"]) as (app, pilot):
        await pilot.press(*"question", "enter")
        await wait_for(app, "answer", "done")
        messages = active_view(app).message_list
        messages.chosen.choose(next(iter(live_of(app).conversation.messages)))
        await pilot.press("shift+tab", "i")
        await wait_for(app, "Prompts have no trace")
        conversation_id = live_of(app).conversation.id
    async with open_app(environ, conversation_id=conversation_id) as (app, pilot):
        await wait_for(app, "answer")
        await screen_of(app).built.wait()
        await pilot.press("shift+tab", "i")
        await wait_for(app, "No trace for this reply")


async def test_no_key_no_request(openai_server: OpenAIServer, tmp_path: Path) -> None:
    environ = local_environment(tmp_path, openai_server)
    async with open_app(environ, models=["nowhere/m"]) as (app, pilot):
        await pilot.press(*"question", "enter")
        await wait_for(app, "failed")
        await pilot.press("shift+tab", "i")
        await wait_for(app, "No trace for this reply")
