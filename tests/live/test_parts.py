"""Parts in an open conversation: sent as they are, kept by the store, and none of their bytes by the tree."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.live.bench import Bench, ids
from tests.servers.waiting import Gate, wait_until
from textchat.core.conversation import Role, Status
from textchat.core.events import Cited, PartReceived
from textchat.core.parts.citation import Citation
from textchat.core.parts.editing import Edit
from textchat.core.parts.part import Part
from textchat.live.conversation import LiveConversation

SKY = Part("sky.png", "image/png", b"\x89PNG sky")
SEA = Part("sea.png", "image/png", b"\x89PNG sea")


def pictures_of(bench: Bench, at: int) -> list[bytes]:
    """The pictures in a request, in order."""
    blocks = [message["content"] for message in bench.server.requests[at].json["messages"]]
    urls = [
        each["image_url"]["url"] for block in blocks if isinstance(block, list) for each in block if "image_url" in each
    ]
    return [base64.b64decode(url.partition(",")[2]) for url in urls]


def kept(live: LiveConversation) -> Iterator[bytes]:
    """The bytes that the open conversation has in memory."""
    for message in live.conversation.messages.values():
        yield from (part.data for part in message.parts if part.data is not None)
    for prompt in live.queue:
        yield from (part.data for part in prompt.parts if part.data is not None)


async def test_a_picture_goes_with_every_turn_and_stays_in_the_store(bench: Bench) -> None:
    live = bench.open("a", "b")
    await live.send("look", ids(live), (SKY,))
    await bench.ended(2)
    await live.send("again", ids(live), (SEA,))
    await bench.ended(4)
    assert [pictures_of(bench, at) for at in range(4)] == [[SKY.data]] * 2 + [[SKY.data, SEA.data]] * 2
    assert list(kept(live)) == []
    assert (await bench.stored(live)) == live.conversation


async def test_panes_that_ask_at_once_share_what_is_loaded(bench: Bench) -> None:
    live = bench.open("a", "b", "c")
    await live.send("look", ids(live), (SKY,))
    await bench.ended(3)
    loaded = await asyncio.gather(
        *(live.store.with_content(live.conversation.branch(pane.leaf_id)) for pane in live.conversation.panes)
    )
    assert len({id(branch[0].parts[0].data) for branch in loaded}) == 1
    assert not live.store._content._known, "and nobody keeps it"


async def test_an_edited_prompt_keeps_what_is_attached_or_gets_other_files(bench: Bench) -> None:
    live = bench.open("a")
    await live.send("look", ids(live), (SKY,))
    await bench.ended(1)
    (pane,) = ids(live)
    prompt = next(message for message in live.conversation.messages.values() if message.role is Role.USER)
    for number, (parts, sent) in enumerate([(None, [SKY.data]), ((SEA,), [SEA.data]), ((), [])], start=1):
        assert await live.edit(pane, prompt.id, f"look {number}", parts)
        await bench.ended(1 + number)
        assert pictures_of(bench, number) == sent
    assert (await bench.stored(live)) == live.conversation


async def test_a_prompt_that_waits_or_was_taken_back_keeps_its_files(bench: Bench) -> None:
    gate = Gate()
    bench.server.script("a", gate, "first", once=True)
    live = bench.open("a", "b")
    await live.send("one", ids(live))
    await gate.until_reached()
    await live.send("two", ids(live), (SKY,))
    await wait_until(lambda: not list(kept(live)), "the queue is stored")
    (waiting,) = live.queue
    step = live.take_back(waiting.id)
    assert step is not None
    await live.store.finish_tasks()
    await live.bring_back(step)
    await live.store.finish_tasks()
    assert list(kept(live)) == []
    live.resume_queue()
    gate.open()
    await bench.ended(4)
    assert pictures_of(bench, 2) == pictures_of(bench, 3) == [SKY.data]


async def test_what_cannot_be_stored_stays_in_memory_until_it_can(bench: Bench) -> None:
    bench.history.failing.add("save")
    live = bench.open("a")
    await live.send("look", ids(live), (SKY,))
    await bench.ended(1)
    assert list(kept(live)) == [SKY.data]
    bench.history.failing.clear()
    await live.store.save_again()
    assert list(kept(live)) == []
    (whole, *_) = await bench.history.with_content(tuple(live.conversation.messages.values()))
    assert whole.parts[0].data == SKY.data


async def test_a_content_that_is_lost_is_said_before_anything_is_sent(bench: Bench) -> None:
    live = bench.open("a")
    await live.send("look", ids(live), (SKY,))
    await bench.ended(1)
    bench.history._writer.connection.execute("DELETE FROM contents")
    await live.regenerate(ids(live))
    await bench.ended(2)
    answer = list(live.conversation.messages.values())[-1]
    assert answer.status is Status.FAILED and answer.error is not None
    assert answer.error.message.startswith("The content of “sky.png” is missing or damaged.")
    assert len(bench.server.requests) == 1


async def test_a_picture_of_a_reply_is_let_go_once_it_is_stored_and_goes_on_with_it(bench: Bench) -> None:
    gate = Gate()
    bench.server.script("a", "see ", gate, "it")
    live = bench.open("a")
    await live.send("draw", ids(live))
    await gate.until_reached()
    (pane,) = ids(live)
    await wait_until(lambda: live.replies[pane].text == "see ", "it begins")
    live.replies[pane].feed(PartReceived(SKY))
    live.replies[pane].feed(Cited("https://a.example/", "A", -1))
    gate.open()
    await bench.ended(1)
    await live.store.finish_tasks()
    answer = list(live.conversation.messages.values())[-1]
    assert (answer.parts, list(kept(live))) == ((SKY.at(4),), [])
    await live.continue_answers(ids(live))
    await bench.ended(2)
    await live.edit(pane, answer.id, "Look, see it")
    longer, edited = list(live.conversation.messages.values())[-2:]
    assert longer.parts == (SKY.at(4),) and longer.citations == answer.citations
    assert edited.parts == (SKY.at(10),)
    assert edited.citations == (Citation("https://a.example/", "A", (10,)),)
    assert (await bench.stored(live)) == live.conversation


@settings(max_examples=examples(200), deadline=None)
@given(st.text("ab \n", max_size=40), st.text("ab \n", max_size=20), st.text("ab \n", max_size=40), st.integers(0, 99))
def test_places_around_an_edit_stay_where_they_were(start: str, new: str, end: str, at: int) -> None:
    before, after = f"{start}OLD TEXT{end}", f"{start}{new}{end}"
    edit = Edit(before, after)
    at = min(at, len(before))
    place = edit.place(at)
    if at <= len(start):
        assert place is not None and after[:place] == before[:at]
    elif at >= len(start) + len("OLD TEXT"):
        assert place is not None and after[place:] == before[at:]
    (part,) = edit.parts([SKY.at(at)])
    assert 0 <= part.offset <= len(after)
