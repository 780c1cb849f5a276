"""Translates the terms of a query to FTS5's language (https://www.sqlite.org/fts5.html#full_text_query_syntax)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from textchat.store.search.query import Term
from textchat.store.search.words import ends_in_word, part_tokens, signed, signs, symbols, tokens

_SIGNED_END = re.compile(r"(?<![^\W\d_])[^\W\d_]++[+#]++(?!\S)")


def expression_of(terms: Iterable[Term]) -> str:
    """The query for all wanted and no unwanted words; empty if no wanted word is for the index."""
    terms = tuple(terms)
    wanted = " AND ".join(found for term in terms if term.is_wanted and (found := expression(term)))
    unwanted = [found for term in terms if not term.is_wanted and (found := expression(term))]
    return "".join((f"({wanted})", *(f" NOT {found}" for found in unwanted))) if wanted else ""


def expression(term: Term) -> str:
    """The query for one term; empty if it holds nothing that the index knows, such as blanks."""
    known = tokens(term.text)
    with_signs = [found for word in _SIGNED_END.findall(term.text) for found in signed(word)]
    is_open = not term.is_complete
    required = []
    if len(known) > len(with_signs) or (known and not with_signs):
        required.append(_of_words(term.text, known, is_open))
    required += [_of_parts(word, is_open and term.text.endswith(("+", "#"))) for word in with_signs]
    if known:
        required += [_of_parts(sign) for sign in dict.fromkeys(term.text) if _is_symbol(sign)]
    else:
        required += [_of_parts(run) for run in symbols(term.text)]
    if not required:
        found = list(signs(term.text))
        pairs = [sign for sign in found if len(sign) > 1]
        required += [_of_parts(sign) for sign in pairs or found]
    return required[0] if len(required) == 1 else f"({' AND '.join(required)})" if required else ""


def _of_words(text: str, known: list[str], is_open: bool) -> str:
    is_open = is_open and ends_in_word(text)
    phrase = _phrase(known, is_open)
    pieces = part_tokens(text)
    return phrase if pieces == known else f"({' OR '.join((phrase, f'parts:{_phrase(pieces, is_open)}'))})"


def _of_parts(text: str, is_open: bool = False) -> str:
    return f"parts:{_phrase([text], is_open)}"


def _phrase(known: list[str], is_open: bool) -> str:
    return f'"{" ".join(known)}"{" *" if is_open else ""}'


def _is_symbol(sign: str) -> bool:
    return not sign.isascii() and unicodedata.category(sign)[0] == "S" and not tokens(sign)
