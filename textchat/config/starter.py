"""Builds the file that `textchat config init` writes: every key of the schema explained and commented out.

Prose begins with `# `, an example with `#` alone: without that sign it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textchat.config.schema import BUDGET, KEYS, MODEL, PROVIDER, SETTINGS, UI, Setting, SettingsTable

_HEAD = """\
# textchat's settings. Nothing here counts until you remove the # before a line (and before the [table] above it).
# `textchat config check` says whether it is right, `textchat config show` what counts in the end.
# textchat never writes to this file; what you choose inside the app goes to preferences.toml beside it, and what
# stands here wins over that.

"""
_PROVIDERS = """
# -- Providers: servers that models are reached through ---------------------------------------------------------------
# openai, anthropic, gemini, openrouter and ollama are known already; give them a key in the environment
# (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY), or change single keys of them here.
# A provider of your own, under a name of your own:

#[providers.local]
"""
_KNOWN_PROVIDER = """
# A known one, with its key from a password store instead of the environment:

#[providers.anthropic]
"""
_MODELS = """
# -- Models: how one of them is asked ---------------------------------------------------------------------------------

#[models."local/llama3"]
"""
_BUDGET = """
# -- Ceilings on what is spent ----------------------------------------------------------------------------------------

#[budget]
# US dollars, by an estimate before anything is sent; models whose price is not known count nothing.
"""
_UI = """
# -- The screen -------------------------------------------------------------------------------------------------------

#[ui]
"""
_KEYS = """
# -- Keys: the id of an action, and what calls it; several separated by commas -----------------------------------------
# The ids are in the help (F1).

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
        (_UI, UI.keys, None),
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
