"""What the app sets for the whole process is set while it runs, and given back however it ends."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import importlib
import os
import platform
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.worker import WorkerFailed

from tests.flow.screen import open_app
from tests.flow.terminal import Terminal
from tests.servers.waiting import wait_until
from textchat import startup
from textchat.ui.conversation.screen import ConversationScreen


def process_state() -> tuple[object, ...]:
    return (
        gc.isenabled(),
        gc.get_threshold(),
        gc.get_freeze_count() == 0,
        sys.getswitchinterval(),
        os.environ.get("TEXTUAL_FPS"),
        len(sys.meta_path),
    )


@pytest.fixture(autouse=True)
def as_found() -> Any:
    gc.unfreeze()
    before = process_state()
    yield
    assert process_state() == before


def gentle() -> AbstractContextManager[None]:
    return startup.gentle_imports(lambda: None)


@pytest.mark.parametrize("tune", [startup.quick_start, startup.short_thread_turns, startup.rare_collections, gentle])
def test_each_is_given_back_also_after_an_error(tune: Callable[[], AbstractContextManager[None]]) -> None:
    before = process_state()
    with pytest.raises(ImportError), tune():
        assert process_state() != before
        raise ImportError("a package is broken")
    assert process_state() == before


def test_other_threads_give_way_before_each_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gentle_one.py").write_text("import gentle_two")
    (tmp_path / "gentle_two.py").write_text("")
    (tmp_path / "gentle_three.py").write_text("")
    (tmp_path / "gentle_four.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    ways: list[str] = []
    with startup.gentle_imports(lambda: ways.append(threading.current_thread().name)):
        thread = threading.Thread(target=importlib.import_module, args=("gentle_one",), name="loading")
        thread.start()
        thread.join()
        importlib.import_module("gentle_three")

        async def look() -> None:
            importlib.import_module("gentle_four")

        thread = threading.Thread(target=lambda: asyncio.run(look()), name="network")
        thread.start()
        thread.join()
    assert ways == ["loading", "loading"], "neither the main thread, nor one whose loop others wait for"
    assert "gentle_four" in sys.modules


def test_the_collector_rests_until_the_app_is_built_and_is_rare_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEXTUAL_FPS", raising=False)
    with startup.quick_start():
        assert not gc.isenabled() and os.environ["TEXTUAL_FPS"] == startup.FRAMES
        with startup.rare_collections():
            assert gc.isenabled() and gc.get_threshold() == startup.COLLECTION_THRESHOLDS and gc.get_freeze_count()
        assert not gc.isenabled()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives threads heaps of their own")
def test_new_threads_take_memory_from_the_heaps_there_are(tmp_path: Path) -> None:
    startup.share_heap()
    before = _heaps(tmp_path / "before")
    all_there = threading.Barrier(9)

    def take() -> None:
        taken = bytearray(10_000)
        all_there.wait()
        assert taken

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    all_there.wait()
    assert _heaps(tmp_path / "after") == before
    for thread in threads:
        thread.join()


def _heaps(path: Path) -> int:
    """How many heaps the C library has (malloc_info(3))."""
    library = ctypes.CDLL(None)
    library.fopen.restype = ctypes.c_void_p
    file = ctypes.c_void_p(library.fopen(str(path).encode(), b"w"))
    library.malloc_info(0, file)
    library.fclose(file)
    return path.read_text().count("<heap ")


def test_what_the_user_chose_stays() -> None:
    environ = {"TEXTUAL_FPS": "30"}
    with startup.quick_start(environ):
        assert environ == {"TEXTUAL_FPS": "30"}
    assert environ == {"TEXTUAL_FPS": "30"}
    gc.disable()
    try:
        with startup.quick_start({}), startup.rare_collections():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


async def test_the_app_collects_rarely_and_takes_short_turns_once_it_is_built(environment: dict[str, str]) -> None:
    interval = sys.getswitchinterval()
    async with open_app(environment):
        assert gc.get_threshold() == startup.COLLECTION_THRESHOLDS and gc.get_freeze_count()
        assert sys.getswitchinterval() == startup.SHORT_TURN_S, "drawing keeps the network waiting no longer"
    assert sys.getswitchinterval() == interval


class BrokenApp(App[None]):
    """Its screen cannot open what it should show."""

    turns_s = 0.0

    def get_default_screen(self) -> ConversationScreen:
        return ConversationScreen(self._fail)

    async def _fail(self) -> Any:
        self.turns_s = sys.getswitchinterval()
        raise RuntimeError("the database cannot be opened")


async def test_a_screen_that_cannot_open_anything_gives_back_what_it_set() -> None:
    before = process_state()
    app = BrokenApp()
    with pytest.raises(WorkerFailed, match="cannot be opened"):
        async with app.run_test():
            await wait_until(lambda: bool(app.turns_s), "it has tried")
    assert app.turns_s == pytest.approx(startup.SHORT_TURN_S)
    assert process_state() == before


PROGRAM = """
import gc, os, sys
from textchat.commands.app import open_app
def state():
    collector = gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()
    return collector, sys.getswitchinterval(), "TEXTUAL_FPS" in os.environ
before = state()
open_app()
from textual.constants import MAX_FPS
print(f"given back, {MAX_FPS} frames" if state() == before else f"before {before}, now {state()}")
"""


def test_a_program_that_ran_the_app_goes_on_as_before(environment: dict[str, str], tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    with Terminal((sys.executable, str(program)), environment) as terminal:
        terminal.wait_until("demo/fast")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        assert f"given back, {startup.FRAMES} frames" in terminal.output.decode()
