"""Says the effort, the web search and the structure of a request in the words of each server of chat completions.

Sources: platform.openai.com/docs/guides/reasoning, /tools-web-search and /structured-outputs;
openrouter.ai/docs/use-cases/reasoning-tokens and /features/web-search; api-docs.deepseek.com/guides/thinking_mode and
/json_mode; alibabacloud.com/help/en/model-studio/deep-thinking and /web-search; docs.z.ai/guides/capabilities;
platform.moonshot.ai/docs; docs.vllm.ai/en/latest/features/reasoning_outputs.html (`chat_template_kwargs`, which
llama.cpp's server reads, too).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from textchat.core.parameters import Effort
from textchat.providers.capabilities.efforts import SWITCH, taken_effort

OPENAI, OPENROUTER, DEEPSEEK = "api.openai.com", "openrouter.ai", "api.deepseek.com"
DEMO = "demo"
_DASHSCOPE = r"dashscope.*\.aliyuncs\.com"
_SWITCHED = r"(^|\.)(z\.ai|bigmodel\.cn|moonshot\.(ai|cn))$"
"""Servers of GLM and Kimi, with a switch of DeepSeek's form."""
_PUBLIC = r"\.(com|ai|cn|org|dev|net|io|xyz)$"
_THINKS_BY_TEMPLATE = r"qwen-?3|glm-?[45]|deepseek-v3\.[12]|granite-?3|smollm3|hunyuan|nemotron"
_SEARCHES = r"-search(-|$)"
_ALWAYS_SEARCHES = r"(^|/)(sonar|compound)"
_ONLY_JSON_OBJECTS = r"(^|\.)(deepseek\.com|moonshot\.(ai|cn)|z\.ai|bigmodel\.cn)$|dashscope.*aliyuncs\.com"
_WORDS = {Effort.OFF: "none"}
_LONGEST_NAME = 64
"""Characters of the name of a schema."""


class Said(NamedTuple):
    """A setting as fields of a request."""

    fields: Mapping[str, Any]
    note: str = ""
    """A sentence, where the server gets something else than was set."""
    instruction: str = ""
    """Text for the system message."""
    setting: str = ""
    """What the user calls it, where also a refused value is to be left out and not to fail the reply."""


def effort_said(host: str, model: str, effort: Effort, known: tuple[Effort, ...] | None) -> Said:
    """An effort; `known` are those that the model takes."""
    taken, note = taken_effort(model, effort, known)
    if taken is None:
        return Said({}, note)
    return Said(_effort_fields(host, model, taken, known), note, setting="effort")


def efforts_told_apart(host: str, model: str, known: tuple[Effort, ...] | None) -> tuple[Effort, ...] | None:
    """Those of the `known` efforts that a server is told apart; some know only a switch, or no more than high."""
    said: dict[str, Effort] = {}
    for effort in Effort if known is None else known:
        said.setdefault(str(_effort_fields(host, model, effort, known)), effort)
    if len(said) == len(SWITCH) and (known is None or len(known) > len(SWITCH)):
        return SWITCH
    return None if known is None else tuple(said.values())


def _effort_fields(host: str, model: str, effort: Effort, known: tuple[Effort, ...] | None) -> Mapping[str, Any]:
    is_on = effort is not Effort.OFF
    switch = {"thinking": {"type": "enabled" if is_on else "disabled"}}
    if host == OPENROUTER:
        return {"reasoning": {"effort": _word(effort, "xhigh")}}
    if host == DEEPSEEK:
        return switch | ({"reasoning_effort": _word(effort, "max")} if is_on else {})
    if re.search(_DASHSCOPE, host):
        return {"enable_thinking": is_on}
    if re.search(_SWITCHED, host):
        return switch
    if host == "api.groq.com" and "qwen" in model.lower():
        return {"reasoning_effort": "default" if is_on else "none"}
    if not re.search(_PUBLIC, host) and host != DEMO and re.search(_THINKS_BY_TEMPLATE, model.lower()):
        name = "thinking" if "deepseek" in model.lower() else "enable_thinking"
        return {"chat_template_kwargs": {name: is_on}}
    # The word is OpenAI's own: other makers' models that think longer are told so by other fields.
    knows_more = host == DEMO or (known is not None and Effort.MAX in known and "gpt-" in model.lower())
    return {"reasoning_effort": _word(effort, "xhigh" if knows_more else "high")}


def _word(effort: Effort, most: str) -> str:
    return most if effort is Effort.MAX else _WORDS.get(effort, effort.value)


def search_said(host: str, server: str, model: str) -> Said:
    """The server's own web search."""
    name = model.lower()
    if re.search(_ALWAYS_SEARCHES, name):
        return Said({})
    if host == OPENROUTER:
        return Said({"plugins": [{"id": "web"}]}, setting="web")
    if host == DEMO or re.search(_SEARCHES, name):
        return Said({"web_search_options": {}}, setting="web")
    if re.search(_DASHSCOPE, host):
        return Said({"enable_search": True}, setting="web")
    if host == OPENAI:
        return Said({}, f"{model} searches the web only with protocol “openai-responses”, so nothing was searched.")
    return Said({}, f"textchat knows no field that makes {server} search the web, so nothing was searched.")


def structure_said(host: str, schema: Mapping[str, Any]) -> Said:
    """The JSON Schema of the answer; for servers that know JSON and no schema, in words."""
    if re.search(_ONLY_JSON_OBJECTS, host):
        words = f"Reply with JSON alone that is valid under this JSON Schema:\n{json.dumps(schema, ensure_ascii=False)}"
        return Said({"response_format": {"type": "json_object"}}, instruction=words)
    return Said({"response_format": {"type": "json_schema", "json_schema": named_schema(schema)}})


def named_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Schema in OpenAI's words: with a name, and whether the server is to hold the model to it."""
    title = schema.get("title")
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", title if isinstance(title, str) else "").strip("_")[:_LONGEST_NAME]
    return {"name": name or "reply", "strict": is_strict(schema), "schema": dict(schema)}


def is_strict(schema: Any) -> bool:
    """Whether a schema may be asked for strictly: each object in it requires all it names, and forbids the rest."""
    match schema:
        case list():
            return all(map(is_strict, schema))
        case Mapping():
            if schema.get("type") == "object" or "properties" in schema:
                properties = schema.get("properties")
                names = set(properties) if isinstance(properties, Mapping) else set[str]()
                required = schema.get("required")
                needed = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
                if schema.get("additionalProperties") is not False or names != needed:
                    return False
            return all(is_strict(value) for name, value in schema.items() if name not in ("enum", "const", "required"))
    return True
