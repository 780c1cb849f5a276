"""Table of all actions: the source of bindings, the palette, the help, the README's table, and the ids in `[keys]`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textchat.ui.keys import NAMED_KEYS, display_key, is_key, is_typed, split_keys

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.dom import DOMNode


class Group(StrEnum):
    """The owner of the bindings, which decides where the keys work."""

    APP = "app"
    SCREEN = "screen"
    MESSAGES = "message_list"
    INPUT = "input"


@dataclass(frozen=True)
class Action:
    """One action of the user interface."""

    id: str
    """What `[keys]` of the config calls it."""
    keys: str
    """Textual's names of the default keys, separated by commas; empty: none by default."""
    label: str
    """For the palette: imperative, short."""
    help: str
    """What it does, one sentence without its full stop."""
    group: Group
    action: str
    """Textual's action string, as the widget of the group reads it."""

    @property
    def section(self) -> str:
        """Its section in the help and in the README."""
        return SECTIONS[self.id.partition(".")[0]]


SECTIONS: Mapping[str, str] = {
    "prompt": "Prompt",
    "queue": "Prompt",
    "reply": "Reply",
    "pane": "Panes",
    "messages": "Messages",
    "message": "One message, when the messages have the focus",
    "conversation": "Conversations",
    "side_panel": "Window",
    "app": "Window",
}

APP, SCREEN, MESSAGES, INPUT = Group
# Ctrl with a, c, d, e, k, u, v, w, x, y and z edit text in every editor, as do F6, F7 and Alt with b, d, f and y;
# Ctrl+H, I and M are other keys to a terminal. The rest is free.
# fmt: off
ACTIONS: tuple[Action, ...] = (
    Action("prompt.send", "enter", "Send", "Send the prompt", INPUT, "send"),
    Action("prompt.newline", "ctrl+j,shift+enter,alt+enter,ctrl+enter", "New line",
           "Make a new line (a backslash, then Enter, does it too)", INPUT, "newline"),
    Action("prompt.target", "ctrl+s", "Send to one or all",
           "Send to the active pane only, or to all panes", SCREEN, "screen.run('prompt.target')"),
    Action("queue.edit", "alt+up", "Edit the last waiting prompt",
           "Take the last waiting prompt back into the input bar", SCREEN, "screen.run('queue.edit')"),
    Action("queue.resume", "alt+down", "Send the waiting prompts",
           "Send the prompts that a cancel has held back", SCREEN, "screen.run('queue.resume')"),

    Action("reply.cancel", "escape", "Cancel the reply",
           "Cancel the reply in the active pane; again: all others", SCREEN, "screen.run('reply.cancel')"),
    Action("reply.retry", "ctrl+r", "Retry",
           "Ask again where a reply failed or was cancelled", SCREEN, "screen.run('reply.retry')"),
    Action("reply.continue", "ctrl+g", "Continue the reply",
           "Let the model go on where its last reply stopped", SCREEN, "screen.run('reply.continue')"),
    Action("reply.regenerate", "f5", "Regenerate the reply",
           "Ask for another answer beside the last one", SCREEN, "screen.run('reply.regenerate')"),
    Action("reply.retry_all", "alt+r", "Retry all",
           "Ask again in all panes where a reply did not end well", SCREEN, "screen.run('reply.retry_all')"),
    Action("reply.continue_all", "alt+g", "Continue all replies",
           "Go on in all panes where a reply stopped early", SCREEN, "screen.run('reply.continue_all')"),
    Action("reply.regenerate_all", "shift+f5", "Regenerate all replies",
           "Ask for another answer in all panes", SCREEN, "screen.run('reply.regenerate_all')"),

    Action("pane.add", "ctrl+t", "Add a pane", "Add a pane with a model you choose", SCREEN, "screen.run('pane.add')"),
    Action("pane.close", "f4", "Close the pane", "Close the active pane", SCREEN, "screen.run('pane.close')"),
    Action("pane.duplicate", "alt+t", "Duplicate the pane",
           "Add a pane with the branch and the model of this one", SCREEN, "screen.run('pane.duplicate')"),
    Action("pane.next", "tab,alt+right", "Next pane", "Turn to the next pane", SCREEN, "screen.run('pane.next')"),
    Action("pane.previous", "alt+left", "Previous pane",
           "Turn to the previous pane", SCREEN, "screen.run('pane.previous')"),
    Action("pane.model", "f2", "Change the model",
           "Choose another model for the active pane", SCREEN, "screen.run('pane.model')"),
    Action("pane.parameters", "f9", "Set the parameters",
           "Set temperature, system prompt and more for the active pane", SCREEN, "screen.run('pane.parameters')"),
    Action("pane.choose", "f8", "Continue with this pane",
           "Close the other panes; their answers stay as siblings", SCREEN, "screen.run('pane.choose')"),
    Action("pane.keep", "", "Open with these panes",
           "Begin with the models of these panes from now on", SCREEN, "screen.run('pane.keep')"),
    Action("pane.zoom", "ctrl+l", "Zoom the pane",
           "Show the active pane alone, or all", SCREEN, "screen.run('pane.zoom')"),
    Action("pane.fold", "alt+z", "Fold the pane",
           "Fold the active pane to a narrow strip, or open it", SCREEN, "screen.run('pane.fold')"),
    Action("pane.widen", "alt+w", "Widen the pane",
           "Give the active pane more room", SCREEN, "screen.run('pane.widen')"),
    Action("pane.narrow", "alt+n", "Narrow the pane",
           "Give the active pane less room", SCREEN, "screen.run('pane.narrow')"),
    Action("pane.move_left", "alt+shift+left", "Move the pane left",
           "Swap the active pane with the one before it", SCREEN, "screen.run('pane.move_left')"),
    Action("pane.move_right", "alt+shift+right", "Move the pane right",
           "Swap the active pane with the one after it", SCREEN, "screen.run('pane.move_right')"),
    Action("pane.sync", "alt+s", "Scroll the panes together",
           "Lock the scrolling of the panes together, or release it", SCREEN, "screen.run('pane.sync')"),
    Action("pane.diff", "f3", "Show the differences",
           "Compare the answers of the panes word by word", SCREEN, "screen.run('pane.diff')"),
    Action("pane.vote", "alt+v", "Vote for this answer",
           "Say that this pane's answer is the best, or take it back", SCREEN, "screen.run('pane.vote')"),
    Action("pane.tie", "alt+e", "Vote for a tie",
           "Say that the answers are equally good, or take it back", SCREEN, "screen.run('pane.tie')"),

    Action("messages.focus", "shift+tab", "Go to the messages",
           "Go to the messages of the active pane, and back again", SCREEN, "screen.run('messages.focus')"),
    Action("messages.find", "ctrl+f", "Find in the conversation",
           "Find words in this conversation", SCREEN, "screen.run('messages.find')"),
    Action("messages.up", "ctrl+up", "Scroll up", "Scroll up a line", SCREEN, "screen.run('messages.up')"),
    Action("messages.down", "ctrl+down", "Scroll down", "Scroll down a line", SCREEN, "screen.run('messages.down')"),
    Action("messages.page_up", "pageup", "Scroll up a page",
           "Scroll up a page", INPUT, "screen.run('messages.page_up')"),
    Action("messages.page_down", "pagedown", "Scroll down a page",
           "Scroll down a page", INPUT, "screen.run('messages.page_down')"),
    Action("messages.home", "ctrl+home", "Go to the beginning",
           "Go to the beginning of the conversation", SCREEN, "screen.run('messages.home')"),
    Action("messages.end", "ctrl+end", "Go to the end",
           "Go to the end and follow what comes", SCREEN, "screen.run('messages.end')"),

    Action("message.previous", "k", "Message before", "Choose the message before it",
           MESSAGES, "message_action('message.previous')"),
    Action("message.next", "j", "Next message", "Choose the message after it",
           MESSAGES, "message_action('message.next')"),
    Action("message.reasoning", "t", "Fold the thinking", "Fold what the model thought, or open it",
           MESSAGES, "message_action('message.reasoning')"),
    Action("message.mark", "v", "Select text", "Select text with the arrow keys from here",
           MESSAGES, "message_action('message.mark')"),
    Action("message.select_all", "ctrl+a", "Select all", "Select all messages",
           MESSAGES, "message_action('message.select_all')"),
    Action("message.copy", "c,y", "Copy", "Copy the text as the model wrote it",
           MESSAGES, "message_action('message.copy')"),
    Action("message.copy_code", "b", "Copy code", "Copy a code block", MESSAGES, "message_action('message.copy_code')"),
    Action("message.next_link", "n", "Next link", "Mark the next link in it and say where it leads",
           MESSAGES, "message_action('message.next_link')"),
    Action("message.open_link", "enter", "Open the link", "Open the marked link, or the only one",
           MESSAGES, "message_action('message.open_link')"),
    Action("message.copy_markdown", "m", "Copy as Markdown", "Copy the conversation up to here as Markdown",
           MESSAGES, "message_action('message.copy_markdown')"),
    Action("message.edit", "e", "Edit", "Edit it: a second version beside it",
           MESSAGES, "message_action('message.edit')"),
    Action("message.retry", "r", "Retry", "Ask for it again", MESSAGES, "message_action('message.retry')"),
    Action("message.continue", "a", "Continue", "Let the model go on from its end",
           MESSAGES, "message_action('message.continue')"),
    Action("message.branch", "f", "Fork", "Go on from here in a branch of its own",
           MESSAGES, "message_action('message.branch')"),
    Action("message.inspect", "i", "Inspect", "See what went over the wire",
           MESSAGES, "message_action('message.inspect')"),
    Action("message.delete", "d,delete", "Delete", "Delete it and all below it",
           MESSAGES, "message_action('message.delete')"),
    Action("message.compare", "o", "Open as a comparison", "Show all versions of this answer, each in a pane",
           MESSAGES, "message_action('message.compare')"),
    Action("message.previous_sibling", "left,h", "Previous version", "Walk to the version before it",
           MESSAGES, "message_action('message.previous_sibling')"),
    Action("message.next_sibling", "right,l", "Next version", "Walk to the version after it",
           MESSAGES, "message_action('message.next_sibling')"),

    Action("conversation.new", "ctrl+n", "New conversation",
           "Begin a new conversation", SCREEN, "screen.run('conversation.new')"),
    Action("conversation.open", "ctrl+o", "Open a conversation",
           "Search all conversations and open one", SCREEN, "screen.run('conversation.open')"),
    Action("conversation.private", "", "New private conversation",
           "Begin a conversation that never touches the disk", SCREEN, "screen.run('conversation.private')"),
    Action("conversation.rename", "", "Rename the conversation",
           "Give the conversation another title", SCREEN, "screen.run('conversation.rename')"),
    Action("conversation.pin", "", "Pin the conversation",
           "Keep the conversation on top of the list, or no longer", SCREEN, "screen.run('conversation.pin')"),
    Action("conversation.tag", "", "Tag the conversation",
           "Give the conversation tags, to be found by", SCREEN, "screen.run('conversation.tag')"),
    Action("conversation.archive", "", "Archive the conversation",
           "Take the conversation off the list, or put it back", SCREEN, "screen.run('conversation.archive')"),
    Action("conversation.delete", "", "Delete the conversation",
           "Delete the conversation", SCREEN, "screen.run('conversation.delete')"),
    Action("conversation.export", "", "Export the conversation",
           "Write it to a new file: Markdown, JSON or HTML", SCREEN, "screen.run('conversation.export')"),

    Action("side_panel.toggle", "ctrl+b", "Show or hide the side panel",
           "Show or hide the side panel", SCREEN, "screen.run('side_panel.toggle')"),
    Action("side_panel.focus", "alt+c", "Go to the list of conversations",
           "Go to the list of conversations in the side panel", SCREEN, "screen.run('side_panel.focus')"),
    Action("app.undo", "alt+u", "Undo", "Bring back what was deleted or closed last", SCREEN, "screen.run('app.undo')"),
    Action("app.palette", "ctrl+p", "Palette", "Find any command by its name", APP, "app.command_palette"),
    Action("app.theme", "", "Choose a theme", "Choose the colours of everything", APP, "app.change_theme"),
    Action("app.screenshot", "", "Save a screenshot", "Save the screen as an SVG picture", APP, "app.screenshot"),
    Action("app.help", "f1", "Help", "Show all keys", APP, "app.help"),
    Action("app.quit", "ctrl+q", "Quit", "Quit; what has come of running replies is kept", APP, "app.quit"),
)
# fmt: on
BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}
RENAMED: Mapping[str, str] = {"conversation.undelete": "app.undo"}
"""Former ids, which `[keys]` may still hold, and what they are called now."""

TOGETHER: Mapping[Group, frozenset[Group]] = {
    APP: frozenset(Group),
    SCREEN: frozenset(Group),
    MESSAGES: frozenset({APP, SCREEN, MESSAGES}),
    INPUT: frozenset({APP, SCREEN, INPUT}),
}
"""Groups whose keys are heard at the same time: only the message list and the input bar are never both in focus."""

UNBOUND = "unbound."
"""Stands before the id where a key would be: Textual rebinds only what has a binding, and no key has such a name."""


def bindings_for(group: Group | str) -> list[BindingType]:
    """The bindings of one widget, the screen or the app, with action ids, so that a keymap can change them."""
    from textual.binding import Binding

    return [
        Binding(
            action.keys or UNBOUND + action.id,
            action.action,
            action.label,
            show=False,
            priority=action.id == "app.quit",
            id=action.id,
        )
        for action in ACTIONS
        if action.group == group
    ]


def keymap_from(keys: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Convert `[keys]` of the config for `App.set_keymap`; returns also a sentence for each unusable entry."""
    keymap: dict[str, str] = {}
    problems: dict[str, str] = {}
    written: dict[str, str] = {}
    for name, wanted in keys.items():
        action_id = RENAMED.get(name, name)
        if action_id != name and action_id in keys:
            continue  # the name of today counts
        if problem := _problem_with(action_id, wanted):
            problems[name] = problem
        else:
            written[action_id] = name
            keymap[action_id] = ",".join(split_keys(wanted)) or UNBOUND + action_id
    # A dropped entry gives its action the default keys back, and those may be what another entry took: look again.
    while clash := _first_clash(keymap):
        action_id, key, other = clash
        del keymap[action_id]
        problems[written[action_id]] = (
            f'"{action_id}" cannot be "{key}": that key belongs to "{other}"; give one of the two another key.'
        )
    return keymap, problems


def keys_of(action: Action, keymap: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of an action under `keymap`; none if it is unbound."""
    keys = keymap.get(action.id, action.keys)
    return () if keys.startswith(UNBOUND) else split_keys(keys)


def shown_key(widget: DOMNode, action_id: str) -> str:
    """The display name of the first key of `action_id` that works in `widget`; empty if there is none."""
    for key, active in widget.screen.active_bindings.items():
        if active.binding.id == action_id and not key.startswith(UNBOUND):
            return display_key(key)
    return ""


def palette_commands() -> tuple[Action, ...]:
    """The actions offered in the palette: all that work wherever the focus is, in table order."""
    return tuple(action for action in ACTIONS if action.group in (APP, SCREEN) and action.id != "app.palette")


def palette_help(action: Action, keymap: Mapping[str, str]) -> str:
    """The description of an action in the palette: its effect and its keys."""
    keys = ", ".join(display_key(key) for key in keys_of(action, keymap))
    return f"{action.help} ({keys})" if keys else action.help


def by_section() -> Iterator[tuple[str, tuple[Action, ...]]]:
    """The actions by section, in table order."""
    for section in dict.fromkeys(SECTIONS.values()):
        yield section, tuple(action for action in ACTIONS if action.section == section)


def readme_table() -> str:
    """All actions as one Markdown table, with a final newline."""
    lines = ["| Keys | Does | Id |", "|---|---|---|"]
    for section, actions in by_section():
        lines.append(f"| **{section}** | | |")
        for action in actions:
            keys = ", ".join(f"`{display_key(key)}`" for key in split_keys(action.keys))
            lines.append(f"| {keys} | {action.help} | `{action.id}` |")
    return "\n".join(lines) + "\n"


def _problem_with(action_id: str, wanted: str) -> str | None:
    action = BY_ID.get(action_id)
    if action is None:
        nearest = difflib.get_close_matches(action_id, BY_ID, n=1, cutoff=0.4)
        hint = f'; did you mean "{nearest[0]}"?' if nearest else "; F1 lists them all."
        return f'"{action_id}" is not an action{hint}'
    for key in split_keys(wanted):
        if not is_key(key):
            nearest = difflib.get_close_matches(key, sorted(NAMED_KEYS), n=1)
            hint = f'; did you mean "{nearest[0]}"?' if nearest else '; write it like "ctrl+r", "alt+up" or "f5".'
            return f'"{action_id}" has "{key}", which is not a key{hint}'
        if is_typed(key) and INPUT in TOGETHER[action.group]:
            return f'"{action_id}" cannot be "{key}": the input bar types it; add ctrl or alt, or use a function key.'
    return None


def _first_clash(keymap: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The first clash in `keymap`: the id, the key, and the id of the other action with that key."""
    owners: dict[str, list[Action]] = {}
    # What the user wrote comes last: an entry yields to the defaults and to the entries before it.
    untouched = [action for action in ACTIONS if action.id not in keymap]
    for action in [*untouched, *(BY_ID[action_id] for action_id in keymap)]:
        for key in keys_of(action, keymap):
            for owner in owners.setdefault(key, []):
                if owner.group in TOGETHER[action.group]:
                    return action.id, key, owner.id
            owners[key].append(action)
    return None
