"""The characters that are drawn as nothing or as a blank, and where they are needed.

The first are those of Unicode's property Default_Ignorable_Code_Point, with a few that programs draw as nothing.
"""

from __future__ import annotations

UNSEEN = (
    "\u00ad\u034f"  # soft hyphen, grapheme joiner
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # marks of direction, embeddings, overrides, isolates
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers
    "\u17b4\u17b5\u180b-\u180f"  # Khmer vowels that nobody writes, Mongolian selectors
    "\u200b-\u200d\u2060-\u2065\ufeff"  # zero-width space and joiners, operators, byte order mark
    "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # variation selectors
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"  # annotations, shorthand, music
    "\U00013430-\U0001343f\U00016fe4"  # how hieroglyphs stand together, a Khitan filler
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # tags
)
"""For use between `[` and `]` of a pattern."""

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_JOINING = (
    "\u0620-\u074f\u0750-\u077f\u07ca-\u07f5\u0840-\u08ff\u0900-\u0dff\u0f40-\u109f\u1780-\u17b3\u17b6-\u17d3"
    "\u1807-\u180a\u1820-\u18aa\u1a20-\u1c4f\ua840-\ua8ff\ua980-\uaaff\uabc0-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e94b"
)
"""Scripts in which joiners decide the form of a letter: Arabic and its relatives, those of India, Khmer, Mongolian."""
RIGHT_TO_LEFT = "\u05d0-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_WITHOUT_BLANKS = (
    "\u0e01-\u0e5b\u0e81-\u0edf\u0f00-\u109f\u1780-\u17b3\u17b6-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\uaadf"
)
"""Thai, Lao, Tibetan, Burmese, Khmer, Tai: a zero-width space is where a line may end."""
NEAR = 8
"""How far before a mark of direction a letter may be that is written from the right: the mark may follow C++."""
_BEHIND = (f"(?<=[{RIGHT_TO_LEFT}]{'.' * far})" for far in range(NEAR))

IN_EMOJI = "|".join(
    (
        # A joiner between two, a selector behind one, a keycap; the flags of England, Scotland, Wales.
        f"(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])",
        f"(?<=[{_EMOJI}])[\ufe0e\ufe0f]",
        "(?<=[#*0-9])\ufe0f(?=\u20e3)",
        "(?<=\U0001f3f4)\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074"
        "|\U000e0077\U000e006c\U000e0073)\U000e007f",
    )
)
IN_SCRIPTS = "|".join(
    (
        "(?<=\U0001f3f4)[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,8}\U000e007f",  # flags of other regions
        f"(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d\\Z",  # what it joins has not come yet
        # At the end of a word it gives a letter another form (Malayalam, Persian), and before one likewise. Before
        # a Latin letter it joins nothing: it would be measured as nothing together with that letter.
        f"(?<=[{_JOINING}])\u200d(?=[{_JOINING}]|\\W|\\Z)",
        f"(?<![^ \\n\\t(])\u200d(?=[{_JOINING}])",
        f"(?<=[{_JOINING}])\u200c",
        f"(?<=[{_WITHOUT_BLANKS}])\u200b|\u200b(?=[{_WITHOUT_BLANKS}])",
        f"(?:{'|'.join(_BEHIND)})[\u061c\u200e\u200f]",
        f"[\u061c\u200e\u200f](?=[{RIGHT_TO_LEFT}])",
        "(?<=[\u1807\u180a\u1820-\u18aa])[\u180b-\u180f]",
        "(?<=[\u1100-\u115e\ua960-\ua97c])\u1160",  # old Hangul, of which a part is left out
        "\u115f(?=[\u1161-\u11a7\ud7b0-\ud7c6])",
        "(?<=[\u2190-\u2bff\u1000-\u109f\ua840-\ua877\u3000-\u3163\u3165-\u9fff\uf900-\ufaff\uff01-\uff1f])[\ufe00-\ufe0f]",
        "(?<=[\U00013000-\U0001345f])[\ufe00-\ufe0f\U00013430-\U0001343f]",
        "(?<=[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]",  # forms of ideographs
        "(?<=[\u0300-\u034e\u0350-\u036f\u0591-\u05f4])\u034f",  # between marks of a letter, it orders them
    )
)
