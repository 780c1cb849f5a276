"""Exports conversations as one self-contained HTML page: no script, no requests, every text escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from textchat.core.conversation import Message
from textchat.core.parts.part import Part
from textchat.core.personas.panes import persona_label
from textchat.core.replaying.timeline import PieceKind
from textchat.core.text.line_ends import readable
from textchat.store.record import ConversationRecord
from textchat.store.transfer.export import date, examples_of, figures, outline, pane_title, remark, speaker, title_of
from textchat.store.transfer.parts.html_parts import (
    PageParts,
    links_of,
    mark_for,
    plain_marks,
    sources,
    text_token,
)
from textchat.store.transfer.parts.timed_html import STYLE, Schedule, controls
from textchat.store.transfer.parts.weaving import woven

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST_MARKDOWN = 300_000
"""Characters of a text above which it is shown as it is: markdown-it takes half a minute and more for 20 MB."""
_STEP = 100_000
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
"""Overrides of the writing direction, and what HTML may not hold beside control characters."""

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --quiet: #8f8f8f; --user: #4a90d91a; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 110rem; padding: 0 1rem; }
main > article, main > h1, main > p { max-width: 50rem; margin-left: auto; margin-right: auto; }
article { border-top: 1px solid var(--line); padding: .5rem .75rem; overflow-wrap: anywhere; }
article.user { background: var(--user); }
header, footer, .quiet { color: var(--quiet); font-size: .85rem; }
.columns { display: flex; flex-wrap: wrap; gap: 1rem; }
.columns > section { flex: 1 1 22rem; min-width: 0; }
h1, h2, h3, h4, h5, h6, p, li, td, th, summary, header { unicode-bidi: plaintext; }
pre { background: #8881; padding: .75rem; overflow-x: auto; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; }
blockquote { border-left: 3px solid var(--line); margin-left: 0; padding-left: 1rem; }
img { max-width: 100%; }
"""


def page_head(title: str) -> str:
    """The page before the first conversation; `title` is its title in the browser."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "img-src data:; media-src data:; form-action 'none'; base-uri 'none'\">\n"
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_escaped(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )


def page_part(record: ConversationRecord) -> str:
    """The part of the page for one conversation."""
    return "".join(_conversation(record))


def page_end() -> str:
    return "</body>\n</html>\n"


def _conversation(record: ConversationRecord) -> Iterator[str]:
    conversation = record.conversation
    sections = outline(conversation)
    schedule = Schedule(conversation, record.timelines) if record.timelines else None
    if schedule is not None:
        yield f"<style>{STYLE}</style>\n"
    yield "<main>\n"
    if schedule is not None:
        yield controls(_escaped(conversation.id))
    yield f"<h1>{_escaped(title_of(conversation))}</h1>\n"
    yield f'<p class="quiet">{_escaped(date(conversation.created_at))}</p>\n'
    personas = dict.fromkeys(filter(None, map(persona_label, conversation.panes)))
    if personas:
        yield f'<p class="quiet">Persona: {_escaped(" · ".join(personas))}</p>\n'
    parts = PageParts(_escaped)
    for title, examples in examples_of(conversation).items():
        yield f"<details>\n<summary>{_escaped(title)}</summary>\n"
        yield from (_message(message, parts, schedule) for message in examples)
        yield "</details>\n"
    yield from (_message(message, parts, schedule) for message in sections.shared)
    if sections.columns:
        yield '<div class="columns">\n'
        for column in sections.columns:
            yield f"<section>\n<h2>{_escaped(pane_title(column.pane))}</h2>\n"
            yield from (_message(message, parts, schedule) for message in column.messages)
            yield "</section>\n"
        yield "</div>\n"
    for branch in sections.beside:
        yield "<details>\n<summary>Another version</summary>\n"
        yield from (_message(message, parts, schedule) for message in branch)
        yield "</details>\n"
    yield "</main>\n"


def _message(message: Message, parts: PageParts, schedule: Schedule | None) -> str:
    remarks = " · ".join(filter(None, (remark(message), figures(message), date(message.created_at))))
    begins, ends = ("", "") if schedule is None else (schedule.begins(message), schedule.ends(message))
    thought = message.reasoning and (
        f"<details>\n<summary{begins}>Thinking</summary>\n<pre>{_reasoning(message, schedule)}</pre>\n</details>\n"
    )
    calls = "".join(f"<pre>{_escaped(call.name)}({_escaped(call.arguments)})</pre>\n" for call in message.tool_calls)
    return (
        f'<article class="{message.role.value}">\n<header{begins}>{_escaped(speaker(message))}</header>\n{thought}'
        f"{''.join(_content(message, parts, schedule))}{_late(sources(message, _escaped) + calls, ends)}"
        f"<footer{ends}>{_escaped(remarks)}</footer>\n</article>\n"
    )


def _late(blocks: str, style: str) -> str:
    """What appears when all of the text is there."""
    return f"<div{style}>{blocks}</div>" if blocks and style else blocks


def _reasoning(message: Message, schedule: Schedule | None) -> str:
    timed = None if schedule is None else schedule.text(message, PieceKind.REASONING)
    escaped = _escaped(message.reasoning)
    return escaped if timed is None else timed.wrap(escaped)


def _content(message: Message, parts: PageParts, schedule: Schedule | None = None) -> Iterator[str]:
    """Text and parts in their order, with a schedule in their time."""
    timed = None if schedule is None else schedule.text(message, PieceKind.TEXT)
    begins = "" if schedule is None else schedule.begins(message)
    for piece in woven(message, mark_for(message.text)):
        block = parts.block(piece) if isinstance(piece, Part) else _text(piece, links_of(message))
        if timed is None:
            yield _late(block, begins)
        else:
            yield timed.whole(block) if isinstance(piece, Part) else timed.wrap(block)


def _text(text: str, links: Mapping[int, str]) -> str:
    """A text as HTML: its Markdown with numbers that lead to their sources, unless that would take minutes."""
    if len(text) > LONGEST_MARKDOWN:
        return f"<pre>{plain_marks(_escaped(text))}</pre>\n"
    return plain_marks(_markdown().render(_seen(text), {"links": links}))


def _seen(text: str) -> str:
    return _UNSEEN.sub("\ufffd", readable(text))


def _escaped(text: str) -> str:
    # In steps: while a regular expression is searched for, no other thread has the interpreter.
    return "".join(html.escape(_seen(text[start : start + _STEP])) for start in range(0, len(text), _STEP))


@cache
def _markdown() -> MarkdownIt:
    """Render CommonMark with tables as HTML; raw HTML is escaped, and external images stay links."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
    parser.add_render_rule("text", text_token)
    return parser.disable(["image", "html_inline", "html_block"])
