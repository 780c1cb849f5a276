"""Conversations to files and back: the same tree, whatever is in it; and files that no reader is harmed by."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.store.voting import voted_on
from textchat.core.blind.blind import Blind
from textchat.core.conversation import Conversation, Message, Pane, Role, Source, Status, Timing, ToolCall, Usage
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.merging.merged import Merged, MergeWay
from textchat.core.parameters import Effort, Example, Parameters
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.parts.structure import StructureCheck
from textchat.core.personas.panes import with_persona
from textchat.core.personas.persona import PanePersona, Persona
from textchat.core.votes.vote import Candidate, Vote
from textchat.store.record import ConversationRecord
from textchat.store.transfer import export_html
from textchat.store.transfer.exchange import to_plain
from textchat.store.transfer.export import JSON_HEAD, JSON_TAIL, json_entry, outline
from textchat.store.transfer.export_html import page_end, page_head, page_part
from textchat.store.transfer.export_markdown import markdown
from textchat.store.transfer.importers import textchat
from textchat.store.transfer.importers.found import NotReadable
from textchat.store.transfer.parts import html_parts
from textchat.store.transfer.parts.html_parts import PageParts
from textchat.store.transfer.parts.markdown_parts import number_shown
from textchat.store.transfer.parts.weaving import woven

texts = st.text(st.characters(exclude_categories=()), max_size=20)  # half surrogates and control characters too
numbers = st.floats(0, 1e9, allow_nan=False)
counts = st.integers(0, 2**53)
EXAMPLES = ((), (Example("\udc00\x1b <b>", "```"), Example("", "# x")))
parameters = st.builds(
    lambda over, typed: Parameters().merged(over | typed),
    st.dictionaries(st.sampled_from(["temperature", "top_p", "top_k"]), st.one_of(numbers, texts), max_size=3),
    st.fixed_dictionaries(
        {},
        optional={
            "effort": st.sampled_from(Effort),
            "stop": st.lists(texts, max_size=2),
            "examples": st.sampled_from(EXAMPLES),
        },
    ),
)
personas = st.sampled_from(
    [None, PanePersona("\ud800\x1b <b>", "p/m", Parameters(examples=EXAMPLES[1]), ("examples", "x"), True)]
)
PARTS = st.builds(Part, texts, texts, st.binary(max_size=9), counts) | st.builds(
    Part, texts, texts, offset=counts, reference=texts, size=counts, digest=st.sampled_from(["", "d" * 64])
)
CITATIONS = st.builds(
    Citation, texts, st.none() | texts, st.sets(counts, max_size=3).map(lambda places: tuple(sorted(places)))
)


def _message(id_: str, parent_id: str | None) -> st.SearchStrategy[Message]:
    return st.builds(
        Message,
        id=st.just(id_),
        parent_id=st.just(parent_id),
        role=st.sampled_from(Role),
        text=texts,
        reasoning=texts,
        tool_calls=st.lists(st.builds(ToolCall, texts, texts, texts), max_size=2).map(tuple),
        parts=st.lists(PARTS, max_size=2).map(tuple),
        citations=st.lists(CITATIONS, max_size=1).map(tuple),
        sealed=st.lists(st.builds(SealedReasoning, texts, texts), max_size=1).map(tuple),
        structure=st.none() | st.builds(StructureCheck, st.booleans(), st.none() | texts),
        model=st.none() | texts,
        parameters=st.none() | parameters,
        status=st.sampled_from(Status),
        finish_reason=st.none() | texts,
        error=st.none()
        | st.builds(ErrorReport, st.sampled_from(ErrorKind), texts, st.none() | counts, st.none() | numbers),
        note=st.none() | texts,
        usage=st.none()
        | st.builds(
            Usage,
            counts,
            counts,
            st.none() | counts,
            st.sampled_from(Source),
            st.none() | counts,
            st.none() | st.sampled_from(Source),
            st.none() | counts,
        ),
        timing=st.none() | st.builds(Timing, *[st.none() | numbers, numbers, st.none() | numbers, st.none() | numbers]),
        cost_usd=st.none() | numbers,
        cost_source=st.none() | st.sampled_from(Source),
        created_at=numbers,
        covers=st.none() | texts,
        merged=st.none() | st.builds(Merged, st.sampled_from(MergeWay), st.lists(texts, max_size=2).map(tuple), texts),
    )


@st.composite
def records(draw: st.DrawFn) -> ConversationRecord:
    ids: list[str] = []
    messages = {}
    for number in range(draw(st.integers(0, 6))):
        id_ = f"m{number}"
        messages[id_] = draw(_message(id_, draw(st.none() | st.sampled_from(ids)) if ids else None))
        ids.append(id_)
    leaves = st.none() | st.sampled_from(ids) if ids else st.none()
    panes = tuple(
        Pane(
            f"p{number}",
            draw(texts),
            draw(parameters),
            draw(leaves),
            draw(numbers),
            draw(st.booleans()),
            sent_from=draw(leaves),
            persona=draw(personas),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    blind = draw(st.none() | st.builds(Blind, st.just(("p1", "p0")), st.booleans(), numbers, leaves))
    conversation = draw(voted_on(Conversation("c", draw(texts), draw(numbers), messages, panes, blind=blind), texts))
    tags = tuple(draw(st.lists(texts, max_size=2)))
    return ConversationRecord(conversation, draw(numbers), draw(st.booleans()), draw(st.booleans()), tags)


@given(st.lists(records(), max_size=2))
@settings(max_examples=examples(25), deadline=None)
def test_json_read_again_is_the_same(written: list[ConversationRecord]) -> None:
    text = JSON_HEAD + "".join(json_entry(each.shown, number == 0) for number, each in enumerate(written)) + JSON_TAIL
    document = json.loads(text)
    assert (document["format"], document["version"]) == ("textchat", 1)
    read = [textchat.record_of(entry) for entry in document["conversations"]]
    assert read == written
    assert [list(each.conversation.messages) for each in read] == [list(each.conversation.messages) for each in written]
    assert len(text.splitlines()) == 2 + len(written), "one line each"


@given(records())
@settings(max_examples=examples(60), deadline=None)
def test_every_message_is_in_the_outline_once(written: ConversationRecord) -> None:
    found = outline(written.conversation)
    columns = [message for column in found.columns for message in column.messages]
    beside = [message for branch in found.beside for message in branch]
    shown = [message.id for message in (*found.shared, *columns, *beside)]
    assert set(shown) == set(written.conversation.messages)
    once = [message.id for message in (*found.shared, *beside)]
    assert len(once) == len(set(once)), "only what panes share below the beginning may stand twice"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": ""}, "id is empty"),
        ({"title": None}, "title is not a string"),
        ({"created_at": "now"}, "created_at is not a number"),
        ({"pinned": 1}, "pinned"),
        ({"messages": {}}, "messages is not a list"),
        ({"panes": [None]}, "expected an object, found NoneType"),
        ({"messages": [{"id": "m"}]}, "role is not a string"),
        ({"messages": [{"id": "m", "role": "wizard"}]}, "role has the unknown value 'wizard'"),
    ],
)
def test_what_is_no_conversation_is_named(change: dict[str, object], said: str) -> None:
    plain = to_plain(ConversationRecord(Conversation("c"), 0.0)) | change
    with pytest.raises(NotReadable, match=said):
        textchat.record_of(plain)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"message_id": "gone"}, "a vote names the missing reply 'gone'"),
        ({"score": 7}, "a score is neither 1, 0.5 nor 0"),
        ({"score": float("nan")}, "a score is neither"),
        ({"model": None}, "model is not a string"),
    ],
)
def test_a_vote_that_is_none_is_refused(change: dict[str, object], said: str) -> None:
    conversation = Conversation("c").with_message(Message("m", None, Role.ASSISTANT, "text", model="p/m"))
    plain = to_plain(ConversationRecord(conversation.with_vote(Vote("c", None, (Candidate("m", "p/m", 1.0),))), 0.0))
    assert textchat.record_of(plain).conversation.votes
    plain["votes"][0]["answers"][0] |= change
    with pytest.raises(NotReadable, match=said):
        textchat.record_of(plain)


def test_a_file_of_a_version_without_votes_is_read() -> None:
    plain = to_plain(ConversationRecord(Conversation("c"), 0.0))
    del plain["votes"]
    assert textchat.record_of(plain).conversation == Conversation("c")


@pytest.mark.parametrize(
    ("parents", "said"),
    [({"a": "b", "b": "a"}, "a loop"), ({"a": "a"}, "a loop"), ({"a": "x"}, "missing parent 'x'")],
)
def test_a_tree_that_is_none_is_refused(parents: dict[str, str], said: str) -> None:
    messages = {id_: Message(id_, None, Role.USER, "x") for id_ in parents}
    plain = to_plain(ConversationRecord(Conversation("c", messages=messages), 0.0))
    for entry in plain["messages"]:
        entry["parent_id"] = parents[entry["id"]]
    with pytest.raises(NotReadable, match=said):
        textchat.record_of(plain)


# -- Markdown --------------------------------------------------------------------------------------------------------


def comparison(*answers: str) -> ConversationRecord:
    prompt = Message("u", None, Role.USER, "Which?")
    replies = [Message(f"a{n}", "u", Role.ASSISTANT, text, model=f"p/m{n}") for n, text in enumerate(answers)]
    panes = tuple(Pane(f"p{n}", f"p/m{n}", leaf_id=f"a{n}") for n in range(len(answers)))
    messages = {message.id: message for message in (prompt, *replies)}
    return ConversationRecord(Conversation("c", 'A "title"\n---', 0.0, messages, panes), 0.0, tags=("a, b",))


def test_front_matter_is_yaml_that_no_title_breaks() -> None:
    head = markdown(comparison("x")).split("---\n")[1]
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    assert json.loads(fields["title"]) == 'A "title" ---'
    assert json.loads(fields["models"]) == ["p/m0"]
    assert json.loads(fields["tags"]) == ["a-b"]


def test_a_comparison_has_a_section_for_each_pane() -> None:
    text = markdown(comparison("left\n\nand more", "right"))
    assert re.findall(r"^#+ .*", text, re.MULTILINE) == [
        '# A "title" ---',
        "## User",
        "## Pane 1: p/m0",
        "### p/m0",
        "## Pane 2: p/m1",
        "### p/m1",
    ]


def test_panes_of_one_model_are_told_apart_by_their_parameters() -> None:
    record = comparison("cold", "hot")
    warm = Parameters(temperature=1.5, stream=False, system="A long one.\n<b>")
    panes = tuple(replace(pane, model="p/m", parameters=warm) for pane in record.conversation.panes)
    swept = replace(record, conversation=replace(record.conversation, panes=panes))
    title = "p/m · temperature 1.5 · system prompt · without streaming"
    assert f"\n## Pane 2: {title}\n" in markdown(swept)
    assert f"<h2>{title}</h2>" in page_part(swept)


def test_what_must_be_known_about_an_answer_is_in_every_text() -> None:
    record = comparison("Half an answ", "whole")
    left = record.conversation.messages["a0"]
    for fields, said in (
        ({"status": Status.GROWING}, "still running when it was exported"),
        ({"note": "It <may> be cut off."}, "It <may> be cut off."),
        ({"note": "No seed.", "finish_reason": "length"}, "cut off at the length limit · No seed."),
    ):
        noted = replace(record, conversation=record.conversation.with_message(replace(left, **fields)))
        assert markdown(noted).count(f"*{said}*".replace("<", "\\<").replace(">", "\\>")) == 1
        assert f"<footer>{said.replace('<', '&lt;').replace('>', '&gt;')} " in page_part(noted)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("```py\nprint(1)", "print(1)\n```"),
        ("````\n```\nx", "x\n````"),
        ("~~~\n```\nx", "x\n~~~"),
        ("```\nx\n```", "x\n```"),
        ("``` not `a fence", "``` not `a fence"),
    ],
)
def test_a_fence_that_was_left_open_is_closed(text: str, ends: str) -> None:
    assert markdown(comparison(text)).endswith(f"{ends}\n")


# -- HTML ------------------------------------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](https://evil.example/pixel.png)",
    '[x](https://a.example "\\" onclick=\\"alert(1)")',
    "<a href='javascript:alert(1)'>x</a>",
    "</article></main></body></html><script>alert(1)</script>",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    '<style>body{display:none}</style><iframe src="https://evil.example"></iframe>',
    "<!-- --><base href='https://evil.example'><form action=x><input>",
    "\x00\x1b]0;x\x07\u202e\ud800",
)
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "h4", "h5", "h6", "p", "article"),
    *("header", "footer", "div", "section", "details", "summary", "a", "em", "strong", "s", "code", "pre", "ul", "ol"),
    *("li", "blockquote", "hr", "br", "table", "thead", "tbody", "tr", "th", "td", "img", "sup", "audio"),
}
ALLOWED_ATTRIBUTES = {
    *("class", "href", "src", "alt", "title", "charset", "content", "name", "http-equiv", "lang", "start", "style"),
    *("rel", "download", "controls"),
}
SOURCES = ("data:image/png;base64,", "data:audio/mpeg;base64,")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def page(written: Sequence[ConversationRecord]) -> str:
    return page_head("T</title><script>") + "".join(map(page_part, written)) + page_end()


def test_a_message_of_megabytes_is_shown_in_a_page_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its Markdown would take a minute; below the limit it is read."""
    text = "**a** <b> " * 20
    monkeypatch.setattr(export_html, "LONGEST_MARKDOWN", len(text))
    monkeypatch.setattr(export_html, "_STEP", 7)
    written = comparison(text, text + "\n\n&end")
    assert "<strong>a</strong> &lt;b&gt;" in (part := page_part(written))
    assert "<pre>**a** &lt;b&gt; **a**" in part and "\n\n&amp;end</pre>" in part


@given(st.lists(st.sampled_from(HOSTILE) | texts, min_size=1, max_size=6).map("\n\n".join))
@settings(max_examples=examples(60), deadline=None)
def test_a_page_has_nothing_that_a_browser_obeys(text: str) -> None:
    written = comparison(text, text)
    places = tuple(range(0, len(text) + 1, 3))
    first = replace(
        written.conversation.messages["a0"],
        reasoning=text,
        model=text,
        tool_calls=(ToolCall("", text, text),),
        citations=tuple(Citation(url, text, places) for url in (text, f"https://a.example/{text}", "javascript:x")),
    )
    types = ("image/svg+xml", "image/png", "audio/mpeg", "text/html", text)
    files = [Part(text, type_, b"<svg onload='alert(1)'/>", offset=at) for at, type_ in enumerate(types)]
    user = replace(written.conversation.messages["u"], parts=(*files, Part(text, text, reference=text)))
    conversation = replace(written.conversation, title=text).with_message(first).with_message(user)
    html = page([ConversationRecord(conversation, 0.0)])
    html.encode()
    reader = _Reader()
    reader.feed(html)
    for tag, attributes in reader.tags:
        assert tag in ALLOWED, tag
        assert not any(name.startswith("on") for name in attributes), attributes
        assert set(attributes) <= ALLOWED_ATTRIBUTES
        assert (attributes.get("src") or SOURCES[0]).startswith(SOURCES)
        href = (attributes.get("href") or "").strip().lower()
        if "download" in attributes:
            assert href.startswith("data:application/octet-stream;base64,")
        else:
            assert not href.startswith(("javascript:", "data:", "vbscript:", "file:"))
        assert attributes.get("style") in (None, "text-align:left", "text-align:right", "text-align:center")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", html)


def test_a_page_shows_all_of_a_comparison_side_by_side() -> None:
    written = comparison("**left** answer", "right answer")
    beside = Message("b", "u", Role.ASSISTANT, "an older answer", status=Status.CANCELLED, model="p/m9")
    html = page([ConversationRecord(written.conversation.with_message(beside), 0.0)])
    assert html.count("<section>") == 2
    for words in ("Which?", "<strong>left</strong> answer", "right answer", "an older answer", "cancelled", "p/m9"):
        assert words in html
    assert "default-src 'none'" in html and "<script" not in html


def parts_and_sources(text: str = "See the sky here.\n\nAnd there.") -> ConversationRecord:
    answer = Message(
        "a",
        "u",
        Role.ASSISTANT,
        text,
        parts=(Part("sky.png", "image/png", b"png", 17), Part("lost.pdf", "application/pdf", size=9, digest="d" * 64)),
        citations=(
            Citation("https://a.example/x(1)", "A *title*", (7, len(text))),
            Citation("javascript:alert(1)", None, (7,)),
        ),
        model="p/m",
    )
    notes = Part("notes.py", "text/x-python", b"x = '```'\n")
    prompt = Message("u", None, Role.USER, "Where?", parts=(notes, Part("big.txt", "text/plain", b"x" * 40_000)))
    pane = Pane("p", "p/m", leaf_id="a")
    return ConversationRecord(Conversation("c", "T", 0.0, {"u": prompt, "a": answer}, (pane,)), 0.0)


def test_a_file_of_markdown_has_parts_and_numbers_at_their_places_and_the_sources_below() -> None:
    text = markdown(parts_and_sources())
    prompt, _, answer = text.partition("## p/m\n\n")
    assert "*notes.py (text/x-python, 10 bytes)*\n\n````py\nx = '```'\n````\n\n" in prompt
    assert "*big.txt (text/plain, 40,000 bytes)*\n\nWhere?" in prompt
    assert answer == (
        "*lost.pdf (application/pdf, 9 bytes, content missing)*\n\n"
        "See the[1][2] sky here.\n\n*sky.png (image/png, 3 bytes)*\n\n\n\nAnd there.[1]\n\n"
        "**Sources**\n\n1. [A \\*title\\*](<https://a.example/x(1)>)\n2. javascript:alert(1)\n"
    )


def test_a_part_within_a_code_block_does_not_break_it() -> None:
    text = markdown(parts_and_sources("```\na long line of code\n```\nend"))
    assert "```\na long line of code\n```\n\n\n*sky.png (image/png, 3 bytes)*\n\nend[1]" in text


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Call `print(here, there)` now.\n\nend", "<p>Call <code>print(here, there)</code> now."),
        ("A [link with words](https://x.example/y).\n\nend", ">link with words</a>"),
        ("| a | b |\n|---|---|\n| c | d |\n\nend", "<td>d</td>"),
    ],
)
def test_a_part_within_markup_comes_behind_its_block(text: str, whole: str) -> None:
    record = parts_and_sources(text)
    page = "".join(export_html._content(record.conversation.messages["a"], PageParts(str)))
    page = re.sub("<sup>.*?</sup>", "", page)
    assert page.index(whole) < page.index('alt="sky.png"') < page.index("<p>end")


@pytest.mark.parametrize(
    "text",
    [
        "Text.\n```py\nx = 1\n```\nafter(this)[that]",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- **two** three",
        "# See [it](https://x.example/y) or `code`\n> and &amp; \\* more\n\n[it]: /z\n\n[it]",
    ],
)
def test_no_number_changes_what_the_rest_of_an_answer_is(text: str) -> None:
    def without(number: str, page: str) -> str:
        return re.sub(rf"{number}|\s", "", page)

    plain = without("", export_html._text(text, {}))
    numbered = 0
    for place in range(len(text) + 1):
        cited = (Citation("https://a.example/", None, (place,)),)
        answer = Message("m", None, Role.ASSISTANT, text, citations=cited)
        page = "".join(export_html._content(answer, PageParts(str)))
        assert without("<sup>.*?</sup>", page) == plain, place
        assert without(r"\[1\]", export_html._text("".join(map(str, woven(answer, number_shown))), {})) == plain, place
        numbered += page.count("<sup>")
    assert numbered > len(text) / 2


def test_a_number_that_the_model_wrote_itself_stands_once_and_leads_to_its_source() -> None:
    cited = (Citation("https://a.example/"), Citation("https://b.example/", None, (9,)))
    answer = Message("m", None, Role.ASSISTANT, "One [1], b[2].", citations=cited)
    assert list(woven(answer, number_shown)) == ["One [1], b[2]."]
    page = "".join(export_html._content(answer, PageParts(str)))
    assert page.count("<sup><a") == 2 and 'href="https://a.example/"' in page and 'href="https://b.example/"' in page


def test_a_page_has_pictures_and_links_at_their_places() -> None:
    html = page_part(parts_and_sources())
    link = '<sup><a href="https://a.example/x(1)" rel="noopener noreferrer">[1]</a></sup>'
    assert f"See the{link}<sup>[2]</sup> sky here." in html
    assert html.index("sky here.") < html.index("data:image/png;base64,cG5n") < html.index("And there.")
    assert '<li><a href="https://a.example/x(1)" rel="noopener noreferrer">A *title*</a></li>' in html
    assert '<a download="notes.py" href="data:application/octet-stream;base64,' in html


def test_what_is_too_large_for_a_page_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_parts, "MOST_IN_PAGE", 12)
    html = page_part(parts_and_sources())
    assert "too large for this page" in html and html.count("base64,") == 1


def test_attachments_of_an_older_export_are_parts() -> None:
    plain = to_plain(comparison("a", "b"))
    for message in plain["messages"]:
        for name in ("parts", "citations", "sealed", "structure"):
            del message[name]
        message["attachments"] = [{"name": "a", "media_type": "image/png", "data": "cG5n"}]
    (first, *_) = textchat.record_of(plain).conversation.messages.values()
    assert (first.parts, first.parts[0].data) == ((Part("a", "image/png", b"png"),), b"png")


def test_a_digest_in_a_file_is_not_believed() -> None:
    """Another content would lie in its place."""
    plain = to_plain(parts_and_sources())
    prompt = plain["messages"][0]
    prompt["parts"][0] |= {"digest": "d" * 64}
    (part, _) = textchat.record_of(plain).conversation.messages["u"].parts
    assert part.digest == Part("", "", b"x = '```'\n").digest


def test_an_export_says_which_persona_a_pane_has_and_what_went_before() -> None:
    persona = Persona("Pirate <b>", None, {"system": "Arr.", "examples": [{"prompt": "Hi", "answer": "Ahoy!"}]})
    panes = [with_persona(Pane(id_, "p/m", leaf_id=id_), persona, "p/m", Parameters()) for id_ in "ab"]
    panes[1] = replace(panes[1], parameters=replace(panes[1].parameters, system="Shh."))
    messages = {
        id_: Message(id_, None if id_ == "q" else "q", Role.USER if id_ == "q" else Role.ASSISTANT, f"text {id_}")
        for id_ in "qab"
    }
    record = ConversationRecord(Conversation("c", "t", 0.0, messages, tuple(panes)), 0.0, False, False, ())
    text, page = markdown(record), page_part(record)
    assert 'personas: ["Pirate <b>", "Pirate <b>, changed"]' in text
    assert text.count("Ahoy!") == page.count("Ahoy!") == 1, "what several panes have is written once"
    assert text.index("sent before the conversation") < text.index("Hi") < text.index("Ahoy!") < text.index("text q")
    assert r"persona Pirate \<b\>, changed · system prompt · 1 example" in text
    assert "<b>" not in page and "Persona: Pirate &lt;b&gt; · Pirate &lt;b&gt;, changed" in page
    plain = json.loads(json.dumps(to_plain(record)))
    assert textchat.record_of(plain).conversation == record.conversation
    plain["panes"][0]["persona"] = {"name": 1}
    with pytest.raises(NotReadable, match="persona"):
        textchat.record_of(plain)
