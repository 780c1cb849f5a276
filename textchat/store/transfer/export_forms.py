"""The formats of exports: by which ending each is known, and the pieces that a file is made of."""

from __future__ import annotations

from enum import StrEnum

from textchat.store.record import ConversationRecord
from textchat.store.transfer.export import JSON_HEAD, JSON_TAIL, json_entry, title_of
from textchat.store.transfer.export_html import page_end, page_head, page_part
from textchat.store.transfer.export_markdown import markdown
from textchat.store.transfer.parts.markdown_parts import FilesBeside, fence_or_line


class ExportForm(StrEnum):
    """A format of exports."""

    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"

    @property
    def ending(self) -> str:
        """Of a file's name."""
        return ".md" if self is ExportForm.MARKDOWN else f".{self.value}"


FORMS = {
    ".md": ExportForm.MARKDOWN,
    ".markdown": ExportForm.MARKDOWN,
    ".json": ExportForm.JSON,
    ".html": ExportForm.HTML,
    ".htm": ExportForm.HTML,
}
"""By the ending of a file's name."""


def head(form: ExportForm, title: str) -> str:
    """What comes before the first conversation; `title` is that of an HTML page."""
    match form:
        case ExportForm.MARKDOWN:
            return ""
        case ExportForm.JSON:
            return JSON_HEAD
        case ExportForm.HTML:
            return page_head(title)


def part(form: ExportForm, record: ConversationRecord, is_first: bool = True, files: FilesBeside | None = None) -> str:
    """One conversation of the file; `files` takes what Markdown links to in a folder beside it."""
    match form:
        case ExportForm.MARKDOWN:
            return ("" if is_first else "\n") + markdown(record, fence_or_line if files is None else files.block)
        case ExportForm.JSON:
            return json_entry(record, is_first)
        case ExportForm.HTML:
            return page_part(record)


def tail(form: ExportForm) -> str:
    """What comes after the last conversation."""
    match form:
        case ExportForm.MARKDOWN:
            return ""
        case ExportForm.JSON:
            return JSON_TAIL
        case ExportForm.HTML:
            return page_end()


def document(form: ExportForm, record: ConversationRecord, files: FilesBeside | None = None) -> str:
    """The whole file of one conversation; `files` as for `part`."""
    return head(form, title_of(record.conversation)) + part(form, record, files=files) + tail(form)
