"""The statistics of an evaluation, against published figures, and what a summary makes of known answers."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from textchat.core.evaluation.outcome import Outcome
from textchat.core.evaluation.statistics import (
    adjusted,
    difference_interval,
    mean_interval,
    share_interval,
    sign_test,
    t_quantile,
)
from textchat.core.evaluation.summary import summary_of


@pytest.mark.parametrize(
    ("passed", "count", "low", "high"),
    # R. G. Newcombe, “Two-sided confidence intervals for the single proportion”, 1998, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_intervals_of_shares_are_wilsons(passed: int, count: int, low: float, high: float) -> None:
    assert share_interval(passed / count, count) == pytest.approx((low, high), abs=5e-5)
    assert share_interval(1 - passed / count, count) == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_quantiles_of_students_t_are_those_of_the_tables() -> None:
    table = {1: 12.7062, 2: 4.3027, 3: 3.1824, 5: 2.5706, 10: 2.2281, 30: 2.0423, 99: 1.9842}
    assert {freedom: t_quantile(0.975, freedom) for freedom in table} == pytest.approx(table, abs=5e-5)


def test_the_sign_test_is_exact() -> None:
    # As scipy.stats.binomtest gives them.
    known = {(14, 3): 0.0127258301, (0, 6): 0.03125, (5, 5): 1.0, (0, 0): 1.0, (1, 0): 1.0, (60, 40): 0.0568879335}
    assert {split: sign_test(*split) for split in known} == pytest.approx(known, abs=1e-9)
    assert sign_test(30_000, 20_000) < 1e-12 and sign_test(25_000, 25_000) == 1


def test_many_tests_are_adjusted_as_holm_does() -> None:
    assert adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert adjusted([]) == [] and adjusted([0.7, 0.6]) == [1, 1]


def test_an_interval_of_a_mean_holds_it_as_often_as_it_says() -> None:
    drawing = random.Random(7)
    samples = [[drawing.expovariate(1 / 3) for _ in range(20)] for _ in range(60)]
    intervals = [mean_interval(sample) for sample in samples]
    held = sum(each is not None and each.low <= 3 <= each.high for each in intervals)
    assert 54 <= held <= 60
    assert mean_interval(samples[0]) == intervals[0], "nothing of it is left to chance"
    skewed = mean_interval([0.0] * 5 + [9.0])
    assert skewed is None or skewed.low == 0, "no cost is below nothing"


def test_the_interval_of_a_difference_is_students() -> None:
    # Student's own figures: additional hours of sleep, 1908.
    sleep = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    assert difference_interval(sleep) == pytest.approx((0.7001142, 2.4598858), abs=1e-6)
    assert difference_interval([0.0] * 9) is None


def test_where_nothing_is_known_of_the_spread_there_is_no_interval() -> None:
    assert mean_interval([1, 2, 3, 4, 5]) is None and mean_interval([2.0] * 50) is None and mean_interval([]) is None


GOOD = Outcome(1, "p/good", {}, True, 1, 1, 0.5, 2.0, 10)


def test_a_summary_counts_by_prompts() -> None:
    bad = replace(GOOD, model="p/bad", cost_usd=None)
    answers = [replace(GOOD, line=line, tags=("odd",) if line % 2 else ()) for line in range(1, 8)]
    answers += [replace(bad, line=line, passed=int(line == 7)) for line in range(1, 8)]
    answers += [replace(bad, line=7, passed=0), replace(bad, line=8, is_complete=False, passed=0, checks=0)]
    summary = summary_of(answers)
    first, second = summary.variants
    assert (summary.prompts, first.prompts, second.prompts, second.answers, second.failed) == (8, 7, 7, 8, 1)
    assert first.share is not None and second.share is not None
    assert (first.share.passed, second.share.passed) == (7, 0.5), "two answers to one prompt are one, by their share"
    assert first.by_tag["odd"].prompts == 4 and second.by_tag == {}
    assert first.cost_usd is not None and first.cost_usd.value == 0.5 and second.cost_usd is None
    (pair,) = summary.pairs
    assert (pair.wins, pair.losses, pair.prompts) == (7, 0, 7) and pair.difference == pytest.approx(6.5 / 7)
    assert pair.p == pair.adjusted_p == pytest.approx(2 / 2**7)


def test_variants_of_a_model_are_named_by_what_differs() -> None:
    hot = [replace(GOOD, parameters={"seed": 1, "temperature": value}) for value in (0, 1.0, 1)]
    assert [each.name for each in summary_of([*hot, replace(GOOD, model="p/x")]).variants] == [
        "p/good (temperature 0)",
        "p/good (temperature 1.0)",
        "p/x",
    ]
