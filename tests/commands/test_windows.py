"""What the shell is told of a prompt that does not fit into the window of a model: one line, and it is sent."""

from __future__ import annotations

from tests.commands.program import Program
from tests.servers.openai import OpenAIServer


def test_a_prompt_that_does_not_fit_is_sent_with_one_line(program: Program, server: OpenAIServer) -> None:
    program.configure(program.config.read_text() + '\n[models."local/fast"]\ncontext_window = 100\n')
    server.say("fast", "fine")
    ran = program.run("ask", "-m", "local/fast", "word " * 200)
    assert ran.out == "fine"
    assert ran.errors == "local/fast: about 254 tokens do not fit into 100 beside a reply. Sent anyway.\n"
    assert program.run("ask", "-m", "local/fast", "short").errors == ""
