"""textchat: a terminal chat client that talks to several language models at once, and the same as a library.

What can be imported from here is loaded when it is first used, so that `import textchat` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textchat.live.library import Answer, Model, open_model

__all__ = ["Answer", "Model", "__version__", "open_model"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from textchat.live import library

    return getattr(library, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
