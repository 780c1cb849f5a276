"""States how far a shown figure may be from the truth, so that no answer wins by less than that.

Times are taken at the socket: what is left are the clocks of two machines' schedulers. Reported tokens and what they
cost are exact. An estimate is only as good as the vocabulary it is counted by.
"""

from __future__ import annotations

from textchat.core.figures.reply_figures import Figure, ReplyFigures

TIME_ERROR_S = 0.010
SPEED_ERROR = 0.02
"""Of the speed itself; more where it was measured over less than half a second."""
ESTIMATE_ERROR = 0.15
"""Of the tokens, and so of all that follows from them."""


def error_of(figures: ReplyFigures, figure: Figure) -> float:
    """How much the figure may be off, in its own unit; 0 for an exact or an unknown one."""
    value = figures.value(figure) or 0.0
    match figure:
        case Figure.FIRST | Figure.FIRST_TEXT | Figure.TOTAL:
            return TIME_ERROR_S
        case Figure.SPEED:
            return value * max(_speed_error(figures), ESTIMATE_ERROR if figures.is_estimated(figure) else 0.0)
        case Figure.OUTPUT | Figure.INPUT | Figure.REASONING | Figure.CACHED | Figure.COST:
            return value * ESTIMATE_ERROR if figures.is_estimated(figure) else 0.0


def differ(one: float, one_error: float, other: float, other_error: float) -> bool:
    """Whether two values are further apart than both errors reach."""
    return abs(one - other) > one_error + other_error


def _speed_error(figures: ReplyFigures) -> float:
    grew_s = (figures.total_s or 0.0) - (figures.first_s or 0.0)
    return max(SPEED_ERROR, TIME_ERROR_S / grew_s) if grew_s > 0 else SPEED_ERROR
