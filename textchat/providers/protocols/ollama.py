"""Ollama's own chat protocol: requests and the list of models.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md and /docs/faq.mdx (for `OLLAMA_HOST`).
"""

from __future__ import annotations

from typing import Any

from textchat.core.conversation import Message, Role
from textchat.core.provider import ModelInfo, Request
from textchat.providers.protocol import BodyFields, ChatProtocol, HttpRequest, ModelPage
from textchat.providers.protocols import inline_files as inline
from textchat.providers.protocols.model_list import NoModelListError, first_text, model_entries
from textchat.providers.protocols.ollama_reader import OllamaReader
from textchat.providers.protocols.request_body import call_arguments, place_extra, present
from textchat.providers.protocols.turn_shaping import role_runs, system_text

USUAL_PORT = 11434
_REQUEST_FIELDS = frozenset({"model", "messages", "tools", "format", "options", "stream", "keep_alive", "think"})
"""Any other extra parameter (`num_ctx`, `top_k`, `stop`, …) belongs to `options`."""
_LISTENING_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}
"""Addresses for listening, which cannot be called."""


class OllamaProtocol(ChatProtocol):
    """`/api/chat`, streamed or whole."""

    default_url = f"http://127.0.0.1:{USUAL_PORT}"
    url_variable = "OLLAMA_HOST"
    needs_key = False
    reader_type = OllamaReader
    body_fields = BodyFields(
        needed=frozenset({"model", "messages", "stream"}), options="options", known_as={"num_predict": "max_tokens"}
    )

    def address(self, address: str) -> str:
        """Parse the forms of `OLLAMA_HOST`: `host`, `host:port`, `:port`, `[::1]:port`, `http://host/path`, …"""
        scheme, has_scheme, rest = address.strip(" \"'").rpartition("://")
        place, _, path = rest.partition("/")
        host, port = _host_and_port(place)
        if not port and not has_scheme:
            port = f":{USUAL_PORT}"
        path = path.rstrip("/").removesuffix("v1").removesuffix("api").rstrip("/")
        return f"{scheme or 'http'}://{_LISTENING_EVERYWHERE.get(host, host)}{port}" + (f"/{path}" if path else "")

    def chat_request(self, request: Request) -> HttpRequest:
        parameters = request.parameters
        messages = [_message(message) for run in role_runs(request) for message in run.messages]
        if system := system_text(request):
            messages.insert(0, {"role": "system", "content": system})
        body: dict[str, Any] = {"model": request.model, "messages": messages, "stream": parameters.stream}
        options = {
            "temperature": parameters.temperature,
            "num_predict": parameters.max_tokens,
            "seed": parameters.seed,
            "top_p": parameters.top_p,
        }
        place_extra(body, parameters.extra, "options", present(options), _REQUEST_FIELDS)
        return HttpRequest("/api/chat", body, stream=parameters.stream)

    def list_request(self) -> HttpRequest:
        return HttpRequest("/api/tags")

    def read_models(self, document: Any) -> ModelPage:
        entries = model_entries(document, ("models",))
        if entries is None:
            raise NoModelListError(f"{self.settings.name} did not send Ollama's list of models. Check its base_url.")
        names = [first_text(entry, "name", "model", "id") for entry in entries]
        return ModelPage([ModelInfo(name) for name in names if name])


def _host_and_port(place: str) -> tuple[str, str]:
    """The host, with an IPv6 address in brackets, and `:port` or nothing."""
    if place.count(":") > 1 and not place.startswith("[") and "@" not in place:
        return f"[{place}]", ""
    host, colon, port = place.rpartition(":")
    if not colon or port.endswith("]"):
        return place, ""
    return host, f":{port}" if port else ""


def _message(message: Message) -> dict[str, Any]:
    files = [file for file in message.parts if not inline.is_image(file)]
    content = [inline.required_text(file, "text nor an image", "Ollama") for file in files]
    content += [message.text] if message.text else []
    made: dict[str, Any] = {"role": str(message.role), "content": "\n\n".join(content)}
    if images := [inline.encoded(file) for file in message.parts if inline.is_image(file)]:
        made["images"] = images
    if message.role is Role.TOOL and message.tool_calls:
        made["tool_name"] = message.tool_calls[0].name
    elif message.tool_calls:
        made["tool_calls"] = [
            {"function": {"name": call.name, "arguments": call_arguments(call.arguments)}}
            for call in message.tool_calls
        ]
    return made
