"""What a document is made of does not refer to itself in circles: it is given back at once when nobody needs it."""

from __future__ import annotations

import gc

import pytest

from tests.ui.transcript.listing import STYLES
from textchat.render.markdown import Document

TEXT = """# Title *with* emphasis

A paragraph with `code`, a [link](https://example.test), a footnote[^1], $x^2$ and **half open

> quoted
> 1. with a list
>    - in it

- [ ] a task
- another

  ```python
  def f(): return "text"
  ```

| a | b |
|---|:-:|
| 1 | $y$ |

<details><summary>more</summary>text</details>

$$
\\frac{a}{b} = \\sum_i c_i
$$

    indented

[^1]: The note.
[here]: https://example.test
"""


@pytest.mark.parametrize("step", [len(TEXT), 7])
def test_a_document_is_no_garbage(step: int) -> None:
    def draw() -> None:
        document = Document(STYLES.text, 60)
        for start in range(0, len(TEXT), step):
            document.append(TEXT[start : start + step])
            for line in range(document.height):
                document.line(line)
        document.finish()
        document.set_width(40)
        assert document.height and document.links() and document.code_blocks()

    draw()
    gc.collect()
    gc.disable()
    try:
        draw()
        assert gc.collect() == 0
    finally:
        gc.enable()
