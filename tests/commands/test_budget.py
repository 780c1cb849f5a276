"""The ceilings of `[budget]` hold for what is asked from the shell as well."""

from __future__ import annotations

import re

import pytest

from tests.commands.program import Program
from tests.flow.screen import open_app, shown, wait_for
from tests.servers.openai import OpenAIServer


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
    assert ran.error.endswith(" 2 of 3 prompts are answered.")
    assert len(server.requests) == 2
    assert (priced.home / "results").read_text().count("\n") == 2, "what was answered is kept"


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
        assert re.findall(r"\$[\d.]+", shown(app)) == ["$0.050"] * 3, "race line, reply and conversation"
    for form in ("markdown", "html"):
        assert "· $0.050" in priced.run("conversations", "export", "--all", "--format", form).out
    set_ceiling(priced, "comparison_usd = 0.05")
    ran = priced.run("compare", "-m", "local/fast", "-m", "local/slow", "hi", code=2)
    assert "about $0.100" in ran.error and "one prompt is $0.050 " in ran.error
    set_ceiling(priced, "day_usd = 0.05")
    assert "about $0.050 on top of" in priced.run("ask", "-m", "local/fast", "hi", code=2).error
