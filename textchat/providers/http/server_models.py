"""Lists the models of a server, page by page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from textchat.core.errors import ChatError, NotFoundError, ProtocolError, TimeLimitError
from textchat.core.limits import MODEL_LIST, MODEL_PAGES
from textchat.core.provider import ModelInfo
from textchat.providers import failures
from textchat.providers.error_documents import error_details
from textchat.providers.protocol import ChatProtocol, HttpRequest
from textchat.providers.protocols.model_list import NoModelListError

LIST_S = 20.0
"""Seconds that a list of models may take."""
DETAILS_S = 3.0
"""Seconds that what a list leaves out may take."""
NO_LIST_STATUSES = frozenset({404, 405, 410, 501})
"""What servers answer where there is no list of models."""

Asking = Callable[[HttpRequest, int], Awaitable[Any]]
"""Gives the JSON document that a server answers with, of at most so many bytes; raises a ChatError."""


class ServerModels:
    """The list of models of the server that a protocol's settings name; `address_key` is for error messages."""

    def __init__(self, protocol: ChatProtocol, address_key: str) -> None:
        self._protocol = protocol
        self._settings = protocol.settings
        self._address_key = address_key

    async def all(self, ask: Asking) -> list[ModelInfo]:
        """The server's models, or those of the settings if it lists none; raises a ChatError."""
        models: list[ModelInfo] = []
        try:
            async with asyncio.timeout(min(LIST_S, self._settings.timeout.first_token)):
                models = await self._pages(ask)
        except TimeoutError:
            raise TimeLimitError(
                f"{self._settings.name} did not list its models in time. Check that the server is running."
            ) from None
        except NoModelListError:
            if not self._settings.models:
                raise
        except ChatError as error:
            if error.status not in NO_LIST_STATUSES:
                raise
            if not self._settings.models:
                raise self._without_list(error) from error
        models = models or [ModelInfo(name) for name in self._settings.models]
        models = await self._detailed(models, ask)
        self._protocol.learn(models)
        return models

    async def _pages(self, ask: Asking) -> list[ModelInfo]:
        """The models of all pages; some servers answer with the first one for ever."""
        models: dict[str, ModelInfo] = {}
        asked: set[str] = set()
        page_request: HttpRequest | None = self._protocol.list_request()
        for _ in range(MODEL_PAGES.most):
            if page_request is None:
                break
            asked.add(page_request.path)
            page = self._protocol.read_models(await ask(page_request, MODEL_LIST.most))
            models.update((model.id, model) for model in page.models)
            page_request = None if page.next is None or page.next.path in asked else page.next
        return list(models.values())

    async def _detailed(self, models: list[ModelInfo], ask: Asking) -> list[ModelInfo]:
        """`models` with what their server says of each by itself, as far as it does so in time."""
        detailed = list(models)
        try:
            async with asyncio.timeout(DETAILS_S):
                for place, model in enumerate(models):
                    if (request := self._protocol.detail_request(model.id)) is None:
                        break
                    detailed[place] = self._protocol.read_detail(model, await ask(request, MODEL_LIST.most))
        except (TimeoutError, ChatError):
            pass  # the list itself stands
        return detailed

    def _without_list(self, error: ChatError) -> NotFoundError:
        """The error of a server without a list of models; the usual advice would be to ask for this list."""
        quoted = re.search(r": “.*”", error.message, re.DOTALL)
        return NotFoundError(
            f"{self._settings.name} has no list of models at its address (HTTP {error.status})"
            f'{quoted[0] if quoted else ""}. Check {self._address_key}, or set models = ["NAME"] '
            f"in [providers.{self._settings.name}].",
            status=error.status,
            words=error.words,
        )


def read_list(data: bytes, name: str, advice: str) -> Any:
    """The JSON document in a body; raises a ChatError where it is none, or tells of a failure."""
    try:
        document = failures.parse_json(data, name)
    except ProtocolError as error:
        raise NoModelListError(error.message) from None
    details = error_details(document)
    if details is not None:
        raise failures.failure(name, details, advice, is_model_list=True)
    return document
