"""Defines the settings as values; `config` reads them from files.

They are part of core because its stream loop and its prices take them as arguments.

One of each is made, before the first paint: slots would save nothing and cost 0.3 ms a class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from textchat.core import limits
from textchat.core.parameters import Parameters


class Protocol(StrEnum):
    """The wire formats a provider can speak."""

    OPENAI = "openai"
    """Chat completions, which nearly every server speaks."""
    OPENAI_RESPONSES = "openai-responses"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    OLLAMA = "ollama"
    DEMO = "demo"
    REPLAY = "replay"


class PictureStyle(StrEnum):
    """How pictures are drawn: as well as the terminal can, in one of its ways, or not at all."""

    AUTO = "auto"
    KITTY = "kitty"
    SIXEL = "sixel"
    BLOCKS = "blocks"
    OFF = "off"


class Keymap(StrEnum):
    """The shipped sets of keys; `[keys]` overrides each."""

    DEFAULT = "default"
    EMACS = "emacs"
    VIM = "vim"


class FullContext(StrEnum):
    """What to do when the next prompt will not fit into the context window of a model."""

    ASK = "ask"
    DROP = "drop"
    """Leave out the oldest turns."""
    SUMMARISE = "summarise"
    """Let a model sum up the oldest turns."""
    SEND = "send"


class ComparedBy(StrEnum):
    """How the linear mode says several replies to one prompt."""

    TURNS = "turns"
    PARAGRAPHS = "paragraphs"
    """What all say once, and then who says what else."""


class SidePanelMode(StrEnum):
    """When the side panel is shown; a key shows or hides it in each of them."""

    AUTO = "auto"
    """Where it takes no room that panes need to stand side by side."""
    ALWAYS = "always"
    NEVER = "never"


_OPENAI = "api.openai.com"


def is_openai(address: str) -> bool:
    """Whether an address is OpenAI's own, in any of its regions; so is none at all."""
    from urllib.parse import urlsplit

    if not address:
        return True
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host == _OPENAI or host.endswith(f".{_OPENAI}")


def openai_protocol(address: str) -> Protocol:
    """Which of its two protocols a server is asked in that says none: OpenAI's newer one only by OpenAI itself."""
    return Protocol.OPENAI_RESPONSES if is_openai(address) else Protocol.OPENAI


def is_http_address(address: str) -> bool:
    """Whether `address` is an http(s) URL with a host and a valid port, if any."""
    from urllib.parse import urlsplit  # the demo needs none, and a start with it should not wait

    try:
        parts = urlsplit(address)
        _ = parts.port  # a ValueError for what is no port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and address.isprintable() and " " not in address


@dataclass(frozen=True)
class Timeouts:
    """Time limits of one request, in seconds."""

    connect: float = 10.0
    """Until the connection is made."""
    first_token: float = 120.0
    """From the request until the first piece of the answer."""
    between_tokens: float = 60.0
    """From one piece of the answer to the next."""
    alive: float = 600.0
    """As long as signs of life come (pings, comments, signatures), in place of the two before."""


@dataclass(frozen=True)
class ProviderSettings:
    """One `[providers.NAME]` table. What may hold a secret is no part of its `repr`, which ends in logs."""

    name: str
    protocol: Protocol
    base_url: str = field(default="", repr=False)
    """The server's address; empty for the protocol's own public one."""
    api_key_env: str | None = None
    """The environment variable that holds the key."""
    api_key_command: str | tuple[str, ...] | None = field(default=None, repr=False)
    """Prints the key: a text is run by the shell, a list without one."""
    api_key_keyring: bool = False
    """Whether the key is in the system's keyring, under `textchat` and the name of the provider."""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    max_concurrent: int | None = None
    """How many replies may run at once; the rest wait, visibly."""
    retries: int = 2
    """Further tries after a failure that may pass, before the first token only."""
    timeout: Timeouts = field(default_factory=Timeouts)
    repeat_limit: int = 100
    """Number of identical chunks in a row that ends a reply; 0 disables the limit."""
    models: tuple[str, ...] = ()
    """Models to offer where the server lists none."""
    max_event_bytes: int = limits.EVENT.most
    """The longest line or event that is read, in bytes."""


@dataclass(frozen=True)
class Price:
    """Price in US dollars for a million tokens."""

    input: float
    output: float
    cached_input: float | None = None
    """For input that the server had in its cache; None: as `input`."""
    cache_write: float | None = None
    """For input that the server wrote to its cache; None: as `input`."""


@dataclass(frozen=True)
class ModelSettings:
    """One `[models."PROVIDER/MODEL"]` table."""

    parameters: Parameters = field(default_factory=Parameters)
    context_window: int | None = None
    """In tokens."""
    price: Price | None = None


@dataclass(frozen=True)
class UiSettings:
    """The `[ui]` table."""

    theme: str = "textchat-dark"
    """A shipped theme, one of Textual's own, or a user's."""
    side_panel: SidePanelMode = SidePanelMode.AUTO
    """When the side panel is shown."""
    title_model: str = ""
    """`PROVIDER/MODEL` that gives new conversations their titles; empty: the first words are the title."""
    fold_pastes: int = 40
    """Lines of a paste that is folded in the input bar, and that many hundred characters; 0: none is."""
    smoothing: str | int = "off"
    """`"off"`: each frame shows all that has come; `"even"`: an even pace; a number: chunks to gather."""
    pictures: PictureStyle = PictureStyle.AUTO
    keymap: Keymap = Keymap.DEFAULT
    notify: bool = True
    """Whether the terminal is told of a long reply that ends while it is not looked at."""
    title: bool = True
    """Whether the terminal's title names the conversation."""
    discover: bool = True
    """Whether servers on the usual ports of this machine are looked for."""
    whole_sentences: bool = True
    """Whether the linear mode prints a reply by sentences; else as it arrives."""
    compare_by: ComparedBy = ComparedBy.TURNS
    blind_pace: bool = True
    """Whether the replies of a blind comparison are all shown at one speed."""


@dataclass(frozen=True)
class ContextSettings:
    """The `[context]` table."""

    full: FullContext = FullContext.ASK
    summary_model: str = ""
    """`PROVIDER/MODEL` that sums up old turns; empty: the model of the pane."""


@dataclass(frozen=True)
class BudgetSettings:
    """The `[budget]` table: ceilings in US dollars, by estimate and only where prices are known; None: no ceiling."""

    comparison_usd: float | None = None
    """For one prompt, to however many models it goes."""
    day_usd: float | None = None
    """For all replies of a day."""


@dataclass(frozen=True)
class LimitSettings:
    """The `[limits]` table: what `core.limits` lets a user change."""

    reply_bytes: int = limits.REPLY.most
    reply_pieces: int = limits.PIECES.most
    input_bytes: int = limits.INPUT.most
    attachment_bytes: int = limits.ATTACHMENT.most
    prompt_file_bytes: int = limits.PROMPT_FILE.most


@dataclass(frozen=True)
class Settings:
    """All settings together, with the defaults of a machine without any file."""

    default_models: tuple[str, ...] = ("demo/fast",)
    default_persona: str = ""
    """Name of the persona of new panes; empty: none."""
    favourites: tuple[str, ...] = ()
    """Models that stand first where one is chosen."""
    providers: Mapping[str, ProviderSettings] = field(default_factory=dict, hash=False)
    """By name; those that are built in and available in this environment included."""
    models: Mapping[str, ModelSettings] = field(default_factory=dict, hash=False)
    """By `PROVIDER/MODEL`."""
    ui: UiSettings = field(default_factory=UiSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    context: ContextSettings = field(default_factory=ContextSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Action id to keys, several separated by commas."""
    path: Path | None = None
    """The file they were read from."""

    def model(self, name: str) -> ModelSettings:
        return self.models.get(name) or ModelSettings()
