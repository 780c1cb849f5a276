"""Every action string of the program leads to something that can be called with the arguments it gives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from inspect import signature
from pathlib import Path
from pkgutil import walk_packages

import pytest
from textual.actions import parse
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

import textchat.ui
from tests.flow.screen import open_app, screen_of
from textchat.app import TextchatApp
from textchat.ui.conversation.ports import ActionTable
from textchat.ui.conversation.screen import ConversationScreen
from textchat.ui.dialogs.closing import Dialog, FullScreen
from textchat.ui.keymap import ACTIONS, BY_ID, UNBOUND, Group
from textchat.ui.messages import MessageAction
from textchat.ui.transcript.message_list import LIST_ACTIONS

CLICKED = {"queue.remove", "ballot.cast"}
"""Actions that only a click names, for it says which one is meant."""


class Unresolved(Exception):
    """An action string that nothing answers to."""


def resolve(owner: type[DOMNode], action: str, table: ActionTable) -> None:
    """Raises Unresolved where Textual would find nothing to call for `action` in `owner`, or call it wrongly."""
    namespace, name, arguments = parse(action)
    screen = owner if issubclass(owner, Screen) else ConversationScreen
    target = {"": owner, "app": TextchatApp, "screen": screen}.get(namespace)
    method = getattr(target, f"action_{name}", None) or getattr(target, f"_action_{name}", None)
    try:
        if method is None:
            raise Unresolved(f"{owner.__name__}: {action}")
        signature(method).bind(owner, *arguments)
        if method is ConversationScreen.action_run:
            action_id, *rest = arguments
            signature(table[str(action_id)]).bind(*rest)
        elif name == "message_action" and arguments[0] not in LIST_ACTIONS:
            MessageAction(str(arguments[0]))
    except (KeyError, TypeError, ValueError) as error:
        raise Unresolved(f"{owner.__name__}: {action}") from error


def classes() -> list[type[DOMNode]]:
    """Every widget, screen and app of the program."""
    modules = [import_module(info.name) for info in walk_packages(textchat.ui.__path__, "textchat.ui.")]
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, DOMNode) and value.__module__.startswith("textchat.")
    }
    return sorted({*found, TextchatApp}, key=lambda each: each.__qualname__)


def bindings(owner: type[DOMNode]) -> Iterator[Binding]:
    for binding in Binding.make_bindings(vars(owner).get("BINDINGS", ())):
        if not binding.key.startswith(UNBOUND):
            yield binding


def clicks(file: Path) -> Iterator[str]:
    """The action strings in a source file that a click runs; what is filled in is taken for some id."""
    for node in ast.walk(ast.parse(file.read_text())):
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.Constant):
                    text += str(part.value)
                else:
                    text += "'id'" if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else "id"
        yield from re.findall(r"@click=([^\]]+)\]", text)
        if re.fullmatch(r"screen\.\w+(\(.*\))?", text):
            yield text


async def test_every_action_string_leads_to_something(environment: dict[str, str]) -> None:
    async with open_app(environment) as (app, _):
        table = screen_of(app).actions
        owners = classes()
        bound = {binding.action for owner in owners for binding in bindings(owner)}
        assert bound >= {action.action for action in ACTIONS if action.keys}, "every group has its widget"
        for owner in owners:
            for binding in bindings(owner):
                resolve(owner, binding.action, table)
        clicked = set()
        for file in sorted(Path(str(textchat.ui.__file__)).parent.rglob("*.py")):
            screens = [
                owner for owner in owners if owner.__module__.endswith(f".{file.stem}") and issubclass(owner, Screen)
            ]
            for action in clicks(file):
                clicked.add(action)
                resolve((screens or [ConversationScreen])[0], action, table)
        assert {"screen.run('queue.remove', 'id')", "screen.dismiss"} <= clicked


def test_what_opens_above_the_conversation_closes_once() -> None:
    """Enter twice in one burst would close it twice, and the second time end the app."""
    opened = {owner for owner in classes() if issubclass(owner, Screen)} - {ConversationScreen}
    assert opened and all(issubclass(owner, Dialog | FullScreen) for owner in opened)


async def test_the_screen_has_the_actions_of_the_table_and_no_others(environment: dict[str, str]) -> None:
    async with open_app(environment) as (app, _):
        offered = set(screen_of(app).actions)
    of_screen = {action.id for action in ACTIONS if action.action.startswith("screen.")}
    assert offered == of_screen | CLICKED
    assert {action.id for action in ACTIONS if action.group is Group.SCREEN} <= of_screen
    for action_id in of_screen:
        assert BY_ID[action_id].action == f"screen.run('{action_id}')"


@pytest.mark.parametrize(
    ("owner", "action"),
    [
        (ConversationScreen, "screen.narow_pane"),
        (ConversationScreen, "screen.run('pane.narow')"),
        (ConversationScreen, "screen.run('queue.remove')"),
        (ConversationScreen, "screen.run('pane.next', 'id', 2)"),
        (ConversationScreen, "messages.scroll('pagedown')"),
        (TextchatApp, "app.halp"),
    ],
)
async def test_a_typo_would_be_seen(environment: dict[str, str], owner: type[DOMNode], action: str) -> None:
    async with open_app(environment) as (app, _):
        with pytest.raises(Unresolved):
            resolve(owner, action, screen_of(app).actions)
