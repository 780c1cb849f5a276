"""What the actions of the table are called behind a slash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from textchat.ui.keymap import ACTIONS, Action

NAMES: Mapping[str, tuple[str, ...]] = {
    "prompt.editor": ("editor",),
    "queue.edit": ("edit-queued",),
    "queue.resume": ("send-queued",),
    "attachment.add": ("attach", "file"),
    "attachment.focus": ("attachments",),
    "reply.cancel": ("cancel", "stop"),
    "reply.retry": ("retry",),
    "reply.continue": ("continue",),
    "reply.regenerate": ("regenerate", "redo"),
    "pane.add": ("add", "compare"),
    "pane.close": ("close",),
    "pane.parameters": ("parameters", "params"),
    "pane.choose": ("choose", "keep-this"),
    "pane.keep": ("default-models",),
    "messages.focus": ("messages",),
    "messages.find": ("find", "search-here"),
    "conversation.new": ("clear", "new", "reset"),
    "conversation.open": ("open", "search", "resume", "conversations"),
    "conversation.rename": ("title", "rename"),
    "conversation.delete": ("delete",),
    "side_panel.toggle": ("side-panel", "sidebar"),
    "side_panel.focus": ("list",),
    "app.help": ("help", "keys", "h", "?"),
    "app.palette": ("commands", "palette"),
    "app.quit": ("quit", "exit", "q"),
    "message.delete": ("delete-message",),
}
"""The name that is listed, and others; of an action that is not named here it is made of its id."""
UNNAMED = frozenset(
    {"prompt.send", "prompt.newline", "app.menu", "message.previous", "message.next", "message.mark"}
    | {"message.select_all", "message.next_link"}
    | {f"messages.{way}" for way in ("up", "down", "page_up", "page_down", "home", "end")}
)
"""What is done with a key, or not at all."""


def command_names() -> dict[str, tuple[str, ...]]:
    """The names of all actions that have one, by their ids: no two have the same."""
    named = [action for action in ACTIONS if action.id not in UNNAMED]
    taken = {name for names in NAMES.values() for name in names}
    counts = Counter(_last(action) for action in named if action.id not in NAMES)
    return {
        action.id: NAMES.get(action.id)
        or ((_last(action),) if counts[_last(action)] == 1 and _last(action) not in taken else (_whole(action),))
        for action in named
    }


def _last(action: Action) -> str:
    """`map` of `conversation.map`."""
    return action.id.rpartition(".")[2].replace("_", "-")


def _whole(action: Action) -> str:
    """`message-copy` of `message.copy`."""
    return action.id.replace("_", "-").replace(".", "-")
