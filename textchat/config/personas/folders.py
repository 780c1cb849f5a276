"""The two folders of the user beside the settings: personas and saved prompts."""

from __future__ import annotations

import os
from collections.abc import Mapping

from textchat.config import paths
from textchat.config.personas.library import Library
from textchat.config.personas.persona_file import SUFFIX as TOML
from textchat.config.personas.persona_file import read_persona
from textchat.config.personas.prompt_file import SUFFIX as MARKDOWN
from textchat.config.personas.prompt_file import read_prompt
from textchat.core.personas.persona import Persona
from textchat.core.personas.template import Template

PersonaLibrary = Library[Persona]
PromptLibrary = Library[Template]


def personas(environ: Mapping[str, str] = os.environ) -> PersonaLibrary:
    """The personas of this user."""
    return Library(paths.personas_folder(environ), TOML, read_persona, "persona")


def prompts(environ: Mapping[str, str] = os.environ) -> PromptLibrary:
    """The saved prompts of this user."""
    return Library(paths.prompts_folder(environ), MARKDOWN, read_prompt, "saved prompt")
