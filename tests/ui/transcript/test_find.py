"""Finding words in the messages: counted, highlighted, gone to."""

from __future__ import annotations

from tests.ui.transcript.listing import STYLES, Listing, answer, exchange, growing, in_window, prompt, say
from textchat.ui.transcript.chosen import Chosen
from textchat.ui.transcript.find import Finder
from textchat.ui.transcript.folding import Folding
from textchat.ui.transcript.reading_position import ReadingPosition


async def test_finding_goes_round_counts_and_highlights() -> None:
    app = Listing(exchange(300))
    async with app.run_test(size=(60, 20)):
        app.list.reading.go_to_message("m100")
        assert app.list.finder.find("NUMBER 12") == (2, 11), "12, 120 to 129: the first from here on is 120"
        assert "number 120" in app.shown()
        assert set(app.marked()) == {"number 12"}
        assert app.list.finder.step(1) == (3, 11)
        assert [app.list.finder.step(-1) for _ in range(3)] == [(2, 11), (1, 11), (11, 11)]
        assert app.list.finder.find("number 299") == (1, 1) and "number 299" in app.shown()
        assert app.list.finder.step(1) == (1, 1)
        assert app.list.finder.find("nowhere") == (0, 0)
        app.list.finder.clear()
        assert app.marked() == []


async def test_words_are_found_as_they_are_read_whatever_stands_between_them() -> None:
    app = Listing([answer("a", "The **quick** brown\nfox, > a\n\n> quoted _over\n> lines_ and quick*brown")])
    async with app.run_test(size=(60, 20)):
        assert app.list.finder.find("quick brown") == (1, 1)
        assert app.marked() == ["quick brown"]
        assert app.list.finder.find("brown fox") == (1, 1) and app.marked() == ["brown fox"]
        assert app.list.finder.find("over lines and") == (1, 1) and app.marked() == ["over lines and"]
        assert app.list.finder.find("quick ") == (0, 0), "behind it stand marks"
        assert app.list.finder.find("  ") == (0, 0)


async def test_what_is_drawn_as_one_character_is_marked_alone() -> None:
    family = "👩\u200d👩\u200d👧"
    app = Listing([answer("a", f"a {family} b क्षि c 👍🏽 d")])
    async with app.run_test(size=(60, 20)):
        for word in (family, "क्षि", "👍🏽"):
            assert app.list.finder.find(word) == (1, 1)
            assert app.marked() == [word]


async def test_a_match_in_folded_reasoning_unfolds_it_and_folds_it_again() -> None:
    app = Listing([answer("a", "Nothing here", reasoning="A needle in thought"), answer("b", "A needle in text")])
    async with app.run_test(size=(60, 20)):
        assert "needle in thought" not in app.shown()
        assert app.list.finder.find("needle") == (1, 2)
        assert "│ A needle in thought" in app.shown()
        assert app.list.finder.step(1) == (2, 2)
        assert "needle in thought" not in app.shown()
        app.list.finder.step(-1)
        app.list.finder.clear()
        assert "needle in thought" not in app.shown()


async def test_matches_are_found_in_what_is_growing() -> None:
    app = Listing([prompt("a", "Go")])
    async with app.run_test(size=(60, 20)):
        reply = growing()
        app.list.add_reply(reply)
        assert app.list.finder.find("owl") == (0, 0)
        say(reply, "An ow")
        app.list.refresh_reply(reply)
        say(reply, "l flies.")
        app.list.refresh_reply(reply)
        assert app.list.finder.step(1) == (1, 1)
        assert app.marked() == ["owl"]


def test_words_are_found_without_an_app() -> None:
    entries, window = in_window(exchange(30))
    chosen = Chosen(entries, window, has_focus=lambda: False, repaint=lambda: None)
    position = ReadingPosition(entries, window, repaint=lambda: None, after_refresh=lambda call: None)
    finder = Finder(entries, window, position, Folding(entries, window, chosen, lambda: None), lambda: None)
    assert finder.find("number 1") == (11, 11), "the last before the end, where reading stood"
    assert finder.step(1) == (1, 11) and (1, 1) in window.rows()
    (overlay,) = finder.overlays(1, 1)
    assert overlay[:2] == (18, 26) and overlay[2] == STYLES.current_match
    entries.show(exchange(5))
    window.show()
    finder.branch_changed()
    assert finder.step(1) == (1, 1)
    finder.clear()
    assert list(finder.overlays(1, 1)) == []
