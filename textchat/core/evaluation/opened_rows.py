"""Defines what the app opens of a file of results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textchat.core.conversation import Conversation
from textchat.core.evaluation.result_row import ResultRow


@dataclass(frozen=True, slots=True)
class OpenedRows:
    """The answers to one prompt as a conversation that is to be private."""

    conversation: Conversation
    rows: Mapping[str, ResultRow]
    """The line behind each answer, by the id of its message."""
