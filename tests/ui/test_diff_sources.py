"""A comparison lists below the texts which sources and files both replies have."""

from __future__ import annotations

from textual.app import App
from textual.widgets import Static

from tests.ui.transcript.listing import wait_until
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.ui.dialogs.diff_screen import ComparedAnswer, DiffHeading, DiffScreen
from textchat.ui.dialogs.diff_sources import DiffSources

A, B, C = (Citation(f"https://www.{name}.org/page", f"Page {name} [b]") for name in "abc")
PICTURE = Part("image.png", "image/png", b"1" * 2000)


async def test_sources_and_files_of_two_replies_are_compared() -> None:
    left = ComparedAnswer(1, "demo/fast", "One text", (A, B), (PICTURE,))
    right = ComparedAnswer(2, "demo/careful", "Another text", (Citation("http://a.org/page?utm_source=x"), C))
    bare = ComparedAnswer(3, "demo/other", "Another text")
    app: App[None] = App()
    async with app.run_test(size=(90, 30)) as pilot:
        screen = DiffScreen([left, right, bare])
        await app.push_screen(screen)
        listed = await shown(screen, "Page b")
        assert [line.rstrip() for line in listed.splitlines()] == [
            "  Sources: 1 in both, 1 only in -, 1 only in +",
            "  Page a [b] · a.org",
            "- Page b [b] · b.org",
            "+ Page c [b] · c.org",
            "  Files: 1 only in -",
            "- image.png · 2.0 kB",
        ]
        await wait_until(lambda: "1 of 3 sources in both · 0 of 1 file in both" in heading(screen))
        await pilot.press("right", "b")
        assert "Page b" not in await shown(screen, "a.org", "Page c", "Sources: 2 only in -")


async def shown(screen: DiffScreen, *words: str) -> str:
    """What is listed, once these words are."""

    def listed() -> str:
        return str(screen.query_one(DiffSources).query_one(Static).render())

    await wait_until(lambda: all(word in listed() for word in words))
    return listed()


def heading(screen: DiffScreen) -> str:
    return str(screen.query_one(DiffHeading).render())
