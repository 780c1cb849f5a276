"""The plain pieces of each protocol, as its own server sends them; a case bends what is between them."""

from __future__ import annotations

import json
from typing import Any

from tests.servers.strange.case import Answer, stream
from textchat.core.configuration import Protocol

OPENAI, ANTHROPIC, GEMINI, OLLAMA = Protocol.OPENAI, Protocol.ANTHROPIC, Protocol.GEMINI, Protocol.OLLAMA


def js(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def data(value: Any, event: str = "") -> bytes:
    """An event whose data is a document, or a text as it is."""
    head = f"event: {event}\n".encode() if event else b""
    return head + b"data: " + (value.encode() if isinstance(value, str) else js(value)) + b"\n\n"


# -- OpenAI ----------------------------------------------------------------------------------------------------------


def chunk(text: Any = None, reason: str | None = None, *, index: Any = 0, **delta: Any) -> dict[str, Any]:
    """One chunk with one choice; `text` is its content."""
    delta |= {} if text is None else {"content": text}
    return choices({"index": index, "delta": delta, "finish_reason": reason})


def choices(*several: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": list(several), **more}


def say(text: Any = None, reason: str | None = None, **more: Any) -> bytes:
    return data(chunk(text, reason, **more))


def usage(given: int = 7, made: int = 5, total: int | None = None, **more: Any) -> dict[str, Any]:
    total = given + made if total is None else total
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": total, **more}


def completion(text: Any, *, index: Any = 0, reason: str = "stop", **more: Any) -> dict[str, Any]:
    """The document of a blocking answer."""
    message = {"role": "assistant", "content": text}
    return choices({"index": index, "message": message, "finish_reason": reason}, usage=usage(), **more)


STOP = say(reason="stop")
USAGE = data(choices(usage=usage()))
DONE = data("[DONE]")
TAIL = STOP + USAGE + DONE
HELLO = say("Hello")
SOME = say("Some ")
GOOD = stream(HELLO, TAIL)


# -- Anthropic -------------------------------------------------------------------------------------------------------


def claude(kind: str, **fields: Any) -> bytes:
    return data({"type": kind, **fields}, kind)


def claude_text(text: str) -> bytes:
    return claude("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def claude_start(**usage: Any) -> bytes:
    message = {"id": "m", "role": "assistant", "content": [], "usage": usage or {"input_tokens": 7, "output_tokens": 1}}
    return claude("message_start", message=message)


def claude_stop(reason: str | None = "end_turn", **usage: Any) -> bytes:
    return claude("message_delta", delta={"stop_reason": reason}, usage=usage or {"output_tokens": 5})


MESSAGE_STOP = claude("message_stop")
CLAUDE_PING = claude("ping")
CLAUDE_TAIL = claude_stop() + MESSAGE_STOP
CLAUDE_HELLO = claude_start() + claude_text("Hello")
CLAUDE_GOOD = stream(CLAUDE_HELLO, CLAUDE_TAIL)


def claude_message(text: str) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    figures = {"input_tokens": 7, "output_tokens": 5}
    return {"type": "message", "role": "assistant", "content": content, "stop_reason": "end_turn", "usage": figures}


# -- Gemini ----------------------------------------------------------------------------------------------------------

GEMINI_USAGE = {"usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 5, "totalTokenCount": 12}}


def candidate(*parts: Any, reason: str | None = None, index: Any = 0, **more: Any) -> dict[str, Any]:
    """A document with one candidate; a text is a part of that text."""
    content = {"role": "model", "parts": [{"text": each} if isinstance(each, str) else each for each in parts]}
    one = {"index": index} | ({"content": content} if parts else {}) | ({"finishReason": reason} if reason else {})
    return {"candidates": [one | more]}


def gem(*parts: Any, reason: str | None = None, **more: Any) -> bytes:
    figures = GEMINI_USAGE if reason else {}
    return data(candidate(*parts, reason=reason, **more) | figures)


GEMINI_END = gem("", reason="STOP")
GEMINI_GOOD = stream(gem("Hello"), GEMINI_END)


# -- Ollama ----------------------------------------------------------------------------------------------------------

OLLAMA_FIGURES = {"done_reason": "stop", "prompt_eval_count": 7, "eval_count": 5}


def llama(text: str, *, done: bool = False, **more: Any) -> dict[str, Any]:
    figures = OLLAMA_FIGURES if done else {}
    return {"model": "m", "message": {"role": "assistant", "content": text}, "done": done, **figures, **more}


def line(text: str, **more: Any) -> bytes:
    return js(llama(text, **more)) + b"\n"


LAST_LINE = line("", done=True)


def lines(*steps: bytes | float, **headers: str) -> Answer:
    return stream(*steps, Content_Type="application/x-ndjson", **headers)


OLLAMA_GOOD = lines(line("Hello"), LAST_LINE)
GOOD_OF = {OPENAI: GOOD, ANTHROPIC: CLAUDE_GOOD, GEMINI: GEMINI_GOOD, OLLAMA: OLLAMA_GOOD}
