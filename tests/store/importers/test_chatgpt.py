"""ChatGPT's export: marks as links, what tools made, voice, and what the export lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, only, records_of
from tests.store.importing import chatgpt, node
from textchat.core.conversation import Status
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading


def mark(kind: str, *values: str) -> str:
    return "\ue200" + "\ue202".join((kind, *values)) + "\ue201"


def page(url: str, **more: Any) -> dict[str, Any]:
    return {"title": "A page", "url": url, "attribution": "Site", **more}


CITE = mark("cite", "turn0search1", "turn0search3")
GROUPS = [
    {
        "entries": [
            {"url": "https://g.org", "title": "G", "ref_id": {"turn_index": 0, "ref_type": "news", "ref_index": 2}}
        ]
    }
]


def reference(matched: str, **more: Any) -> dict[str, Any]:
    return {"content_references": [{"matched_text": matched, "type": "x", **more}]}


@pytest.mark.parametrize(
    ("text", "metadata", "told"),
    [
        (
            f"It is cold {CITE} today.",
            reference(CITE, alt="([Site](https://a.org))"),
            "It is cold ([Site](https://a.org)) today.",
        ),
        (
            f"Cold {CITE}.",
            reference(CITE, alt=None, items=[page("https://a.org"), page("https://b.org")]),
            "Cold ([Site](https://a.org), [Site](https://b.org)).",
        ),
        (f"Cold{CITE}.", reference(CITE, fallback_items=[page("https://a.org")]), "Cold ([Site](https://a.org))."),
        (f"Cold {CITE}.", reference(CITE, url="https://a.org", title="T"), "Cold ([T](https://a.org))."),
        (f"Cold {CITE}.", {}, "Cold."),
        (f"Cold {CITE}.", reference(CITE, type="hidden", alt=None), "Cold."),
        (f"Cold {mark('cite', 'turn0news2')}.", {"search_result_groups": GROUPS}, "Cold ([G](https://g.org))."),
        ("Cold \ue200cite\ue202turn0search1 it is.", {}, "Cold it is."),
        ("Cold \ue200cite\ue202turn0search", {}, "Cold"),
        (f"See {mark('url', 'Here', 'https://a.org')}.", {}, "See [Here](https://a.org)."),
        (f"See {mark('url', 'Here', 'turn0news2')}.", {"search_result_groups": GROUPS}, "See [Here](https://g.org)."),
        ("By " + mark("entity", '["people","Ada","x"]') + ".", {}, "By Ada."),
        (f"By {mark('entity', '[')}.", {}, "By."),
        ("The \ue203quoted words\ue204 stay.", {}, "The quoted words stay."),
        ("The \ue203quoted\ue204 stay.", reference("\ue203", type="hidden", alt=None), "The quoted stay."),
        (
            f"It is cold {CITE}.",
            {
                "content_references": [
                    {"type": "attribution", "matched_text": f"It is cold {CITE}.", "alt": f"It is cold {CITE}."},
                    {"type": "grouped_webpages", "matched_text": CITE, "alt": "([S](https://s.org))"},
                ]
            },
            "It is cold ([S](https://s.org)).",
        ),
        (
            mark("navlist", "More", "turn0news2"),
            reference(mark("navlist", "More", "turn0news2"), alt="- [AP](https://ap.org)"),
            "- [AP](https://ap.org)",
        ),
        (
            f"{mark('i', 'turn0image0')}A cat.",
            reference(mark("i", "turn0image0"), images=[{"image_result": {"title": "C", "url": "https://c.org"}}]),
            "[C](https://c.org)\n\nA cat.",
        ),
        (f"In {mark('filecite', 'turn0file0')}", reference(mark("filecite", "turn0file0"), name="a.pdf"), "In a.pdf"),
        (
            "Cold【3†source】 and wet【4†(Wiki)】【5:0†source】.",
            {"citations": [{"metadata": {"title": "T", "url": "https://t.org", "extra": {"cited_message_idx": 3}}}]},
            "Cold ([T](https://t.org)) and wet (Wiki).",
        ),
        (
            "Cold :contentReference[oaicite:0]{index=0}.",
            reference(":contentReference[oaicite:0]{index=0}", url="https://a.org", title="T"),
            "Cold ([T](https://a.org)).",
        ),
        ("The same【words】 and 🙂 stay.", reference("same", alt="other"), "The same【words】 and 🙂 stay."),
    ],
)
def test_marks_are_what_they_stand_for(tmp_path: Path, text: str, metadata: dict[str, Any], told: str) -> None:
    talk = chatgpt(node("u", "root", "user", "Q"), node("a", "u", "assistant", text, metadata=metadata))
    assert branches_shown(only(tmp_path, [talk])[0].conversation) == [["user: Q", f"assistant: {told}"]]


def multimodal(*parts: Any) -> dict[str, Any]:
    return {"content_type": "multimodal_text", "parts": list(parts)}


def content(kind: str, **more: Any) -> dict[str, Any]:
    return {"content_type": kind, **more}


IMAGE = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-D"}
TABLE: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("tool", content("citable_code_output", output_str="42"), {}, "tool: 42"),
    ("tool", content("sonic_webpage", title="T", url="https://t.org", text="W"), {}, "tool: [T](https://t.org)\n\nW"),
    ("tool", content("tether_quote", title="a.pdf", url="file-id://f", text="W"), {}, "tool: a.pdf\n\nW"),
    (
        "tool",
        content("tether_browsing_display", result="", summary="S"),
        {"_cite_metadata": {"metadata_list": [{"title": "T", "url": "https://t.org"}]}},
        "tool: S\n\n[T](https://t.org)",
    ),
    ("tool", content("system_error", name="Broken", text="no"), {}, "tool: Broken: no"),
    (
        "tool",
        content("execution_output", text="done"),
        {"aggregate_result": {"messages": [{"message_type": "image", "image_url": "file-service://file-P"}]}},
        "tool: done | file: file-P.png image/png 4",
    ),
    (
        "tool",
        multimodal({**IMAGE, "metadata": {"dalle": {"prompt": "a cat"}}}),
        {},
        "tool: a cat | file: file-D.png image/png 4",
    ),
    (
        "tool",
        content("computer_output", screenshot=IMAGE, state={"url": "u"}),
        {},
        "tool: u | file: file-D.png image/png 4",
    ),
    ("assistant", content("code", language="python", text="1+1"), {}, "assistant: ```python\n1+1\n```"),
    (
        "user",
        multimodal(
            {"content_type": "audio_transcription", "text": "Hello"},
            {
                "content_type": "real_time_user_audio_video_asset_pointer",
                "audio_asset_pointer": {"content_type": "audio_asset_pointer", "asset_pointer": "sediment://file_gone"},
            },
        ),
        {},
        "user: Hello",
    ),
    ("user", content("hologram", text="W"), {}, "user: W"),
]
FILES = {"file-P.png": b"\x89PNG", "file-D.png": b"\x89PNG"}


@pytest.mark.parametrize(("role", "value", "metadata", "told"), TABLE)
def test_every_kind_of_content(
    tmp_path: Path, role: str, value: dict[str, Any], metadata: dict[str, Any], told: str
) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    talk = chatgpt(node("u", "root", "user", "Q"), node("a", "u", role, content=value, metadata=metadata))
    found_in(tmp_path, json.dumps([talk]), "conversations.json")
    (record,) = records_of(list(read_file(tmp_path, lambda share: None)))
    assert branches_shown(record.conversation) == [["user: Q", told]]


CONTEXT = content("user_editable_context", user_profile="Ada", user_instructions="")
TALK = chatgpt(
    node("s", "root", "user", content=CONTEXT, metadata={"is_visually_hidden_from_conversation": True}),
    node("u", "s", "user", content=multimodal(IMAGE, "Draw"), metadata={"attachments": [{"id": "x", "name": "b.csv"}]}),
    node("t", "u", "assistant", content=content("thoughts", thoughts="Hm.")),
    node("c", "t", "assistant", content=content("code", text='{"prompt": "cat"}'), recipient="t2uay3k.sj1i4kz"),
    node(
        "o", "c", "tool", content=multimodal({"content_type": "audio_asset_pointer", "asset_pointer": "sediment://f"})
    ),
    node("a", "o", "assistant", "Here"),
    node("b", "o", "assistant", "Half", metadata={"finish_details": {"type": "interrupted"}, "model_slug": "gpt-4o"}),
    current="a",
    is_starred=True,
    default_model_slug="o3",
)
SAMPLES = {"ChatGPT, conversation": TALK}


def test_a_conversation_with_a_star_a_thought_and_what_the_export_lacks(tmp_path: Path) -> None:
    record, left_out = only(tmp_path, [TALK])
    asked = [
        "user: [image_asset_pointer: file-service://file-D]\n\nDraw\n\n[attachment: b.csv]",
        'assistant:  | thought: Hm. | call: t2uay3k.sj1i4kz {"prompt": "cat"}',
    ]
    assert branches_shown(record.conversation) == [[*asked, "assistant: Here"], [*asked, "assistant: Half"]]
    assert left_out == {"custom instruction": 1, "picture": 1, "file": 1, "recording": 1}
    _, call, here, half = record.conversation.messages.values()
    assert (call.model, here.model, half.model) == ("openai/o3", "openai/o3", "openai/gpt-4o")
    assert (here.status, half.status, record.is_pinned) == (Status.COMPLETE, Status.CANCELLED, True)
    assert record.conversation.panes[0].leaf_id == here.id
    assert only(tmp_path, [{**TALK, "is_starred": None, "pinned_time": 1_700_000_000}])[0].is_pinned


def test_thoughts_that_led_to_no_answer_are_kept(tmp_path: Path) -> None:
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "Sum", "content": "Long."}]}
    talk = chatgpt(
        node("u", "root", "user", "Q"), node("t", "u", "assistant", content=thoughts, metadata={"model_slug": "o3"})
    )
    record, _ = only(tmp_path, [{**talk, "current_node": "t"}])
    assert branches_shown(record.conversation) == [["user: Q", "assistant:  | thought: Sum\n\nLong."]]
    (reply,) = [message for message in record.conversation.messages.values() if message.reasoning]
    assert (reply.model, reply.status) == ("openai/o3", Status.INTERRUPTED)
    assert record.conversation.panes[0].leaf_id == reply.id


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_broken_exports_never_raise(data: st.DataObject) -> None:
    value = data.draw(broken_versions(TALK))
    list(read_json([json.dumps([value])], False, Reading()))
