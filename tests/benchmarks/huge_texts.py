"""Texts of one shape and any length, as they come out of logs, files and models that do not stop."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.benchmarks.texts import prose

LOG_LINE = "WARNING lorem ipsum dolor sit amet"
CJK = "索引保持每一页有序因此搜索只读取其中几页。缓存保存最近读取的内容，日志写明断电之后还要写什么。"


def log(size: int) -> str:
    return f"{LOG_LINE}\n" * (size // (len(LOG_LINE) + 1))


def one_line(size: int) -> str:
    """A single word, with nothing to break it at."""
    return "0123456789abcdef" * (size // 16)


def paragraphs(size: int) -> str:
    random_ = random.Random(5)
    some = "\n\n".join(prose(random_, 80) for _ in range(200)) + "\n\n"
    return some * (size // len(some) + 1)


def fence(size: int) -> str:
    line = "    value = self.table[key]  # what was read last\n"
    return "```python\n" + line * (size // len(line)) + "```\n"


def open_fence(size: int) -> str:
    return fence(size).removesuffix("```\n")


def json_array(size: int) -> str:
    item = '{"id": 12345, "name": "lorem", "tags": ["a", "b"]}, '
    return f"[{item * (size // len(item))}null]"


def table(size: int) -> str:
    row = "| lorem ipsum dolor | 12345 | sit amet, and what it is for, which is here |\n"
    return f"| name | count | use |\n|---|---:|---|\n{row * (size // len(row))}"


def items(size: int) -> str:
    item = "- an item of a list that is about as long as they are\n"
    return item * (size // len(item))


def cjk(size: int) -> str:
    return f"{CJK * 4}\n\n" * (size // (len(CJK) * 4 * 3))


SHAPES: dict[str, Callable[[int], str]] = {
    "log lines": log,
    "one line": one_line,
    "paragraphs": paragraphs,
    "a fence": fence,
    "an open fence": open_fence,
    "JSON": json_array,
    "a table": table,
    "a list": items,
    "Chinese": cjk,
}
"""By its name, what makes a text of about so many bytes in UTF-8."""
