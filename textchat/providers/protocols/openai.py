"""The OpenAI chat completions protocol: requests and the list of models.

Source: https://platform.openai.com/docs/api-reference/chat (and `/models`), with what the public documentation of
LiteLLM, vLLM, llama.cpp, `transformers serve`, LM Studio, OpenRouter, DeepSeek, Groq, Mistral and Ollama's `/v1` adds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from textchat.core.configuration import ProviderSettings
from textchat.core.conversation import Message, Role
from textchat.core.parts.part import Part
from textchat.core.provider import ModelInfo, Request
from textchat.core.text.addresses import host_of
from textchat.providers.protocol import BodyFields, ChatProtocol, HttpRequest, ModelPage
from textchat.providers.protocols import inline_files as inline
from textchat.providers.protocols.model_list import BARE, NoModelListError, first_text, model_entries
from textchat.providers.protocols.openai_reader import OpenAIReader
from textchat.providers.protocols.request_body import present
from textchat.providers.protocols.turn_shaping import role_runs, system_text

STREAM_OPTIONS = "stream_options"
OLD_LIMIT = "max_tokens"
NEW_LIMIT = "max_completion_tokens"
_WINDOW_NAMES = ("context_window", "context_length", "max_model_len", "max_context_length", "max_context_window")
_AUDIO = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}


class OpenAIProtocol(ChatProtocol):
    """Chat completions, streamed or whole."""

    default_url = "https://api.openai.com/v1"
    url_variable: ClassVar[str | None] = "OPENAI_BASE_URL"
    key_variables: ClassVar[tuple[str, ...]] = ("OPENAI_API_KEY",)
    reader_type = OpenAIReader
    body_fields = BodyFields(
        needed=frozenset({"model", "messages", "stream"}),
        own=frozenset({STREAM_OPTIONS}),
        known_as={NEW_LIMIT: OLD_LIMIT},
        other_names={OLD_LIMIT: NEW_LIMIT, NEW_LIMIT: OLD_LIMIT},
    )

    def __init__(self, settings: ProviderSettings) -> None:
        super().__init__(settings)
        self._host = host_of(settings.base_url or self.default_url)
        # OpenAI's newer models refuse the old name, most other servers know only the old one.
        self._limit_name = NEW_LIMIT if self._host == "api.openai.com" else OLD_LIMIT

    def chat_request(self, request: Request) -> HttpRequest:
        parameters = request.parameters
        body: dict[str, Any] = {
            "model": request.model,
            "messages": list(self._messages(request)),
            "stream": parameters.stream,
        }
        if parameters.stream:
            body[STREAM_OPTIONS] = {"include_usage": True}
        options = {
            "temperature": parameters.temperature,
            "top_p": parameters.top_p,
            "seed": parameters.seed,
            self._limit_name: parameters.max_tokens,
        }
        body |= present(options)
        body |= parameters.extra
        return HttpRequest("/chat/completions", body, stream=parameters.stream)

    def list_request(self) -> HttpRequest:
        return HttpRequest("/models")

    def read_models(self, document: Any) -> ModelPage:
        entries = model_entries(document, ("data", "models", BARE))  # llama.cpp sends both, Ollama's under `models`
        if entries is None:
            raise NoModelListError(
                f"{self.settings.name} did not send a list of models. Check that its base_url ends where "
                "/models follows, usually in /v1."
            )
        return ModelPage([model for entry in entries if (model := _model(entry)) is not None])

    def _messages(self, request: Request) -> Iterator[dict[str, Any]]:
        """The messages as templates of many local models require: one system message, alternating roles."""
        if system := system_text(request):
            yield {"role": "system", "content": system}
        runs = role_runs(request)
        for run in runs:
            if run.role is Role.ASSISTANT:
                yield self._assistant(run.messages, is_last=run is runs[-1])
            else:
                yield from _user(run.messages)

    def _assistant(self, messages: Sequence[Message], *, is_last: bool) -> dict[str, Any]:
        turn: dict[str, Any] = {"role": "assistant", "content": _text(messages)}
        calls = [call for message in messages for call in message.tool_calls]
        if calls:
            turn["tool_calls"] = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for call in calls
            ]
        elif is_last and self._host == "api.mistral.ai":
            turn["prefix"] = True  # to continue this very message; others do so by themselves
        return turn


def _user(messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    for message in messages:
        if message.role is Role.TOOL:
            for call in message.tool_calls:
                yield {"role": "tool", "tool_call_id": call.id, "content": message.text}
    asked = [message for message in messages if message.role is Role.USER]
    if any(message.parts for message in asked):
        yield {"role": "user", "content": [part for message in asked for part in _parts(message)]}
    elif asked:
        yield {"role": "user", "content": _text(asked)}


def _text(messages: Sequence[Message]) -> str:
    return "\n\n".join(message.text for message in messages if message.text)


def _parts(message: Message) -> Iterator[dict[str, Any]]:
    for part in message.parts:
        yield _part(part)
    if message.text:
        yield {"type": "text", "text": message.text}


def _part(part: Part) -> dict[str, Any]:
    """A content part for a file; raises BadRequestError for a file that the protocol cannot carry."""
    if inline.is_image(part):
        return {"type": "image_url", "image_url": {"url": inline.data_url(part)}}
    if part.media_type in _AUDIO:
        sound = {"data": inline.encoded(part), "format": _AUDIO[part.media_type]}
        return {"type": "input_audio", "input_audio": sound}
    if part.media_type == "application/pdf":
        file = {"filename": part.name, "file_data": inline.data_url(part)}
        return {"type": "file", "file": file}
    return {"type": "text", "text": inline.required_text(part, "text, an image, a PDF nor audio")}


def _model(entry: Mapping[str, Any]) -> ModelInfo | None:
    name = first_text(entry, "id", "model", "name")
    if not name:
        return None
    meta = entry.get("meta")
    places = [entry.get(field) for field in _WINDOW_NAMES]
    places += [meta.get("n_ctx"), meta.get("n_ctx_train")] if isinstance(meta, Mapping) else []
    windows = [place for place in places if isinstance(place, int) and not isinstance(place, bool) and place > 0]
    return ModelInfo(name, windows[0] if windows else None)
