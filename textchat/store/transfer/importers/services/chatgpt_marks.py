"""Makes readable what ChatGPT marks inside a text: sources, which become citations, names of things, lists of pages.

A mark is `U+E200 kind U+E202 … U+E201`, earlier `【index†words】`. What it stands for is in the message's metadata:
`content_references` by the mark's text, earlier `citations` by the index.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textchat.core.text.json_fields import as_list, rows, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.transfer.importers.common.cited import cite
from textchat.store.transfer.importers.values import link

_MARK = re.compile(
    r"(?<![ \t])[ \t]*(\ue200(?P<kind>\w*)"
    r"(?:(?P<values>(?:\ue202[^\ue200\ue201\ue202]*)*)\ue201|(?P<cut>(?:\ue202turn\d+[a-z_]+\d*)+)))"
)
"""A mark, or what there is of one where the text was cut off."""
_OLD_MARK = re.compile(r"(?<![ \t])[ \t]*【(\d+)(?::\d+)?†([^【】]*)】")
_PRIVATE = re.compile("[\ue200-\ue20f]")
_HAS_MARK = re.compile(r"[\ue200-\ue20f]|【\d+(?::\d+)?†|:contentReference\[oaicite:")
_NO_WORDS = re.compile(r"source|L\d+(-L?\d+)?|")
_LINKS = re.compile(r"\(?\[[^\n]*\]\(https?://[^\s()]*\)\)?")
"""A text of links alone, in parentheses or not."""
_LISTS = ("items", "fallback_items", "sources", "images", "businesses", "products")


def has_marks(text: str) -> bool:
    return _HAS_MARK.search(text) is not None


def readable(text: str, metadata: Mapping[str, Any]) -> str:
    """The text with links in place of its marks; a mark of which nothing is known is taken out."""
    if not has_marks(text):
        return text
    for reference in rows(metadata, "content_references"):
        mark = text_in(reference, "matched_text")
        if has_marks(mark) and reference.get("type") != "attribution":  # that is what the words are, not a mark
            text = _with(text, mark, _shown(reference), _cited_pages(reference))
    pages = _pages(metadata)
    text = _MARK.sub(lambda found: _meaning(found, pages), text)
    cited = {_index(citation): table(citation, "metadata") for citation in rows(metadata, "citations")}
    return without_marks(_OLD_MARK.sub(lambda found: _cited(found, cited), text))


def _with(text: str, mark: str, shown: str, pages: Sequence[tuple[object, object]]) -> str:
    """The text with `shown` in place of a mark, and the spaces before it as they have to be.

    Where that is nothing but links to `pages`, these are cited.
    """
    first, *rest = text.split(mark)
    pieces = [first]
    for after in rest:
        if not shown and len(mark) > 1:  # one character alone only opens or closes a quotation
            pieces[-1] = pieces[-1].rstrip(" \t")
        needs_space = shown.startswith("(") and pieces[-1] and not pieces[-1][-1].isspace()
        instead = f"{' ' if needs_space else ''}{shown}"
        pieces.append(f"{cite(pages, instead) if _LINKS.fullmatch(shown) else instead}{after}")
    return "".join(pieces)


def without_marks(text: str) -> str:
    """The text without any marks."""
    return _PRIVATE.sub("", _MARK.sub("", text)) if _PRIVATE.search(text) else text


def _shown(reference: Mapping[str, Any]) -> str:
    """What ChatGPT shows in place of a mark."""
    if alt := without_marks(text_in(reference, "alt")).strip():
        return alt
    pages = [page for key in _LISTS for page in rows(reference, key)] or [reference]
    if links := _links(pages):
        return f"{links}\n\n" if rows(reference, "images") else f"({links})"
    return text_in(reference, "name") or text_in(reference, "prompt_text")


def _cited_pages(reference: Mapping[str, Any]) -> Sequence[tuple[object, object]]:
    """The pages that a mark stands for, title and address each; none for pictures, which it shows."""
    pages = [page for key in _LISTS for page in rows(reference, key)] or [reference]
    return () if rows(reference, "images") else _titled(pages)


def _titled(pages: Iterable[Mapping[str, Any]]) -> list[tuple[object, object]]:
    found: dict[str, object] = {}
    for page in pages:
        picture = table(page, "image_result")
        url = page.get("url") or picture.get("url") or page.get("website_url")
        if isinstance(url, str) and url.startswith("http"):
            found[url] = page.get("attribution") or (picture or page).get("title") or page.get("name")
    return [(title, url) for url, title in found.items()]


def _links(pages: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(link(title, url) for title, url in _titled(pages))


def _pages(metadata: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The pages that were found, by the names that marks give them, such as `turn0search1`."""
    named: dict[str, Mapping[str, Any]] = {}
    for group in rows(metadata, "search_result_groups"):
        for entry in rows(group, "entries"):
            named[_name(table(entry, "ref_id"))] = entry
    for reference in rows(metadata, "content_references"):
        for item in rows(reference, "items"):
            for ref in rows(item, "refs"):
                named[_name(ref)] = item
    return named


def _name(ref: Mapping[str, Any]) -> str:
    return f"turn{ref.get('turn_index')}{ref.get('ref_type')}{ref.get('ref_index')}"


def _meaning(found: re.Match[str], pages: Mapping[str, Mapping[str, Any]]) -> str:
    """What a mark says by itself: the words of a link, the name of a thing."""
    space = found[0][: -len(found[1])]
    kind, values = found["kind"], [*str(found["values"] or found["cut"] or "").split("\ue202")[1:], "", ""]
    first, target = values[:2]
    if kind == "url":
        return f"{space}{link(first, text_in(pages.get(target), 'url') or target)}"
    if kind == "entity":
        return f"{space}{name}" if (name := _entity(first)) else ""
    known = [pages[name] for name in values if name in pages]
    links = _links(known)
    return cite(_titled(known), f" ({links})") if links else ""


def _entity(text: str) -> str:
    """The name in `["kind", "name", …]`."""
    try:
        values = as_list(json.loads(text))
    except (ValueError, RecursionError):
        return ""
    return values[1] if len(values) > 1 and isinstance(values[1], str) else ""


def _index(citation: Mapping[str, Any]) -> str:
    return str(table(table(citation, "metadata"), "extra").get("cited_message_idx"))


def _cited(found: re.Match[str], cited: Mapping[str, Mapping[str, Any]]) -> str:
    source = cited.get(found[1], {})
    words = "" if _NO_WORDS.fullmatch(found[2]) else found[2].strip("()")
    title, url = source.get("title") or source.get("name"), source.get("url")
    shown = link(title, url) or words
    return cite([(title, url)], f" ({shown})") if shown else ""
