"""Which actions the menu of each thing offers, in which order; an empty id is a line between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Place(Enum):
    """What can be clicked with the right button."""

    MESSAGE = "message"
    PANE = "pane"
    EMPTY_PANE = "empty pane"
    RACE = "race"
    CONVERSATION = "conversation"
    INPUT = "input"


_COMPARING = ("pane.vote", "pane.tie", "pane.diff", "pane.merge", "pane.blind")
MENUS: Mapping[Place, tuple[str, ...]] = {
    Place.MESSAGE: (
        *("message.copy", "message.copy_code", "message.copy_markdown", "message.mark", ""),
        *("message.open_file", "message.save_file", ""),
        *("message.edit", "message.retry", "message.continue", "message.branch", ""),
        *("message.previous_sibling", "message.next_sibling", "message.compare", ""),
        *("message.reasoning", "message.inspect", "", "message.delete"),
    ),
    Place.PANE: (
        *("pane.model", "persona.use", "pane.parameters", "pane.add", "pane.duplicate", "pane.efforts", ""),
        *("pane.blind", "pane.choose", "pane.zoom", "pane.fold", "pane.move_left", "pane.move_right", "", "pane.close"),
    ),
    Place.EMPTY_PANE: (
        *("pane.model", "pane.parameters", "pane.add", "pane.duplicate", "pane.efforts", "pane.close", ""),
        *("conversation.open", "app.palette", "app.help"),
    ),
    Place.RACE: (
        *("reply.cancel", "reply.retry", "reply.continue", "reply.regenerate", "message.inspect", ""),
        *_COMPARING,
    ),
    Place.CONVERSATION: (
        *("conversation.rename", "conversation.pin", "conversation.tag", "conversation.archive"),
        *("conversation.export", "", "conversation.delete"),
    ),
    Place.INPUT: (
        "prompt.send",
        "prompt.target",
        "queue.edit",
        "queue.resume",
        "",
        "pane.parameters",
        "app.palette",
        "app.help",
    ),
}
