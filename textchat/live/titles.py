"""Requests a title from the model named in the settings, once, in the background, after the first answer."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from textchat.core.conversation import LONGEST_BEGINNING, Conversation, Message, Pane, Role, Status, first_words, new_id
from textchat.core.errors import ConfigurationError
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_line
from textchat.live.budget import PlannedRequest
from textchat.live.library import PendingReply
from textchat.live.replies import new_reply
from textchat.live.running_reply import ReplyServices

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

    def __init__(self, services: ReplyServices) -> None:
        """The requests cost money too: they are in the journal of the `services`, and within their budget."""
        self._services = services
        self._asked: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def consider(self, conversation: Conversation, answer: Message, take: Callable[[str], Awaitable[None]]) -> None:
        """Request a title if `answer`, which has ended, is the first complete one; returns at once.

        `take` is given the title once a model has written one.
        """
        if not self._services.settings.ui.title_model or conversation.id in self._asked:
            return
        if conversation.blind is not None:  # it would be shown the reply of one, and may tell its model
            return
        prompt = conversation.messages.get(answer.parent_id or "")
        if answer.status is not Status.COMPLETE or not answer.text.strip() or prompt is None:
            return
        self._asked.add(conversation.id)
        if prompt.parent_id is None and conversation.title == first_words(prompt.text):
            task = asyncio.create_task(self._give(prompt.text, answer.text, take))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """Cancel the running requests; returns once each is in the journal."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _give(self, prompt: str, answer: str, take: Callable[[str], Awaitable[None]]) -> None:
        if title := await self._title_for(prompt, answer):
            await take(title)

    async def _title_for(self, prompt: str, answer: str) -> str:
        text = f"{WISH}\n\nPrompt:\n{prompt[:LONGEST_EXCERPT]}\n\nAnswer:\n{answer[:LONGEST_EXCERPT]}"
        try:
            reply = await self._answer_to(Message(new_id(), None, Role.USER, text))
        except (ConfigurationError, StoreError) as error:
            log.warning("No title: %s", error)
            return ""
        if reply.error is not None:  # not its message: a server may quote the prompt in it
            log.warning("No title from %s: %s, status %s", reply.model, reply.error.kind, reply.error.status)
        return title_from(reply.text) if reply.status is Status.COMPLETE else ""

    async def _answer_to(self, message: Message) -> Reply:
        """Ask the model of the settings. Raises ConfigurationError where it cannot be asked, or StoreError."""
        services, name = self._services, self._services.settings.ui.title_model
        services.catalog.open(name)
        plain = services.settings.model(name).parameters
        parameters = replace(plain, system=None, examples=(), stop=None, web=False, schema=None)
        reply_id = ""
        if services.budget is not None:
            tokens = services.metering.estimate_input(name, (message,))
            allowance = await services.budget.allow_requests({name: PlannedRequest(name, parameters, tokens)})
            if allowance.refusal:
                raise ConfigurationError(allowance.refusal)
            reply_id = allowance.take(name)
        pending = PendingReply(
            new_reply("", Pane("", name, parameters), (message,), reply_id=reply_id), (message,), services
        )
        try:
            return await pending
        finally:
            pending.cancel()
            await pending.until_ended()


def title_from(text: str) -> str:
    """Extract the title from a model's answer: its first line without markup, quotes or a label; empty if none."""
    line = plain_line(next((line for line in text[:LONGEST_BEGINNING].splitlines() if re.search(r"\w", line)), ""))
    line = re.sub(r"^[\W_]*title\s*:", "", line, flags=re.IGNORECASE)
    return first_words(re.sub(r"^[\s#*_`\"'“”„«»]+|[\s*_`\"'“”„«».]+$", "", line), LONGEST_TITLE)
