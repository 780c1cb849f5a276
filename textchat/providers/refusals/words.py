"""The words of a refusal by which it is classified."""

from __future__ import annotations

from textchat.providers.error_documents import ErrorDetails

LONGEST_WORDS = 8_000
"""The characters that are looked at, from both ends; each gap in a pattern is bounded as well."""


def words_of(details: ErrorDetails) -> str:
    """The codes and the message in lower case, of limited length."""
    said = details.message
    if len(said) > LONGEST_WORDS:
        said = f"{said[: LONGEST_WORDS // 2]} {said[-LONGEST_WORDS // 2 :]}"
    return f"{details.code[:LONGEST_WORDS]} {said.lower()}"
