"""The Google Gemini protocol: requests, and the list of models.

Source: https://ai.google.dev/api/generate-content, /api/caching#Content and /api/models.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from textchat.core import json_fields as fields
from textchat.core.conversation import Attachment, Message, Role
from textchat.core.errors import BadRequestError, ProtocolError
from textchat.core.parameters import Parameters
from textchat.core.provider import ModelInfo, Request
from textchat.providers.protocol import Call, ModelPage, Wire
from textchat.providers.protocols import inline_files as attachments
from textchat.providers.protocols.gemini_reader import GeminiReader
from textchat.providers.protocols.turn_shaping import Stretch, stretches_of, system_of

PAGE = 1000
_CARRIED = ("image/", "audio/", "video/", "application/pdf")
_REQUEST_FIELDS = frozenset(
    {"contents", "systemInstruction", "tools", "toolConfig", "safetySettings", "generationConfig", "cachedContent"}
    | {"labels", "store", "serviceTier"}
)
"""Any other extra parameter (`topK`, `stopSequences`, `thinkingConfig`, …) belongs to `generationConfig`."""


class GeminiWire(Wire):
    """Generated content, streamed or whole. The key goes in a header, never in the address."""

    usual_url = "https://generativelanguage.googleapis.com/v1beta"
    url_variable = "GOOGLE_GEMINI_BASE_URL"
    key_variables = ("GEMINI_API_KEY", "GOOGLE_API_KEY")

    def address(self, address: str) -> str:
        """Google's own libraries take an address without a version and add it."""
        address = address.rstrip("/")
        return address if urlsplit(address).path else f"{address}/v1beta"

    def key_headers(self, key: str) -> Mapping[str, str]:
        return {"x-goog-api-key": key}

    def ask(self, request: Request) -> Call:
        parameters = request.parameters
        body: dict[str, Any] = {"contents": [_content(stretch) for stretch in stretches_of(request)]}
        if system := system_of(request):
            body["systemInstruction"] = {"parts": [{"text": system}]}
        settings = _generation(parameters)
        for name, value in parameters.extra.items():
            if name == "generationConfig" and isinstance(value, Mapping):
                settings |= value
            elif name in _REQUEST_FIELDS:
                body[name] = value
            else:
                settings[name] = value
        if settings:
            body["generationConfig"] = settings
        method = "streamGenerateContent?alt=sse" if parameters.stream else "generateContent"
        return Call(f"{_model_path(request.model)}:{method}", body, stream=parameters.stream)

    def reader(self, request: Request) -> GeminiReader:
        return GeminiReader(self.settings.name, self.settings.max_event_bytes)

    def list_call(self) -> Call:
        return Call(f"/models?pageSize={PAGE}")

    def models(self, document: Any) -> ModelPage:
        # An account without any model gets an empty object.
        if not isinstance(document, dict) or not isinstance(document.get("models", []), list):
            raise ProtocolError(f"{self.settings.name} did not answer with a list of models; check its base_url.")
        models = [
            ModelInfo(name.removeprefix("models/"), fields.count(entry, "inputTokenLimit") or None)
            for entry in fields.rows(document, "models")
            if (name := fields.text(entry, "name")) and _generates_text(entry)
        ]
        token = fields.text(document, "nextPageToken")
        following = Call(f"/models?pageSize={PAGE}&pageToken={quote(token, safe='')}") if token else None
        return ModelPage(models, following)


def _model_path(model: str) -> str:
    """A plain name is one of Google's models; a tuned one brings its own collection."""
    path = model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"
    return f"/{quote(path, safe='/')}"


def _generates_text(entry: Mapping[str, Any]) -> bool:
    methods = entry.get("supportedGenerationMethods")
    return not isinstance(methods, list) or "generateContent" in methods


def _generation(parameters: Parameters) -> dict[str, Any]:
    named = {
        "temperature": parameters.temperature,
        "maxOutputTokens": parameters.max_tokens,
        "topP": parameters.top_p,
        "seed": parameters.seed,
    }
    return {name: value for name, value in named.items() if value is not None}


def _content(stretch: Stretch) -> dict[str, Any]:
    role = "model" if stretch.role is Role.ASSISTANT else "user"
    return {"role": role, "parts": [part for message in stretch.messages for part in _parts(message)]}


def _parts(message: Message) -> Iterator[dict[str, Any]]:
    if message.role is Role.TOOL:
        for call in message.tool_calls:
            yield {"functionResponse": {"name": call.name, "response": {"result": message.text}}}
        return
    for attachment in message.attachments:
        yield _file(attachment)
    if message.text:
        yield {"text": message.text}
    for call in message.tool_calls:
        yield {"functionCall": {"name": call.name, "args": _arguments(call.arguments)}}


def _file(attachment: Attachment) -> dict[str, Any]:
    """Raises BadRequestError for a file that the protocol cannot carry."""
    if attachment.media_type.startswith(_CARRIED):
        return {"inlineData": {"mimeType": attachment.media_type, "data": attachments.encoded(attachment)}}
    text = attachments.as_text(attachment)
    if text is None:
        raise BadRequestError(
            f"{attachment.name} is neither text nor a picture, PDF, sound or film, so this server cannot be sent it. "
            "Remove it, or convert it."
        )
    return {"text": text}


def _arguments(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
