"""Finds the messages in requests and replies of chat interfaces, alone, together or in the wrappings of batches.

| interface | request | reply |
|---|---|---|
| OpenAI's chat, https://platform.openai.com/docs/api-reference/chat | `messages` | `choices` with a `message` each |
| Anthropic, https://docs.anthropic.com/en/api/messages | `system`, `messages` | a message |
| OpenAI's Responses, https://platform.openai.com/docs/api-reference/responses | `instructions`, `input` | `output` |
| Gemini, https://ai.google.dev/api/generate-content | `systemInstruction`, `contents` | `candidates` |
| Ollama, https://github.com/ollama/ollama/blob/main/docs/api.md | `messages` | `message`, `done` |
| tuning, https://platform.openai.com/docs/guides/fine-tuning | `prompt`, or `input` with `messages` | `completion` … |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textchat.core.text.json_fields import as_list, as_table, items, rows, table
from textchat.store.transfer.importers.messages.gemini_contents import is_content, text_of
from textchat.store.transfer.importers.messages.response_items import is_item

_WRAPPINGS = (
    (),
    ("body",),
    ("params",),
    ("request",),
    ("request", "body"),
    ("response",),
    ("response", "body"),
    ("result", "message"),
)
"""Where a request or reply lies: batches of OpenAI and Anthropic wrap them, and so do logs."""
_PREFERENCES = ("completion", "chosen", "rejected", "preferred_output", "non_preferred_output")


@dataclass(frozen=True, slots=True)
class Version:
    """A reply: one or several messages or items."""

    entries: Sequence[Any]
    finish: object = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    model: object = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The messages of a request, and the replies to it."""

    entries: Sequence[Any]
    system: object = None
    """The system prompt that stands outside of the messages: a text or content blocks."""
    versions: Sequence[Version] = ()
    model: object = None


def is_message(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("role"), str)


def is_entry(entry: object) -> bool:
    """Whether it is something that a list of messages may hold."""
    return is_message(entry) or is_item(entry) or is_content(entry)


def are_entries(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_entry, value))


def dialogue_of(entry: object) -> Dialogue | None:
    """The dialogue in an object or a list; None if it is neither a request nor a reply."""
    if isinstance(entry, list):
        return Dialogue(entry) if all(map(is_message, entry)) or are_entries(entry) else None
    bodies = [body for wrapping in _WRAPPINGS if (body := _inside(entry, wrapping))]
    request = next(filter(None, map(_request, bodies)), None)
    versions = next(filter(None, (list(_versions(body)) for body in bodies)), ())
    if request is None and not versions:
        return None
    asked = request or Dialogue(())
    return Dialogue(asked.entries, asked.system, versions, asked.model)


def _inside(entry: object, wrapping: Sequence[str]) -> Mapping[str, Any]:
    found = as_table(entry)
    for key in wrapping:
        found = table(found, key)
    return found


def _request(body: Mapping[str, Any]) -> Dialogue | None:
    model = body.get("model")
    messages = body["conversations"] if are_entries(body.get("conversations")) else body.get("messages")
    if isinstance(messages, list) and (all(map(is_message, messages)) or are_entries(messages)):
        return Dialogue(messages, body.get("system"), model=model)
    if are_entries(body.get("contents")):
        instruction = body.get("systemInstruction") or body.get("system_instruction")
        return Dialogue(body["contents"], text_of(instruction), model=model)
    asked = body.get("input")
    if are_entries(asked) or (isinstance(asked, str) and ("instructions" in body or are_entries(body.get("output")))):
        return Dialogue(_listed(asked, "user"), body.get("instructions"), model=model)
    if are_entries(table(body, "input").get("messages")):
        return Dialogue(body["input"]["messages"], model=model)
    if any(_listed(body.get(key), "") for key in _PREFERENCES) and (prompt := _listed(body.get("prompt"), "user")):
        return Dialogue(prompt, model=model)
    return None


def _listed(value: object, role: str) -> list[Any]:
    """A text as a list of one message; anything but that and messages as an empty one."""
    if isinstance(value, str):
        return [{"role": role, "content": value}] if value.strip() else []
    return as_list(value) if are_entries(value) else []


def _versions(body: Mapping[str, Any]) -> Iterator[Version]:
    model = body.get("model") or body.get("modelVersion")
    for choice in rows(body, "choices"):
        if is_message(choice.get("message")):
            yield Version([choice["message"]], choice.get("finish_reason"), table(body, "usage"), model)
    for candidate in rows(body, "candidates"):
        if is_content(content := candidate.get("content")):
            reply = [{**as_table(content), "role": "model"}]
            yield Version(reply, candidate.get("finishReason"), table(body, "usageMetadata"), model)
    if are_entries(body.get("output")):
        finish = table(body, "incomplete_details").get("reason") or body.get("status")
        yield Version(items(body, "output"), finish, table(body, "usage"), model)
    if body.get("type") == "message" and is_message(body) and "stop_reason" in body:
        yield Version([body])
    if isinstance(body.get("done"), bool) and is_message(body.get("message")):
        usage = {"prompt_tokens": body.get("prompt_eval_count"), "completion_tokens": body.get("eval_count")}
        yield Version([body["message"]], body.get("done_reason"), usage, model)
    if "prompt" in body or are_entries(table(body, "input").get("messages")):
        yield from (Version(reply) for key in _PREFERENCES if (reply := _listed(body.get(key), "assistant")))
