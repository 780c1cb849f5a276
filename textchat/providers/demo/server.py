"""Server of the demo: an httpx transport that answers chat completions within this process."""

from __future__ import annotations

import asyncio
import json
import random
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Any

import httpx

from textchat.core.text import json_fields as fields
from textchat.providers.demo import script as demo_script
from textchat.providers.demo.script import MODELS, Ask, DemoAnswer, DemoModel

CONTEXT_WINDOW = 32_768
BUSY_S = 3
CHARACTERS_PER_TOKEN = 4
TOKENS_PER_FILE = 85

_BY_NAME: Mapping[str, DemoModel] = {model.name: model for model in MODELS}
_Token = tuple[str, str]
"""The field of the delta, and the text in it."""


class DemoTransport(httpx.AsyncBaseTransport):
    """Answers `/models` and `/chat/completions`; `speed` 0 disables all pauses."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._requests: dict[str, int] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/models":
            data = [{"id": model.name, "object": "model", "context_window": CONTEXT_WINDOW} for model in MODELS]
            return httpx.Response(200, json={"object": "list", "data": data})
        body = json.loads(await request.aread())
        model = _BY_NAME.get(body["model"])
        if model is None:
            names = ", ".join(_BY_NAME)
            return _refused(
                404, f"The model `{body['model']}` does not exist; the models are {names}.", "model_not_found"
            )
        number = self._requests[model.name] = self._requests.get(model.name, 0) + 1
        if model.is_busy and number % 2:
            headers = {"Retry-After": str(BUSY_S) if self._speed else "0"}
            return _refused(429, "This scripted model is busy at first.", "rate_limit_exceeded", headers)
        completion = _Completion(model, body, self._speed)
        if not body.get("stream"):
            return httpx.Response(200, json=await completion.whole())
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, stream=_Body(completion.events()))


class _Body(httpx.AsyncByteStream):
    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        self._events = events

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._events

    async def aclose(self) -> None:
        await self._events.aclose()


class _Completion:
    """One answer, sent at its model's pace."""

    def __init__(self, model: DemoModel, body: Mapping[str, Any], speed: float) -> None:
        self._model = model
        self._speed = speed
        self._answer = (
            DemoAnswer("", "")
            if model.is_endless
            else demo_script.answer(model.name, body["messages"], is_careful=model.is_careful, ask=_ask(body))
        )
        self._messages: Sequence[Mapping[str, Any]] = body["messages"]
        seed = body.get("seed")
        self._chance = random.Random(f"{demo_script.DEFAULT_SEED if seed is None else seed} {model.name}")
        self._limit = body.get("max_tokens")
        self._with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        self._started = asyncio.get_running_loop().time()
        self._sent = 0
        self._thought = 0
        self._reason = "stop"

    async def events(self) -> AsyncGenerator[bytes, None]:
        """The answer as server-sent events."""
        async for name, text in self._paced_tokens():
            yield _event(self._document({"choices": [{"index": 0, "delta": {name: text}, "finish_reason": None}]}))
        if extras := self._extras():
            yield _event(self._document({"choices": [{"index": 0, "delta": extras, "finish_reason": None}]}))
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": self._reason}]}
        yield _event(self._document(end))
        if self._with_usage:
            yield _event(self._document({"choices": [], "usage": self._usage()}))
        yield b"data: [DONE]\n\n"

    async def whole(self) -> dict[str, Any]:
        """The answer as one document, available after its last token."""
        message: dict[str, Any] = {"role": "assistant", "content": "", "reasoning_content": ""}
        async for name, text in self._paced_tokens():
            message[name] += text
        message |= self._extras()
        choice = {"index": 0, "message": message, "finish_reason": self._reason}
        return self._document({"choices": [choice], "usage": self._usage()})

    async def _paced_tokens(self) -> AsyncIterator[_Token]:
        model = self._model
        tokens = self._tokens()
        if model.breaks_off:
            tokens = islice(tokens, 60)
        await self._pause_until(model.first_token_s)
        for name, text in tokens:
            if self._limit is not None and self._sent >= self._limit:
                self._reason = "length"
                return
            # Real servers do not keep an even beat either.
            await self._pause_until(
                model.first_token_s + (self._sent + self._chance.uniform(-0.4, 0.4)) / model.tokens_per_s
            )
            yield name, text
            self._sent += 1
            self._thought += name == "reasoning_content"
        if model.breaks_off:
            raise httpx.ReadError("the scripted failure")

    def _tokens(self) -> Iterator[_Token]:
        model = self._model
        if model.is_endless:
            yield from (("content", text) for text in _endless(self._chance))
        answer = self._answer
        yield from (("reasoning_content", text) for text in demo_script.tokens(answer.thinking, self._chance))
        yield from (("content", text) for text in demo_script.tokens(answer.text, self._chance))

    def _extras(self) -> dict[str, Any]:
        """What comes behind the text: a picture as OpenRouter sends it, and sources as OpenAI does."""
        extras: dict[str, Any] = {}
        if self._answer.picture and self._reason == "stop":
            url = f"data:image/png;base64,{b64encode(self._answer.picture).decode()}"
            extras["images"] = [{"type": "image_url", "image_url": {"url": url}}]
        if self._answer.sources and self._reason == "stop":
            extras["annotations"] = [
                {
                    "type": "url_citation",
                    "url_citation": {
                        "url": source.url,
                        "title": source.title,
                        "start_index": source.start,
                        "end_index": source.end,
                    },
                }
                for source in self._answer.sources
            ]
        return extras

    async def _pause_until(self, after_s: float) -> None:
        """Sleep until `after_s` seconds of the script have passed; without pauses, just yield to other tasks."""
        if not self._speed:
            await asyncio.sleep(0)
            return
        at = self._started + after_s / self._speed
        await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))

    def _usage(self) -> dict[str, Any]:
        lengths = [_length(message.get("content")) for message in self._messages]
        characters, files = map(sum, zip(*lengths, strict=True)) if lengths else (0, 0)
        prompt_tokens = -(-characters // CHARACTERS_PER_TOKEN) + 4 * len(self._messages) + TOKENS_PER_FILE * files
        return {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": self._sent,
            "total_tokens": prompt_tokens + self._sent,
            "completion_tokens_details": {"reasoning_tokens": self._thought},
        }

    def _document(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": "demo", "object": "chat.completion.chunk", "created": 0, "model": self._model.name, **fields}


def _ask(body: Mapping[str, Any]) -> Ask:
    effort = body.get("reasoning_effort")
    structure = fields.table(body.get("response_format"), "json_schema")
    return Ask(
        effort if isinstance(effort, str) else None,
        fields.table(structure, "schema") if structure else None,
        "web_search_options" in body,
    )


def _length(content: Any) -> tuple[int, int]:
    """The characters of the text of a message, and the number of its files."""
    if not isinstance(content, list):
        return len(str(content)), 0
    texts = [fields.text(part, "text") for part in content if fields.text(part, "type") == "text"]
    return sum(map(len, texts)), len(content) - len(texts)


def _endless(chance: random.Random) -> Iterator[str]:
    yield from demo_script.tokens("## Squares, all of them\n\nPress **Esc** when you have seen enough.\n\n", chance)
    for number in count(1):
        yield from demo_script.tokens(f"{number}. the square of {number} is **{number * number:,}**\n", chance)


def _event(document: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"


def _refused(status: int, message: str, code: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, headers=dict(headers or {}), json={"error": {"message": message, "code": code}})
