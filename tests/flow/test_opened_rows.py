"""A row of results, opened in the app: the replies to its prompt side by side, with what their checks found."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.flow.local import local_environment
from tests.flow.screen import live_of, open_app, shown, wait_for
from tests.servers.openai import OpenAIServer
from textchat.commands.evaluating.results_file import opened_row, read_rows
from textchat.core.errors import ConfigurationError
from textchat.core.evaluation.opened_rows import OpenedRows
from textchat.core.turns import MOST_PANES

ROW: dict[str, Any] = {
    **{"type": "end", "pane": 0, "model": "local/a", "status": "complete", "finish_reason": "stop", "line": 1},
    **{"text": "The sky is blue.", "reasoning": "Hm.", "prompt": "Why?", "repeat": 0},
    "parameters": {"temperature": 0.5, "effort": "much", "seed": "x", "token": "********", "top_k": 4, "schema": "f"},
    "usage": {"input_tokens": 9, "output_tokens": 5, "source": "reported", "cached_tokens": -1},
    "timing": {"first_token_s": 0.5, "total_s": 2.0, "tokens_per_s": None},
    "cost_usd": 0.25,
    "checks": [{"type": "contains", "value": "blue", "passed": True, "why": None}],
}
NO = {"type": "max_tokens", "value": 4, "passed": False, "why": "It has 5 tokens, more than 4."}
OTHER = ROW | {"pane": 1, "model": "local/b", "text": "The sea is blue.", "checks": [*ROW["checks"], NO]}


def written(folder: Path, *rows: object) -> str:
    file = folder / "results:1.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return str(file)


def opened(name: str) -> OpenedRows:
    rows = opened_row(name)
    assert rows is not None
    return rows


async def test_a_row_is_shown_beside_the_others_of_its_prompt(openai_server: OpenAIServer, tmp_path: Path) -> None:
    openai_server.say("a", "More.")
    openai_server.say("b", "More.")
    rows = ROW, ROW | {"prompt": "Another?", "line": 2}, OTHER
    file = written(tmp_path, *rows)
    async with open_app(local_environment(tmp_path, openai_server), rows=opened(f"{file}:3")) as (app, pilot):
        await wait_for(app, "The sky is blue.", "The sea is blue.", "✓ The check passed.", "✗ checks", "$0.25")
        await wait_for(app, "✗ 1 of 2 checks failed. max_tokens: It", "PRIVATE", "✓ checks")
        assert "Another?" not in shown(app)
        await pilot.press("f3")
        await wait_for(app, "1 difference")
        await pilot.press("escape", "shift+tab", "i")
        await wait_for(app, "Result", "local/b", "✓ ", "contains", "✗", '"text": "The sea is blue."')
        await pilot.press("escape", "tab", *"And", "enter")
        await wait_for(app, "More.")
        live = live_of(app)
        assert live.is_private and len(live.conversation.messages) == 3 + 4
        assert openai_server.requests[0].json["temperature"] == 0.5
        assert await app._workspace.history.newest() is None, "nothing of it is saved"  # type: ignore[union-attr]
    assert [row.values for row in read_rows(Path(file), "")] == [*rows]


def test_what_cannot_be_a_figure_or_a_parameter_is_left_out(tmp_path: Path) -> None:
    answer = opened(f"{written(tmp_path, ROW)}:1").conversation.panes[0]
    assert answer.parameters.as_dict() == {"temperature": 0.5, "top_k": 4}
    conversation = opened(
        f"{written(tmp_path, ROW | {'usage': 3, 'timing': [], 'error': 'x', 'cost_usd': '1'})}:1"
    ).conversation
    message = conversation.messages[conversation.panes[0].leaf_id or ""]
    assert (message.usage, message.timing, message.error, message.cost_usd) == (None, None, None, None)


def test_the_last_line_for_a_reply_counts_and_the_named_one_has_a_pane(tmp_path: Path) -> None:
    rows = [ROW | {"pane": pane, "text": f"{pane}"} for pane in range(MOST_PANES + 2)]
    file = written(tmp_path, *rows, rows[-1] | {"checks": [NO]})
    conversation = opened(f"{file}:{len(rows)}").conversation
    shown = [conversation.messages[pane.leaf_id or ""] for pane in conversation.panes]
    assert [message.text for message in shown] == [str(pane) for pane in range(2, MOST_PANES + 2)]
    assert conversation.view.active_id == conversation.panes[-1].id
    assert shown[-1].note == "✗ The check failed. max_tokens: It has 5 tokens, more than 4."
    assert len(conversation.messages) == 1 + len(rows), "the others are versions"


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, Path(written(tmp_path, ROW, OTHER)).read_bytes())
        os.close(writing)
        assert len(opened(f"/dev/fd/{reading}:1").rows) == 2
    finally:
        os.close(reading)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("none.jsonl:1", "Cannot read --open none.jsonl: No such file or directory."),
        ("{}:3", "--open {}, line 3: expected a line of results."),
        ("{}:2", "--open {}, line 2: expected a line of results."),
        ("{}", "--open {}: add the line of the file, such as --open {}:1."),
    ],
)
def test_a_row_that_cannot_be_opened_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: str
) -> None:
    file = written(tmp_path, ROW, {"type": "summary"})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError) as raised:
        opened_row(name.format(file))
    assert str(raised.value) == error.replace("{}", file)
    assert opened_row("0199abc") is None
