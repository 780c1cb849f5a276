"""Says what requests to judges cost before they are sent."""

from __future__ import annotations

from textchat.core.figures.reply_figures import dollars
from textchat.live.budget import Estimate


def cost_sentence(what: str, estimate: Estimate) -> str:
    """Such as `Judging takes up to 24 requests, about $0.12.`"""
    requests = f"{what} takes up to {estimate.requests:,} request{'' if estimate.requests == 1 else 's'}"
    if estimate.is_whole:
        return f"{requests}, about {dollars(estimate.cost_usd)}."
    if estimate.priced:
        known = f"about {dollars(estimate.cost_usd)} for {estimate.priced:,}"
        return f"{requests}: {known}; the price of the others is unknown."
    return f"{requests}; their price is unknown."
