"""A branch in the form that strict servers take: system text apart, roles alternating, nothing empty, no open calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from textchat.core.conversation import Message, Role
from textchat.core.errors import BadRequestError
from textchat.core.provider import Request


@dataclass(frozen=True, slots=True)
class Stretch:
    """Messages that follow one another from one side, oldest first."""

    role: Role
    """`USER` or `ASSISTANT`; what a tool answered counts as the user's."""
    messages: tuple[Message, ...]


def system_of(request: Request) -> str:
    """The system prompt of the pane, then the system messages of the branch."""
    texts = [request.parameters.system or ""]
    texts += [message.text for message in request.messages if message.role is Role.SYSTEM]
    return "\n\n".join(text for text in texts if text.strip())


def stretches_of(request: Request) -> list[Stretch]:
    """The branch as alternating stretches; raises BadRequestError where nothing is left to send.

    Empty messages (a reply that was cancelled before its first token) are left out, and so are tool calls that no
    message answers and answers to no call: servers refuse all of these.
    """
    stretches: list[Stretch] = []
    for message in _sendable(request.messages):
        role = Role.ASSISTANT if message.role is Role.ASSISTANT else Role.USER
        if stretches and stretches[-1].role is role:
            stretches[-1] = Stretch(role, (*stretches[-1].messages, message))
        else:
            stretches.append(Stretch(role, (message,)))
    if not stretches:
        raise BadRequestError("There is no message to send; write a prompt first.")
    return stretches


def _sendable(messages: tuple[Message, ...]) -> Iterator[Message]:
    made = {call.id for message in messages if message.role is Role.ASSISTANT for call in message.tool_calls}
    answered = {call.id for message in messages if message.role is Role.TOOL for call in message.tool_calls}
    for message in messages:
        calls = tuple(call for call in message.tool_calls if call.id in made & answered)
        if message.role is Role.SYSTEM or (message.role is Role.TOOL and not calls):
            continue
        if message.text.strip() or message.attachments or calls:
            yield replace(message, tool_calls=calls)
