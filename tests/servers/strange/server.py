"""A server that answers as the case says whose name is the model's; the first part of the path is how it is cut."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping

from tests.servers.http import Exchange, LoopbackServer, Received
from tests.servers.openai import BYTEWISE, WHOLE
from tests.servers.strange.case import Answer, Asked, Case

CUTTINGS = {"whole": WHOLE, "bytes": BYTEWISE}
_IN_PATH = re.compile(r"models/([^:]+):")


class StrangeServer(LoopbackServer):
    """Use it as a context manager; `asked` are the requests for one case, cut in one way."""

    def __init__(self, cases: Mapping[str, Case]) -> None:
        super().__init__()
        self._cases = cases
        self._numbers: Counter[tuple[str, str]] = Counter()

    def asked(self, cutting: str, name: str) -> int:
        return self._numbers[cutting, name]

    async def answer(self, exchange: Exchange) -> None:
        cutting, name = self._key(exchange.request)
        self._numbers[cutting, name] += 1
        request = exchange.request
        answering = self._cases[name].answer
        asked = Asked(request.json, request.path, self._numbers[cutting, name])
        await _say(exchange, answering if isinstance(answering, Answer) else answering(asked), cutting)

    @staticmethod
    def _key(request: Received) -> tuple[str, str]:
        in_path = _IN_PATH.search(request.path)
        return request.path.split("/")[1], in_path[1] if in_path else str(request.json["model"])


async def _say(exchange: Exchange, answer: Answer, cutting: str) -> None:
    send = exchange.raw if answer.is_raw else exchange.send
    if not answer.is_raw:
        await exchange.head(answer.status, answer.headers)
    for step in answer.steps:
        if isinstance(step, float):
            await asyncio.sleep(step)
            continue
        for piece in CUTTINGS[cutting](step):
            await send(piece)
    if answer.then == "hang":
        await asyncio.Event().wait()
    if answer.is_raw or answer.then == "close":
        exchange.close()
    else:
        await exchange.end()
