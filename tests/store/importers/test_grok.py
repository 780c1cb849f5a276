"""Grok's export: branches, thoughts and tools, citations, files beside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, left_out_of, records_of
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading


def response(id_: str, parent: str | None, sender: str, message: str, **more: Any) -> dict[str, Any]:
    date = {"$date": {"$numberLong": str(1760000000000 + ord(id_) * 1000)}}
    reply = {
        "_id": id_,
        "parent_response_id": parent,
        "sender": sender,
        "message": message,
        "create_time": date,
        **more,
    }
    return {"response": reply, "share_link": None}


CARD = '<grok:render card_id="c1" card_type="citation_card"><argument name="citation_id">1</argument></grok:render>'
STEP = (
    "<xai:tool_usage_card><xai:tool_usage_card_id>1</xai:tool_usage_card_id><xai:tool_name>web_search</xai:tool_name>"
    '<xai:tool_args><![CDATA[{"query":"x"}]]></xai:tool_args></xai:tool_usage_card>'
)
EXPORT: dict[str, Any] = {
    "conversations": [
        {
            "conversation": {
                "id": "g1",
                "title": "Talk",
                "create_time": "2025-10-09T08:00:00.123456Z",
                "modify_time": "2025-10-10T08:00:00Z",
                "starred": True,
            },
            "responses": [
                response("a", None, "human", "Q", file_attachments=["f1", "f2"]),
                response("b", "a", "ASSISTANT", "", model="grok-3", error="Failed to respond."),
                response(
                    "c",
                    "a",
                    "grok-4",
                    f"It is so.{CARD} Yes.",
                    model="grok-4",
                    thinking_trace=f"Hm.\n{STEP}",
                    card_attachments_json=[
                        '{"id": "c1", "url": "https://x.org/1", "cardType": "citation_card"}',
                        "oops",
                    ],
                    cited_web_search_results=[{"url": "https://x.org/1"}, {"url": "https://y.org", "title": "Y"}],
                ),
                response("d", "b", "human", "Again"),
                response("e", "c", "human", "Draw"),
                response("f", "e", "assistant", "", generated_image_urls=["https://img.org/1.png"]),
            ],
        }
    ],
    "projects": [],
    "tasks": [],
    "media_posts": [],
}
SAMPLES = {"Grok": EXPORT["conversations"][0]}


def test_branches_tools_and_sources(tmp_path: Path) -> None:
    folder = tmp_path / "ttl/30d/export_data/u1"
    found_in(folder, json.dumps(EXPORT), "prod-grok-backend.json")
    (folder / "prod-mc-asset-server/f1").mkdir(parents=True)
    (folder / "prod-mc-asset-server/f1/content").write_text("a = 1")
    found = list(read_file(tmp_path, lambda share: None))
    (record,) = records_of(found)
    assert branches_shown(record.conversation) == [
        ["user: Q | file: f1 text/plain 5", "user: Again"],
        [
            "user: Q | file: f1 text/plain 5",
            "assistant: It is so. ([x.org](https://x.org/1)) Yes. ([Y](https://y.org)) | thought: Hm."
            ' | call: web_search {"query":"x"}',
            "user: Draw",
            "assistant: [picture](https://img.org/1.png)",
        ],
    ]
    assert left_out_of(found) == {"file": 1, "error message": 1, "tool result": 1}
    talk = record.conversation
    assert (talk.title, talk.created_at, record.is_pinned) == ("Talk", 1759996800.123456, True)
    assert [(each.model, each.created_at) for each in talk.messages.values()][1] == ("xai/grok-4", 1760000099.0)


def test_a_reply_that_is_older_than_its_prompt(tmp_path: Path) -> None:
    talk = {
        "conversation": {"id": "g"},
        "responses": [response("a", "b", "assistant", "A"), response("b", None, "human", "Q")],
    }
    (record,) = records_of(found_in(tmp_path, json.dumps([talk])))
    assert branches_shown(record.conversation) == [["user: Q", "assistant: A"]]


@given(broken_versions(EXPORT))
@settings(max_examples=examples(24), deadline=None)
def test_nothing_broken_fails(value: Any) -> None:
    list(read_json([json.dumps(value)], False, Reading("prod-grok-backend.json")))
