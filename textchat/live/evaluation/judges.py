"""Asks judges: each question is one request without a conversation, within the ceilings of the budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from textchat.core.conversation import Message, Pane, Role, Status, new_id
from textchat.core.errors import ConfigurationError
from textchat.core.evaluation.judging import (
    SYSTEM,
    SYSTEM_OF_SAMENESS,
    VERDICT,
    VERDICTS,
    WINNER,
    WINNERS,
    Criterion,
    JudgedPair,
    Said,
    said_in,
    schema_of,
)
from textchat.core.parameters import Parameters
from textchat.live.budget import Allowance, Budget, Estimate, PlannedRequest
from textchat.live.library import PendingReply
from textchat.live.replies import new_reply
from textchat.live.running_reply import ReplyServices

MOST_AT_ONCE = 8
"""Requests that run at once; `max_concurrent` of a provider may be lower."""
USUAL_TOKENS = 200
"""Tokens of a verdict with its reason, to estimate what it costs."""


@dataclass(frozen=True, slots=True)
class Question:
    """What one judge is asked once."""

    judge: str
    """`PROVIDER/MODEL`."""
    pair: JudgedPair
    criterion: Criterion | None
    """None: whether both replies say the same."""
    swapped: bool = False

    @property
    def choice(self) -> tuple[str, tuple[str, ...]]:
        """The key of the answer, and the words that it can be."""
        return (VERDICT, VERDICTS) if self.criterion is None else (WINNER, WINNERS)

    @property
    def system(self) -> str:
        return SYSTEM_OF_SAMENESS if self.criterion is None else SYSTEM

    def message(self) -> Message:
        text = self.pair.question(self.criterion, swapped=self.swapped)
        return Message(new_id(), None, Role.USER, text)


@dataclass(frozen=True, slots=True)
class Silent:
    """A judge gave no verdict; `why` is one sentence."""

    why: str


class Judges:
    """Asks judges with the services of replies; raises ConfigurationError for one that cannot be opened."""

    def __init__(self, names: Sequence[str], services: ReplyServices, budget: Budget) -> None:
        for name in names:
            services.catalog.open(name)
        self._services = services
        self._budget = budget
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def estimate(self, questions: Sequence[Question]) -> Estimate:
        """What it would cost to ask them, as far as the prices are known."""
        await self._services.metering.loaded()
        return self._budget.estimate(map(self._planned, questions))

    async def answers(self, questions: Sequence[Question]) -> AsyncGenerator[tuple[Question, Said | Silent], None]:
        """What the judges say, each as soon as it is there; use it with `aclosing`, which cancels the others.

        Raises ConfigurationError where a ceiling of the budget forbids the requests, and StoreError.
        """
        allowance = await self._allowed(questions)
        tasks = [
            asyncio.create_task(self._answer(question, allowance.take(str(place))))
            for place, question in enumerate(questions)
        ]
        try:
            for task in asyncio.as_completed(tasks):
                yield await task
        finally:
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _allowed(self, questions: Sequence[Question]) -> Allowance:
        planned = {str(place): self._planned(question) for place, question in enumerate(questions)}
        allowance = await self._budget.allow_requests(planned)
        if allowance.refusal:
            raise ConfigurationError(allowance.refusal)
        return allowance

    def _planned(self, question: Question) -> PlannedRequest:
        tokens = self._services.metering.estimate_input(question.judge, (question.message(),), question.system)
        return PlannedRequest(question.judge, Parameters(max_tokens=USUAL_TOKENS), tokens)

    async def _answer(self, question: Question, reply_id: str) -> tuple[Question, Said | Silent]:
        """Ask, and once more where the answer is no verdict: then without what a server may not take."""
        async with self._places:
            message = await self._asked(question, reply_id, is_plain=False)
            if (said := _said(question, message)) is None:
                allowance = await self._allowed([question])
                message = await self._asked(question, allowance.take("0"), is_plain=True)
                said = _said(question, message)
        return question, said or Silent(_why_silent(message))

    async def _asked(self, question: Question, reply_id: str, *, is_plain: bool) -> Message:
        pane = Pane("", question.judge, self._parameters(question, is_plain=is_plain))
        branch = (question.message(),)
        reply = new_reply("", pane, branch, reply_id=reply_id)
        pending = PendingReply(reply, branch, self._services)
        try:
            await pending.until_ended()
        except asyncio.CancelledError:
            pending.cancel()
            await pending.until_ended()
            raise
        return pending.reply.freeze()

    def _parameters(self, question: Question, *, is_plain: bool) -> Parameters:
        """Those of the settings for this model, but for what would have a say in the verdict."""
        known = self._services.settings.model(question.judge).parameters
        own = {"system": question.system, "examples": (), "stop": None, "max_tokens": None, "web": False}
        if is_plain:
            return known.merged({**own, "schema": None})
        return known.merged({**own, "schema": schema_of(*question.choice), "temperature": 0.0})


def _said(question: Question, message: Message) -> Said | None:
    return said_in(message.text, *question.choice) if message.status is Status.COMPLETE else None


def _why_silent(message: Message) -> str:
    if message.error is not None:
        return message.error.message
    return "The reply has no verdict in it."
