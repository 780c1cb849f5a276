"""Defines what a reply of a model usually costs and takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UsualReply:
    """What a complete reply of a model usually costs and takes: medians; None where nothing is known."""

    cost_usd: float | None = None
    is_cost_estimated: bool = False
    """Whether any of the costs was reckoned here from the prices, and not said by the server."""
    first_token_s: float | None = None
    total_s: float | None = None
