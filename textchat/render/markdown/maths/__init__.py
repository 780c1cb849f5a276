"""TeX formulas as text."""

from textchat.render.markdown.maths.formula import drawn_formula
from textchat.render.markdown.maths.symbols import FUNCTIONS

__all__ = ["FUNCTIONS", "drawn_formula"]
