"""A signal ends the program in order, whatever it is; and for certain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from textchat.signals import ending_as_by_ctrl_c, ending_in_order

NUMBERS = [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs the signals of POSIX")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_command_ends_as_by_ctrl_c_but_tells_what_it_was(number: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in NUMBERS]
    with ending_as_by_ctrl_c() as ending:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        signal.raise_signal(NUMBERS[0])  # no second Ctrl+C while the first is still ending things
    assert ending.code(130) == 128 + number
    assert [signal.getsignal(each) for each in NUMBERS] == before


@pytest.mark.parametrize("number", [signal.SIGINT, *NUMBERS])
def test_the_app_is_asked_once_to_end(number: signal.Signals) -> None:
    asked: list[str] = []
    with ending_in_order(lambda: asked.append("end"), lambda: asked.append("at last")) as ending:
        for each in (number, signal.SIGTERM, signal.SIGINT):
            signal.raise_signal(each)
        assert asked == ["end"] and ending.code(0) == 128 + number
    assert ending.code(7) == 128 + number and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_a_signal_the_code_is_the_programs_own() -> None:
    with ending_in_order(lambda: None, lambda: None) as ending:
        pass
    assert ending.code(7) == 7


def test_what_somebody_wants_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_as_by_ctrl_c():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("begin", "code"), [("signal.raise_signal(signal.SIGTERM)", 143), ("ending.make_certain(70)", 70)]
)
def test_a_program_that_does_not_end_in_order_ends_all_the_same(begin: str, code: int) -> None:
    program = f"""
        import signal, time
        from textchat import signals
        signals.PATIENCE_S = 0.05
        with signals.ending_in_order(lambda: None, lambda: print("given back", flush=True)) as ending:
            {begin}
            while True:
                time.sleep(60)
    """
    ran = subprocess.run([sys.executable, "-c", "if True:" + program], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (code, "given back\n")


def test_behind_the_end_no_signal_and_no_thread_changes_anything() -> None:
    program = """
        import signal, threading
        from textchat import signals
        signals.PATIENCE_S = 0.05
        end = signals.ProgramEnd()
        end.begin()
        end.finish(7)
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGINT)
        threading.Thread(target=threading.Event().wait).start()
    """
    ran = subprocess.run([sys.executable, "-c", "if True:" + program], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (7, "")
