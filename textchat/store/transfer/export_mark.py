"""Marks an exported file with a checksum of itself, by which it is known later whether somebody has changed it.

The mark stands where programs that show the file leave it alone: in the front matter of Markdown, in a `<meta>` of
HTML, behind the list of conversations in JSON.
"""

from __future__ import annotations

import hashlib
import html
import json
import re

from textchat.store.transfer.exchange import FORMAT
from textchat.store.transfer.export_forms import ExportForm

_LINES = {
    ExportForm.MARKDOWN: (b"\n---\n", b'\nchecksum: "%s"\n---\n'),
    ExportForm.HTML: (b"\n</head>\n", b'\n<meta name="checksum" content="%s">\n</head>\n'),
    ExportForm.JSON: (b"\n]}\n", b'\n],"checksum":"%s"}\n'),
}
"""The line that gets the mark (in JSON the last such, else the first), and what it becomes."""
_MARKS = {
    form: re.compile(re.escape(marked % b"MARK").replace(b"MARK", b"([0-9a-f]{32})"))
    for form, (_, marked) in _LINES.items()
}
_IDS = {
    ExportForm.MARKDOWN: re.compile(rb'\A---\n(?:title: .*\n)?id: (".*")\n'),
    ExportForm.HTML: re.compile(rb'\n<meta name="conversation" content="([^"\n]*)">\n'),
    ExportForm.JSON: re.compile(
        rb'\A\{"format":"%s","version":\d+,"conversations":\[\n\{"id":("(?:[^"\\]|\\.)*")' % FORMAT.encode()
    ),
}


def marked(form: ExportForm, conversation_id: str, data: bytes) -> bytes:
    """The file of one conversation with its mark, and in HTML with its id, which the others have in any case."""
    if form is ExportForm.HTML:
        id_ = html.escape(json.dumps(conversation_id)).encode()
        data = data.replace(b"\n</head>\n", b'\n<meta name="conversation" content="%s">\n</head>\n' % id_, 1)
    line, with_mark = _LINES[form]
    before, _, after = data.rpartition(line) if form is ExportForm.JSON else data.partition(line)
    return before + with_mark % _checksum(data) + after


def is_unchanged(form: ExportForm, data: bytes) -> bool:
    """Whether a file is as it was when it was marked; one without a mark is not."""
    found = _MARKS[form].search(data)
    if found is None:
        return False
    return _checksum(data[: found.start()] + _LINES[form][0] + data[found.end() :]) == found[1]


def id_in(form: ExportForm, data: bytes) -> str | None:
    """The id of the conversation of which a file is the export, also where it was changed; None for other files."""
    found = _IDS[form].search(data)
    if found is None:
        return None
    try:
        id_ = json.loads(html.unescape(found[1].decode()) if form is ExportForm.HTML else found[1])
    except ValueError:
        return None
    return id_ if isinstance(id_, str) else None


def _checksum(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest()[:32].encode()
