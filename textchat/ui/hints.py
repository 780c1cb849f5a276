"""The keys that the status line names, by where the focus is and what goes on; each with one short word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from textchat.render.cells import width_of
from textchat.ui.keymap import BY_ID, keys_of
from textchat.ui.keys import display_key
from textchat.ui.side_panel.row_actions import ROW_ACTIONS

MOST_HINTS = 5


class Focus(StrEnum):
    """Where keys go, as the status line names it."""

    PROMPT = "PROMPT"
    MESSAGES = "MESSAGES"
    SELECT = "SELECT"
    FIND = "FIND"
    CONVERSATIONS = "CONVERSATIONS"
    PARAMETERS = "PARAMETERS"
    ATTACHED = "ATTACHED"


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which keys matter."""

    panes: int = 1
    sends_to_all: bool = True
    is_empty: bool = True
    """Nothing has been asked yet."""
    is_replying: bool = False
    """A reply grows in the active pane."""
    others_replying: int = 0
    is_blind: bool = False
    """The models of the panes are hidden until the vote."""
    can_vote: bool = False
    """That vote is asked for."""
    is_raced: bool = False
    """All panes end with a whole reply."""
    has_failed: bool = False
    """The last reply of the active pane failed or was stopped before its first word."""
    has_stopped: bool = False
    """It stopped early, and there is a beginning to continue."""
    queued: int = 0
    is_held: bool = False
    has_rows: bool = True
    """The list of conversations has one that a key could act on."""
    enter: str = "apply"
    """What Enter does in the field of the parameters that has the focus."""


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key under the user's keymap, and what it does."""

    key: str
    word: str

    @property
    def shown_key(self) -> str:
        return display_key(self.key)

    @property
    def width(self) -> int:
        return width_of(f"{self.shown_key} {self.word}")


Hint = tuple[str, str]
"""An action of the keymap, or a key that no setting changes; and the word for it."""

_HINTS: Mapping[Focus, Sequence[Hint]] = {
    Focus.SELECT: (("message.mark", "mark"), ("message.copy", "copy"), ("escape", "back")),
    Focus.ATTACHED: (("right", "next"), ("enter", "open"), ("delete", "remove"), ("escape", "back")),
    Focus.FIND: (("enter", "next"), ("shift+enter", "previous"), ("escape", "close")),
}


def hints(focus: Focus, situation: Situation, keymap: Mapping[str, str]) -> list[KeyHint]:
    """The hints for a focus, at most five; an action without a key has none."""
    wanted: Iterable[Hint]
    match focus:
        case Focus.PROMPT:
            wanted = _prompt_hints(situation)
        case Focus.MESSAGES:
            wanted = _message_hints(situation)
        case Focus.CONVERSATIONS:
            wanted = _conversation_hints(situation)
        case Focus.PARAMETERS:
            wanted = (("tab", "next"), ("shift+tab", "previous"), ("enter", situation.enter), ("escape", "back"))
        case _:
            wanted = _HINTS[focus]
    return list(_with_keys(wanted, keymap))[:MOST_HINTS]


def _with_keys(wanted: Iterable[Hint], keymap: Mapping[str, str]) -> Iterator[KeyHint]:
    for name, word in wanted:
        keys = keys_of(action, keymap) if (action := BY_ID.get(name)) else (name,)
        if keys:
            yield KeyHint(keys[0], word)


def _prompt_hints(now: Situation) -> Iterator[Hint]:
    if now.is_replying:
        yield "reply.cancel", "cancel"
    elif now.others_replying:
        yield "reply.cancel", "stop others"
    if now.is_held:
        yield "queue.resume", "send queued"
    if now.queued:
        yield "queue.edit", "edit queued"
    if now.is_empty:
        yield from (("app.help", "help"), ("app.palette", "commands"), ("pane.add", "add pane"))
        yield from (("pane.model", "model"), ("conversation.open", "open"))
        return
    if not now.is_replying and now.has_failed:
        yield "reply.retry", "retry"
    if not now.is_replying and now.has_stopped:
        yield "reply.continue", "continue"
    if now.is_blind:
        yield "pane.blind", "vote" if now.can_vote else "reveal"
    elif now.is_raced:
        yield "pane.choose", "keep this"
        if not now.has_failed:
            yield "pane.vote", "vote"
    if now.is_raced:
        yield "pane.diff", "diff"
    if now.panes > 1:
        yield "pane.next", "next pane"
    yield "messages.focus", "messages"
    if now.panes > 1:
        yield "prompt.target", "send to one" if now.sends_to_all else "send to all"
    elif not now.is_replying:
        yield "reply.regenerate", "regenerate"
    yield from (("app.palette", "commands"), ("app.help", "help"))


def _message_hints(now: Situation) -> Iterator[Hint]:
    yield "message.copy", "copy"
    if now.is_replying:  # that refuses the other two
        yield "message.previous", "previous"
    else:
        yield from (("message.edit", "edit"), ("message.retry", "retry"))
    yield from (("message.delete", "delete"), ("escape", "back"))


def _conversation_hints(now: Situation) -> Iterator[Hint]:
    if now.has_rows:
        yield "enter", "open"
        yield from ((action.key, action.word) for action in ROW_ACTIONS[:2])
    else:
        yield "conversation.new", "new"
    yield from (("conversation.open", "search"), ("escape", "back"))
