"""Process-wide settings of the running app: garbage collector, thread switch interval, frame rate, gentle imports.

Nothing else in the package touches them. Each context manager gives back what it found, also after an error.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager

FRAMES_VARIABLE = "TEXTUAL_FPS"
FRAMES = "120"
"""Textual paints when it is idle, at most so often: at 60 a key waits up to 17 ms behind a pane that streams."""
SHORT_TURN_S = 0.0005
"""How long a thread may keep the others waiting, in seconds; Python's own value is ten times that."""
COLLECTION_THRESHOLDS = (2_000, 10, 100)
"""Objects made, and collections of the younger generation. What streams makes thousands a second and hardly a cycle: by
Python's own numbers all of them are looked through every few seconds, which takes 0.08 seconds at once."""
M_ARENA_MAX = -8
"""The option of glibc's `mallopt` for the number of heaps (mallopt(3))."""


@contextmanager
def quick_start(environ: MutableMapping[str, str] = os.environ) -> Iterator[None]:
    """Disable garbage collection and set the frame rate, for importing and running the app.

    What imports make stays, so looking through it is lost time; `rare_collections` enables the collector again. A frame
    rate that the user has set is left alone.
    """
    was_enabled, had_rate = gc.isenabled(), FRAMES_VARIABLE in environ
    gc.disable()
    environ.setdefault(FRAMES_VARIABLE, FRAMES)
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
        if not had_rate:
            environ.pop(FRAMES_VARIABLE, None)


@contextmanager
def short_thread_turns() -> Iterator[None]:
    """Switch threads often: a key does not wait while another thread imports, nor the network while this one draws."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SHORT_TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


@contextmanager
def gentle_imports(give_way: Callable[[], None]) -> Iterator[None]:
    """Have threads that load something call `give_way` before each module they import, which takes 10 ms at most.

    Those are neither the main one nor one with an event loop: httpcore looks with each request for a module that is
    not there, and to wait in the loop of the network would keep the request waiting.
    """
    finder = _GivingWay(give_way)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _GivingWay:
    """Finds no module: Python asks it first (`sys.meta_path`)."""

    def __init__(self, give_way: Callable[[], None]) -> None:
        self._give_way = give_way

    def find_spec(self, *_: object) -> None:
        if threading.current_thread() is not threading.main_thread() and not _has_loop():
            self._give_way()


def _has_loop() -> bool:
    """Whether an event loop runs in this thread."""
    from asyncio import get_running_loop  # loaded long before any thread runs one

    try:
        get_running_loop()
    except RuntimeError:
        return False
    return True


@contextmanager
def rare_collections() -> Iterator[None]:
    """Collect garbage rarely, and never look through what exists now; for the life of the app, once it is built."""
    was_enabled, thresholds = gc.isenabled(), gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*COLLECTION_THRESHOLDS)
    gc.enable()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        if not was_enabled:
            gc.disable()


def collect_garbage() -> None:
    """Collect all garbage now, which `rare_collections` puts off; 0.02 to 0.05 seconds."""
    gc.collect()
    give_back_memory()


def share_heap() -> None:
    """Let all threads take their memory from one heap, where the C library is glibc; call it before any is started.

    Each would get one of its own, and what one thread frees is of no use to the others: 6 MB with ten threads, and more
    by the hour. It stays so for the life of the process.
    """
    if (set_option := _of_glibc("mallopt")) is not None:
        set_option(M_ARENA_MAX, 1)


def give_back_memory() -> None:
    """Give the system back what the C library keeps for later, where that is glibc; 0.005 seconds.

    It is 5 to 10 MB after a vocabulary was loaded or a long reply has ended.
    """
    if (trim := _of_glibc("malloc_trim")) is not None:
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    """A function of the C library; None where it has none of that name."""
    if sys.platform != "linux":
        return None
    import ctypes  # 3 ms, which no other command needs

    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    return found


WEB_DRIVER = "textual.drivers.web_driver:WebDriver"
"""The driver of an app in a browser, as textual-serve names it in TEXTUAL_DRIVER."""


def is_in_browser(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the app is shown by a browser: textual-serve has started it, which speaks for the terminal."""
    return environ.get("TEXTUAL_DRIVER") == WEB_DRIVER and not (os.isatty(0) or os.isatty(1))
