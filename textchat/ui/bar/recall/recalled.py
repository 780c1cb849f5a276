"""Finds sent prompts of all conversations by what is typed: page by page from the store, each prompt once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textchat.core.parts.draft import Draft
    from textchat.live.workspace import Workspace
    from textchat.store.history import History
    from textchat.store.search.sent_prompts import SentPrompt

MOST_FOUND = 200
LEAST_FUZZY = 3
"""Letters of a word that may be missing some in between."""
LONGEST_TOKEN = 64
PER_LETTER = 4
"""A word with letters left out is at most so many times as long as what is typed of it."""


@dataclass(frozen=True, slots=True)
class RecalledPrompt:
    """A prompt that was found."""

    prompt: SentPrompt
    history: History
    is_private: bool = False
    is_exact: bool = True
    """Whether all that was typed stands in it, letter by letter."""


@dataclass(frozen=True, slots=True)
class RecalledPrompts:
    """What was found so far, best first: what has the words, then what is like them; both newest first."""

    rows: Sequence[RecalledPrompt] = ()
    has_more: bool = False
    is_complete: bool = False


@dataclass(eq=False)
class PromptSearch:
    """Searches the store, and what is private as long as it is in memory."""

    workspace: Workspace

    async def search(self, query: str) -> AsyncIterator[RecalledPrompts]:
        """What fits a query; each yield takes the place of the one before. Raises StoreError."""
        words = query.casefold().split()
        exact: list[RecalledPrompt] = []
        fuzzy: list[RecalledPrompt] = []
        seen: set[tuple[str, int, tuple[str, ...]]] = set()
        found = RecalledPrompts()
        async for page in self._pages():
            for row in await asyncio.to_thread(_matching, words, page):
                key = (row.prompt.beginning, row.prompt.size, row.prompt.files)
                if key not in seen:
                    seen.add(key)
                    (exact if row.is_exact else fuzzy).append(row)
            rows = [*_newest(exact), *_newest(fuzzy)]
            found = RecalledPrompts(rows[:MOST_FOUND], has_more=len(rows) > MOST_FOUND)
            if len(exact) > MOST_FOUND:
                break
            del fuzzy[MOST_FOUND:]
            yield found
        yield replace(found, is_complete=True)

    async def _pages(self) -> AsyncIterator[list[RecalledPrompt]]:
        private = self.workspace.private_history
        for history in filter(None, (private, self.workspace.history)):
            async for page in history.prompts.pages():
                yield [RecalledPrompt(prompt, history, is_private=history is private) for prompt in page]


def _newest(rows: Sequence[RecalledPrompt]) -> list[RecalledPrompt]:
    return sorted(rows, key=lambda row: -row.prompt.at)


def _matching(words: Sequence[str], page: Sequence[RecalledPrompt]) -> list[RecalledPrompt]:
    found: list[RecalledPrompt] = []
    for row in page:
        # An empty prompt with files is found by their names.
        text = " ".join((row.prompt.beginning, *row.prompt.files)).casefold()
        if all(word in text for word in words):
            found.append(row)
        elif words and is_like(words, text):
            found.append(replace(row, is_exact=False))
    return found


def is_like(words: Sequence[str], text: str) -> bool:
    """Whether each word stands in the text, or its letters in one of its words, in order and from its beginning."""
    tokens = [token for token in text.split() if len(token) <= LONGEST_TOKEN]
    return all(
        word in text or (len(word) >= LEAST_FUZZY and any(_has_letters(word, token) for token in tokens))
        for word in words
    )


def _has_letters(word: str, token: str) -> bool:
    if token[:1] != word[0] or len(token) > PER_LETTER * len(word):
        return False
    letters = iter(token)
    return all(letter in letters for letter in word)


async def draft_of(found: RecalledPrompt, shown: History) -> Draft | None:
    """The whole prompt, to be put into the bar of a conversation of the store `shown`; None where it was deleted.

    What is attached is read only where it is another store's: else it is found there when it is sent.
    """
    draft = await found.history.prompts.whole(found.prompt)
    if draft is None or found.history is shown or not draft.parts:
        return draft
    return replace(draft, parts=await found.history.with_loaded(draft.parts))
