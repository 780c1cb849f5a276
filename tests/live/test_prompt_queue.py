"""The order in which waiting prompts leave, pane by pane; a held queue gives nothing away."""

from __future__ import annotations

from textchat.live.prompts.prompt_queue import PromptQueue


def texts(queue: PromptQueue) -> list[str]:
    return [prompt.text for prompt in queue]


def test_each_pane_keeps_its_order() -> None:
    queue = PromptQueue()
    for text, panes in (("for a", "a"), ("for both", "ab"), ("for b", "b"), ("for c", "c")):
        queue.add(text, tuple(panes))
    free = queue.next({"a"})
    assert free is not None and free.text == "for c", "what waits before it in its pane goes first"
    assert queue.next({"a"}) is None and queue.next({"a", "b"}) is None
    sent = [queue.next(set()) for _ in range(3)]
    assert [prompt.text for prompt in sent if prompt] == ["for a", "for both", "for b"]
    assert len(queue) == 0 and queue.next(set()) is None


def test_a_held_queue_gives_nothing_away_until_it_is_empty() -> None:
    queue = PromptQueue()
    first = queue.add("one", ("a",))
    queue.is_held = True
    assert queue.next(set()) is None and len(queue) == 1
    assert queue.take_back("unknown") is None and queue.is_held
    assert queue.take_back(first.id) == first
    assert not queue.is_held, "what comes next is not held by what is gone"


def test_what_could_not_be_sent_comes_back_before_all_others() -> None:
    queue = PromptQueue()
    queue.add("one", ("a",))
    queue.add("two", ("b",))
    prompt = queue.next(set())
    assert prompt is not None
    queue.return_first(prompt)
    assert texts(queue) == ["one", "two"] and queue.is_held
    assert queue.has_for(["a", "z"]) and not queue.has_for(["z"]) and not queue.has_for([])
