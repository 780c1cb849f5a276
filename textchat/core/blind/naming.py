"""Whether an answer tells which model wrote it, so that a blind judge could know.

A distinctive name of the model's own (`Claude`, `GPT-4`, `OpenAI`) counts wherever it stands, unless the prompt has it
too: then any model would say it. A name that is an everyday word as well (`Google`, `Phi`, `Llama`) or that the prompt
has counts only where the answer speaks of itself: `I am …`, `trained by …`, `as a … model`. Names of others never
count, and neither does who the answer says it is not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from textchat.core.blind.families import FAMILIES, TOO_PLAIN
from textchat.core.conversation import Message

LONGEST_READ = 200_000
"""Characters of an answer that are looked through: who names himself does so near the beginning."""
MOST_PLACES = 300
"""So many places of a name are looked at."""
LONGEST_DENIAL = 60
"""Characters before a name in which a denial is looked for."""
LONGEST_CLAUSE = 160
"""Characters before and behind a name that may belong to its clause."""
_SELF = re.compile(
    r"\b(?:i\s+am|i['’]m|i\s+was|i\s+have\s+been|i['’]ve\s+been|my\s+name\s+is|my\s+name['’]s|call\s+me|it['’]s\s+me"
    r"|my\s+(?:creators?|developers?|makers?|training)|as\s+an?|this\s+is|powered\s+by"
    r"|you(?:['’]re|\s+are)\s+(?:talking|speaking|chatting)\s+(?:to|with)"
    r"|ich\s+bin|mein\s+name\s+ist|ich\s+wurde|als\s+ein|je\s+suis|je\s+m['’]appelle|mon\s+nom\s+est|en\s+tant\s+qu"
    r"|soy|me\s+llamo|mi\s+nombre\s+es|fui|como\s+un|eu\s+sou|sou|meu\s+nome\s+é|sono|mi\s+chiamo)\b"
    r"|我是|我叫|作为|私は|저는|я\s"
    r"|^\s*(?:just\s+)?an?\s+(?:large\s+)?(?:language|ai)\s+(?:model|assistant)\b",
    re.IGNORECASE,
)
"""In a clause, before a name: the answer speaks of itself."""
_MADE = re.compile(
    r"\b(?:model|assistant|chatbot|bot|llm|ai|trained|training|created|creators?|developed|developers?|built|designed"
    r"|makers?|made|modell|ki|trainiert|entwickelt|erstellt|modèle|ia|entraîné|développé|créé|modelo|entrenado"
    r"|desarrollado|creado|treinado|desenvolvido|criado|modello|addestrato|sviluppato|creato)\b|模型|助手|開発|모델|модель",
    re.IGNORECASE,
)
"""Words of a clause that is about a model: an everyday name in it is that of its maker."""
_DIRECTLY = re.compile(
    r"[\s,:*_\"“”'’`(-]*(?:(?:the|an?|called|named|actually|really|just|only|der|die|das|le|el|il|o)\s+)*"
    r"[*_\"“'`]*"
)
"""All that stands between `I am` and a name that follows directly."""
_CLAUSE_END = re.compile(r"[.!?](?=\s|$)|[\n。！？;]")
_ANOTHER = re.compile(
    r"\b(?:not|never|unlike|rather\s+than|instead\s+of|isn['’]t|nicht|kein|pas|no\s+soy)\s+(?:\w+[\s,]+){0,4}$",
    re.IGNORECASE,
)
"""Before a name: the answer says who it is not."""


def names_itself(answer: Message, prompt: str = "") -> bool:
    """Whether the text of an answer tells its model; its thoughts are not shown to a blind judge."""
    if not answer.model:
        return False
    distinctive, whole, everyday = _names_of(answer.model)
    text = answer.text[:LONGEST_READ]
    for name in (*distinctive, *whole, *everyday):
        is_distinctive = name not in everyday
        is_told = name in distinctive and not _pattern(name).search(prompt)
        for found in islice(_pattern(name).finditer(text), MOST_PLACES):
            if _is_denied(text, found.start()):
                continue
            if is_told or _speaks_of_itself(text, found, is_distinctive=is_distinctive):
                return True
    return False


def _is_denied(text: str, start: int) -> bool:
    """Whether the answer says that the name which begins here is not its own."""
    return _ANOTHER.search(text, max(0, start - LONGEST_DENIAL), start) is not None


def _speaks_of_itself(text: str, name: re.Match[str], *, is_distinctive: bool) -> bool:
    """Whether the clause around a name says `I am …`; an everyday word that is a name begins with a capital."""
    if not is_distinctive and name.group()[0].islower():
        return False
    before = _CLAUSE_END.split(text[max(0, name.start() - LONGEST_CLAUSE) : name.start()])[-1]
    behind = _CLAUSE_END.split(text[name.end() : name.end() + LONGEST_CLAUSE], 1)[0]
    is_about_a_model = is_distinctive or _MADE.search(before + behind) is not None
    return any(
        is_about_a_model or _DIRECTLY.fullmatch(before, found.end()) is not None for found in _SELF.finditer(before)
    )


@lru_cache(256)
def _names_of(model: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The distinctive names of a model, of its families, its maker and its provider; its whole one; everyday ones.

    A whole one of several words without a number may be a phrase of its own, as `deep-thought`: it tells where the
    answer speaks of itself.
    """
    provider, _, name = model.lower().partition("/")
    families = [family for family in FAMILIES if re.search(family.models, name or provider)]
    distinctive = [each for family in families for each in family.distinctive]
    everyday = [each for family in families for each in family.everyday]
    wholes = (name, name.rpartition("/")[2], name.rpartition(":")[0])  # as its makers write it
    distinctive += [whole for whole in wholes if re.search(r"\d", whole) and re.search(r"[a-z]{2}", whole)]
    words = [word for part in (*name.split("/"), provider) for word in re.findall(r"[a-z]{3,}", part)]
    words = [word for word in words if word not in TOO_PLAIN and word not in distinctive]
    whole = [each for each in wholes if re.search(r"[a-z][-_][a-z]", each) and any(word in each for word in words)]
    everyday += [word for word in words if word not in whole]
    return tuple(dict.fromkeys(distinctive)), tuple(dict.fromkeys(whole)), tuple(dict.fromkeys(everyday))


@lru_cache(2048)
def _pattern(name: str) -> re.Pattern[str]:
    """A name in all usual spellings: blanks, hyphens and none between its words, any case, whole words only."""
    stem = name.rstrip("#~")
    spelled = r"[\s\-‐‑–_]?".join(re.escape(word) for word in re.split(r"[\s\-_]+", stem))
    if name.endswith("#"):
        spelled += r"[\s\-_]?v?\d+(?:\.\d+)*[a-z]?"
    if not stem.isascii():  # where no blanks part the words
        return re.compile(spelled)
    if name.endswith("~"):
        spelled += r"(?!\s+(?-i:[A-Z][a-z]))"
    return re.compile(rf"(?<![^\W_]){spelled}(?![^\W_])", re.IGNORECASE)
