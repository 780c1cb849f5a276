"""The body of a request: JSON as `json` writes it, long texts in slices."""

from __future__ import annotations

import json

import pytest

from textchat.providers.http import request_body
from textchat.providers.http.request_body import SLICE, encoded

AWKWARD = 'a "quote"\\\n\x00\t索😀\ud83d'


@pytest.mark.parametrize("times", [1, SLICE // len(AWKWARD) * 2 + 1])
async def test_it_is_what_json_writes(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    long, most = AWKWARD * times, 0
    body = {"model": "m", "messages": [{"content": long}, {"content": [{"text": long, "n": 1.5}, None, True]}]}
    expected = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    written = request_body._dumped

    def measured(value: object) -> str:
        nonlocal most
        text = written(value)
        most = max(most, len(text))
        return text

    monkeypatch.setattr(request_body, "_dumped", measured)
    assert await encoded(body) == expected
    assert most <= 3 * SLICE, "no other thread waits for more"
