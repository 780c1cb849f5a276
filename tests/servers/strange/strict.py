"""Servers as strict with the messages of a request as the strictest are, and what goes wrong before the next prompt."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.servers.strange.case import Answer, Asked, Case, complete, document, stream
from tests.servers.strange.wire import (
    ANTHROPIC,
    DONE,
    GEMINI,
    GOOD_OF,
    OLLAMA,
    OPENAI,
    claude,
    claude_start,
    claude_stop,
    claude_text,
    gem,
    js,
    line,
    llama,
    say,
)
from textchat.core.configuration import Protocol

HALF = "Half an answer \n"
BLANK = "\n\n"


def mistake(asked: Any, *, roles_alternate: bool = True) -> str:
    """What Anthropic, Mistral or a template of vLLM finds wrong with the messages of a request; empty if nothing."""
    messages = asked.get("messages") or asked.get("contents") or []
    talk = [message for message in messages if message["role"] not in ("system", "developer")]
    roles = [message["role"] for message in talk]
    if not roles or roles[0] != "user":
        return "first message must use the user role"
    if roles_alternate and any(one == next_one for one, next_one in pairwise(roles)):
        return "roles must alternate"
    if roles[-1] != "user":
        return "This model does not support assistant message prefill. The conversation must end with a user message."
    if not all(_text(message).strip() for message in messages):
        return "text content blocks must be non-empty"
    return "final assistant content cannot end with trailing whitespace" if _ends_blank(talk) else ""


def _text(message: dict[str, Any]) -> str:
    content = message.get("content", message.get("parts"))
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or [])


def _ends_blank(talk: list[dict[str, Any]]) -> bool:
    return talk[-1]["role"] != "user" and _text(talk[-1]) != _text(talk[-1]).rstrip()


def strict(protocol: Protocol, asked: Asked) -> Answer:
    """The good answer, or a refusal that names the mistake."""
    # Ollama joins messages of one role itself (template.go, collate).
    wrong = mistake(asked.document, roles_alternate=protocol is not OLLAMA)
    refusal = {"type": "error", "error": {"type": "invalid_request_error", "message": wrong}}
    return document(refusal, 400) if wrong else GOOD_OF[protocol]


THINKING = {
    OPENAI: say(reasoning_content="hmm"),
    ANTHROPIC: claude_start()
    + claude("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hmm"}),
    GEMINI: gem({"text": "hmm", "thought": True}),
    OLLAMA: js(llama("") | {"message": {"role": "assistant", "content": "", "thinking": "hmm"}}) + b"\n",
}
TEXT = {
    OPENAI: say,
    ANTHROPIC: lambda text: claude_start() + claude_text(text),
    GEMINI: gem,
    OLLAMA: line,
}
LENGTH = {
    OPENAI: say(reason="length") + DONE,
    ANTHROPIC: claude_stop("max_tokens") + claude("message_stop"),
    GEMINI: gem("", reason="MAX_TOKENS"),
    OLLAMA: line("", done=True, done_reason="length"),
}
FIRST = {
    # claude-code#23142: cancelled with nothing but white space
    "blank": lambda protocol: Answer([TEXT[protocol](BLANK)], then="hang"),
    # dirge#757: cancelled with nothing but thoughts
    "thinking": lambda protocol: Answer([THINKING[protocol]], then="hang"),
    # opencode#13768, deepagents#1585: broken off
    "cut": lambda protocol: Answer([TEXT[protocol](HALF)], then="close"),
    # forgecode#1872: stopped at the length limit, behind a space
    "length": lambda protocol: stream(TEXT[protocol](HALF), LENGTH[protocol]),
}
HANGING = ("blank", "thinking")


def _case(protocol: Protocol, name: str) -> Case:
    def answer(asked: Asked) -> Answer:
        return FIRST[name](protocol) if asked.number == 1 and name in FIRST else strict(protocol, asked)

    return Case(f"{protocol}-{name}", "", protocol, answer, complete("Hello"))


PROTOCOLS = (OPENAI, ANTHROPIC, GEMINI, OLLAMA)
CASES = [_case(protocol, name) for protocol in PROTOCOLS for name in (*FIRST, "greeting", "branch")]
