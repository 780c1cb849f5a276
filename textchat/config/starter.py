"""The file that `textchat config init` writes: every key explained, all of it commented, so it changes nothing.

Prose begins with `# `, an example with `#` alone: without that sign it counts.
"""

from __future__ import annotations

_STARTER = """\
# textchat's settings. Nothing here counts until you remove the # before a line (and before the [table] above it).
# `textchat config check` says whether it is right, `textchat config show` what counts in the end.
# textchat never writes to this file; what you choose inside the app goes to preferences.toml beside it, and what
# stands here wins over that.

# The models of a new conversation, one pane each, as PROVIDER/MODEL. The built-in demo needs no key and no network.
#default_models = ["demo/fast", "demo/careful"]
# Models that stand first where one is chosen; Ctrl+S there makes one too.
#favourites = ["demo/careful"]

# -- Providers: servers that models are reached through ---------------------------------------------------------------
# openai, anthropic, gemini, openrouter and ollama are known already; give them a key in the environment
# (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY), or change single keys of them here.
# A provider of your own, under a name of your own:

#[providers.local]
# What the server speaks: openai (nearly all do), anthropic, gemini, ollama, demo or replay.
#protocol = "openai"
# Where it is; without it, the protocol's own public address.
#base_url = "http://127.0.0.1:8080/v1"
# The environment variable that holds the key. Without a key of any kind, none is sent.
#api_key_env = "LOCAL_KEY"
# Headers to send with each request.
#headers = { "X-Team" = "blue" }
# How many replies may run at once; the rest wait, visibly. 1 suits a single GPU.
#max_concurrent = 1
# Further tries after a failure that may pass, only before the first token.
#retries = 2
# In seconds: until the connection stands, until the first token, from one token to the next.
#timeout = { connect = 10, first_token = 120, between_tokens = 60 }
# So many identical chunks in a row end a reply that has got stuck; 0 switches this off.
#repeat_limit = 100
# Models to offer, for a server that lists none.
#models = ["llama3"]
# The longest single line or event that is read from this server, in bytes.
#max_event_bytes = 16777216

# A known one, with its key from a password store instead of the environment:

#[providers.anthropic]
# A command whose output is the key.
#api_key_command = "pass show anthropic"

# -- Models: how one of them is asked ---------------------------------------------------------------------------------

#[models."local/llama3"]
#temperature = 0.7
#max_tokens = 2000
#top_p = 0.9
#seed = 1
# The system prompt of a new pane.
#system = "Answer briefly."
# false: one blocking request, the answer comes all at once.
#stream = true
# Any other request parameter of the server can stand here as well and is passed on as it is:
#top_k = 40
# How many tokens the model can read, for the warning before it is too much.
#context_window = 8192
# US dollars for a million tokens, where textchat does not know the price.
#price = { input = 0.5, output = 1.5 }

# -- Ceilings on what is spent ----------------------------------------------------------------------------------------

#[budget]
# US dollars, by an estimate before anything is sent; models whose price is not known count nothing.
# For one prompt, to however many models it goes.
#comparison_usd = 0.25
# For all replies of a day.
#day_usd = 5.0

# -- The screen -------------------------------------------------------------------------------------------------------

#[ui]
# A shipped theme, one of Textual's own, or one of yours from themes/*.toml beside this file.
#theme = "nord"
# Whether the side panel is open at the start.
#side_panel = true
# A model that gives each new conversation its title after the first answer; without one, the first words are the title.
#title_model = "local/llama3"
# "off": text is shown as it comes; "even": at an even pace; a number: gathered in so many chunks.
#smoothing = "off"

# -- Keys: the id of an action, and what calls it; several separated by commas -----------------------------------------
# The ids are in the help (F1).

#[keys]
#"reply.cancel" = "escape"
"""


def starter_config() -> str:
    """The text of the file."""
    return _STARTER
