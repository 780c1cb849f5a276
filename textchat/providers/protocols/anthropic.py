"""The Anthropic Messages protocol: requests, and the list of models.

Source: https://docs.claude.com/en/api/messages, /en/api/models-list, /en/api/versioning and /en/api/errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from textchat.core import json_fields as fields
from textchat.core.conversation import Attachment, Message, Role
from textchat.core.errors import BadRequestError, ChatError, ProtocolError
from textchat.core.parameters import Parameters
from textchat.core.provider import ModelInfo, Request
from textchat.providers.protocol import Call, ModelPage, Wire
from textchat.providers.protocols import inline_files as attachments
from textchat.providers.protocols.anthropic_reader import AnthropicReader
from textchat.providers.protocols.turn_shaping import Stretch, stretches_of, system_of

VERSION = {"anthropic-version": "2023-06-01"}
USUAL_MAX_TOKENS = 16_384
"""The protocol wants a limit in each request. This one is more than answers need, and little enough that a blocking
request ends before connections are cut; where a model takes less, the server says how much and is asked again."""
PAGE = 1000


class AnthropicWire(Wire):
    """Messages, streamed or whole. `seed` is not sent: the protocol has none."""

    usual_url = "https://api.anthropic.com"
    url_variable = "ANTHROPIC_BASE_URL"
    key_variables = ("ANTHROPIC_API_KEY",)

    def address(self, address: str) -> str:
        return address.rstrip("/").removesuffix("/v1")

    def key_headers(self, key: str) -> Mapping[str, str]:
        return {"x-api-key": key}

    def ask(self, request: Request) -> Call:
        parameters = request.parameters
        stretches = stretches_of(request)
        body: dict[str, Any] = {
            "model": request.model,
            "max_tokens": parameters.max_tokens or _usual_limit(parameters.extra),
            "messages": [_message(stretch, is_last=stretch is stretches[-1]) for stretch in stretches],
            "stream": parameters.stream,
        }
        if system := system_of(request):
            body["system"] = system
        body |= _named(parameters)
        body |= parameters.extra
        return Call("/v1/messages", body, VERSION, stream=parameters.stream)

    def reader(self, request: Request) -> AnthropicReader:
        return AnthropicReader(self.settings.name, self.settings.max_event_bytes)

    def list_call(self) -> Call:
        return Call(f"/v1/models?limit={PAGE}", headers=VERSION)

    def models(self, document: Any) -> ModelPage:
        if not isinstance(document, dict) or not isinstance(document.get("data"), list):
            raise ProtocolError(f"{self.settings.name} did not answer with a list of models; check its base_url.")
        models = [
            # 0 stands for a window that is not known.
            ModelInfo(name, fields.count(entry, "max_input_tokens") or None)
            for entry in fields.rows(document, "data")
            if (name := fields.text(entry, "id"))
        ]
        last = fields.text(document, "last_id")
        if not document.get("has_more") or not last:
            return ModelPage(models)
        return ModelPage(models, Call(f"/v1/models?limit={PAGE}&after_id={quote(last, safe='')}", headers=VERSION))

    def mend(self, call: Call, error: ChatError) -> Call | None:
        """The usual limit was too much for this model or for what its window has left: ask for what it has."""
        if error.status != 400 or call.body is None or call.body["max_tokens"] != _usual_limit(call.body):
            return None
        allowed = _allowed(error.message)
        if allowed is None or not 0 < allowed < call.body["max_tokens"]:
            return None
        return replace(call, body={**call.body, "max_tokens": allowed})


def _usual_limit(body: Mapping[str, Any]) -> int:
    """What is asked for where the user sets no limit; tokens for thinking come on top, as the limit counts them."""
    return USUAL_MAX_TOKENS + (fields.count(body.get("thinking"), "budget_tokens") or 0)


def _allowed(said: str) -> int | None:
    """The limit that a refusal names: `max_tokens: 16384 > 4096, …` or `…: 190000 + 16384 > 200000, …`."""
    if found := re.search(r"(\d{1,9}) \+ (\d{1,9}) > (\d{1,9})", said):
        return int(found[3]) - int(found[1])
    found = re.search(r"max_tokens: \d{1,9} > (\d{1,9})", said)
    return int(found[1]) if found else None


def _named(parameters: Parameters) -> dict[str, Any]:
    named = {"temperature": parameters.temperature, "top_p": parameters.top_p}
    return {name: value for name, value in named.items() if value is not None}


def _message(stretch: Stretch, *, is_last: bool) -> dict[str, Any]:
    blocks = [block for message in stretch.messages for block in _blocks(message)]
    if is_last and stretch.role is Role.ASSISTANT and blocks[-1]["type"] == "text":
        # To be continued by the model: it refuses one that ends in white space.
        blocks[-1]["text"] = blocks[-1]["text"].rstrip()
    return {"role": str(stretch.role), "content": blocks}


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    if message.role is Role.TOOL:
        for call in message.tool_calls:
            yield {"type": "tool_result", "tool_use_id": call.id, "content": message.text}
        return
    for attachment in message.attachments:
        yield _file(attachment)
    if message.text.strip():
        yield {"type": "text", "text": message.text}
    for call in message.tool_calls:
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": _arguments(call.arguments)}


def _file(attachment: Attachment) -> dict[str, Any]:
    """Raises BadRequestError for a file that the protocol cannot carry."""
    is_image = attachments.is_image(attachment)
    if is_image or attachment.media_type == "application/pdf":
        source = {"type": "base64", "media_type": attachment.media_type, "data": attachments.encoded(attachment)}
        return {"type": "image" if is_image else "document", "source": source}
    text = attachments.as_text(attachment)
    if text is None:
        raise BadRequestError(
            f"{attachment.name} is neither text nor a picture or PDF, so this server cannot be sent it. "
            "Remove it, or convert it."
        )
    return {"type": "text", "text": text}


def _arguments(arguments: str) -> Mapping[str, Any]:
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}  # the server takes nothing but an object; what a model wrote may be none
    return found if isinstance(found, dict) else {}
