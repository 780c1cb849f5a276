"""Figures of an evaluation as JSON has them."""

from __future__ import annotations

from textchat.core.evaluation.statistics import Interval


def rounded(value: float | None) -> float | None:
    """Nine digits: cents of a cent are seen, and sums differ on no machine."""
    return None if value is None else float(f"{value:.9g}")


def bounds(interval: Interval | None) -> dict[str, float | None]:
    """Both ends of an interval, None for one that is not known."""
    low, high = interval or (None, None)
    return {"low": rounded(low), "high": rounded(high)}
