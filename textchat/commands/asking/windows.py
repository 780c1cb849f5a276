"""Says which requests of `ask` and `compare` are too long for the window of their model; they are sent all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textchat.core.configuration import Settings
from textchat.core.context.fitting import room_in
from textchat.core.reply import Reply


def too_long(replies: Iterable[Reply], settings: Settings) -> Iterator[str]:
    """A sentence for each; only windows that the settings name are known before a list of prices is loaded."""
    for reply in replies:
        window, tokens = settings.model(reply.model).context_window, reply.tally.input_estimate
        if window is not None and tokens > room_in(window, reply.parameters):
            yield f"{reply.model}: about {tokens:,} tokens do not fit into {window:,} beside a reply. Sent anyway."
