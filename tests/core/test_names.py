"""Names of models are cut where that costs least, and never so that two of them look alike."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.text.names import short_name, short_names
from textchat.core.text.sanitize import plain_line
from textchat.render.cells import width_of

WORDS = st.sampled_from(
    ["gpt", "5", "mini", "r60", "r80", "2025", "oa", "名前", "é", "e\u0301", "👩\u200d💻", "a", "…", "\x1b"]
)
NAMES = st.lists(st.one_of(WORDS, st.sampled_from("-/. ")), min_size=1, max_size=14).map("".join)


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=9), st.integers(0, 30))
def test_the_width_is_kept_and_different_names_stay_different(names: list[str], width: int) -> None:
    lines = [plain_line(name) for name in names]
    short = short_names(names, width)
    assert len(short) == len(names)
    assert all(width_of(name) <= width for name in short)
    if width >= 4:
        assert len(set(short)) == len(set(lines))
    assert [after for before, after in zip(lines, short, strict=True) if len(before) * 2 <= width] == [
        before for before in lines if len(before) * 2 <= width
    ]


@pytest.mark.parametrize(
    ("names", "width", "short"),
    [
        (["demo/fast", "demo/careful"], 12, ["demo/fast", "demo/careful"]),
        (["demo/fast", "demo/careful"], 8, ["fast", "careful"]),
        (["local/fast", "demo/fast"], 8, ["loc…fast", "dem…fast"]),
        (
            ["oa/bench-text-r60-n60", "oa/bench-text-r60-n80", "oa/bench-list-r60-n80"],
            16,
            ["bench-te…r60-n60", "bench-te…r60-n80", "bench-li…r60-n80"],
        ),
        (["oa/bench-text-r60-n80", "oa/bench-text-r80-n80"], 13, ["bench…r60-n80", "bench…r80-n80"]),
        (["x/gpt-5-mini-2025-08-07", "x/gpt-5-nano-2025-08-07"], 16, ["gpt-5-mini…08-07", "gpt-5-nano…08-07"]),
        (["x/gpt-5-mini-2025-08-07", "x/gpt-5-nano-2025-08-07"], 8, ["gpt-5-m…", "gpt-5-n…"]),
        (["x-aaaaaaaa1bbbbbbbb-y", "x-aaaaaaaa2bbbbbbbb-y"], 6, ["…aaa1…", "…aaa2…"]),
        (["local/名前名前名前", "local/名前名前名後"], 8, ["名…名前", "名…名後"]),
    ],
)
def test_what_tells_them_apart_stays(names: list[str], width: int, short: list[str]) -> None:
    assert short_names(names, width) == short


def test_one_name_loses_its_provider_and_then_its_middle() -> None:
    name = "openrouter/anthropic/claude-sonnet-4.5"
    assert [short_name(name, width) for width in (40, 30, 20, 12, 1, 0)] == [
        name,
        "anthropic/claude-sonnet-4.5",
        "claude-sonnet-4.5",
        "claude…t-4.5",
        "…",
        "",
    ]
