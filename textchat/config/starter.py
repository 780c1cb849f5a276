"""Builds the file that `textchat config init` writes: every key of the schema explained and commented out.

Prose begins with `# `, an example with `#` alone: without that sign it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textchat.config.schema import BUDGET, CONTEXT, KEYS, LIMITS, MODEL, PROVIDER, SETTINGS, UI, Setting, SettingsTable

_HEAD = """\
# Settings of textchat. To change one, remove the # before its line and before the [table] above it.
# `textchat config check` finds mistakes, `textchat config show` prints the settings in effect.
# For an editor that checks TOML by a schema: `textchat config schema > config.schema.json` beside this file, and as the
# first line here  #:schema ./config.schema.json
# textchat never writes to this file. Choices made in the app go to preferences.toml beside it; this file has priority.
# Personas are files of personas/ beside it, saved prompts of prompts/; the palette (Ctrl+P) makes both.

"""
_PROVIDERS = """
# -- Providers: the servers of your models ----------------------------------------------------------------------------
# Built in: openai, anthropic, gemini, openrouter, groq, mistral, deepseek and ollama. They take their key from the
# environment: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY, GROQ_API_KEY, MISTRAL_API_KEY or
# DEEPSEEK_API_KEY (ollama needs none). openai is asked through its Responses API, unless you set protocol = "openai".
# To add a server, choose a name for it:

#[providers.local]
"""
_KNOWN_PROVIDER = """
# To change a built-in provider, set only what differs. Here the key comes from a password store:

#[providers.anthropic]
"""
_MODELS = """
# -- Models: parameters and prices ------------------------------------------------------------------------------------

#[models."local/llama3"]
"""
_BUDGET = """
# -- Spending limits --------------------------------------------------------------------------------------------------

#[budget]
# In US dollars, estimated before a prompt is sent. Models without a known price count as free.
"""
_CONTEXT = """
# -- Long conversations -----------------------------------------------------------------------------------------------

#[context]
"""
_UI = """
# -- The screen -------------------------------------------------------------------------------------------------------

#[ui]
"""
_LIMITS = """
# -- Limits on what comes from outside --------------------------------------------------------------------------------

#[limits]
"""
_KEYS = """
# -- Keys: the id of an action and its keys, separated by commas ------------------------------------------------------
# F1 in the app lists the ids.

#[keys]
"""


def starter_config() -> str:
    """The text of the starter file."""
    own = {name: key for name, key in PROVIDER.keys.items() if name != "api_key_command"}  # it excludes `api_key_env`
    known = {"api_key_command": PROVIDER.keys["api_key_command"]}
    sections = (
        (_HEAD, SETTINGS.keys, None),
        (_PROVIDERS, own, None),
        (_KNOWN_PROVIDER, known, None),
        (_MODELS, MODEL.keys, MODEL.others),
        (_BUDGET, BUDGET.keys, None),
        (_CONTEXT, CONTEXT.keys, None),
        (_UI, UI.keys, None),
        (_LIMITS, LIMITS.keys, None),
        (_KEYS, KEYS.keys, KEYS.others),
    )
    return "".join(prose + "".join(_lines(keys, others)) for prose, keys, others in sections)


def _lines(keys: Mapping[str, Setting | SettingsTable], others: Setting | SettingsTable | None) -> Iterator[str]:
    for name, setting in keys.items():
        if setting.example:
            yield f"{_comment(setting)}#{name} = {setting.example}\n"
    if others is not None:
        yield f"{_comment(others)}#{others.example}\n"


def _comment(setting: Setting | SettingsTable) -> str:
    return f"# {setting.doc}\n" if setting.doc else ""
