"""How figures are written: each in the few characters it has, whatever its size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textchat.core.figures.reply_figures import count, dollars, seconds, speed


@given(st.floats(0, 10**9))
def test_figures_keep_to_their_width(value: float) -> None:
    assert len(seconds(value)) <= 7
    assert len(speed(value)) <= 4
    assert len(dollars(value)) <= 8
    assert len(count(int(value), True)) <= 5


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (seconds(0), "0.00 s"),
        (seconds(9.999), "10.0 s"),
        (seconds(99.99), "100 s"),
        (seconds(3600), "60 min"),
        (speed(5.42), "5.4"),
        (speed(1234), "1.2k"),
        (count(999), "999"),
        (count(1000, True), "~1.0k"),
        (count(12_345), "12k"),
        (count(1_234_567), "1.2M"),
        (dollars(0), "$0.0000"),
        (dollars(0.00001), "<$0.0001"),
        (dollars(0.0123), "$0.012"),
        (dollars(12.3), "$12.30"),
    ],
)
def test_how_figures_are_written(shown: str, expected: str) -> None:
    assert shown == expected
