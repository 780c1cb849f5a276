"""The ceilings of `[budget]` hold for what is asked from the shell as well."""

from __future__ import annotations

import re
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.commands.program import PATIENCE_S, Program, read_until
from tests.flow.screen import open_app, shown, wait_for
from tests.servers.openai import Finish, OpenAIServer
from tests.servers.waiting import Gate, wait_until_blocking


@pytest.fixture
def priced(program: Program, server: OpenAIServer) -> Program:
    """An answer of 800 tokens, as many as are expected and as come, is a cent."""
    for model in ("fast", "slow"):
        server.say(model, "yes", usage=(0, 800))
    prices = "".join(
        f'[models."local/{model}"]\nprice = {{ input = 0, output = 12.5 }}\n' for model in ("fast", "slow")
    )
    program.config.write_text(f"{program.config.read_text()}\n{prices}[budget]\n")
    return program


def set_ceiling(program: Program, line: str) -> None:
    program.config.write_text(f"{program.config.read_text()}{line}\n")


def test_a_comparison_over_its_ceiling_is_not_sent(priced: Program, server: OpenAIServer) -> None:
    set_ceiling(priced, "comparison_usd = 0.015")
    ran = priced.run("compare", "-m", "local/fast", "-m", "local/slow", "hi", code=2)
    assert ran.error.startswith("Not sent: this would cost about $0.020") and "comparison_usd" in ran.error
    assert server.requests == []
    priced.run("ask", "-m", "local/fast", "hi")
    priced.run("compare", "-m", "local/fast", "-m", "local/slow", "--max-tokens", "100", "hi")


def test_a_file_of_prompts_stops_at_the_ceiling_of_the_day(priced: Program, server: OpenAIServer) -> None:
    set_ceiling(priced, "day_usd = 0.025")
    (priced.home / "prompts").write_text("one\ntwo\nthree\n")
    words = ("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "results")
    ran = priced.run(*words, code=2)
    assert "on top of today's $0.020" in ran.error and "day_usd" in ran.error
    assert ran.error.endswith(" 2 of 3 prompts answered.")
    assert len(server.requests) == 2
    assert (priced.home / "results").read_text().count("\n") == 2, "what was answered is kept"


def test_of_programs_at_once_one_passes_where_there_is_room_for_one(priced: Program, server: OpenAIServer) -> None:
    """Lost otherwise: money; each would see the sum before the other's request."""
    set_ceiling(priced, "day_usd = 0.015")
    gate = Gate()
    server.script("fast", gate, "yes", Finish(usage=(0, 800)))
    with ExitStack() as stack:
        running = [stack.enter_context(priced.start("ask", "-m", "local/fast", "hi")) for _ in range(3)]
        others = "all others are refused"
        wait_until_blocking(lambda: sum(each.poll() is not None for each in running) == 2, others, 2 * PATIENCE_S)
        gate.until_reached_blocking()
        gate.open()
        assert sorted(each.wait(PATIENCE_S) for each in running) == [0, 2, 2]
    assert len(server.requests) == 1


def test_what_is_not_reported_is_estimated_and_counts(priced: Program, server: OpenAIServer) -> None:
    """Lost otherwise: money without end; a server that reports no tokens would never reach the ceiling."""
    server.say("fast", "word " * 700, usage=None)
    set_ceiling(priced, "day_usd = 0.025")
    end = priced.run("ask", "-m", "local/fast", "--json", "hi").lines[-1]
    assert end["cost_source"] == "estimated" and end["cost_usd"] == pytest.approx(0.00875, rel=0.15)
    for _ in range(2):
        ran = priced.run("ask", "-m", "local/fast", "hi", code=None)
    assert ran.code == 2 and "day_usd" in ran.error
    assert re.search(r" ~\$0\.01\d", priced.run("stats").out)
    (stats,) = priced.run("stats", "--json").lines
    assert (stats["requests"], stats["priced"], stats["estimated_costs"]) == (2, 2, 2)


def test_a_program_that_is_killed_has_spent_what_it_asked_for(priced: Program, server: OpenAIServer) -> None:
    """Lost otherwise: money; what runs was known to its process alone."""
    gate = Gate()
    server.script("fast", "begun", gate)
    with priced.start("ask", "-m", "local/fast", "hi") as asking:
        read_until(asking, b"begun")
        wait_until_blocking(lambda: running(priced) == 1, "the request is in the journal")
        asking.kill()
        asking.wait(PATIENCE_S)
    gate.open()
    assert " ~$0.010 " in priced.run("stats").out
    assert running(priced) == 0
    set_ceiling(priced, "day_usd = 0.015")
    assert "on top of today's $0.010" in priced.run("ask", "-m", "local/fast", "hi", code=2).error


def running(program: Program) -> int:
    """The requests that run, in the journal of the store."""
    file = Path(program.environment["XDG_DATA_HOME"]) / "textchat" / "textchat.db"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM running").fetchone()[0])
        except sqlite3.OperationalError:
            return 0  # the store is only being made


def test_a_price_that_is_unknown_is_said_once_where_there_is_a_ceiling(priced: Program, server: OpenAIServer) -> None:
    server.say("free", "yes")
    priced.run("ask", "-m", "local/free", "hi")
    assert priced.run("config", "check").errors == ""
    set_ceiling(priced, "day_usd = 1.0")
    (priced.home / "prompts").write_text("one\ntwo\nthree\n")
    words = ("compare", "-m", "local/free", "-m", "demo/fast", "-m", "local/fast", "--prompts", "prompts")
    said = [line for line in priced.run(*words).errors.splitlines() if "[budget]" in line]
    assert len(said) == 1 and "does not cover local/free: its price is unknown" in said[0]
    assert 'Set price in [models."local/free"]' in said[0]
    priced.config.write_text('favourites = ["local/free", "demo/fast"]\n' + priced.config.read_text())
    checked = priced.run("config", "check")
    assert "does not cover local/free: its price is unknown" in checked.error


async def test_one_price_is_written_the_same_wherever_it_is_told(priced: Program, server: OpenAIServer) -> None:
    config = priced.config.read_text()
    priced.config.write_text(config.replace("12.5", "62.5"))  # a twentieth of a dollar
    assert "· $0.050" in priced.run("ask", "-m", "local/fast", "--stats", "hi").errors
    assert " $0.050 " in priced.run("stats").out
    async with open_app(priced.environment, models=["local/fast"]) as (app, pilot):
        await pilot.press(*"hi")
        await wait_for(app, "about $0.050")
        await pilot.press("enter")
        await wait_for(app, "cost so far", "$0.050")
        assert re.findall(r"\$[\d.]+", shown(app)) == ["$0.050"] * 4, "signature, race line, reply and conversation"
    for form in ("markdown", "html"):
        assert "· $0.050" in priced.run("conversations", "export", "--all", "--format", form).out
    set_ceiling(priced, "comparison_usd = 0.05")
    ran = priced.run("compare", "-m", "local/fast", "-m", "local/slow", "hi", code=2)
    assert "about $0.100" in ran.error and "limit of $0.050 per prompt" in ran.error
    set_ceiling(priced, "day_usd = 0.05")
    assert "about $0.050 on top of" in priced.run("ask", "-m", "local/fast", "hi", code=2).error
