"""`textchat config` and `textchat models`."""

from __future__ import annotations

import json
import stat
import tomllib

import pytest

from tests.commands.program import Program
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.openai import OpenAIServer


def test_path_names_the_file(program: Program) -> None:
    assert program.run("config", "path").out == f"{program.config}\n"
    program.environment["TEXTCHAT_CONFIG"] = "/elsewhere/mine.toml"
    assert program.run("config", "path").out == "/elsewhere/mine.toml\n"


def test_init_writes_a_file_that_can_be_used_and_never_twice(program: Program) -> None:
    program.config.unlink()
    program.config.parent.rmdir()
    assert program.run("config", "init").out == f"{program.config}\n"
    assert stat.S_IMODE(program.config.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(program.config.stat().st_mode) == 0o600
    assert tomllib.loads(program.config.read_text()) == {}
    program.run("config", "check")
    program.configure("# mine\n")
    assert str(program.config) in program.run("config", "init", code=2).error
    assert program.config.read_text() == "# mine\n"


def test_schema_is_for_editors(program: Program) -> None:
    schema = json.loads(program.run("config", "schema").out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["ui"]["properties"]["notify"]["type"] == "boolean"


def test_init_where_nothing_can_be_written(program: Program) -> None:
    program.environment["TEXTCHAT_CONFIG"] = "/proc/nothing/config.toml"
    assert "/proc/nothing" in program.run("config", "init", code=2).error


def test_check_says_every_mistake(program: Program) -> None:
    program.configure("""
        default_models = ["nobody/x"]
        colour = "red"
        [models."noone/x"]
        temperature = 1
        [keys]
        "reply.cancle" = "escape"
        [ui]
        theme = "nrod"
        title_model = "none/x"
        [models."demo/fast"]
        schema = { type = "strin" }
    """)
    lines = program.run("config", "check", code=2).errors.splitlines()
    assert [
        line.removeprefix(f"{program.config}, line ").partition(";")[0].partition(". ")[0] for line in sorted(lines)
    ] == [
        "10: ui.title_model: No provider 'none'",
        "12: models.\"demo/fast\".schema: the schema is not a JSON Schema: 'strin' is not valid under any of the given "
        "schemas at type.",
        "2: default_models: No provider 'nobody'",
        "3: colour: unknown key",
        "4: models.\"noone/x\": No provider 'noone'",
        '7: "reply.cancle" is not an action',
        "9: no theme is called 'nrod'",
    ]
    assert f"Add [providers.nobody] to {program.config}" in lines[1]
    assert 'did you mean "nord"?' in lines[-1]


def test_check_finds_what_the_app_chose_and_a_broken_theme(program: Program) -> None:
    program.configure("")
    preferences, theme = program.config.with_name("preferences.toml"), program.config.parent / "themes" / "mine.toml"
    preferences.write_text('\ndefault_models = ["gone/x"]\n')
    theme.parent.mkdir()
    theme.write_text("name = 7\n")
    lines = program.run("config", "check", code=2).errors.splitlines()
    assert [line.startswith(f"{file}") for line, file in zip(lines, (preferences, theme), strict=True)] == [True, True]
    assert ", line 2: default_models: No provider 'gone'" in lines[0]


def test_check_of_a_good_file(program: Program) -> None:
    ran = program.run("config", "check")
    assert (str(program.config) in ran.out, ran.errors) == (True, "")


def test_show_masks_what_is_secret(program: Program, server: OpenAIServer) -> None:
    program.configure("""
        [providers.local]
        base_url = "http://user:passw0rd@127.0.0.1:1/v1?key=sk-in-the-url"
        api_key_command = "echo sk-in-the-command"
        headers = { "X-Api-Key" = "sk-in-a-header", "X-Team" = "blue" }
        [models."local/x"]
        temperature = 0.5
        [ui]
        theme = "nord"
    """)
    program.environment["OPENAI_API_KEY"] = "sk-in-the-environment"
    ran = program.run("config", "show")
    shown = tomllib.loads(ran.out)
    assert shown["providers"]["local"]["headers"]["X-Team"] == "blue"
    assert shown["providers"]["local"]["retries"] == 2, "defaults are values in effect"
    assert shown["models"]["local/x"]["temperature"] == 0.5
    assert shown["ui"]["theme"] == "nord"
    assert "openai" in shown["providers"], "what the environment makes available is there"
    assert "sk-" not in ran.out + ran.errors and "passw0rd" not in ran.out


def test_show_says_what_the_environment_adds(program: Program) -> None:
    program.environment |= {"OLLAMA_HOST": "0.0.0.0:1234", "OPENAI_BASE_URL": "http://me:pass@gateway.lan/v1/"}
    program.environment |= {"OPENAI_API_KEY": "sk-in-the-environment", "GOOGLE_API_KEY": "also-secret"}
    shown = tomllib.loads(program.run("config", "show").out)["providers"]
    assert shown["ollama"]["base_url"] == "http://127.0.0.1:1234"
    assert shown["openai"]["base_url"].endswith("@gateway.lan/v1")
    assert shown["openai"]["api_key_env"] == "OPENAI_API_KEY"
    assert shown["gemini"]["api_key_env"] == "GOOGLE_API_KEY"
    assert "secret" not in str(shown) and "sk-" not in str(shown) and "pass" not in str(shown)


def test_an_unusable_address_in_the_environment_hides_none_of_the_rest(program: Program) -> None:
    program.environment |= {"OLLAMA_HOST": "0.0.0.0:1234", "OPENAI_BASE_URL": "127.0.0.1:1/v1"}
    ran = program.run("config", "show", code=2)
    assert ran.errors == "OPENAI_BASE_URL is not an http(s) URL. Correct it.\n"
    assert tomllib.loads(ran.out)["providers"]["ollama"]["base_url"] == "http://127.0.0.1:1234"


@pytest.mark.parametrize(
    ("variable", "value", "model"),
    [
        ("OPENAI_BASE_URL", "127.0.0.1:1/v1", "openai/x"),
        ("OPENAI_BASE_URL", "sk-a-key-by-mistake", "openai/x"),
        ("OLLAMA_HOST", "ftp://gpu.lan", "ollama/x"),
        ("OLLAMA_HOST", "gpu.lan:99999", "ollama/x"),
    ],
)
def test_an_address_in_the_environment_that_is_none(program: Program, variable: str, value: str, model: str) -> None:
    program.environment[variable] = value
    said = f"{variable} is not an http(s) URL. Correct it."
    assert program.run("ask", "-m", model, "Hello?", code=2).error == said
    assert said in program.run("config", "check", code=2).errors
    ran = program.run("models")
    assert said in ran.errors and "demo/fast" in ran.out


# -- models ----------------------------------------------------------------------------------------------------------


def test_models_are_one_a_line(program: Program, server: OpenAIServer) -> None:
    server.say("b/slash", "x")
    server.say("a", "x")
    assert program.run("models", "local").out == "local/a\nlocal/b/slash\n"
    assert program.run("models", "local", "--json").lines == [
        {"model": "local/a", "context_window": None},
        {"model": "local/b/slash", "context_window": None},
    ]


def test_a_dead_provider_is_one_line_and_the_rest_is_listed(program: Program, server: OpenAIServer) -> None:
    server.say("a", "x")
    with program.config.open("a") as config:
        config.write('[providers.dead]\nbase_url = "http://127.0.0.1:9/v1"\n')
    ran = program.run("models")
    assert {"local/a", "demo/fast"} <= set(ran.out.split())
    assert "dead" in ran.error
    alone = program.run("models", "dead", code=1)
    assert (alone.out, alone.error) == ("", ran.error)


def test_a_server_without_models_says_so_and_those_of_the_settings_stand_in(program: Program) -> None:
    class Empty(LoopbackServer):
        async def answer(self, exchange: Exchange) -> None:
            await exchange.reply_json(200, {"object": "list", "data": None})

    with Empty() as empty:
        program.configure(f'[providers.local]\nbase_url = "{empty.url}"\n')
        ran = program.run("models", "local")
        assert ran.out == "" and "lists no models" in ran.error
        program.configure(f'[providers.local]\nbase_url = "{empty.url}"\nmodels = ["a"]\n')
        ran = program.run("models", "local")
        assert (ran.out, ran.errors) == ("local/a\n", "")


@pytest.mark.parametrize("name", ["evil\x1b[31m", "two\nlines", "\u2028"])
def test_hostile_names_stay_one_line(program: Program, server: OpenAIServer, name: str) -> None:
    server.say(name, "x")
    ran = program.run("models", "local")
    assert len(ran.out.splitlines()) == 1
    assert "\x1b" not in ran.out
    (line,) = program.run("models", "local", "--json").out.splitlines()
    assert json.loads(line)["model"] == f"local/{name}"
