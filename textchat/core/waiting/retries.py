"""Decides whether a failed request is tried again, and when: the one place that says what may pass."""

from __future__ import annotations

import random

from textchat.core.errors import ChatError, ErrorKind

FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 8.0
LONGEST_RETRY_AFTER_S = 60.0
"""If a server asks for a longer pause, the reply fails and its error says so."""

_PASSING_KINDS = frozenset({ErrorKind.RATE_LIMIT, ErrorKind.OVERLOADED})
"""Pass whatever their status is: within a stream they have none."""
_PASSING_STATUSES = frozenset({408, 409, 425, 429, 499})
"""Say, with those of 500 and above, that the request was fine and the way to the server or its answer was not."""
_LASTING_STATUSES = frozenset({501, 505})
_LASTING_KINDS = frozenset(
    {
        ErrorKind.AUTHENTICATION,
        ErrorKind.PERMISSION,
        ErrorKind.NOT_FOUND,
        ErrorKind.CONTEXT_LENGTH,
        ErrorKind.CONTENT_FILTER,
        ErrorKind.BAD_REQUEST,
        ErrorKind.PROTOCOL,
        ErrorKind.REPETITION,
    }
)
"""Are about the request itself, also where a gateway passes them on as its own failure with a 502."""

_NEVER_PASSING_KINDS = frozenset({ErrorKind.CONTEXT_LENGTH, ErrorKind.AUTHENTICATION, ErrorKind.CONTENT_FILTER})
"""Do not pass either where the server says when to come back."""
_PAYMENT_REQUIRED = 402


def may_pass(error: ChatError) -> bool:
    """Whether the same request may succeed a little later."""
    if asks_for_too_long(error):
        return False
    if error.may_pass is not None:
        return error.may_pass
    if error.kind in _NEVER_PASSING_KINDS or error.status == _PAYMENT_REQUIRED:
        return False
    if error.retry_after_s is not None:
        return True  # it says itself when to come back
    if error.kind in _PASSING_KINDS:
        return error.status not in _LASTING_STATUSES
    if error.kind in _LASTING_KINDS:
        return False
    if error.status is None:
        return error.kind is ErrorKind.NETWORK
    return error.status in _PASSING_STATUSES or (error.status >= 500 and error.status not in _LASTING_STATUSES)


def asks_for_too_long(error: ChatError) -> bool:
    """Whether the server asks for a longer pause than textchat waits by itself."""
    return error.retry_after_s is not None and error.retry_after_s > LONGEST_RETRY_AFTER_S


def pause_before(number: int, error: ChatError) -> float:
    """Seconds before try `number`: as the server asked, or doubled each time, with jitter."""
    if error.retry_after_s is not None:
        return error.retry_after_s
    longest = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** (number - 1))
    return longest * random.uniform(0.5, 1.0)
