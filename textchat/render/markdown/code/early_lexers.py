"""Loads the lexers of the usual languages before the first block of code needs them, while the user does nothing."""

from __future__ import annotations

import asyncio

from textchat.core.waiting.calm import Calm
from textchat.render.markdown.code.highlight import lexer_for

_USUAL = ("python", "bash", "javascript", "json", "typescript", "html", "css", "sql", "yaml", "c", "java", "go", "rust")
_CALM_S = 0.5
"""How long the user has done nothing before each of them: css takes 0.1 s, the others less."""


async def load_lexers_early(calm: Calm) -> None:
    """Load the lexers one by one, each in a thread and in a calm time of its own."""
    for language in _USUAL:
        await calm.lasts(_CALM_S)
        await asyncio.to_thread(lexer_for, language)
