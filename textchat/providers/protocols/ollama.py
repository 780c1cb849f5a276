"""Ollama's own chat protocol: requests and the list of models.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md, /docs/faq.mdx (for `OLLAMA_HOST`)
and docs.ollama.com/capabilities (`thinking`, `vision`, `structured-outputs`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from textchat.core.conversation import Message, Role
from textchat.core.errors import BadRequestError
from textchat.core.parameters import Effort
from textchat.core.parts.part import MediaKind, Part, text_and_parts
from textchat.core.parts.taking import Way
from textchat.core.provider import ModelInfo, Request
from textchat.core.text import json_fields as fields
from textchat.core.text.json_fields import as_table
from textchat.providers.capabilities.efforts import SWITCH, taken_effort
from textchat.providers.capabilities.listed import listed_efforts, listed_kinds
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
PLACE = "[img]"
"""Where a picture stands in a text."""


class OllamaProtocol(ChatProtocol):
    """`/api/chat`, streamed or whole."""

    default_url = f"http://127.0.0.1:{USUAL_PORT}"
    url_variable = "OLLAMA_HOST"
    needs_key = False
    reader_type = OllamaReader
    body_fields = BodyFields(
        needed=frozenset({"model", "messages", "stream"}),
        options="options",
        known_as={"num_predict": "max_tokens", "format": "schema"},
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
        messages = [self._message(message, request.model) for message in self._turns(request)]
        if system := system_text(request):
            messages.insert(0, {"role": "system", "content": system})
        body: dict[str, Any] = {"model": request.model, "messages": messages, "stream": parameters.stream}
        notes: list[str] = []
        if parameters.effort is not None:
            think, note = self._think(request.model, parameters.effort)
            body |= present({"think": think})
            notes.append(note)
        if parameters.schema is not None:
            body["format"] = dict(parameters.schema)
        if parameters.web:
            notes.append("Ollama does not search the web by itself, so nothing was searched.")
        options = {
            "temperature": parameters.temperature,
            "num_predict": parameters.max_tokens,
            "seed": parameters.seed,
            "top_p": parameters.top_p,
            "stop": list(parameters.stop) if parameters.stop else None,
        }
        place_extra(body, parameters.extra, "options", present(options), _REQUEST_FIELDS)
        return HttpRequest(
            "/api/chat",
            body,
            stream=parameters.stream,
            notes=tuple(filter(None, notes)),
            translated={} if "think" in parameters.extra else {"think": "effort"},
        )

    def efforts(self, model: str) -> tuple[Effort, ...] | None:
        known = super().efforts(model)
        return SWITCH if known is None else known  # more than that is said only to models that are known to take it

    def _turns(self, request: Request) -> Iterator[Message]:
        """The messages; pictures of an answer go with the prompt that follows it, as they are what it speaks about."""
        pictures: list[Part] = []
        for run in role_runs(request):
            first, *others = run.messages
            if pictures and first.role is Role.USER:
                first = replace(first, parts=(*(picture.at(0) for picture in pictures), *first.parts))
            yield from (first, *others)
            drawn = run.role is Role.ASSISTANT and any(message.parts for message in run.messages)
            pictures = inline.pictures_of(run.messages) if drawn and self.sees(request.model) else []

    def _think(self, model: str, effort: Effort) -> tuple[bool | str | None, str]:
        """The field `think`: a level where the model has some, else whether it thinks; and what must be said of it."""
        known = self.efforts(model)
        taken, note = taken_effort(model, effort, known)
        if taken is None:
            return None, note
        has_levels = known is not None and bool({Effort.LOW, Effort.HIGH} & set(known))
        if taken is Effort.OFF or not has_levels:
            return taken is not Effort.OFF, note if taken is Effort.OFF or effort is Effort.OFF else ""
        return taken.value, note

    def _message(self, message: Message, model: str) -> dict[str, Any]:
        content, pictures = self._content(message, model)
        made: dict[str, Any] = {"role": str(message.role), "content": content}
        if pictures:
            made["images"] = [inline.encoded(picture) for picture in pictures]
        if message.role is Role.TOOL and message.tool_calls:
            made["tool_name"] = message.tool_calls[0].name
        elif message.tool_calls:
            made["tool_calls"] = [
                {"function": {"name": call.name, "arguments": call_arguments(call.arguments)}}
                for call in message.tool_calls
            ]
        return made

    def _content(self, message: Message, model: str) -> tuple[str, list[Part]]:
        """The text of a message and its pictures, which the server puts before the text or where `[img]` stands."""
        if message.role is not Role.USER:
            return inline.with_named_lines(message), []
        pieces = list(text_and_parts(message.text, message.parts))
        ways = [None if isinstance(piece, str) else self._way(piece, model) for piece in pieces]
        pictures = [
            piece for piece, way in zip(pieces, ways, strict=True) if way is Way.NATIVE and isinstance(piece, Part)
        ]
        # `[img]`: server/prompt.go of Ollama. Only where it matters, for no other server knows it.
        has_own_places = ways[: len(pictures)] != [Way.NATIVE] * len(pictures) and PLACE not in message.text
        texts: list[str] = []
        for piece, way in zip(pieces, ways, strict=True):
            if isinstance(piece, str):
                texts.append(piece)
            elif way is None:
                texts.append(inline.named_line(piece))
            elif way is Way.TEXT:
                texts.append(inline.required_text(piece, "text nor a picture", "Ollama"))
            elif has_own_places:
                texts.append(PLACE)
        return "\n\n".join(texts), pictures

    def _way(self, part: Part, model: str) -> Way | None:
        """How the model gets a part, None for one that is only named; raises BadRequestError for one it cannot get."""
        if inline.is_only_named(part):
            return None
        taking = self.taking(part, model)
        if taking.way is Way.REFUSED:
            raise BadRequestError(taking.sentence)
        return taking.way

    def other_model(self, kind: MediaKind) -> str:
        return super().other_model(kind) or ("gemma3" if kind is MediaKind.PICTURE else "")

    def detail_request(self, model: str) -> HttpRequest | None:
        return HttpRequest("/api/show", {"model": model})

    def read_detail(self, model: ModelInfo, document: Any) -> ModelInfo:
        entry = as_table(document)
        window = next(
            (
                count
                for name in as_table(entry.get("model_info"))
                if name.endswith(".context_length") and (count := fields.count(entry["model_info"], name))
            ),
            model.context_window,
        )
        return replace(model, context_window=window, kinds=listed_kinds(entry), efforts=listed_efforts(entry))

    def list_request(self) -> HttpRequest:
        return HttpRequest("/api/tags")

    def read_models(self, document: Any) -> ModelPage:
        entries = model_entries(document, ("models",))
        if entries is None:
            raise NoModelListError(f"{self.settings.name} did not send Ollama's list of models. Check its base_url.")
        named = [(first_text(entry, "name", "model", "id"), entry) for entry in entries]
        return ModelPage([ModelInfo(name, kinds=listed_kinds(entry)) for name, entry in named if name])


def _host_and_port(place: str) -> tuple[str, str]:
    """The host, with an IPv6 address in brackets, and `:port` or nothing."""
    if place.count(":") > 1 and not place.startswith("[") and "@" not in place:
        return f"[{place}]", ""
    host, colon, port = place.rpartition(":")
    if not colon or port.endswith("]"):
        return place, ""
    return host, f":{port}" if port else ""
