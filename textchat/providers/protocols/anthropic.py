"""The Anthropic Messages protocol: requests and the list of models.

Source: https://docs.claude.com/en/api/messages, /en/api/models-list, /en/api/versioning and /en/api/errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from textchat.core.conversation import Message, Role
from textchat.core.parts.part import Part
from textchat.core.provider import ModelInfo, Request
from textchat.core.text import json_fields as fields
from textchat.providers.protocol import BodyFields, ChatProtocol, HttpRequest, ModelPage
from textchat.providers.protocols import inline_files as inline
from textchat.providers.protocols.anthropic_reader import AnthropicReader
from textchat.providers.protocols.model_list import NoModelListError, first_text, model_entries
from textchat.providers.protocols.request_body import call_arguments, present
from textchat.providers.protocols.turn_shaping import RoleRun, role_runs, system_text

VERSION = {"anthropic-version": "2023-06-01"}
USUAL_MAX_TOKENS = 16_384
"""The protocol wants a limit in each request. This one is more than answers need, and little enough that a blocking
request ends before connections are cut; where a model takes less, the server says how much and is asked again."""
PAGE = 1000


class AnthropicProtocol(ChatProtocol):
    """Messages, streamed or whole. `seed` is not sent: the protocol has none."""

    default_url = "https://api.anthropic.com"
    url_variable = "ANTHROPIC_BASE_URL"
    key_variables = ("ANTHROPIC_API_KEY",)
    reader_type = AnthropicReader
    body_fields = BodyFields(needed=frozenset({"model", "max_tokens", "messages", "stream", "system"}))

    def address(self, address: str) -> str:
        return address.rstrip("/").removesuffix("/v1")

    def key_headers(self, key: str) -> Mapping[str, str]:
        return {"x-api-key": key}

    def chat_request(self, request: Request) -> HttpRequest:
        parameters = request.parameters
        runs = role_runs(request)
        body: dict[str, Any] = {
            "model": request.model,
            "max_tokens": parameters.max_tokens or _usual_limit(parameters.extra),
            "messages": [_message(run, is_last=run is runs[-1]) for run in runs],
            "stream": parameters.stream,
        }
        if system := system_text(request):
            body["system"] = system
        body |= present({"temperature": parameters.temperature, "top_p": parameters.top_p})
        body |= parameters.extra
        return HttpRequest("/v1/messages", body, VERSION, stream=parameters.stream)

    def list_request(self) -> HttpRequest:
        return HttpRequest(f"/v1/models?limit={PAGE}", headers=VERSION)

    def read_models(self, document: Any) -> ModelPage:
        entries = model_entries(document, ("data",))
        if entries is None:
            raise NoModelListError(f"{self.settings.name} did not send a list of models. Check its base_url.")
        models = [
            # 0 stands for a window that is not known.
            ModelInfo(name, fields.count(entry, "max_input_tokens") or None)
            for entry in entries
            if (name := first_text(entry, "id", "name"))
        ]
        last = fields.text(document, "last_id")
        if not isinstance(document, dict) or not document.get("has_more") or not last:
            return ModelPage(models)
        return ModelPage(
            models, HttpRequest(f"/v1/models?limit={PAGE}&after_id={quote(last, safe='')}", headers=VERSION)
        )

    def lower_limit(self, body: Mapping[str, Any], refusal: str) -> int | None:
        """A lower limit, if the usual one is too high for the model or its remaining window."""
        if body.get("max_tokens") != _usual_limit(body):
            return None
        allowed = _allowed(refusal)
        return allowed if allowed is not None and 0 < allowed < body["max_tokens"] else None


def _usual_limit(body: Mapping[str, Any]) -> int:
    """The limit if the user sets none; the thinking budget is added, because the limit includes it."""
    return USUAL_MAX_TOKENS + (fields.count(body.get("thinking"), "budget_tokens") or 0)


def _allowed(refusal: str) -> int | None:
    """The limit that a refusal names: `max_tokens: 16384 > 4096, …` or `…: 190000 + 16384 > 200000, …`."""
    if parts := re.search(r"(\d{1,9}) \+ (\d{1,9}) > (\d{1,9})", refusal):
        return int(parts[3]) - int(parts[1])
    limit = re.search(r"max_tokens: \d{1,9} > (\d{1,9})", refusal)
    return int(limit[1]) if limit else None


def _message(run: RoleRun, *, is_last: bool) -> dict[str, Any]:
    blocks = [block for message in run.messages for block in _blocks(message)]
    if is_last and run.role is Role.ASSISTANT and blocks[-1]["type"] == "text":
        # To be continued by the model: it refuses one that ends in white space.
        blocks[-1]["text"] = blocks[-1]["text"].rstrip()
    return {"role": str(run.role), "content": blocks}


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    if message.role is Role.TOOL:
        for call in message.tool_calls:
            yield {"type": "tool_result", "tool_use_id": call.id, "content": message.text}
        return
    for part in message.parts:
        yield _file(part)
    if message.text.strip():
        yield {"type": "text", "text": message.text}
    for call in message.tool_calls:
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": call_arguments(call.arguments)}


def _file(part: Part) -> dict[str, Any]:
    """A content block for a file; raises BadRequestError for a file that the protocol cannot carry."""
    is_image = inline.is_image(part)
    if is_image or part.media_type == "application/pdf":
        source = {"type": "base64", "media_type": part.media_type, "data": inline.encoded(part)}
        return {"type": "image" if is_image else "document", "source": source}
    return {"type": "text", "text": inline.required_text(part, "text nor an image or a PDF")}
