"""What is told of an unexpected exception: where it was raised and what came before, and nobody's words."""

from __future__ import annotations

import sys
import threading

import pytest

from textchat.core import crashes
from textchat.core.crashes import MOST_NAMES, MOST_PLACES, caught_elsewhere, last_names, note, places


def fail(words: str) -> None:
    raise ValueError(words)


def told_of(failure: BaseException) -> str:
    return "\n".join(places(failure))


def test_it_tells_where_and_what_led_there_and_no_words() -> None:
    with pytest.raises(ExceptionGroup) as raised:
        try:
            fail("a secret")
        except ValueError as first:
            first.add_note("another secret")
            missing = FileNotFoundError(2, "secret", "/home/secret")
            raise ExceptionGroup("more secrets", [first, missing]) from KeyError("secret")
    told = told_of(raised.value)
    kinds = [line for line in told.splitlines() if not line.startswith(" ")]
    assert kinds == ["KeyError", "FileNotFoundError (ENOENT)", "ValueError", "ExceptionGroup"] and " in fail" in told
    assert "secret" not in told and f"{__file__}:" not in told


def test_what_has_no_end_is_told_with_one() -> None:
    def deeper() -> None:
        deeper()

    with pytest.raises(RecursionError) as raised:
        deeper()
    raised.value.__cause__ = raised.value
    assert len(places(raised.value)) == MOST_PLACES + 2


def test_the_last_names_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crashes, "_names", crashes._names.copy())
    for number in range(2 * MOST_NAMES):
        note(f"event {number // 2}")
        note("other") if number == 0 else None
    assert len(last_names()) == MOST_NAMES and last_names()[-1] == f"event {MOST_NAMES - 1} (2 times)"


@pytest.mark.filterwarnings("error")
def test_what_a_thread_or_a_destructor_raises_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    class Dying:
        def __del__(self) -> None:
            fail("a secret")

    taken: list[BaseException] = []
    before = threading.excepthook, sys.unraisablehook
    with caught_elsewhere(taken.append):
        thread = threading.Thread(target=fail, args=("a secret",))
        thread.start()
        thread.join()
        Dying()
    assert [type(failure) for failure in taken] == [ValueError] and capsys.readouterr().err == ""
    assert (threading.excepthook, sys.unraisablehook) == before
