"""What a drawing takes is about what is said of it, and it is given back."""

from __future__ import annotations

import gc
import tracemalloc

from tests.ui.transcript.listing import STYLES, answer
from textchat.core.events import TextDelta
from textchat.core.figures.ending import Hints
from textchat.core.reply import Reply
from textchat.ui.transcript.layout.entry import ENTRY_BYTES, Entry
from textchat.ui.transcript.layout.entry_parts import LayoutContext

CONTEXT = LayoutContext(100, STYLES, Hints())
TEXT = "".join(f"- item {number} says *what* it says, and `code` too\n" for number in range(20))


def draw(entry: Entry) -> None:
    for line in range(entry.lay_out(CONTEXT)):
        entry.line(line)


def test_what_is_drawn_takes_about_as_much_as_is_said_and_is_given_back() -> None:
    reply = Reply(conversation_id="c", parent_id=None, model="a/b")
    reply.feed(TextDelta(TEXT))
    for source in (answer("a", TEXT), reply):
        draw(Entry(source))  # what is loaded with the first is no drawing's
        gc.collect()
        tracemalloc.start()
        entry = Entry(source)
        draw(entry)
        taken, _ = tracemalloc.get_traced_memory()
        said = entry.drawn_bytes
        entry.release()
        gc.collect()
        left, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert taken / 2 <= said <= 3 * taken
        assert left <= taken / 10 and entry.drawn_bytes == ENTRY_BYTES
