"""Table of all actions: the source of bindings, the palette, the menus, the help, and the ids in `[keys]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textchat.ui.keys import display_key, split_keys
from textchat.ui.menu.needs import Need

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
    """Short, begins with its verb."""
    help: str
    """What it does, one sentence without its full stop."""
    group: Group
    command: str = ""
    """Textual's action string, as the widget of the group reads it; empty: the group's call with the id."""
    words: tuple[str, ...] = ()
    """What else it is called by those who look for it."""
    needs: tuple[Need, ...] = ()
    """What must be there for it to do something."""

    @property
    def action(self) -> str:
        """Textual's action string."""
        owner, call = ("", "message_action") if self.group is Group.MESSAGES else ("screen.", "run")
        return self.command or f"{owner}{call}({self.id!r})"

    @property
    def section(self) -> str:
        """Its section in the palette, the help and the README."""
        return SECTIONS[self.id.partition(".")[0]]


SECTIONS: Mapping[str, str] = {
    "prompt": "Prompt",
    "queue": "Prompt",
    "attachment": "Attachments",
    "reply": "Reply",
    "pane": "Panes",
    "votes": "Panes",
    "persona": "Personas",
    "model": "Panes",
    "messages": "Messages",
    "message": "Message",
    "conversation": "Conversations",
    "replay": "Conversations",
    "side_panel": "Window",
    "app": "Window",
}
MESSAGE_KEYS_NOTE = "keys work when the messages have the focus"
"""Stands beside the section of the actions on one message."""

APP, SCREEN, MESSAGES, INPUT = Group
# Ctrl with a, c, d, e, k, u, v, w, x, y and z edit text in every editor, as do F6, F7 and Alt with b, d, f and y;
# Ctrl+H, I and M are other keys to a terminal. The rest is free.
# fmt: off
ACTIONS: tuple[Action, ...] = (
    Action("prompt.send", "enter", "Send", "Send the prompt", INPUT, "send", words=("submit", "ask"),
           needs=(Need.TEXT,)),
    Action("prompt.newline", "ctrl+j,shift+enter,alt+enter,ctrl+enter", "Insert a new line",
           "Insert a new line (also: a backslash, then Enter)", INPUT, "newline", words=("line break",),
           needs=(Need.TEXT,)),
    Action("prompt.target", "ctrl+s", "Send to one or all panes",
           "Send prompts to the active pane only, or to all panes", SCREEN,
           words=("target", "only this pane", "broadcast"), needs=(Need.PANES,)),
    Action("prompt.use", "", "Use a saved prompt", "Put a saved prompt into the input bar; first fill in its variables",
           SCREEN, words=("template", "snippet", "variables", "prompt library")),
    Action("prompt.save", "", "Save the typed prompt", "Save what is typed for later; {{name}} is a variable",
           SCREEN, words=("template", "snippet", "prompt library"), needs=(Need.TEXT,)),
    Action("prompt.editor", "alt+x", "Edit in your editor",
           "Edit the prompt, or the system prompt, in $VISUAL or $EDITOR", SCREEN,
           words=("external editor", "vim", "nano", "emacs", "compose")),
    Action("prompt.history", "alt+h", "Reuse a sent prompt", "Search the prompts of all conversations and reuse one",
           SCREEN, words=("prompt history", "recall", "earlier prompts", "previous prompt")),
    Action("queue.edit", "alt+up", "Edit the last queued prompt",
           "Take the last queued prompt back into the input bar", SCREEN, words=("queue", "waiting prompt"),
           needs=(Need.QUEUE,)),
    Action("queue.resume", "alt+down", "Send the queued prompts",
           "Send the prompts that a cancelled reply has paused", SCREEN, words=("resume queue", "waiting prompts"),
           needs=(Need.QUEUE,)),

    Action("attachment.add", "alt+o", "Attach a file",
           "Attach files: type a part of the name behind @, Tab or Enter takes it", SCREEN,
           words=("upload", "document", "pdf", "image", "folder", "@", "add file")),
    Action("attachment.picture", "alt+i", "Paste a picture", "Attach the picture in the clipboard", SCREEN,
           words=("image", "clipboard", "attach")),
    Action("attachment.focus", "alt+l", "Go to the attachments",
           "Choose an attachment: Enter opens it, Delete removes it", SCREEN,
           words=("remove file", "detach", "chips", "pasted text")),

    Action("reply.cancel", "escape", "Cancel the reply",
           "Cancel the reply in the active pane; press it again for all others", SCREEN,
           words=("stop", "abort", "interrupt"), needs=(Need.RUNNING,)),
    Action("reply.retry", "ctrl+r", "Retry the last prompt",
           "Send the last prompt of this pane again after an error or a cancel", SCREEN,
           words=("try again", "resend"), needs=(Need.REPLY, Need.IDLE)),
    Action("reply.continue", "ctrl+g", "Continue the reply", "Let the model continue its last reply", SCREEN,
           words=("go on", "more", "keep writing"), needs=(Need.REPLY, Need.IDLE)),
    Action("reply.regenerate", "f5", "Regenerate the reply", "Get another version of the last reply", SCREEN,
           words=("another version", "redo", "again", "reroll"), needs=(Need.REPLY, Need.IDLE)),
    Action("reply.retry_all", "alt+r", "Retry in all panes",
           "Send the last prompt again in all panes whose reply failed", SCREEN, words=("try again",),
           needs=(Need.REPLY, Need.PANES)),
    Action("reply.continue_all", "alt+g", "Continue in all panes",
           "Continue the replies that stopped early in all panes", SCREEN, words=("go on",),
           needs=(Need.REPLY, Need.PANES)),
    Action("reply.regenerate_all", "shift+f5", "Regenerate in all panes",
           "Get another version of the last reply in all panes", SCREEN, words=("another version", "redo"),
           needs=(Need.REPLY, Need.PANES)),

    Action("pane.add", "ctrl+t", "Add a pane", "Add a pane with another model", SCREEN,
           words=("new pane", "compare models", "split", "another model"), needs=(Need.ROOM,)),
    Action("pane.close", "f4", "Close the pane", "Close the active pane", SCREEN, words=("remove pane", "hide pane"),
           needs=(Need.PANES,)),
    Action("pane.duplicate", "alt+t", "Duplicate the pane", "Add a pane with the same model and messages", SCREEN,
           words=("copy pane", "clone"), needs=(Need.ROOM, Need.KNOWN)),
    Action("pane.next", "tab,alt+right", "Switch to the next pane", "Make the next pane the active one", SCREEN,
           words=("other pane",), needs=(Need.PANES,)),
    Action("pane.previous", "alt+left", "Switch to the previous pane", "Make the previous pane the active one",
           SCREEN, words=("other pane",), needs=(Need.PANES,)),
    Action("pane.model", "f2", "Change the model", "Choose another model for the active pane", SCREEN,
           words=("model", "switch model", "llm", "provider", "favourite"), needs=(Need.KNOWN,)),
    Action("model.connect", "", "Connect a model",
           "Add a provider, its address and its key, and choose from its models", SCREEN,
           words=("provider", "api key", "server", "set up", "ollama", "openai", "anthropic", "login", "sign in"),
           needs=(Need.KNOWN,)),
    Action("pane.parameters", "f9", "Set the parameters",
           "Set temperature, effort, system prompt, schema and more for the active pane", SCREEN,
           words=("parameters", "temperature", "system prompt", "max tokens", "seed", "stream", "options",
                  "effort", "top p", "stop", "web search", "schema", "structured output"),
           needs=(Need.KNOWN,)),
    Action("pane.efforts", "alt+a", "Race the efforts",
           "Open this model once for each effort; the next prompt goes to all of them", SCREEN,
           words=("effort race", "thinking levels", "reasoning effort", "compare efforts"), needs=(Need.KNOWN,)),
    Action("pane.choose", "f8", "Continue with this pane only",
           "Close the other panes; their replies stay as versions", SCREEN,
           words=("close other panes", "pick winner", "keep only this pane"), needs=(Need.PANES,)),
    Action("pane.keep", "", "Use these models for new conversations",
           "Start new conversations with the models of these panes", SCREEN,
           words=("default models", "save panes", "startup"), needs=(Need.KNOWN,)),
    Action("pane.zoom", "ctrl+l", "Zoom the pane", "Show only the active pane, or all panes again", SCREEN,
           words=("maximize", "full screen"), needs=(Need.PANES,)),
    Action("pane.fold", "alt+z", "Fold the pane", "Fold the active pane to a narrow strip, or unfold it", SCREEN,
           words=("collapse", "minimize"), needs=(Need.PANES,)),
    Action("pane.widen", "alt+w", "Widen the pane", "Make the active pane wider", SCREEN,
           words=("resize", "grow", "bigger"), needs=(Need.PANES,)),
    Action("pane.narrow", "alt+n", "Narrow the pane", "Make the active pane narrower", SCREEN,
           words=("resize", "shrink", "smaller"), needs=(Need.PANES,)),
    Action("pane.move_left", "alt+shift+left", "Move the pane left", "Swap the active pane with the one before it",
           SCREEN, words=("swap panes", "reorder"), needs=(Need.LEFT,)),
    Action("pane.move_right", "alt+shift+right", "Move the pane right", "Swap the active pane with the one after it",
           SCREEN, words=("swap panes", "reorder"), needs=(Need.RIGHT,)),
    Action("pane.sync", "alt+s", "Scroll the panes together", "Scroll all panes together, or each on its own", SCREEN,
           words=("sync scrolling", "lock scrolling"), needs=(Need.PANES,)),
    Action("pane.diff", "f3", "Show the differences", "Compare the replies of the panes word by word", SCREEN,
           words=("diff", "compare replies", "changes"), needs=(Need.REPLY,)),
    Action("pane.vote", "alt+v", "Vote for this reply",
           "Vote for the reply of the active pane as the best, or take the vote back", SCREEN,
           words=("vote", "best", "rate", "winner", "prefer"), needs=(Need.REPLY, Need.PANES)),
    Action("pane.tie", "alt+e", "Vote for a tie", "Vote that the replies are equally good, or take the vote back",
           SCREEN, words=("equal", "draw", "rate"), needs=(Need.REPLY, Need.PANES)),

    Action("pane.blind", "alt+k", "Compare blind",
           "Hide the models of the panes until you vote; in a blind comparison, vote", SCREEN,
           words=("blind vote", "hide the names", "arena", "anonymous")),
    Action("pane.reveal", "", "Reveal the models", "End the blind comparison, with a vote or without", SCREEN,
           words=("blind", "show the names", "unmask"), needs=(Need.BLIND,)),
    Action("pane.merge", "alt+j", "Merge replies", "Let a model make one reply of several, in a new pane", SCREEN,
           words=("fuse", "combine", "join", "synthesize", "checklist", "table", "consensus"), needs=(Need.REPLY,)),
    Action("votes.ratings", "alt+q", "Show ratings", "Rate the models by your votes: which is worth its price", SCREEN,
           words=("leaderboard", "elo", "bradley-terry", "preferences", "is it worth it", "statistics", "stats")),

    Action("persona.use", "", "Use a persona", "Choose a persona for the active pane, or none", SCREEN,
           words=("character", "assistant", "role", "preset"), needs=(Need.KNOWN,)),
    Action("persona.conversation", "", "Start a conversation with a persona",
           "Start a new conversation with a persona in all panes", SCREEN, words=("persona", "new conversation")),
    Action("persona.default", "", "Use a persona by default", "Choose the persona of new panes, or none", SCREEN,
           words=("default persona",)),
    Action("persona.save", "", "Save the pane as a persona",
           "Save the model, system prompt and parameters of this pane", SCREEN,
           words=("new persona", "make a persona", "preset"), needs=(Need.KNOWN,)),
    Action("persona.edit", "", "Edit the personas", "Open the folder of the persona files", SCREEN,
           words=("persona files", "folder")),

    Action("messages.focus", "shift+tab", "Go to the messages",
           "Go to the messages of the active pane, or back to the input bar", SCREEN,
           words=("select message", "focus", "browse")),
    Action("messages.find", "ctrl+f", "Find in this conversation", "Find text in the messages of the active pane",
           SCREEN, words=("search", "look for"), needs=(Need.MESSAGE,)),
    Action("messages.up", "ctrl+up", "Scroll up", "Scroll up a line", SCREEN),
    Action("messages.down", "ctrl+down", "Scroll down", "Scroll down a line", SCREEN),
    Action("messages.page_up", "pageup", "Scroll up a page", "Scroll up a page", INPUT,
           "screen.run('messages.page_up')", words=("page up",)),
    Action("messages.page_down", "pagedown", "Scroll down a page", "Scroll down a page", INPUT,
           "screen.run('messages.page_down')", words=("page down",)),
    Action("messages.home", "ctrl+home", "Scroll to the beginning", "Scroll to the beginning of the conversation",
           SCREEN, words=("top", "start", "first message")),
    Action("messages.end", "ctrl+end", "Scroll to the end", "Scroll to the end and follow new text", SCREEN,
           words=("bottom", "last message", "follow")),

    Action("message.copy", "c,y", "Copy", "Copy the message as its author wrote it", MESSAGES,
           words=("copy message", "copy reply", "clipboard", "yank"), needs=(Need.MESSAGE,)),
    Action("message.copy_code", "b", "Copy code", "Copy a code block; press it again for the next one", MESSAGES,
           words=("code block", "snippet", "clipboard"), needs=(Need.CODE,)),
    Action("message.copy_markdown", "m", "Copy up to here as Markdown",
           "Copy the conversation up to this message as Markdown", MESSAGES,
           words=("copy conversation", "copy all", "clipboard"), needs=(Need.MESSAGE,)),
    Action("message.edit", "e", "Edit", "Edit the message: a new version beside the old one", MESSAGES,
           words=("edit message", "edit prompt", "change text", "rewrite"), needs=(Need.MESSAGE, Need.ENDED)),
    Action("message.retry", "r", "Retry", "Get another version of this reply", MESSAGES,
           words=("new version", "retry message"), needs=(Need.MESSAGE, Need.IDLE)),
    Action("message.continue", "a", "Continue", "Let the model continue this reply", MESSAGES,
           words=("go on", "continue message"), needs=(Need.IS_REPLY, Need.IDLE)),
    Action("message.branch", "f", "Branch from here", "Continue from this message in a new branch", MESSAGES,
           words=("fork", "branch", "split conversation"), needs=(Need.MESSAGE, Need.IDLE)),
    Action("message.previous_sibling", "left,h", "Show the previous version", "Show the version before this one",
           MESSAGES, words=("versions", "earlier version", "older"), needs=(Need.VERSIONS, Need.IDLE)),
    Action("message.next_sibling", "right,l", "Show the next version", "Show the version after this one", MESSAGES,
           words=("versions", "later version", "newer"), needs=(Need.VERSIONS, Need.IDLE)),
    Action("message.compare", "o", "Compare the versions", "Show all versions of this reply side by side", MESSAGES,
           words=("compare", "versions", "open as comparison", "side by side"), needs=(Need.VERSIONS,)),
    Action("message.previous", "k", "Select the previous message", "Select the message above", MESSAGES,
           words=("message before",), needs=(Need.MESSAGE,)),
    Action("message.next", "j", "Select the next message", "Select the message below", MESSAGES,
           words=("message after",), needs=(Need.MESSAGE,)),
    Action("message.reasoning", "t", "Fold the thinking", "Fold what the model thought, or unfold it", MESSAGES,
           words=("reasoning", "thoughts", "collapse"), needs=(Need.THINKING,)),
    Action("message.mark", "v", "Select text", "Select text with the arrow keys", MESSAGES,
           words=("mark", "visual", "highlight"), needs=(Need.MESSAGE,)),
    Action("message.select_all", "ctrl+a", "Select all", "Select the text of all messages", MESSAGES,
           words=("mark all",), needs=(Need.MESSAGE,)),
    Action("message.next_link", "n", "Select the next link", "Select the next link and show where it leads", MESSAGES,
           words=("links", "address"), needs=(Need.LINK,)),
    Action("message.open_link", "enter", "Open the link", "Open the selected link, or the only one", MESSAGES,
           words=("link", "url", "browser"), needs=(Need.LINK,)),
    Action("message.open_file", "p", "Open the file", "Show a picture or a file in the system's viewer", MESSAGES,
           words=("view", "picture", "image", "attachment", "document"), needs=(Need.FILE,)),
    Action("message.save_file", "w", "Write the file to disk", "Save a picture or a file of the message", MESSAGES,
           words=("save file", "download", "save picture", "save image", "attachment"), needs=(Need.FILE,)),
    Action("message.sources", "s", "Fold the sources", "Fold a long list of sources, or unfold it", MESSAGES,
           words=("citations", "references", "collapse"), needs=(Need.SOURCES,)),
    Action("message.inspect", "i", "Inspect", "Show the requests and responses of this reply", MESSAGES,
           words=("trace", "http", "raw", "json", "request", "debug", "wire"),
           needs=(Need.IS_REPLY, Need.KNOWN, Need.TRACE)),
    Action("message.delete", "d,delete", "Delete", "Delete the message and all below it", MESSAGES,
           words=("delete message", "remove", "erase"), needs=(Need.MESSAGE,)),

    Action("conversation.new", "ctrl+n", "Start a new conversation", "Start a new conversation with the same models",
           SCREEN, words=("new chat", "clear", "reset")),
    Action("conversation.open", "ctrl+o", "Open a conversation", "Search all conversations and open one", SCREEN,
           words=("open", "history", "switch conversation", "search conversations", "load", "chats")),
    Action("conversation.private", "", "Start a private conversation", "Start a conversation that is never saved",
           SCREEN, words=("incognito", "temporary", "off the record", "secret")),
    Action("conversation.rename", "", "Rename the conversation", "Change the title of the conversation", SCREEN,
           words=("title", "name"), needs=(Need.STARTED,)),
    Action("conversation.pin", "", "Pin the conversation",
           "Keep the conversation at the top of the list, or unpin it", SCREEN, words=("unpin", "favourite", "star"),
           needs=(Need.STARTED,)),
    Action("conversation.tag", "", "Tag the conversation", "Change the tags of the conversation", SCREEN,
           words=("tags", "label", "category"), needs=(Need.STARTED,)),
    Action("conversation.archive", "", "Archive the conversation",
           "Hide the conversation from the list, or put it back", SCREEN, words=("hide conversation", "unarchive"),
           needs=(Need.STARTED,)),
    Action("conversation.export", "", "Export the conversation", "Save the conversation as Markdown, JSON or HTML",
           SCREEN, words=("save", "write to file", "download", "as markdown", "html"), needs=(Need.STARTED,)),
    Action("conversation.export_replay", "", "Make a replay",
           "Save the conversation with the times of its replies, for textchat replay", SCREEN,
           words=("export as a replay", "recording", "timeline", "share a comparison"), needs=(Need.STARTED,)),
    Action("conversation.map", "alt+m", "Show the map of branches",
           "Show all branches of the conversation, to open one or compare two", SCREEN,
           words=("tree", "branches", "graph", "versions", "overview"), needs=(Need.STARTED, Need.KNOWN)),
    Action("conversation.summarise", "", "Summarise older messages",
           "Let a model sum up the older messages, and send the summary in place of them", SCREEN,
           words=("compact", "compress", "summary", "summarize", "context", "shorten"),
           needs=(Need.REPLY, Need.IDLE)),
    Action("conversation.drop", "", "Drop older messages",
           "Keep the older messages here, but stop sending them", SCREEN,
           words=("forget", "truncate", "context", "shorten", "trim"), needs=(Need.REPLY,)),
    Action("conversation.send_all", "", "Include dropped messages",
           "Send the dropped messages with requests again", SCREEN, words=("undrop", "context", "send all"),
           needs=(Need.REPLY,)),
    Action("conversation.delete", "", "Delete the conversation", "Delete the conversation", SCREEN,
           words=("remove", "erase", "trash"), needs=(Need.STARTED,)),

    Action("replay.pause", "alt+p", "Pause the replay", "Pause the replay, or resume it", SCREEN,
           words=("resume", "play", "stop"), needs=(Need.REPLAY,)),
    Action("replay.faster", "alt+pageup", "Replay faster", "Double the speed of the replay, up to 8×", SCREEN,
           words=("speed", "quicker"), needs=(Need.REPLAY,)),
    Action("replay.slower", "alt+pagedown", "Replay slower", "Halve the speed of the replay, down to 0.5×", SCREEN,
           words=("speed", "slow motion"), needs=(Need.REPLAY,)),
    Action("replay.next", "alt+end", "Skip to the next turn", "Show the rest of this turn at once", SCREEN,
           words=("replay", "forward"), needs=(Need.REPLAY,)),
    Action("replay.end", "", "Skip to the end of the replay", "Show all that is left of the replay at once", SCREEN,
           words=("stop the replay", "finish"), needs=(Need.REPLAY,)),
    Action("replay.restart", "", "Replay from the beginning", "Play the replay again", SCREEN,
           words=("again", "rewind"), needs=(Need.REPLAYED,)),

    Action("side_panel.toggle", "ctrl+b", "Show or hide the side panel", "Show or hide the side panel", SCREEN,
           words=("sidebar", "toggle")),
    Action("side_panel.focus", "alt+c", "Go to the list of conversations",
           "Go to the list of conversations in the side panel", SCREEN, words=("sidebar", "history")),
    Action("app.undo", "alt+u", "Undo", "Bring back what was deleted or closed last", SCREEN,
           words=("restore", "undelete", "bring back", "recover", "reopen")),
    Action("app.palette", "ctrl+p", "Find an action", "Find an action, a model, a conversation or a theme", APP,
           "app.palette", words=("palette", "command palette")),
    Action("app.menu", "shift+f10,menu", "Open the menu", "Show what can be done with the selected message or item",
           SCREEN, words=("context menu", "right click")),
    Action("app.settings", "f10", "Change settings", "List all settings, and change them", SCREEN,
           words=("settings", "preferences", "options", "configuration", "config", "setup", "limits", "budget")),
    Action("app.theme", "", "Choose a theme", "Change the colours of textchat", APP, "app.change_theme",
           words=("theme", "colors", "colours", "dark", "light", "appearance")),
    Action("app.screenshot", "", "Take a screenshot", "Save the screen as an SVG picture", APP, "app.screenshot",
           words=("picture", "image", "svg")),
    Action("app.problems", "", "Show problems", "List what textchat could not use when it started", SCREEN,
           words=("errors", "warnings", "start")),
    Action("app.help", "f1", "Show all keys", "Show the help pages and all keys, and search them", APP, "app.help",
           words=("help", "keys", "shortcuts", "bindings", "keyboard", "manual", "documentation", "pages")),
    Action("app.quit", "ctrl+q", "Quit", "Quit textchat; the text of running replies is kept", APP,
           "app.quit", words=("exit", "close textchat", "leave")),
)
# fmt: on
BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

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


def by_section() -> Iterator[tuple[str, tuple[Action, ...]]]:
    """The actions by section, in table order."""
    for section in dict.fromkeys(SECTIONS.values()):
        yield section, tuple(action for action in ACTIONS if action.section == section)
