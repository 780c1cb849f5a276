"""The Markdown reader: a growing text laid out in lines, and the outline of a whole one; the rest is inside."""

from textchat.render.markdown.document import CodeBlock, Document, estimate_height
from textchat.render.markdown.source_outline import BlockKind, OutlineBlock, outline
from textchat.render.spans import Link

__all__ = ["BlockKind", "CodeBlock", "Document", "Link", "OutlineBlock", "estimate_height", "outline"]
