"""JSON values with a few of their parts missing or replaced, for what must not fail on any file."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

ODD: list[Any] = [None, True, -1, 1e400, "", "x", "\ud800", [], {}, [None], [[]], {"type": "text"}, {"a": {}}, ["x"]]


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container with every key or index in it."""
    keys: list[Any] = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]


@st.composite
def broken_versions(draw: st.DrawFn, value: Any) -> Any:
    """`value` with one to four parts deleted or replaced by something of another kind."""
    changed = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 4))):
        places = _places(changed)
        if not places:
            break
        container, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            del container[key]
        else:
            container[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return changed
