r"""The brackets of `\left` and `\right`, which may be none."""

from __future__ import annotations

_INVISIBLE = "."


class Brackets:
    """The left brackets that are open."""

    def __init__(self) -> None:
        self._open: list[str] = []

    @property
    def are_open(self) -> bool:
        return bool(self._open)

    def left(self, bracket: str) -> str:
        """What is drawn for a left bracket."""
        self._open.append(bracket)
        return "" if bracket == _INVISIBLE else bracket

    def right(self, bracket: str) -> str:
        """What is drawn for a right bracket: cases need one on a line, where TeX has none."""
        opened = self._open.pop() if self._open else ""
        if bracket == _INVISIBLE:
            return "}" if opened == "{" else ""
        return bracket
