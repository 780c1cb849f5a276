"""What a search query means: what is read of its words and signs, and which messages that finds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.conversation import Conversation, Message, Role, new_id
from textchat.store.history import History
from textchat.store.search.filters import IS_COMPARISON
from textchat.store.search.query import MOST_GROUPS, Group, parse

NO_ROLE = "No role “xyz”. Use system, user, assistant or tool."
NO_DATE = "“{}” is not a date. Write 2026, 2026-01 or 2026-01-31."
NO_STATE = "No state “lost”. Use pinned, archived, comparison, failed, cancelled, interrupted or complete."
EMPTY = "Write a value right after {0}:, as in {0}:{1}."


def shown(group: Group) -> str:
    """A group in one line: -unwanted, title:words, unfinished…, and each filter as the columns that it looks at."""
    words = [
        f"{'' if term.is_wanted else '-'}{'title:' if term.in_title else ''}{term.text.replace(' ', '_')}"
        f"{'' if term.is_complete else '…'}"
        for term in group.terms
    ]
    names = {"m.role": "role", "m.model": "model", "m.created_at": "date", "m.status": "status", "tags": "tag"}
    names |= {"c.pinned": "pinned", "c.archived": "archived"}
    filters = [
        ("-" if each.sql.startswith("NOT") else "") + "|".join(name for sign, name in names.items() if sign in each.sql)
        for each in group.conditions
    ]
    return " ".join([*words, *(f"<{each}>" for each in filters)])


@pytest.mark.parametrize(
    ("query", "groups", "remarks"),
    [
        ("quick fox", ["quick fox…"], []),
        ("quick fox ", ["quick fox"], []),
        ('"quick fox" jumps', ["quick_fox jumps…"], []),
        ('-fox -"lazy dog" cat', ["-fox -lazy_dog cat…"], []),
        ("“quick fox” „lazy dog“ ＂x y＂", ["quick_fox lazy_dog x_y"], []),
        ("-“lazy dog”", ["-lazy_dog"], []),
        ("猫　－犬 −鳥", ["猫 -犬 -鳥…"], []),
        ("role：user ＡＢ", ["ＡＢ… <role>"], []),
        ("hello - twice", ["hello twice…"], []),
        ("hello -- twice — thrice", ["hello twice thrice…"], []),
        ("--", ["--"], []),
        ("fox AND dog and cat", ["fox dog and cat…"], []),
        ("--older-than", ["--older-than…"], []),
        ('"unclosed phrase', ["unclosed_phrase…"], []),
        ('fox "', ["fox"], []),
        *((lone, [], []) for lone in ("", " ", "-", '"', '""', '-"', "OR", "|", "OR OR", "- OR -", "“”", "AND")),
        # sides of OR
        ("wor* fox*  *args int ** x", ["wor… fox… *args int ** x…"], []),
        ('"wor*" *', ["wor* *…"], []),
        ("où aller ? « ici » : là !", ["où aller ici là"], []),
        ("?", ["?"], []),
        ("fox OR dog", ["fox…", "dog…"], []),
        ("fox OR dog ", ["fox", "dog"], []),
        ('fox "lazy cat" OR dog', ["fox lazy_cat", "dog…"], []),
        ("quick fox | lazy dog", ["quick fox…", "lazy dog…"], []),
        ("fox or dog", ["fox or dog…"], []),
        ('fox "OR" dog', ["fox OR dog…"], []),
        ("OR fox OR OR dog OR", ["fox…", "dog…"], []),
        ("fox O", ["fox O…"], []),
        ("fox OR", ["fox…"], []),
        ("fox ORa", ["fox ORa…"], []),
        ("(fox OR dog)", ["fox", "dog"], []),
        ("(fox OR dog) cat", ["fox cat…", "dog cat…"], []),
        ("x (fox | dog role:user) (tag:a OR tag:b) -y ", ["fox x -y <role> <tag>", "dog x -y <role> <tag>"], []),
        ("(fox OR dog) role:xyz", ["fox", "dog"], [NO_ROLE]),
        ("(fox OR dog) OR cat", ["(fox…", "dog)…", "cat…"], []),
        ("(fox dog) f(x) :-)", ["(fox dog) f(x) :-)…"], []),
        ("-(fox OR dog)", ["-(fox…", "dog)…"], []),
        ('"x (fox OR dog) y"', ["x_(fox_OR_dog)_y"], []),
        ("fox OR dog role:user", ["fox… <role>", "dog <role>"], []),
        ("role:user fox OR dog -cat", ["fox… <role>", "dog -cat…"], []),
        ("fox OR dog -cat ", ["fox -cat", "dog -cat"], []),
        ("fox role:user OR dog role:tool", ["fox <role>", "dog <role>"], []),
        ("tag:a OR tag:b fox", ["fox… <tag>"], []),
        ("role:user OR is:failed", ["<role|status>"], []),
        ("fox OR tag:a", ["fox…", "<tag>"], []),
        (
            "(a OR b) (c OR d) (e OR f) (g OR h)",
            [f"{a} {c} {e} {g}" for a in "a" for c in "cd" for e in "ef" for g in "gh"],
            [f"Only the first {MOST_GROUPS} sides of OR count."],
        ),
        ("（猫 ＯＲ 犬）｜鳥 x", ["(猫…", "犬)|鳥 x…"], []),
        ("（猫 ＯＲ 犬） 鳥", ["猫 鳥…", "犬 鳥…"], []),
        ("猫　｜　犬", ["猫…", "犬…"], []),
        # filters
        ("model:gpt -role:user is:pinned", ["<model> <-role> <pinned>"], []),
        ("ROLE:User Is:Archived x", ["x… <role> <archived>"], []),
        ('title:"two words" title:one -title:not', ["title:two_words title:one -title:not…"], []),
        ("http://x.org std::vector 12:30 foo:bar", ["http://x.org std::vector 12:30 foo:bar…"], []),
        ("fox role:xyz", ["fox"], [NO_ROLE]),
        ("-role:xyz fox", ["fox…"], [NO_ROLE]),
        ("role:xyz", ["role:xyz…"], [NO_ROLE]),
        ("fox OR role:xyz", ["fox…"], [NO_ROLE]),
        ("before:banana", ["before:banana…"], [NO_DATE.format("banana")]),
        ("fox after:2024-13-45", ["fox"], [NO_DATE.format("2024-13-45")]),
        ("fox before:0000", ["fox"], [NO_DATE.format("0000")]),
        ("is:lost fox", ["fox…"], [NO_STATE]),
        ("fox model:", ["fox"], [EMPTY.format("model", "gpt")]),
        ("model: gpt", ["gpt…"], [EMPTY.format("model", "gpt")]),
        ('tag:"" fox', ["fox…"], [EMPTY.format("tag", "work")]),
        ("title: fox", ["fox…"], [EMPTY.format("title", "plan")]),
        ("role:xyz role:xyz is:lost fox", ["fox…"], [NO_ROLE, NO_STATE]),
        # too much
        ("a" * 1001, [f"{'a' * 1000}…"], ["Only the first 1,000 characters count."]),
        ("a " * 33, [" ".join("a" * 32)], ["Only the first 32 words count."]),
        (
            " OR ".join("abcdefghij"),
            [f"{each}…" for each in "abcdefgh"],
            [f"Only the first {MOST_GROUPS} sides of OR count."],
        ),
    ],
)
def test_what_is_read_of_a_query(query: str, groups: list[str], remarks: list[str]) -> None:
    read = parse(query)
    assert [shown(group) for group in read.groups] == groups
    assert list(read.remarks) == remarks


SIGNS = st.text(st.sampled_from(list('ab"-|:()“„　：－OR \0é我\ud800')), max_size=30)
PIECES = st.lists(
    st.sampled_from(
        [
            "OR",
            "(fox",
            "dog)",
            "-",
            '"',
            "fox",
            "role:",
            "role:u",
            "is:x",
            "title:fox",
            "-tag:a",
            "before:2024",
            "－",
            "“",
        ]
    )
).map(" ".join)


@settings(max_examples=examples(200), deadline=None)
@given(st.one_of(st.text(max_size=60), SIGNS, PIECES))
def test_any_text_is_a_query(text: str) -> None:
    read = parse(text)
    assert all(group.terms or group.conditions for group in read.groups)
    assert all(term.text.strip() for group in read.groups for term in group.terms)


# -- what is found ----------------------------------------------------------------------------------------------------


def talk(title: str, *texts: str) -> Conversation:
    """A conversation of prompts and replies in turn; its messages have their texts as ids."""
    messages: dict[str, Message] = {}
    parent = None
    for place, text in enumerate(texts):
        role = Role.ASSISTANT if place % 2 else Role.USER
        messages[text] = Message(text, parent, role, text, model="m/x" if place % 2 else None, created_at=1000.0)
        parent = text
    return Conversation(new_id(), title, 1000.0, messages)


TALKS = (
    talk("Haskell notes", "what is a monad?", "it wraps values", "and a functor?", "a burrito"),
    talk("Dinner", "monad burrito", "no such dish"),
    talk("Zoo", "cats purr", "dogs bark", "birds sing", "cats and dogs fight"),
    talk("Deleted", "monad deleted", "burrito deleted"),
)


@pytest.fixture
async def history() -> AsyncIterator[History]:
    history = await filled()
    yield history
    await history.aclose()


async def filled() -> History:
    history = History.in_memory()
    for each in TALKS:
        await history.save(each, list(each.messages.values()))
    await history.delete(TALKS[-1].id)
    return history


async def test_which_messages_a_query_finds(history: History) -> None:
    for query, found in {
        "cats OR monad": ["what is a monad?", "monad burrito", "cats purr", "cats and dogs fight"],
        "monad | nothing": ["what is a monad?", "monad burrito"],
        "cats OR monad role:assistant": ["cats and dogs fight"],
        "(purr OR bark) cats": ["cats purr"],
        "cats OR dogs": ["cats purr", "dogs bark", "cats and dogs fight"],
        "cats - dogs": ["cats and dogs fight"],
        "cats role:xyz": ["cats purr", "cats and dogs fight"],
        "“cats purr” OR bark": ["cats purr", "dogs bark"],
        "title:zoo sing": ["birds sing"],
        "title:haskell role:assistant": ["it wraps values", "a burrito"],
        "-title:zoo monad": ["what is a monad?", "monad burrito"],
        "title:haskell": ["None"],
        "title:haskell OR title:zoo": ["None", "None"],
        "title:haskell OR purr": ["None", "cats purr"],
    }.items():
        hits = await history.search(query)
        assert sorted(str(hit.message_id) for hit in hits) == sorted(found), query
        assert all(hit.is_whole for hit in hits), query


async def test_what_a_minus_leaves_out_is_said_where_nothing_is_left(history: History) -> None:
    for query, remarks in {
        "monad -monad": ('-monad leaves out “monad”. Write "-monad" to find it.',),
        "monad -b": (),
        "purr monad -b": (),
        "nothing": (),
    }.items():
        assert (await history.search(query)).remarks == remarks, query


async def test_a_tag_that_no_conversation_has_is_said(history: History) -> None:
    assert (await history.search("cats tag:wrok")).remarks == ("No tag “wrok”. No tags yet.",)
    for name in ("Work", "home"):
        await history.shelf.tag(TALKS[0].id, name)
    await history.shelf.tag(TALKS[1].id, "Work")
    for query, remarks in {
        "monad tag:work": (),
        "monad tag:#WORK": (),
        "monad -tag:home": (),
        "monad tag:wrok OR tag:work": ("No tag “wrok”. Use Work or home.",),
    }.items():
        found = await history.search(query)
        assert (found.remarks, bool(found)) == (remarks, True), query


async def test_words_in_several_messages_of_one_conversation_come_last(history: History) -> None:
    for query, whole, apart in (
        ("monad burrito", ["monad burrito"], ["a burrito"]),
        ("burrito monad ", ["monad burrito"], ["a burrito"]),
        ("haskell burrito", [], ["a burrito"]),  # the title counts
        ("haskell functor wraps", [], ["and a functor?"]),
        ("monad functor burrito", [], ["a burrito"]),
        ("purr bark cats", [], ["cats purr"]),
        ("monad burrito -functor", ["monad burrito"], []),
        ("monad burrito -wraps", ["monad burrito"], []),
        ("monad burrito role:user", ["monad burrito"], []),
        ("purr sing role:user", [], ["birds sing"]),
        ("purr bark role:user", [], []),
        ("haskell burrito role:assistant", [], ["a burrito"]),
        ("monad values OR purr sing", [], ["it wraps values", "birds sing"]),
        ('"cats purr" "birds sing"', [], ["birds sing"]),
        ("monad cats", [], []),
    ):
        hits = await history.search(query)
        assert [hit.message_id for hit in hits if hit.is_whole] == whole, query
        assert [hit.message_id for hit in hits if not hit.is_whole] == apart, query
        assert [hit.is_whole for hit in hits] == sorted((hit.is_whole for hit in hits), reverse=True), query
        assert all(hit.highlights for hit in hits), query


async def test_comparisons_are_looked_for_once_in_a_search(history: History) -> None:
    """All messages have to be looked at for them, and a search is several statements."""
    asked: list[str] = []
    await history.search("cats")
    connection = history._searches._connection
    assert connection is not None
    connection.set_trace_callback(lambda sql: asked.append(sql) if IS_COMPARISON in sql else None)
    for query in ("is:comparison cats purr", "-is:comparison cats purr", "is:comparison OR is:pinned cats purr"):
        asked.clear()
        found = await history.search(query)
        assert (bool(found), len(asked)) == (query.startswith("-"), 1), query


async def test_many_messages_hide_no_conversation_that_has_all_words(history: History) -> None:
    """Common words are looked for in another way than rare ones, whether finished or not."""
    old = talk("old", "rarity", "common sense")
    with_unwanted = talk("unwanted", "rarity indeed", "common thing", "forbidden common")
    many = talk("many", *(f"common common {number}" for number in range(2_100)))
    for each in (old, with_unwanted, many):
        await history.save(each, list(each.messages.values()))
    for query in ("rarity common", "common rarity", '"common" rarity'):
        hits = await history.search(query)
        assert {hit.message_id for hit in hits} == {"common sense", "forbidden common"}, query
    for query in ("rarity common -forbidden", "rarity common -forb", "-forbidden common rarity"):
        assert [hit.message_id for hit in await history.search(query)] == ["common sense"], query


async def test_no_more_than_asked_for_and_that_there_is_more(history: History) -> None:
    for number in range(6):
        extra = talk(f"extra {number}", f"wombat {number}", f"burrow {number}")
        await history.save(extra, list(extra.messages.values()))
    for query, count in (("wombat", 6), ("extra wombat", 6), ("wombat OR burrow", 12), ("title:extra", 6)):
        for limit in (1, count - 1, count, count + 1):
            found = await history.search(query, limit)
            assert (len(found), found.has_more) == (min(limit, count), limit < count), (query, limit)


@settings(max_examples=examples(40), deadline=None)
@given(st.one_of(SIGNS, PIECES))
def test_a_query_typed_letter_by_letter_never_fails(text: str) -> None:
    async def type_it() -> None:
        history = await filled()
        try:
            for end in range(len(text) + 1):
                await history.search(text[:end], 3)
        finally:
            await history.aclose()

    asyncio.run(type_it())
