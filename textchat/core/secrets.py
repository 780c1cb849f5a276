"""What is taken for a secret wherever something is shown, logged, recorded or stored, and what stands in its place."""

from __future__ import annotations

import re

MASK = "•••"

_WORD = re.compile(
    r"(?:access|api|auth|bearer|client|id|master|private|refresh|security|service|session|subscription|user)*"
    r"(?:bearer|cookies?|credentials?|jwt|keys?|pass|passwd|password|pat|secrets?|session|signature|token)"
    r"|auth|authentication|authorization|oauth2?"
)
"""Not "tokens": those are counted."""
_VALUE = re.compile(r"\s*(bearer|basic|token)\s|\s*(sk|pk|gsk|xai|ghp|github_pat|hf|AIza)[-_]?\w{12}", re.IGNORECASE)


def is_secret_name(name: str) -> bool:
    """Whether a header, a query field or a parameter of this name is likely to hold a secret."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return any(_WORD.fullmatch(word) for word in re.split(r"[^a-z0-9]+", parted.lower()))


def is_secret_value(value: str) -> bool:
    """Whether it looks like a key, whatever it is called."""
    return _VALUE.match(value) is not None
