"""Prompts that were sent before: Up goes through all conversations, and a list of them is searched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.flow.comparing import environment_for, open_ready, settled
from tests.flow.screen import live_of, screen_of, shown, wait_for
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from textchat.config import paths
from textchat.core.conversation import Conversation, Message, Role, new_id
from textchat.core.parts.part import Part
from textchat.store.history import History
from textchat.store.search.sent_prompts import PAGE
from textchat.ui.bar.recall.recalled import is_like

NOTES = Part("notes.md", "text/markdown", data=b"notes", offset=3)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.say("one", "answer")
        yield server


@pytest.fixture
async def history(server: OpenAIServer, tmp_path: Path) -> AsyncIterator[History]:
    history = History.open(paths.database(environment_for(server, tmp_path)))
    yield history
    await history.aclose()


async def ask(history: History, title: str, *texts: str, at: float = 0.0, parts: tuple[Part, ...] = ()) -> str:
    """A stored conversation with these prompts, a second apart; its id."""
    prompts = [
        Message(new_id(), None, Role.USER, text, parts=parts, created_at=at + second)
        for second, text in enumerate(texts)
    ]
    conversation = Conversation(new_id(), title, at, {prompt.id: prompt for prompt in prompts})
    await history.save(conversation, prompts)
    return conversation.id


async def test_up_goes_on_with_other_conversations_and_comes_back_to_what_was_typed(
    history: History, server: OpenAIServer, tmp_path: Path
) -> None:
    await ask(history, "Old", "the oldest", at=1)
    await ask(history, "Newer", "not so old", parts=(NOTES,), at=2)
    gone = await ask(history, "Gone", "deleted", at=3)
    await history.delete(gone)
    async with open_ready(environment_for(server, tmp_path), models=["local/one"]) as (app, pilot):
        bar = screen_of(app).input_bar
        await pilot.press(*"mine", "enter")
        await settled(app)
        await pilot.press(*"typed", "up")
        assert bar.text == "mine"
        await pilot.press("up")
        await wait_until(lambda: bar.text == "not so old", "the newest one of another conversation")
        assert [part.name for part in bar.draft.parts] == ["notes.md"]
        await pilot.press("up", "up", "up")
        assert bar.text == "the oldest" and not bar.draft.parts
        await pilot.press("down", "down", "down")
        assert bar.text == "typed"


async def test_the_list_finds_each_prompt_once_and_keeps_what_was_typed(
    history: History, server: OpenAIServer, tmp_path: Path
) -> None:
    await ask(history, "Bread", "How do I bake bread?", "How do I bake bread?", "Which flour?", at=1)
    await ask(history, "Again", "How do I bake bread?", "/model is what?", parts=(NOTES,), at=5)
    await history.delete(await ask(history, "Gone", "bake nothing", at=9))
    async with open_ready(environment_for(server, tmp_path), models=["local/one"]) as (app, pilot):
        bar = screen_of(app).input_bar
        await pilot.press(*"typed", "alt+h")
        await wait_for(app, "Sent prompts", "Which flour?", "Bread", "/model is what? + notes.md")
        assert "nothing" not in shown(app)
        await pilot.press(*"bred")
        await wait_until(lambda: "Which flour" not in shown(app), "letters may be left out")
        # With files it is another prompt.
        assert shown(app).count("How do I bake bread? ") == 3, "two rows, and the first once more below them"
        await pilot.press("f7", *"zzz")
        await wait_for(app, "Nothing found for “zzz”.")
        await pilot.press("f7", *"model", "enter")
        await wait_until(lambda: bar.text == "//model is what?", "sent once more it is the same")
        assert [part.name for part in bar.draft.parts] == ["notes.md"]
        await pilot.press("down")
        assert bar.text == "typed" and not bar.draft.parts
        await pilot.press("up", "ctrl+z")
        assert bar.text == "typed"
        await pilot.press("alt+h", "alt+h")
        assert len(app.screen_stack) == 1


async def test_private_prompts_are_found_as_long_as_they_are_in_memory(server: OpenAIServer, tmp_path: Path) -> None:
    async with open_ready(environment_for(server, tmp_path), models=["local/one"]) as (app, pilot):
        screen_of(app).action_run("conversation.private")
        await wait_until(lambda: live_of(app).is_private, "a private one")
        await pilot.press(*"secret", "enter")
        await settled(app)
        await pilot.press("ctrl+n", "up")
        await wait_until(lambda: not live_of(app).is_private, "another one")
        await pilot.pause()
        assert screen_of(app).input_bar.text == ""
        await pilot.press("alt+h")
        await wait_for(app, "secret", "private")
        await pilot.press("escape")
        secret = await screen_of(app).parts.workspace.private_history.newest()  # type: ignore[union-attr]
        screen_of(app).action_run("conversation.delete", secret or "")
        await wait_for(app, "Deleted")
        await pilot.press("alt+h")
        await wait_for(app, "No prompts yet.")


async def test_pages_come_newest_first_whatever_was_stored_when(tmp_path: Path) -> None:
    history = History.in_memory()
    await ask(history, "Later", *(f"later {number}" for number in range(PAGE)), at=1000)
    await ask(history, "Imported", *(f"earlier {number}" for number in range(10)), "long " * 100_000, at=0)
    pages = [page async for page in history.prompts.pages()]
    assert [len(page) for page in pages] == [PAGE, 11]
    assert [pages[0][0].beginning, pages[0][-1].beginning] == [f"later {PAGE - 1}", "later 0"]
    assert len(pages[1][0].beginning) < 5000 and pages[1][0].size == 500_000
    short = await history.prompts.newest(PAGE + 2, longest=1000, together=10**6)
    assert [draft.text for draft in short[-2:]] == ["earlier 9", "earlier 8"], "what is too long to edit is left out"
    assert len(await history.prompts.newest(PAGE, longest=1000, together=20)) == 2
    await history.aclose()


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("bake bread", "how to bake some bread", True),
        ("brd", "bread", True),
        ("br", "bad roads", False),
        ("rea", "a rumour of area", True),
        ("bdr", "bread", False),
        ("aaa", "a" * 70 + "b", True),
        ("abc", "a" * 60 + "bxc", False),
    ],
)
def test_what_is_like_what_was_typed(typed: str, text: str, found: bool) -> None:
    assert is_like(typed.split(), text) == found
