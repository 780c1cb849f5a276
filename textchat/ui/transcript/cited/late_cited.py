"""Stands before the drawing of cited texts, which is imported with the first answer that names sources."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.core.parts.citation import Citation
from textchat.render.markdown import Document
from textchat.render.styles import Styles


def cited(text: str, citations: Sequence[Citation], styles: Styles, width: int) -> Document:
    """Draw a whole text with the numbers of its sources."""
    from textchat.ui.transcript.cited.cited_document import CitedDocument

    return CitedDocument(styles, width, text, citations, finished=True)


def with_sources(drawing: Document, citations: tuple[Citation, ...], styles: Styles, width: int) -> Document:
    """A text that grows, as one that takes in the sources that are known by now."""
    from textchat.ui.transcript.cited.cited_document import CitedDocument

    if not isinstance(drawing, CitedDocument):
        drawing = CitedDocument(styles, width, drawing.text)
    drawing.cite(citations)
    return drawing


def is_drawn_as(drawing: Document, text: str, citations: Sequence[Citation]) -> bool:
    """Whether what grew looks as the whole text does with its sources."""
    if not citations:
        return drawing.text == text
    from textchat.ui.transcript.cited.cited_document import CitedDocument

    return isinstance(drawing, CitedDocument) and drawing.is_drawn_as(text, citations)
