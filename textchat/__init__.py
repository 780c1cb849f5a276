"""textchat: a terminal chat client that talks to several language models at once, and the same as a library.

The library in one example:

    async with open_model("openai/gpt-5") as model:
        pending = model.ask("What is a monad?")
        async for event in pending:
            match event:
                case TextDelta(text):
                    print(text, end="")
        reply = await pending
        print(reply.status, reply.usage, reply.timing, reply.cost_usd, reply.error)

What can be imported from here is loaded when it is first used, so that `import textchat` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textchat.core.configuration import ModelSettings, Price, Protocol, ProviderSettings, Settings, Timeouts
    from textchat.core.conversation import Message, Role, Source, Status, Timing, ToolCall, Usage
    from textchat.core.errors import ChatError, ConfigurationError, ErrorKind, ErrorReport
    from textchat.core.events import (
        Cited,
        Finished,
        PartReceived,
        ReasoningDelta,
        ReasoningSealed,
        StreamEvent,
        TextDelta,
        TextWasReasoning,
        ToolCallDelta,
        UsageReport,
    )
    from textchat.core.parameters import Effort, Parameters
    from textchat.core.parts.citation import Citation
    from textchat.core.parts.part import MediaKind, Part
    from textchat.core.parts.sealed import SealedReasoning
    from textchat.core.parts.structure import StructureCheck
    from textchat.core.provider import StreamTap
    from textchat.core.reply import Phase, Reply
    from textchat.live.library import Model, PendingReply, open_model

__all__ = [
    "ChatError",
    "Citation",
    "Cited",
    "ConfigurationError",
    "Effort",
    "ErrorKind",
    "ErrorReport",
    "Finished",
    "MediaKind",
    "Message",
    "Model",
    "ModelSettings",
    "Parameters",
    "Part",
    "PartReceived",
    "PendingReply",
    "Phase",
    "Price",
    "Protocol",
    "ProviderSettings",
    "ReasoningDelta",
    "ReasoningSealed",
    "Reply",
    "Role",
    "SealedReasoning",
    "Settings",
    "Source",
    "Status",
    "StreamEvent",
    "StreamTap",
    "StructureCheck",
    "TextDelta",
    "TextWasReasoning",
    "Timeouts",
    "Timing",
    "ToolCall",
    "ToolCallDelta",
    "Usage",
    "UsageReport",
    "__version__",
    "open_model",
]

__version__ = "0.1.0"

_HOMES = {
    "textchat.core.configuration": ("ModelSettings", "Price", "Protocol", "ProviderSettings", "Settings", "Timeouts"),
    "textchat.core.conversation": ("Message", "Role", "Source", "Status", "Timing", "ToolCall", "Usage"),
    "textchat.core.errors": ("ChatError", "ConfigurationError", "ErrorKind", "ErrorReport"),
    "textchat.core.events": (
        *("Cited", "Finished", "PartReceived", "ReasoningDelta", "ReasoningSealed", "StreamEvent", "TextDelta"),
        *("TextWasReasoning", "ToolCallDelta", "UsageReport"),
    ),
    "textchat.core.parameters": ("Effort", "Parameters"),
    "textchat.core.parts.citation": ("Citation",),
    "textchat.core.parts.part": ("MediaKind", "Part"),
    "textchat.core.parts.sealed": ("SealedReasoning",),
    "textchat.core.parts.structure": ("StructureCheck",),
    "textchat.core.provider": ("StreamTap",),
    "textchat.core.reply": ("Phase", "Reply"),
    "textchat.live.library": ("Model", "PendingReply", "open_model"),
}
"""The modules that define the names above; strings, so that importing this one imports none of them."""


def __getattr__(name: str) -> object:
    module = next((module for module, names in _HOMES.items() if name in names), None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(module), name)
    globals()[name] = value  # found at once from now on
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
