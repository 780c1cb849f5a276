"""Drafts without an app: what is typed and not sent is in the store after a pause, and only there where it must be."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from tests.ui.conversation.stage import Stage
from textchat.core.parts.draft import Draft
from textchat.core.parts.part import Part
from textchat.core.store_error import StoreError
from textchat.live.conversation import LiveConversation
from textchat.live.workspace import Workspace
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.draft_keeper import MOST_CHARACTERS, MOST_PROMPTS, DraftKeeper


@pytest.fixture
def drafts(current: CurrentConversation, stage: Stage) -> DraftKeeper:
    return DraftKeeper(current, stage.field, set_timer=stage.set_timer, run=stage.run, notices=stage.notices)


async def send(live: LiveConversation, text: str) -> None:
    await live.send(text, [pane.id for pane in live.conversation.panes])
    await wait_until(lambda: not live.is_busy, "the answer is stored")


async def test_what_is_typed_is_stored_after_a_pause(workspace: Workspace, drafts: DraftKeeper, stage: Stage) -> None:
    await drafts.restore()
    for text in ("h", "ha", "half a prompt"):
        stage.field.text = text
        drafts.typed()
    assert len(stage.timers) == 1, "one timer, not one a key"
    assert await workspace.history.draft(None) == ""
    await stage.pass_time()
    assert await workspace.history.draft(None) == "half a prompt"
    drafts.typed()
    assert not stage.timers, "nothing is left to store"


async def test_what_was_typed_last_time_comes_back_above_what_is_typed_already(
    workspace: Workspace, drafts: DraftKeeper, stage: Stage
) -> None:
    await workspace.history.save_draft(None, "of yesterday")
    stage.field.text = "typed during the start"
    drafts.typed()
    await stage.pass_time()
    assert await workspace.history.draft(None) == "of yesterday", "nothing takes its place before it is back"
    await drafts.restore()
    assert stage.field.text == "of yesterday\ntyped during the start"


async def test_a_prompt_on_its_way_to_the_store_is_a_draft(
    workspace: Workspace, drafts: DraftKeeper, stage: Stage
) -> None:
    await drafts.restore()
    drafts.sending(Draft("sent, not stored"))
    stage.field.text = "the next one"
    drafts.typed()
    await stage.pass_time()
    assert await workspace.history.draft(None) == "sent, not stored\nthe next one"
    drafts.sent(Draft("sent, not stored"))
    await stage.pass_time()
    assert await workspace.history.draft(None) == "the next one"


async def test_a_prompt_that_could_not_be_stored_keeps_its_draft(
    workspace: Workspace, current: CurrentConversation, drafts: DraftKeeper, stage: Stage
) -> None:
    await drafts.restore()
    stage.field.text = "precious"
    drafts.typed()
    await stage.pass_time()
    stage.field.text = ""
    drafts.sending(Draft("precious"))
    with closing(sqlite3.connect(str(workspace.history.path))) as database:
        database.execute("CREATE TRIGGER refusal BEFORE INSERT ON messages BEGIN SELECT RAISE(FAIL, 'no room'); END")
    await send(current.live, "precious")
    assert current.live.store.unsaved
    drafts.sent(Draft("precious"))
    await stage.pass_time()
    assert await workspace.history.draft(None) == "precious", "the disk has nothing else of it"
    await drafts.close()
    assert await workspace.history.draft(None) == "precious"
    with closing(sqlite3.connect(str(workspace.history.path))) as database:
        database.execute("DROP TRIGGER refusal")
    await current.live.rename("stored at last")
    assert not current.live.store.unsaved
    await drafts.close()
    assert await workspace.history.draft(None) == ""


async def test_a_conversation_that_is_stored_now_takes_its_draft_along(
    workspace: Workspace, current: CurrentConversation, drafts: DraftKeeper, stage: Stage
) -> None:
    await drafts.restore()
    stage.field.text = "the first prompt"
    drafts.typed()
    await stage.pass_time()
    await send(current.live, "the first prompt")
    stage.field.text = "the second"
    drafts.typed()
    await stage.pass_time()
    assert await workspace.history.draft(current.conversation.id) == "the second"
    assert await workspace.history.draft(None) == "", "the next new conversation begins with nothing"


async def test_each_conversation_has_a_draft_of_its_own(
    workspace: Workspace, current: CurrentConversation, drafts: DraftKeeper, stage: Stage
) -> None:
    await send(current.live, "hello")
    first = current.live
    await drafts.restore()
    assert stage.field.remembered == ["hello"]
    stage.field.text = "for the first"
    drafts.put_away()
    current.show(workspace.new(["local/fast"]))
    assert stage.field.text == ""
    await drafts.restore()
    await stage.pass_time()
    assert stage.field.text == ""
    assert await workspace.history.draft(first.conversation.id) == "for the first"
    stage.field.text = "for the new one"
    drafts.put_away()
    current.show(first)
    await drafts.restore()
    assert stage.field.text == "for the first"
    await drafts.close()
    assert await workspace.history.draft(None) == "for the new one"
    await stage.pass_time()


async def test_of_what_is_let_go_only_what_was_typed_is_a_draft(
    workspace: Workspace, current: CurrentConversation, drafts: DraftKeeper, stage: Stage, server: OpenAIServer
) -> None:
    workspace.opened.on_let_go = drafts.let_go
    await drafts.restore()
    gate, live = Gate(), current.live
    server.script("fast", "slowly", gate, once=True)
    for text in ("asked", "queued"):
        await live.send(text, [live.conversation.panes[0].id])
    await gate.until_reached()
    stage.field.text = "typed"
    drafts.put_away()
    workspace.leave(live)
    current.show(workspace.new(["local/fast"]))
    await stage.pass_time()
    conversation_id = live.conversation.id
    assert await workspace.history.draft(conversation_id) == "queued\ntyped"
    gate.open()
    await wait_until(lambda: workspace.opened.get(conversation_id) is None, "both prompts are answered")
    await stage.pass_time()
    assert await workspace.history.draft(conversation_id) == "typed", "what was queued has been sent"
    await drafts.close()
    assert await workspace.history.draft(conversation_id) == "typed"


async def test_what_is_on_its_way_belongs_to_the_conversation_it_is_for(
    workspace: Workspace, current: CurrentConversation, drafts: DraftKeeper, stage: Stage
) -> None:
    """A summary may be made first: another conversation is shown before it fails."""
    await send(current.live, "hello")
    first = current.live
    await drafts.restore()
    drafts.sending(Draft("does not fit"))
    stage.field.text = "the next one"
    drafts.put_away()
    current.show(workspace.new(["local/fast"]))
    await drafts.restore()
    stage.field.text = "for the new one"
    drafts.typed()
    await stage.pass_time()
    assert await workspace.history.draft(None) == "for the new one"
    await drafts.close()
    assert await workspace.history.draft(first.conversation.id) == "does not fit\nthe next one"
    drafts.put_back(first, Draft("does not fit"))
    drafts.sent(Draft("does not fit"))
    await stage.pass_time()
    assert stage.field.text == "for the new one"
    assert await workspace.history.draft(first.conversation.id) == "does not fit\nthe next one"
    drafts.put_away()
    current.show(first)
    await drafts.restore()
    assert stage.field.text == "does not fit\nthe next one"
    await stage.pass_time()


async def test_of_very_many_or_long_prompts_the_last_are_recalled(drafts: DraftKeeper, stage: Stage) -> None:
    for number in range(MOST_PROMPTS + 1):
        drafts.sending(Draft(f"prompt {number}"))
    await drafts.restore()
    assert stage.field.remembered == [f"prompt {number}" for number in range(1, MOST_PROMPTS + 1)]
    long = "x" * (MOST_CHARACTERS // 2)
    for text in (long, long + "y", "short"):
        drafts.sending(Draft(text))
    await drafts.restore()
    assert stage.field.remembered == [long + "y", "short"]


async def test_a_private_conversation_recalls_no_files_of_another_store(
    workspace: Workspace, current: CurrentConversation, drafts: DraftKeeper, stage: Stage
) -> None:
    """Their content could not be sent."""
    drafts.sending(Draft("with a file", (Part("a.txt", "text/plain", b"a"),)))
    drafts.sending(Draft("without"))
    await drafts.restore()
    assert stage.field.remembered == ["with a file", "without"]
    current.show(workspace.new(["local/fast"], is_private=True))
    await drafts.restore()
    assert stage.field.remembered == ["without"]


async def test_a_private_conversation_leaves_nothing_on_the_disk(
    workspace: Workspace, current: CurrentConversation, drafts: DraftKeeper, stage: Stage
) -> None:
    current.show(workspace.new(["local/fast"], is_private=True))
    await drafts.restore()
    stage.field.text = "a secret"
    drafts.sending(Draft("another secret"))
    drafts.sent(Draft("another secret"))
    drafts.typed()
    await stage.pass_time()
    await drafts.close()
    assert await workspace.history.draft(None) == ""
    drafts.put_away()
    current.show(workspace.new(["local/fast"]))
    await drafts.restore()
    await stage.pass_time()
    assert stage.field.remembered == []


async def test_a_draft_that_cannot_be_stored_is_said_and_tried_again(
    workspace: Workspace, drafts: DraftKeeper, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("The disk is full.")

    await drafts.restore()
    stage.field.text = "typed"
    with monkeypatch.context() as broken:
        broken.setattr(workspace.history, "save_draft", fail)
        drafts.typed()
        await stage.pass_time()
    assert stage.said == ["The disk is full. New messages stay in memory until they can be saved."]
    drafts.typed()
    await stage.pass_time()
    assert await workspace.history.draft(None) == "typed"
