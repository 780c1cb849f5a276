"""Whether an answer tells which model wrote it, so that a blind judge could know.

A distinctive name of the model's own (`Claude`, `GPT-4`, `OpenAI`) counts wherever it stands, unless the prompt has it
too: then any model would say it. A name that is an everyday word as well (`Google`, `Phi`, `Llama`) or that the prompt
has counts only where the answer speaks of itself: `I am …`, `trained by …`, `as a … model`. Names of others never
count, and neither does who the answer says it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from textchat.core.blind.families import FAMILIES, TOO_PLAIN
from textchat.core.conversation import Message

LONGEST_READ = 200_000
"""Characters of an answer that are looked through: who names himself does so near the beginning."""
LONGEST_DENIAL = 60
"""Characters before a name in which a denial is looked for."""
LONGEST_CLAUSE = 160
"""Characters between the words of who speaks of himself and the name."""
_SELF = re.compile(
    r"\b(?:i\s+am|i['’]m|i\s+was|i\s+have\s+been|i['’]ve\s+been|my\s+name\s+is|my\s+name['’]s|call\s+me|it['’]s\s+me"
    r"|my\s+(?:creators?|developers?|makers?|training)|as\s+an?|this\s+is|powered\s+by"
    r"|you(?:['’]re|\s+are)\s+(?:talking|speaking|chatting)\s+(?:to|with)"
    r"|ich\s+bin|mein\s+name\s+ist|ich\s+wurde|als\s+ein|je\s+suis|je\s+m['’]appelle|mon\s+nom\s+est|en\s+tant\s+qu"
    r"|soy|me\s+llamo|mi\s+nombre\s+es|fui|como\s+un|eu\s+sou|sou|meu\s+nome\s+é|sono|mi\s+chiamo)\b"
    r"|我是|我叫|作为|私は|저는|я\s"
    r"|(?:^|[.!?\n])\s*(?:just\s+)?an?\s+(?:large\s+)?(?:language|ai)\s+(?:model|assistant)\b",
    re.IGNORECASE,
)
"""Where an answer may speak of itself: the rest of the clause is what it says."""
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
    distinctive, everyday = _names_of(answer.model)
    text = answer.text[:LONGEST_READ]
    asked = {name for name in (*distinctive, *everyday) if _pattern(name).search(prompt)}
    is_told = any(_tells(text, name) for name in distinctive if name not in asked)
    return is_told or _speaks_of_itself(text, distinctive, everyday)


def _tells(text: str, name: str) -> bool:
    """Whether a name stands in a text, other than where it says who it is not."""
    return next(_told(text, name), None) is not None


def _told(text: str, name: str) -> Iterator[re.Match[str]]:
    for found in _pattern(name).finditer(text):
        if not _ANOTHER.search(text, max(0, found.start() - LONGEST_DENIAL), found.start()):
            yield found


def _speaks_of_itself(text: str, distinctive: Sequence[str], everyday: Sequence[str]) -> bool:
    for found in _SELF.finditer(text):
        end = _CLAUSE_END.search(text, found.end())
        clause = text[found.end() : min(found.end() + LONGEST_CLAUSE, end.start() if end else len(text))]
        if any(_tells(clause, name) for name in distinctive):
            return True
        is_about_a_model = _MADE.search(found.group() + clause) is not None
        for name in everyday:
            for there in _told(clause, name):
                is_name = not there.group()[0].islower()  # an everyday word that is a name begins with a capital
                if is_name and (is_about_a_model or _DIRECTLY.fullmatch(clause, 0, there.start())):
                    return True
    return False


@lru_cache(256)
def _names_of(model: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The distinctive and the everyday names of a model, of its families, its maker and its provider."""
    provider, _, name = model.lower().partition("/")
    families = [family for family in FAMILIES if re.search(family.models, name or provider)]
    distinctive = [each for family in families for each in family.distinctive]
    everyday = [each for family in families for each in family.everyday]
    wholes = (name, name.rpartition("/")[2], name.rpartition(":")[0])  # as its makers write it
    distinctive += [whole for whole in wholes if re.search(r"\d", whole) and re.search(r"[a-z]{2}", whole)]
    words = [word for part in (*name.split("/"), provider) for word in re.findall(r"[a-z]{3,}", part)]
    everyday += [word for word in words if word not in TOO_PLAIN and word not in distinctive]
    return tuple(dict.fromkeys(distinctive)), tuple(dict.fromkeys(everyday))


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
