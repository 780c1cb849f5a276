"""The Google Gemini protocol: requests and the list of models.

Source: https://ai.google.dev/api/generate-content, /api/caching#Content and /api/models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from textchat.core.conversation import Message, Role
from textchat.core.parts.part import Part
from textchat.core.provider import ModelInfo, Request
from textchat.core.text import json_fields as fields
from textchat.providers.protocol import BodyFields, ChatProtocol, HttpRequest, ModelPage
from textchat.providers.protocols import inline_files as inline
from textchat.providers.protocols.gemini_reader import GeminiReader
from textchat.providers.protocols.model_list import NoModelListError, first_text, model_entries
from textchat.providers.protocols.request_body import call_arguments, place_extra, present
from textchat.providers.protocols.turn_shaping import RoleRun, role_runs, system_text

PAGE = 1000
_CARRIED = ("image/", "audio/", "video/", "application/pdf")
_REQUEST_FIELDS = frozenset(
    {"contents", "systemInstruction", "tools", "toolConfig", "safetySettings", "generationConfig", "cachedContent"}
    | {"labels", "store", "serviceTier"}
)
"""Any other extra parameter (`topK`, `stopSequences`, `thinkingConfig`, …) belongs to `generationConfig`."""


class GeminiProtocol(ChatProtocol):
    """Generated content, streamed or whole. The key is sent in a header, never in the address."""

    default_url = "https://generativelanguage.googleapis.com/v1beta"
    url_variable = "GOOGLE_GEMINI_BASE_URL"
    key_variables = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
    reader_type = GeminiReader
    body_fields = BodyFields(
        needed=frozenset({"contents", "systemInstruction"}),
        options="generationConfig",
        known_as={"maxOutputTokens": "max_tokens", "topP": "top_p"},
    )

    def address(self, address: str) -> str:
        """The address, with the version appended if it has no path, as Google's own libraries do."""
        address = address.rstrip("/")
        return address if urlsplit(address).path else f"{address}/v1beta"

    def key_headers(self, key: str) -> Mapping[str, str]:
        return {"x-goog-api-key": key}

    def chat_request(self, request: Request) -> HttpRequest:
        parameters = request.parameters
        body: dict[str, Any] = {"contents": [_content(run) for run in role_runs(request)]}
        if system := system_text(request):
            body["systemInstruction"] = {"parts": [{"text": system}]}
        options = {
            "temperature": parameters.temperature,
            "maxOutputTokens": parameters.max_tokens,
            "topP": parameters.top_p,
            "seed": parameters.seed,
        }
        place_extra(body, parameters.extra, "generationConfig", present(options), _REQUEST_FIELDS)
        method = "streamGenerateContent?alt=sse" if parameters.stream else "generateContent"
        return HttpRequest(f"{_model_path(request.model)}:{method}", body, stream=parameters.stream)

    def list_request(self) -> HttpRequest:
        return HttpRequest(f"/models?pageSize={PAGE}")

    def read_models(self, document: Any) -> ModelPage:
        # An account without any model gets an empty object.
        entries = model_entries(document, ("models",))
        if entries is None and (document == {} or fields.text(document, "nextPageToken")):
            entries = []
        if entries is None:
            raise NoModelListError(f"{self.settings.name} did not send a list of models. Check its base_url.")
        models = [
            ModelInfo(name.removeprefix("models/"), fields.count(entry, "inputTokenLimit") or None)
            for entry in entries
            if (name := first_text(entry, "name", "id")) and _generates_text(entry)
        ]
        token = fields.text(document, "nextPageToken")
        following = HttpRequest(f"/models?pageSize={PAGE}&pageToken={quote(token, safe='')}") if token else None
        return ModelPage(models, following)


def _model_path(model: str) -> str:
    """The path of a model: a plain name is one of Google's models, a tuned one includes its collection."""
    path = model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"
    return f"/{quote(path, safe='/')}"


def _generates_text(entry: Mapping[str, Any]) -> bool:
    methods = entry.get("supportedGenerationMethods")
    return not isinstance(methods, list) or "generateContent" in methods


def _content(run: RoleRun) -> dict[str, Any]:
    role = "model" if run.role is Role.ASSISTANT else "user"
    return {"role": role, "parts": [part for message in run.messages for part in _parts(message)]}


def _parts(message: Message) -> Iterator[dict[str, Any]]:
    if message.role is Role.TOOL:
        for call in message.tool_calls:
            yield {"functionResponse": {"name": call.name, "response": {"result": message.text}}}
        return
    for part in message.parts:
        yield _file(part)
    if message.text:
        yield {"text": message.text}
    for call in message.tool_calls:
        yield {"functionCall": {"name": call.name, "args": call_arguments(call.arguments)}}


def _file(part: Part) -> dict[str, Any]:
    """A part for a file; raises BadRequestError for a file that the protocol cannot carry."""
    if part.media_type.startswith(_CARRIED):
        return {"inlineData": {"mimeType": part.media_type, "data": inline.encoded(part)}}
    return {"text": inline.required_text(part, "text, an image, a PDF, audio nor video")}
