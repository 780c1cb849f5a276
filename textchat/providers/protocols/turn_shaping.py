"""Shapes a branch for strict servers: separate system text, alternating roles, no empty messages, no open calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from textchat.core.conversation import Message, Role
from textchat.core.errors import BadRequestError
from textchat.core.provider import Request

OPENING = "…"
"""The user's line before an assistant message that begins a branch, such as the greeting of an imported conversation:
strict servers want the user to begin, and no word of the greeting is lost. It belongs to no language."""


@dataclass(frozen=True, slots=True)
class RoleRun:
    """Consecutive messages of one role, oldest first."""

    role: Role
    """`USER` or `ASSISTANT`; what a tool answered counts as the user's."""
    messages: tuple[Message, ...]


def system_text(request: Request) -> str:
    """The pane's system prompt, then the system messages of the branch."""
    texts = [request.parameters.system or ""]
    texts += [message.text for message in request.messages if message.role is Role.SYSTEM]
    return "\n\n".join(text for text in texts if text.strip())


def system_as_prompt(request: Request) -> Request:
    """The request without system text, which goes before the first prompt: for models that know no such role."""
    text = system_text(request)
    messages = [message for message in request.messages if message.role is not Role.SYSTEM]
    if messages and messages[0].role is Role.USER:
        first = messages[0]
        before = f"{text}\n\n" if first.text else text
        parts = tuple(part.at(part.offset + len(before)) for part in first.parts)
        messages[0] = replace(first, text=before + first.text, parts=parts)
    else:
        messages.insert(0, Message("", None, Role.USER, text))
    return replace(request, messages=tuple(messages), parameters=replace(request.parameters, system=None))


def role_runs(request: Request) -> list[RoleRun]:
    """The branch as runs of alternating roles, the user's first; raises BadRequestError if nothing is left to send.

    Empty messages (a reply that was cancelled before its first token) are left out, and so are tool calls that no
    message answers and answers to no call: servers refuse all of these.
    """
    runs: list[RoleRun] = []
    for message in _sendable(request.messages):
        role = Role.ASSISTANT if message.role is Role.ASSISTANT else Role.USER
        if runs and runs[-1].role is role:
            runs[-1] = RoleRun(role, (*runs[-1].messages, message))
        else:
            runs.append(RoleRun(role, (message,)))
    if not runs:
        raise BadRequestError("No message to send. Write a prompt first.")
    if runs[0].role is Role.ASSISTANT:
        runs.insert(0, RoleRun(Role.USER, (Message("", None, Role.USER, OPENING),)))
    return runs


def _sendable(messages: tuple[Message, ...]) -> Iterator[Message]:
    made = {call.id for message in messages if message.role is Role.ASSISTANT for call in message.tool_calls}
    answered = {call.id for message in messages if message.role is Role.TOOL for call in message.tool_calls}
    for message in messages:
        calls = tuple(call for call in message.tool_calls if call.id in made & answered)
        if message.role is Role.SYSTEM or (message.role is Role.TOOL and not calls):
            continue
        if message.text.strip() or message.parts or calls:
            yield replace(message, tool_calls=calls)
