"""The conversation screen is one class with one handler a message: nothing depends on the order of base classes."""

from __future__ import annotations

import ast
import inspect
from collections import Counter

from textual.screen import Screen

from textchat.ui.conversation.screen import ConversationScreen


def test_it_inherits_from_nothing_of_ours() -> None:
    assert [base for base in ConversationScreen.__mro__[1:] if base.__module__.startswith("textchat.")] == []
    assert ConversationScreen.__bases__ == (Screen,)


def test_each_message_has_one_handler() -> None:
    (screen,) = ast.parse(inspect.getsource(ConversationScreen)).body
    handled = Counter(
        ast.unparse(decorator.args[0])
        for node in ast.walk(screen)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "on"
    )
    assert handled["ConversationChanged"] == 1, "the decorators are found"
    assert set(handled.values()) == {1}
