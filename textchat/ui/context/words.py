"""The words on what is sent of a branch, and how full a window is."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.core.context.fitting import Share
from textchat.core.context.older_messages import omissions
from textchat.core.context.sent import Sent
from textchat.core.figures.reply_figures import count


def omission_of(sent: Sent) -> tuple[str | None, str]:
    """The first message that is sent as it is, and what is said above it of those before."""
    words = omissions(sent)
    return (sent.begins_at, f"▲ {' · '.join(words)}") if words else (None, "")


def share_forms(share: Share) -> Sequence[str]:
    """The share of a window, the longest form first: `12% of 128k`, `12%`."""
    percent = f"{share.of_window:.0%}"
    mark = "▲ " if share.is_marked else ""
    return f"{mark}{percent} of {count(share.window)}", f"{mark}{percent}"
