"""Markdown reader: lays out a growing text in lines, and outlines a whole one; all other modules are internal."""

from textchat.render.markdown.code.early_lexers import load_lexers_early
from textchat.render.markdown.document import CodeBlock, Document, estimate_height
from textchat.render.markdown.source_outline import BlockKind, OutlineBlock, outline
from textchat.render.spans import Link

__all__ = [
    "BlockKind",
    "CodeBlock",
    "Document",
    "Link",
    "OutlineBlock",
    "estimate_height",
    "load_lexers_early",
    "outline",
]
