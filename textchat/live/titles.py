"""Titles that a model of the user's choice gives: asked once, after the first answer, and never in anyone's way."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from textchat.core.configuration import Settings
from textchat.core.conversation import Message, Role, Status, first_words
from textchat.core.errors import ConfigurationError
from textchat.core.generation import Limits, run_reply
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.core.sanitize import plain_line
from textchat.providers.catalog import Catalog

if TYPE_CHECKING:
    from textchat.live.growing import GrowingConversation

LONGEST_EXCERPT = 2000
"""Characters of the prompt and of the answer that the model is shown."""
LONGEST_TITLE = 80
WISH = (
    "Below is the beginning of a conversation. Give it a title of at most six words, in the language of the prompt. "
    "Answer with the title alone."
)

log = logging.getLogger("textchat.titles")


class Titles:
    """One for a program. What fails here is a line in the log: the first words stay the title."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self._catalog = catalog
        self._settings = settings
        self._asked: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def consider(self, live: GrowingConversation, answer: Message) -> None:
        """An answer has ended: if it is the first that came to its end, ask for a title; returns at once."""
        conversation = live.conversation
        if not self._settings.ui.title_model or conversation.id in self._asked:
            return
        prompt = conversation.messages.get(answer.parent_id or "")
        if answer.status is not Status.COMPLETE or not answer.text.strip() or prompt is None:
            return
        self._asked.add(conversation.id)
        if prompt.parent_id is None and conversation.title == first_words(prompt.text):
            task = asyncio.create_task(self._give(live, prompt.text, answer.text))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Nobody waits for a title."""
        for task in self._tasks:
            task.cancel()

    async def _give(self, live: GrowingConversation, prompt: str, answer: str) -> None:
        before = live.conversation.title
        title = await self._ask(prompt, answer)
        if title and live.conversation.title == before:  # what the user has written meanwhile stays
            await live.rename(title)

    async def _ask(self, prompt: str, answer: str) -> str:
        name = self._settings.ui.title_model
        try:
            model = self._catalog.open(name)
        except ConfigurationError as error:
            log.warning("No title: %s", error)
            return ""
        text = f"{WISH}\n\nPrompt:\n{prompt[:LONGEST_EXCERPT]}\n\nAnswer:\n{answer[:LONGEST_EXCERPT]}"
        parameters = replace(self._settings.model(name).parameters, system=None)
        reply = Reply(conversation_id="", parent_id=None, model=name, parameters=parameters)
        request = Request(model.name, (Message("", None, Role.USER, text),), parameters)
        await run_reply(model.provider, request, reply, limits=Limits.of(model.settings), slots=model.slots)
        if reply.error is not None:  # not its message: a server may quote the prompt in it
            log.warning("No title from %s: %s, status %s", name, reply.error.kind, reply.error.status)
        return title_from(reply.text) if reply.status is Status.COMPLETE else ""


def title_from(text: str) -> str:
    """The title in what a model wrote: its first line without the dress that models give a title; empty if none."""
    line = plain_line(next((line for line in text.splitlines() if re.search(r"\w", line)), ""))
    line = re.sub(r"^[\W_]*title\s*:", "", line, flags=re.IGNORECASE)
    return first_words(re.sub(r"^[\s#*_`\"'“”„«»]+|[\s*_`\"'“”„«».]+$", "", line), LONGEST_TITLE)
