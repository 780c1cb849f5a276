"""Commands behind a slash: the table of actions by short names, none of which is ever sent to a model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.pilot import Pilot

from tests.examples import examples
from tests.flow.comparing import environment_for, open_ready, settled
from tests.flow.screen import live_of, screen_of, shown, wait_for, words_shown
from tests.flow.test_type_ahead import burst
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.core.parts.draft import Draft
from textchat.ui.bar.slash.bar_commands import each_by_its_name
from textchat.ui.bar.slash.command_form import as_sent, as_typed, command_in, escaped, unescaped
from textchat.ui.bar.slash.command_list import CommandList
from textchat.ui.bar.slash.commands import SlashCommand
from textchat.ui.bar.slash.names import command_names
from textchat.ui.keymap import BY_ID


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        for model in ("one", "two"):
            server.say(model, "answer")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "notes.md").write_text("notes")
    monkeypatch.chdir(tmp_path / "desk")
    return environment_for(server, tmp_path / "home")


def prompts(server: OpenAIServer) -> list[str]:
    """The last message of each request; lists of models are asked for, too."""
    return [each.json["messages"][-1]["content"] for each in server.requests if each.path.endswith("/completions")]


def refused(app: TextchatApp, line: str, sentence: str) -> bool:
    """Whether a line is still in the bar, and a notice says why."""
    return sentence in words_shown(app) and screen_of(app).input_bar.text == line


async def enter(app: TextchatApp, pilot: Pilot[None], text: str) -> None:
    """Type a line in place of what is there, and press Enter."""
    bar = screen_of(app).input_bar
    bar.show("")
    bar.type_text(text)
    await pilot.press("enter")


async def test_what_is_no_command_is_sent_and_an_unknown_one_never(
    environ: dict[str, str], server: OpenAIServer
) -> None:
    async with open_ready(environ, models=["local/one"]) as (app, pilot):
        bar = screen_of(app).input_bar
        for line, sentence in (
            ("/modle two", "No command /modle. Did you mean /model?"),
            ("/etc", "put another / before it"),
            ("/vote", "No reply yet."),
            ("/clear what you said", "This command takes no argument."),
            ("/temperature 9", "temperature: a number from 0 to 2, such as 0.7, or default."),
            ("/effort much", "Effort: one of off,"),
            ("/model three", "No model three."),
            ("/export /no/such/folder/x.md", "/no/such/folder"),
            ("/model:two", "Did you mean /model?"),
            ("/model one\nis more", "This command takes one line."),
            ("/größe 2", "No command /grösse."),
            ("/2", "put another / before it"),
        ):
            await enter(app, pilot, line)
            await wait_until(partial(refused, app, line, sentence), f"{line} stays, and it is said: {sentence}")
            app.clear_notifications()
        for line, sent in (
            ("//model two", "/model two"),
            (" /model", " /model"),
            ("/usr/bin/x fails", "/usr/bin/x fails"),
            ("//model\nis two lines", "/model\nis two lines"),
            ("// a comment", "// a comment"),
        ):
            await enter(app, pilot, line)
            await settled(app)
            assert prompts(server)[-1] == sent
        assert len(prompts(server)) == 5
        await pilot.press(*["up"] * 6)  # one of them inside the prompt of two lines
        assert bar.text == "//model two", "sent once more, it is the same prompt"


async def test_commands_do_what_their_actions_do_and_take_what_stands_behind_them(
    environ: dict[str, str], server: OpenAIServer
) -> None:
    async with open_ready(environ, models=["local/one"]) as (app, pilot):
        bar = screen_of(app).input_bar
        await enter(app, pilot, "/temperature 0.3")
        await enter(app, pilot, "/system Answer briefly.")
        await enter(app, pilot, "/effort h")
        await wait_until(lambda: live_of(app).conversation.panes[0].parameters.effort == "high", "the last is set")
        parameters = live_of(app).conversation.panes[0].parameters
        assert (parameters.temperature, parameters.system) == (0.3, "Answer briefly.")
        bar.type_text("/system")
        bar.paste("Be kind.\n" * 90)
        assert bar.text == "/system" and bar.draft.text.endswith("kind.\n"), "it is folded"
        await pilot.press("enter")
        await wait_until(lambda: "kind" in (live_of(app).conversation.panes[0].parameters.system or ""), "all lines")
        assert bar.draft.is_empty and not prompts(server)
        bar.type_text("typed since")
        bar.early_commands = ["/temperature 0.4", "/nothing"]
        screen_of(app).parts.bar_tools.commands.run_early()
        assert bar.text == "/nothing\ntyped since", "what cannot be run is kept, as is what was typed"
        await wait_until(lambda: live_of(app).conversation.panes[0].parameters.temperature == 0.4, "the first, too")
        await enter(app, pilot, "/temperature default")
        await wait_until(lambda: live_of(app).conversation.panes[0].parameters.temperature is None, "it is taken back")
        await enter(app, pilot, "/attach gone.md")
        await wait_until(lambda: refused(app, "/attach gone.md", "No file gone.md"), "the line is kept")
        bar.show("")
        bar.type_text("/attach ../de")
        await wait_until(lambda: "/attach ../desk/" in shown(app), "the folder is offered")
        await pilot.press("tab")
        await wait_until(lambda: "/attach ../desk/notes.md" in shown(app), "and what is in it")
        await pilot.press("tab")
        assert bar.text == "/attach ../desk/notes.md"
        await enter(app, pilot, "/attach 'notes.md'")
        await wait_until(lambda: [part.name for part in bar.draft.parts] == ["notes.md"], "it is attached")
        bar.type_text("hello")
        await pilot.press("enter")
        await settled(app)
        await enter(app, pilot, "/model two")
        await wait_until(lambda: live_of(app).conversation.panes[0].model == "local/two", "the only one called so")
        await enter(app, pilot, "/add local/one")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 2, "another pane")
        await enter(app, pilot, "/TITLE My  talk")
        await wait_until(lambda: live_of(app).conversation.title == "My talk", "the title is given")
        await enter(app, pilot, "/theme nord")
        await wait_until(lambda: app.theme == "nord", "the theme is chosen")
        await enter(app, pilot, "/model")
        await wait_for(app, "Change the model of this pane")
        await pilot.press("escape")
        before = live_of(app)
        await enter(app, pilot, "/clear")
        await wait_until(lambda: live_of(app) is not before, "a new conversation")
        assert bar.text == ""
        assert len(prompts(server)) == 1
        assert sum(each.path.endswith("/models") for each in server.requests) < 4, "not asked for at each key"


async def test_a_slash_offers_commands_and_keys_choose_among_them(environ: dict[str, str]) -> None:
    async with open_ready(environ, models=["local/one"]) as (app, pilot):
        bar = screen_of(app).input_bar
        await pilot.press("/")
        await wait_for(app, "/model [PROVIDER/MODEL]", "Change the model · F2", "sends it as text")
        await pilot.press("up")  # to the last one: other rows are drawn now
        first = str(app.screen.query_one(CommandList).render()).split()[0]
        assert first != "/model"
        await pilot.click(CommandList, offset=(4, 0))
        assert bar.text.strip() == first, "a click takes the row that is drawn there"
        await pilot.press("f7", "delete", "/", "down", "tab")
        assert bar.text == "/add "
        await wait_for(app, "/add local/one", "/add local/two")
        await pilot.press("down", "enter")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 2, "a value runs its command")
        await pilot.press("/", "t", "i", "e")
        await wait_for(app, "No reply yet.")
        await pilot.press("escape", "backspace")
        assert bar.text == "/ti" and "/title" not in shown(app), "what was closed stays closed"
        await pilot.press("f7", "delete", "/", "h", "e", "enter")
        await wait_for(app, "Search pages, keys")
        await pilot.press("escape")
        app.post_message(events.Paste("x"))
        await pilot.press("f7", "delete", *"/pers")

        class Prompts:
            """What another room offers."""

            def commands(self) -> Iterator[SlashCommand]:
                yield SlashCommand(
                    "person", "Use the prompt person.md", lambda rest: bar.show(f"filled {rest}"), "TEXT"
                )

        screen_of(app).parts.bar_tools.commands.add_source(Prompts())
        await pilot.press("f7", "delete", *"/person in")
        await pilot.press("enter")
        assert bar.text == "filled in"
        bar.show("")
        burst(app, "'/attach no", "tab")
        await wait_until(lambda: bar.text == "/attach notes.md", "Tab is for the values, however early it comes")


def test_a_name_that_is_taken_gets_a_number() -> None:
    quits = SlashCommand("quit", "", lambda rest: None, aliases=("exit",))
    files = [SlashCommand(name, "", lambda rest: None) for name in ("Quit", "exit", "mine", "mine")]
    names = [command.name for command in each_by_its_name([quits, *files])]
    assert names == ["quit", "Quit-2", "exit-2", "mine", "mine-2"]
    assert all(command_in(f"/{name}") for name in names)


def test_every_action_has_one_name_of_its_own() -> None:
    names = [name for names in command_names().values() for name in names]
    assert len(names) == len(set(names))
    assert set(command_names()) <= set(BY_ID)
    assert all(command_in(f"/{name}") == (name, "") for name in names)


@settings(max_examples=examples(300), deadline=None)
@given(st.text(st.sampled_from("//ab- \n"), max_size=8))
def test_any_text_can_be_sent(text: str) -> None:
    assert command_in(escaped(text)) is None
    assert unescaped(escaped(text)) == text
    assert as_sent(as_typed(Draft(text))) == Draft(text)
