"""Personas and saved prompts on the screen: chosen, seen, changed, taken back, saved; nothing is sent by them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from tests.flow.screen import live_of, open_app, screen_of, shown, wait_for
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.core.conversation import Pane
from textchat.core.personas.panes import persona_label
from textchat.ui.conversation.ports import Work
from textchat.ui.input.line_field import LineField
from textchat.ui.personas.saved_commands import SavedCommands

PIRATE = """
name = "Pirate"
system = "Arr."
model = "demo/careful"
[[examples]]
prompt = "Hi"
answer = "Ahoy!"
"""
PROMPT = "Review this {{language=Python}} code:\n```\n{{code}}\n```"


def pane_of(app: TextchatApp) -> Pane:
    return live_of(app).conversation.panes[0]


async def run(app: TextchatApp, action: str, *texts: str) -> None:
    """Run an action as the palette would, until it says so."""
    screen_of(app).action_run(action)
    await wait_for(app, *texts)


async def pick(app: TextchatApp, pilot: Pilot[None], name: str) -> None:
    """Choose the last of what a palette finds by a name."""
    app.screen.query_one(LineField).value = name
    await wait_for(app, "Personas" if name == "pirate" else "Saved prompts")
    await pilot.press("pagedown", "enter")


async def test_a_persona_from_the_palette_to_a_file_of_its_own(environment: dict[str, str]) -> None:
    folder = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "personas"
    folder.mkdir(parents=True)
    (folder / "pirate.toml").write_text(PIRATE)
    (folder / "broken.toml").write_text("sytem = 1")
    async with open_app(environment, models=["demo/fast"]) as (app, pilot):
        # The palette has each persona as an item; a broken file is one notice.
        await pilot.press("ctrl+p")
        await wait_for(app, "broken.toml, line 1: sytem:")
        await pick(app, pilot, "pirate")
        await wait_for(app, "Alt+U undoes this.", "1 demo/careful  Pirate")
        await run(app, "pane.parameters", "persona       Pirate", "› Hi", "Ahoy!")
        await pilot.press("1", "enter")
        await wait_for(app, "Pirate, changed")
        await pilot.press("escape", "alt+u", "alt+u")
        await wait_until(lambda: pane_of(app).persona is None, "both are taken back")
        assert pane_of(app).model == "demo/fast"

        # A conversation with it, and the pane under another name; none is written over unasked.
        await run(app, "persona.conversation", "Start a conversation with a persona", "Arr.")
        await pilot.press("enter")
        await wait_until(lambda: persona_label(pane_of(app)) == "Pirate", "a new conversation has it")
        for said in ("Saved as “One”", "one.toml exists."):
            await run(app, "persona.save", "Save this pane as a persona")
            await pilot.press("ctrl+u", *"One", "enter")
            await wait_for(app, said)
        written = (folder / "one.toml").stat().st_ino
        await pilot.press("escape")
        tables = tomllib.loads((folder / "one.toml").read_text("utf-8"))
        assert (tables["name"], tables["model"]) == ("One", "demo/careful")
        assert tables["examples"] == [{"prompt": "Hi", "answer": "Ahoy!"}]
        assert persona_label(pane_of(app)) == "One" and (folder / "one.toml").stat().st_ino == written

        # By default, and away again.
        await run(app, "persona.default", "Use a persona by default", "Pirate")
        await pick(app, pilot, "pirate")
        await wait_for(app, "New panes use “Pirate”.")
        screen_of(app).action_run("conversation.new")
        await wait_until(lambda: persona_label(pane_of(app)) == "Pirate", "the new one has the default")
        await run(app, "persona.use", "No persona")
        await pilot.press("enter")
        await wait_until(lambda: pane_of(app).persona is None, "it is taken away")
        assert pane_of(app).parameters.examples == ()


async def test_a_saved_prompt_asks_for_its_variables_and_is_not_sent(environment: dict[str, str]) -> None:
    folder = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "prompts"
    async with open_app(environment, models=["demo/fast"], size=(80, 24)) as (app, pilot):
        bar = screen_of(app).input_bar
        await run(app, "prompt.use", "No saved prompts yet.")
        bar.show(PROMPT)
        await run(app, "prompt.save", "Save the prompt as")
        await pilot.press(*"Zork", "enter")
        await wait_until(lambda: (folder / "zork.md").exists(), "it is saved")
        assert (folder / "zork.md").read_text() == f"{PROMPT}\n"
        bar.show("typed before")

        await pilot.press("ctrl+p")
        await wait_for(app, "Find an action")
        await pick(app, pilot, "zork")
        await wait_for(app, "language", "Python", "code", "Enter next")
        await pilot.press(*"Go", "tab", "a", "ctrl+j", *"```")
        await wait_for(app, "Enter insert")
        await pilot.press("enter")
        await wait_until(lambda: bar.text.startswith("Review"), "it is in the input bar")
        assert bar.text == "Review this Go code:\n````\na\n```\n````\ntyped before"
        assert not live_of(app).conversation.messages and bar.has_focus
        await run(app, "prompt.use", "Use a saved prompt", "Review this")
        await pilot.press("enter")
        await wait_for(app, "Enter next")
        await pilot.press("escape")
        assert "language" not in shown(app) and bar.text.startswith("Review this Go")

        # Behind a slash: what is written there is for the first variable, and is not lost.
        (folder / "Two words.md").write_text("As {{who}}")
        (folder.parent / "personas").mkdir()
        (folder.parent / "personas" / "brief.toml").write_text('system = "Be brief."')
        parts = screen_of(app).parts
        saved = SavedCommands(parts.personas, parts.saved_prompts, lambda name, about, use: (name, about, use))
        listed: dict[str, tuple[str, Callable[[str], Work | None]]] = {}
        await wait_until(
            lambda: listed.update({name: (about, use) for name, about, use in saved.commands()}) or len(listed) == 3,
            "all are listed",
        )
        assert {name: about for name, (about, _) in listed.items()} == {
            "zork": "Review this {{language=Python}} code:",
            "two-words": "As {{who}}",
            "brief": "Persona: Be brief.",
        }
        bar.show("")
        for name in ("two-words", "brief"):
            parts.personas.context.run(listed[name][1]("a pirate") or saved.prompts.files.renew())
        await wait_for(app, "who", "a pirate")
        await pilot.press("enter")
        await wait_until(lambda: persona_label(pane_of(app)) == "brief" and "As a pirate" in bar.text, "both are used")
        assert sorted(bar.text.splitlines()) == ["As a pirate", "a pirate"]
