"""The one failure that no server names: its answer stops, and it never said that it was complete."""

from __future__ import annotations

from textchat.core.errors import ProtocolError


def unfinished(provider: str, *, has_begun: bool) -> ProtocolError:
    """`has_begun`: whether any part of an answer came."""
    if not has_begun:
        return ProtocolError(f"{provider} ended its answer before it had begun. Try again.")
    return ProtocolError(
        f"{provider} ended its answer without saying that it is complete; it may be cut off. "
        "What came is kept: continue it, or try again."
    )
