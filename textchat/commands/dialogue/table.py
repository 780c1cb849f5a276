"""The commands of the dialogue: their names, the ids of the actions of the app that do the same, and what they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textchat.commands.mistyped import command_meant


@dataclass(frozen=True, slots=True)
class DialogueCommand:
    """One command."""

    name: str
    """What is typed behind the slash."""
    action: str
    """The id of the app's action, as in `[keys]`; empty where the app has none."""
    arguments: str
    """What may follow the name, for the help."""
    help: str
    """What it does, one sentence without its full stop."""
    others: tuple[str, ...] = ()
    """Other names."""


_Row = DialogueCommand
# fmt: off
SECTIONS: Mapping[str, Sequence[DialogueCommand]] = {
    "Prompts": (
        _Row("edit", "prompt.editor", "[system]", "Write the next prompt, or the system prompt, in your editor",
             ("editor",)),
        _Row("attach", "attachment.add", "[FILE]", "Attach a file to the next prompt, or list what is attached"),
        _Row("detach", "attachment.focus", "", "Remove what is attached"),
        _Row("prompt", "prompt.use", "[NAME|NUMBER VALUES]", "Send a saved prompt, or list them", ("template",)),
        _Row("target", "prompt.target", "all|one", "Send prompts to all panes, or to the active one only"),
        _Row("queue", "queue.edit", "", "List the prompts that wait"),
        _Row("send", "queue.resume", "", "Send the prompts that wait, or the one that was not sent"),
        _Row("anyway", "", "", "Send the prompt that does not fit as it is"),
    ),
    "Replies": (
        _Row("retry", "reply.retry", "[all]", "Send the last prompt again after an error or a cancel"),
        _Row("regenerate", "reply.regenerate", "[all]", "Get another version of the last reply"),
        _Row("continue", "reply.continue", "[all]", "Let the model continue its last reply"),
        _Row("rewrite", "message.edit", "[TEXT]", "Send the last prompt with another text, or open it in your editor"),
        _Row("read", "", "[PANE]", "Read the last reply again"),
        _Row("show", "messages.home", "", "Read the whole conversation, with numbers"),
        _Row("thinking", "message.reasoning", "", "Read what the model thought before its last reply", ("reasoning",)),
        _Row("versions", "message.compare", "", "List the versions of the last reply"),
        _Row("version", "message.next_sibling", "NUMBER", "Switch to another version of the last reply"),
        _Row("branch", "message.branch", "NUMBER", "Continue from an earlier message, by its number in /show"),
        _Row("save", "message.save_file", "NUMBER [FILE]", "Write a file of the last reply to disk"),
        _Row("drop", "conversation.drop", "", "Leave the oldest messages out of what is sent"),
        _Row("summarise", "conversation.summarise", "[yes]", "Send a summary in place of the oldest messages",
             ("summarize",)),
        _Row("whole", "conversation.send_all", "", "Send all messages again"),
        _Row("remove", "message.delete", "", "Delete the last prompt and its replies"),
    ),
    "Panes": (
        _Row("connect", "model.connect", "[NUMBER|ADDRESS KEY]", "Connect a provider, or list those that can be"),
        _Row("model", "pane.model", "[NAME|NUMBER]", "Change the model, or list the models", ("models",)),
        _Row("panes", "", "", "List the panes"),
        _Row("pane", "pane.next", "NUMBER", "Make another pane the active one"),
        _Row("add", "pane.add", "NAME|NUMBER", "Add a pane with another model"),
        _Row("duplicate", "pane.duplicate", "", "Add a pane with the same model and messages"),
        _Row("close", "pane.close", "[PANE]", "Close a pane"),
        _Row("only", "pane.choose", "[PANE]", "Continue with one pane; the others stay as versions", ("choose",)),
        _Row("keep", "pane.keep", "", "Start new conversations with the models of these panes"),
        _Row("compare", "", "[turns|paragraphs]", "Read the last replies by matching paragraphs, or always do so"),
        _Row("diff", "pane.diff", "[PANE PANE]", "Read what differs between two replies, word by word"),
        _Row("merge", "pane.merge", "[table|checklist|points NUMBERS|TEXT] [by P/M]",
             "Let a model make one reply of the last ones, in a new pane", ("fuse",)),
        _Row("sweep", "pane.sweep", "KEY=A,B [KEY=C,D] [-n K]",
             "Send the last prompt again with each of several values, and read how the replies spread"),
        _Row("spread", "pane.spread", "", "Read how the replies spread: length, cost and agreement"),
        _Row("vote", "pane.vote", "[PANE]", "Vote for the best reply, or take the vote back"),
        _Row("tie", "pane.tie", "", "Vote that the replies are equally good, or take the vote back"),
        _Row("ratings", "votes.ratings", "[blind|open|named] [TAG]", "Rate the models by your votes, and their prices"),
        _Row("bad", "", "", "Vote that no reply is good, or take the vote back"),
        _Row("rank", "", "PANES", "Rank the replies, the best first: /rank 2 > 1 = 3"),
        _Row("blind", "pane.blind", "[live]", "Hide the models until you vote, replies at one speed or as they arrive"),
        _Row("reveal", "pane.reveal", "", "Show the models without a vote"),
        _Row("persona", "persona.use", "[NAME|NUMBER|none]", "Give the active pane a persona, or list them",
             ("personas",)),
        _Row("system", "pane.parameters", "[TEXT|none]", "Set the system prompt of the active pane, or read it"),
        _Row("set", "", "[KEY VALUE]", "Set a parameter of the active pane, or list them"),
    ),
    "Conversations": (
        _Row("new", "conversation.new", "", "Start a new conversation with the same models", ("clear",)),
        _Row("private", "conversation.private", "", "Start a conversation that is never saved"),
        _Row("open", "conversation.open", "[NUMBER|ID]", "Open a conversation, or list the newest"),
        _Row("search", "messages.find", "WORDS", "Search all conversations", ("find",)),
        _Row("rename", "conversation.rename", "TITLE", "Change the title of the conversation"),
        _Row("pin", "conversation.pin", "", "Keep the conversation at the top of the list, or unpin it"),
        _Row("tag", "conversation.tag", "[TAGS]", "Change the tags of the conversation, or list them"),
        _Row("archive", "conversation.archive", "", "Hide the conversation from the list, or put it back"),
        _Row("export", "conversation.export", "[FILE]", "Save the conversation as .md, .json or .html"),
        _Row("export-replay", "conversation.export_replay", "[FILE]",
             "Save the conversation with the times of its replies, as .json or .html"),
        _Row("replay", "replay.restart", "", "Play the replay again"),
        _Row("delete", "conversation.delete", "", "Delete the conversation"),
        _Row("undo", "app.undo", "", "Bring back what was deleted or closed last"),
    ),
    "textchat": (
        _Row("sentences", "", "on|off", "Print replies by whole sentences, or as they arrive"),
        _Row("stats", "", "", "List votes, tokens and cost by model"),
        _Row("problems", "app.problems", "", "List what textchat could not use when it started"),
        _Row("help", "app.help", "[COMMAND]", "List the commands, or explain one"),
        _Row("quit", "app.quit", "", "Quit; so does Ctrl+D", ("exit",)),
    ),
}
# fmt: on
BY_NAME: Mapping[str, DialogueCommand] = {
    name: row for rows in SECTIONS.values() for row in rows for name in (row.name, *row.others)
}


def meant(name: str) -> str:
    """A sentence about a command that does not exist."""
    begins = (known for known in BY_NAME if name and known.startswith(name))
    nearest = command_meant(name, BY_NAME) or next(begins, None)
    hint = f"Did you mean /{nearest}?" if nearest else "/help lists all."
    return f"No command /{name}. {hint} To send it as a prompt, put a space before it."


def completions(word: str) -> list[str]:
    """The commands that begin so, with their slash."""
    return [f"/{name}" for name in BY_NAME if word.startswith("/") and name.startswith(word[1:])]
