"""A workspace, and what reaches beyond one conversation: another textchat's work, privacy, titles, files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flow.terminal import isolated_environment
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.config import paths
from textchat.core.conversation import Conversation, Message, Pane, Role
from textchat.core.figures.counting import Encoder, TokenCounter
from textchat.core.waiting.calm import Calm
from textchat.live import metering
from textchat.live import workspace as workspace_module
from textchat.live.conversation import LiveConversation
from textchat.live.conversation_store import merged_with
from textchat.live.files import NotWritten, free_name, path_from, write
from textchat.live.settings.effective_settings import brief, load, recordings_folder
from textchat.live.titles import LONGEST_TITLE, title_from
from textchat.live.workspace import LONG_CALM_S, Workspace
from textchat.store.transfer.file_names import file_stem


@pytest.fixture
def server(openai_server: OpenAIServer) -> OpenAIServer:
    openai_server.say("fast", "An answer.")
    return openai_server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    environ = isolated_environment(tmp_path / "home")
    config = paths.config_file(environ)
    config.parent.mkdir(parents=True)
    config.write_text(
        'default_models = ["local/fast"]\n[ui]\ntitle_model = "local/namer"\n'
        f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\nretries = 0\n'
    )
    return environ


@pytest.fixture
async def one(environ: dict[str, str]) -> AsyncIterator[Workspace]:
    workspace = Workspace(environ)
    yield workspace
    await workspace.aclose()


@pytest.fixture
async def two(environ: dict[str, str], one: Workspace) -> AsyncIterator[Workspace]:
    workspace = Workspace(environ)
    yield workspace
    await workspace.aclose()


async def say(live: LiveConversation, text: str) -> None:
    await live.send(text, [pane.id for pane in live.conversation.panes])
    await wait_until(lambda: not live.is_busy, "all is stored")


async def opened(workspace: Workspace, conversation_id: str) -> LiveConversation:
    live = await workspace.open(conversation_id)
    assert live is not None
    return live


def contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


def texts(live: LiveConversation) -> list[str]:
    return [message.text for message in live.conversation.branch(live.conversation.panes[0].leaf_id)]


# -- two at once -------------------------------------------------------------------------------------------------------


async def test_a_conversation_follows_where_it_went_on_elsewhere(one: Workspace, two: Workspace) -> None:
    here = one.new()
    await say(here, "first")
    there = await opened(two, here.conversation.id)
    await say(there, "second")
    await there.rename("named there")
    assert await here.catch_up()
    assert texts(here) == ["first", "An answer.", "second", "An answer."]
    assert here.conversation.title == "named there"
    await here.delete_message(next(id_ for id_, each in here.conversation.messages.items() if each.text == "second"))
    await wait_until(lambda: not here.is_busy, "it is deleted")
    assert await there.catch_up()
    assert texts(there) == ["first", "An answer."]


async def test_while_a_reply_grows_it_is_too_early(server: OpenAIServer, one: Workspace, two: Workspace) -> None:
    here = one.new()
    await say(here, "first")
    there = await opened(two, here.conversation.id)
    gate = Gate()
    server.script("fast", "slowly", gate, once=True)
    await here.send("mine", [here.conversation.panes[0].id])
    await gate.until_reached()
    await say(there, "theirs")
    assert not await here.catch_up()
    gate.open()
    await wait_until(lambda: not here.is_busy, "the reply ends")
    assert await here.catch_up()
    assert texts(here) == ["first", "An answer.", "mine", "slowly"]
    assert "theirs" in {message.text for message in here.conversation.messages.values()}


async def test_a_message_is_deleted_with_what_grew_below_it_elsewhere(one: Workspace, two: Workspace) -> None:
    here = one.new()
    await say(here, "first")
    there = await opened(two, here.conversation.id)
    await say(there, "below")
    await here.delete_message(next(iter(here.conversation.messages)))
    await wait_until(lambda: not here.is_busy, "it is deleted")
    stored = await one.history.load(here.conversation.id)
    assert not here.store.unsaved
    assert stored is not None
    assert not stored.messages


def chain(*ids: str) -> dict[str, Message]:
    parents = (None, *ids)
    return {id_: Message(id_, parent, Role.USER, id_) for id_, parent in zip(ids, parents, strict=False)}


@pytest.mark.parametrize(
    ("own", "theirs", "left", "expected"),
    [
        ("b", "d", "abcd", "d"),  # it went on there
        ("d", "b", "abcd", "d"),  # it went on here
        ("d", None, "ab", "b"),  # what it showed was deleted there
        ("d", "b", "ab", "b"),
        (None, "b", "ab", "b"),
        ("b", None, "ab", "b"),
        ("b", None, "", None),
    ],
)
def test_where_a_pane_stands_after_catching_up(
    own: str | None, theirs: str | None, left: str, expected: str | None
) -> None:
    mine = Conversation("c", "old", 1.0, chain(*"abcd"), (Pane("p", "x/y", leaf_id=own),))
    stored = Conversation("c", "new", 1.0, chain(*left), (Pane("p", "x/y", leaf_id=theirs), Pane("q", "x/z")))
    now = merged_with(mine, stored)
    assert now == replace(stored, panes=(Pane("p", "x/y", leaf_id=expected),))


# -- privacy and titles ------------------------------------------------------------------------------------------------


async def test_a_private_conversation_is_in_memory_and_asks_no_other_model(
    server: OpenAIServer, environ: dict[str, str], one: Workspace
) -> None:
    server.say("namer", "A title")
    private = one.new(is_private=True)
    await say(private, "zzsecret")
    one.leave(private)
    again = await opened(one, private.conversation.id)
    assert again.is_private
    assert texts(again) == ["zzsecret", "An answer."]
    assert await one.history.load(private.conversation.id) is None
    assert [each.id for each in await again.history.summaries()] == [private.conversation.id]
    await say(one.new(), "public")
    await wait_until(lambda: len(server.requests) == 3, "the title of the public one is asked for")
    assert [request.json["model"] for request in server.requests] == ["fast", "fast", "namer"]
    assert "zzsecret" not in server.requests[2].body.decode()
    assert not any(b"zzsecret" in data for data in contents(Path(environ["HOME"])))


async def test_a_title_of_the_user_s_own_stays(server: OpenAIServer, one: Workspace) -> None:
    gate = Gate()
    server.script("namer", "A ", gate, "title")
    live = one.new()
    await say(live, "first")
    await gate.until_reached()
    await live.rename("mine")
    gate.open()
    await wait_until(lambda: server.requests[-1].is_answered, "the title has come")
    await say(live, "second")
    assert live.conversation.title == "mine"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Sorting lists", "Sorting lists"),
        ('\n**Title: "Sorting lists."**\nBecause…', "Sorting lists"),
        ("# Über das Wetter\n", "Über das Wetter"),
        ("«C++ and C#»", "C++ and C#"),
        ("", ""),
        ("***", ""),
    ],
)
def test_the_title_in_what_a_model_wrote(said: str, title: str) -> None:
    assert title_from(said) == title


@given(st.text())
def test_a_title_is_one_harmless_line(said: str) -> None:
    title = title_from(said)
    assert len(title) <= LONGEST_TITLE + 1
    assert not any(ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 for sign in title)


# -- what is open ------------------------------------------------------------------------------------------------------


async def test_what_still_grows_stays_open_when_the_screen_leaves_it(server: OpenAIServer, one: Workspace) -> None:
    """Lost otherwise: a reply that grows where nobody can find it, beside a second copy of its conversation."""
    gate = Gate()
    server.script("fast", "slowly", gate, once=True)
    live = one.new()
    await live.send("question", [live.conversation.panes[0].id])
    await gate.until_reached()
    one.leave(live)
    assert live.watcher is None and await one.open(live.conversation.id) is live
    gate.open()
    await wait_until(lambda: not live.is_busy, "all is stored")
    one.leave(live)
    again = await opened(one, live.conversation.id)
    assert again is not live and texts(again) == ["question", "slowly"]
    assert await one.open("unknown") is None


async def test_what_was_left_is_let_go_when_it_ends_and_held_while_it_does_something(
    server: OpenAIServer, one: Workspace
) -> None:
    let_go: list[LiveConversation] = []
    one.opened.on_let_go = let_go.append
    live = one.new()
    pane_ids = [pane.id for pane in live.conversation.panes]
    one.leave(live)  # as when a prompt is on its way from the input bar
    assert let_go == [live] and one.opened.get(live.conversation.id) is None
    for text in ("question", "another"):
        gate = Gate()
        server.script("fast", "slowly", gate, once=True)
        await live.send(text, pane_ids)
        await gate.until_reached()
        assert one.opened.get(live.conversation.id) is live, "its reply is found, and stored at the end of the program"
        gate.open()
        await wait_until(lambda: one.opened.get(live.conversation.id) is None, "it is let go")
    assert let_go == [live] * 3
    assert texts(await opened(one, live.conversation.id)) == ["question", "slowly", "another", "slowly"]


async def test_what_the_end_of_the_program_could_not_store_is_a_loss(environ: dict[str, str]) -> None:
    workspace = Workspace(environ)
    live = workspace.new()
    await say(live, "question")
    await workspace.history.aclose()
    await live.rename("not stored")
    assert live.store.unsaved
    await workspace.aclose()
    (loss,) = workspace.losses
    assert "“not stored”" in loss and "closed" in loss


async def test_favourites_are_kept(environ: dict[str, str], one: Workspace) -> None:
    await one.favour("local/fast", True)
    await one.favour("local/other", True)
    await one.favour("local/fast", True)
    assert one.favourites == ("local/other", "local/fast")
    await one.favour("local/other", False)
    assert Workspace(environ).favourites == ("local/fast",)


async def test_models_are_listed_and_recent_ones_are_known(one: Workspace) -> None:
    await say(one.new(), "question")
    assert await one.recent_models() == ("local/fast",)
    listings = {listing.provider: listing async for listing in one.list_models()}
    assert {"demo", "local"} <= listings.keys()
    assert "demo/fast" in {f"demo/{model.id}" for model in listings["demo"].models}
    assert one.context_window("nowhere/x") is None
    await one.history.aclose()
    assert await one.recent_models() == ()


async def test_whoever_wants_the_models_at_the_same_time_asks_once(one: Workspace, server: OpenAIServer) -> None:
    def asked() -> int:
        return [request.path for request in server.requests].count("/v1/models")

    async def listed(good_for_s: float = 0.0) -> list[str]:
        return [listing.provider async for listing in one.list_models(good_for_s)]

    async def leave_early() -> None:
        async for _ in one.list_models():
            return

    first, second, _ = await asyncio.gather(listed(), listed(), leave_early())
    assert sorted(first) == sorted(second) and asked() == 1
    assert sorted(await listed(60)) == sorted(first) and asked() == 1
    assert "local/fast" in [known.names async for known in one.known_models(60)][-1] and asked() == 1
    await listed()
    assert asked() == 2
    await one.favour("local/fast", True)
    await one.changes.change({"ui": {"title": False}})
    await listed(60)
    assert asked() == 3, "the settings have changed"


@pytest.mark.parametrize(("count", "last"), [(2, "2"), (3, "3"), (5, "3 (2 more: textchat config check)")])
def test_of_many_problems_three_are_told(count: int, last: str) -> None:
    told = brief([str(number) for number in range(1, count + 1)])
    assert len(told) == min(count, 3) and told[-1] == last


def test_recordings_are_a_provider_once_there_are_some(environ: dict[str, str]) -> None:
    assert "replay" not in load(environ).settings.providers
    recordings_folder(environ).mkdir(parents=True)
    assert load(environ).settings.providers["replay"].base_url == str(recordings_folder(environ))


# -- files -------------------------------------------------------------------------------------------------------------


async def test_what_grows_is_written_with_what_has_come(server: OpenAIServer, one: Workspace, tmp_path: Path) -> None:
    gate = Gate()
    server.script("fast", "half of it", gate)
    live = one.new()
    await live.send("question", [live.conversation.panes[0].id])
    await wait_until(lambda: any(reply.text for reply in live.replies.values()), "something has come")
    path = free_name(file_stem(Conversation("", "a / b: c")), tmp_path, ".json")
    assert path.name == "a-b-c.json"
    assert await write(live, path) == "1 reply was still running. Export again later for the whole."
    gate.open()
    (entry,) = json.loads(path.read_text())["conversations"]
    assert [(each["text"], each["status"]) for each in entry["messages"]][1] == ("half of it", "growing")
    assert free_name("a-b-c", tmp_path, ".json").name == "a-b-c-2.json"


@pytest.mark.parametrize(
    ("suffix", "begin", "end"), [(".md", "---\n", "\n"), (".html", "<!doctype html>", "</html>\n")]
)
async def test_a_conversation_is_written_whole_in_each_form(
    one: Workspace, tmp_path: Path, suffix: str, begin: str, end: str
) -> None:
    live = one.new()
    await say(live, "a question")
    path = tmp_path / f"new{suffix}"
    await write(live, path)
    text = path.read_text("utf-8")
    assert text.lower().startswith(begin) and text.endswith(end)
    assert "a question" in text and "An answer." in text


async def test_what_the_store_knows_of_a_conversation_is_written_too(one: Workspace, tmp_path: Path) -> None:
    live = one.new()
    await say(live, "question")
    await live.history.shelf.pin(live.conversation.id, True)
    await live.history.shelf.tag(live.conversation.id, "work")
    await write(live, tmp_path / "new.json")
    (entry,) = json.loads((tmp_path / "new.json").read_text())["conversations"]
    assert (entry["pinned"], entry["tags"]) == (True, ["work"])


async def test_in_a_folder_a_conversation_has_a_file_that_is_renewed_unless_it_was_changed(
    one: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    live = one.new()
    for question in ("first", "second"):
        await say(live, question)
        await write(live, folder)
        (file,) = folder.iterdir()
        assert question in file.read_text()
    file.write_text("mine")
    with pytest.raises(NotWritten, match=r"Left .*: not an export of this conversation\. Choose another name\."):
        await write(live, folder)
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["there.md", "nowhere/new.md", "new.docx", "~nobody-of-this-name/new.md", "x" * 300 + ".md"]
)
async def test_what_cannot_be_written_leaves_everything(name: str, one: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "there.md").write_text("mine")
    live = one.new()
    await say(live, "question")
    with pytest.raises(NotWritten):
        await write(live, path_from(name, folder))
    assert contents(folder) == [b"mine"]


async def test_no_more_than_eight_panes_are_opened_and_no_answer_is_lost(one: Workspace) -> None:
    prompt = Message("q", None, Role.USER, "hi")
    answers = [Message(f"a{n}", "q", Role.ASSISTANT, "x", model="local/fast") for n in range(10)]
    panes = tuple(Pane(f"p{n}", "local/fast", leaf_id=f"a{n}") for n in range(10))
    messages = {message.id: message for message in (prompt, *answers)}
    await one.history.save(Conversation("many", "t", 0.0, messages, panes), [prompt, *answers])
    live = await one.open("many")
    assert live is not None
    assert live.conversation.panes == panes[:8]
    assert len(live.conversation.siblings("a0")) == 10

    assert len(one.new(["local/fast"] * 9).conversation.panes) == 8
    assert "left out: local/fast" in one.problems[-1]


class Vocabulary:
    """Notes when it is loaded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_loaded = False
        monkeypatch.setattr(metering, "TokenCounter", lambda: TokenCounter(load=self._load))

    def _load(self) -> Encoder:
        self.is_loaded = True
        raise OSError("there is none")


class WholeCalm(Calm):
    """The user never does anything; `asked` has what was waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    async def lasts(self, seconds: float) -> None:
        self.asked.append(seconds)


async def test_what_is_loaded_early_asks_for_no_key_and_nothing_leaves(
    environ: dict[str, str], server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabulary, config = Vocabulary(monkeypatch), paths.config_file(environ)
    config.write_text(config.read_text() + f'api_key_command = ["touch", "{tmp_path / "asked"}"]\n')
    workspace, calm = Workspace(environ), WholeCalm()
    workspace.new(["local/fast", "nowhere/model", "local/fast"])
    loading = asyncio.create_task(workspace.load_early(calm))
    await wait_until(lambda: LONG_CALM_S in calm.asked, "the network is there")
    assert not (tmp_path / "asked").exists() and not server.requests and not vocabulary.is_loaded
    loading.cancel()
    await workspace.aclose()


@pytest.mark.parametrize("budget", ["", "[budget]\nday_usd = 5\n"])
async def test_the_vocabulary_is_loaded_once_it_is_needed_and_no_reply_grows(
    environ: dict[str, str], server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, budget: str
) -> None:
    monkeypatch.setattr(workspace_module, "LOOK_AGAIN_S", 0.01)
    vocabulary, gate, config = Vocabulary(monkeypatch), Gate(), paths.config_file(environ)
    config.write_text(config.read_text() + budget)
    server.script("slow", "Half", gate)
    workspace, calm = Workspace(environ), WholeCalm()
    live = workspace.new(["local/slow"])
    if not budget:
        await live.send("Go", [live.conversation.panes[0].id])
        await wait_until(lambda: bool(gate.reached), "the reply grows")
    loading = asyncio.create_task(workspace.load_early(calm))
    if not budget:
        await wait_until(lambda: len(calm.asked) > 9, "it has looked again and again")
        assert not vocabulary.is_loaded
        gate.open()
    await wait_until(lambda: vocabulary.is_loaded, "it is loaded")
    await loading
    await workspace.aclose()
