"""Requests a title from the model named in the settings, once, in the background, after the first answer."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from textchat.core.configuration import Settings
from textchat.core.conversation import Conversation, Message, Role, Status, first_words
from textchat.core.errors import ConfigurationError
from textchat.core.generation import Limits, run_reply
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.core.text.sanitize import plain_line
from textchat.providers.catalog import Catalog

LONGEST_EXCERPT = 2000
"""Characters of the prompt and of the answer that the model is shown."""
LONGEST_TITLE = 80
WISH = (
    "Below is the beginning of a conversation. Give it a title of at most six words, in the language of the prompt. "
    "Answer with the title alone."
)

log = logging.getLogger("textchat.titles")


class Titles:
    """Requests titles; create it once per process. After a failure, which is logged, the first words stay the title."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self._catalog = catalog
        self._settings = settings
        self._asked: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def consider(self, conversation: Conversation, answer: Message, take: Callable[[str], Awaitable[None]]) -> None:
        """Request a title if `answer`, which has ended, is the first complete one; returns at once.

        `take` is given the title once a model has written one.
        """
        if not self._settings.ui.title_model or conversation.id in self._asked:
            return
        prompt = conversation.messages.get(answer.parent_id or "")
        if answer.status is not Status.COMPLETE or not answer.text.strip() or prompt is None:
            return
        self._asked.add(conversation.id)
        if prompt.parent_id is None and conversation.title == first_words(prompt.text):
            task = asyncio.create_task(self._give(prompt.text, answer.text, take))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Cancel the running requests."""
        for task in self._tasks:
            task.cancel()

    async def _give(self, prompt: str, answer: str, take: Callable[[str], Awaitable[None]]) -> None:
        if title := await self._title_for(prompt, answer):
            await take(title)

    async def _title_for(self, prompt: str, answer: str) -> str:
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
    """Extract the title from a model's answer: its first line without markup, quotes or a label; empty if none."""
    line = plain_line(next((line for line in text.splitlines() if re.search(r"\w", line)), ""))
    line = re.sub(r"^[\W_]*title\s*:", "", line, flags=re.IGNORECASE)
    return first_words(re.sub(r"^[\s#*_`\"'“”„«»]+|[\s*_`\"'“”„«».]+$", "", line), LONGEST_TITLE)
