"""Sentences in scripts and signs whose cells terminals count differently, or whose words are not parted by blanks."""

from __future__ import annotations

from collections.abc import Mapping
from unicodedata import category

from wcwidth import wcwidth

from textchat.render.cells import STANDARD, Sample, count_like
from textchat.ui.terminal.drawing.rich_widths import forget_widths

SENTENCES = {
    "Hindi": "भारत की संस्कृति बहुत प्राचीन है और विश्वविद्यालयों में क्षत्रिय तथा ज्ञान की परम्परा है।",
    "Bengali": "বাংলাদেশের রাজধানী ঢাকা। বিশ্ববিদ্যালয়ে ক্ষুদ্র গবেষণা প্রতিষ্ঠান আছে।",
    "Tamil": "தமிழ் மொழி மிகவும் பழமையான மொழிகளில் ஒன்று. எலெக்ட்ரான் மற்றும் க்ஷேத்திரம்.",
    "Telugu": "తెలుగు భాష చాలా అందమైనది. స్త్రీలు మరియు విద్యార్థులు పుస్తకాలు చదువుతారు.",
    "Malayalam": "മലയാളം കേരളത്തിലെ ഭാഷയാണ്. അവന്‍റെ പുസ്തകം ക്ഷേത്രത്തിൽ വച്ചു.",
    "Sinhala": "ශ්‍රී ලංකාව ක්‍රිකට් ක්‍රීඩාවට ප්‍රසිද්ධය. විශ්වවිද්‍යාලය.",
    "Burmese": "မြန်မာဘာသာစကားသည်မြန်မာနိုင်ငံ၏ရုံးသုံးဘာသာစကားဖြစ်သည်။ကျွန်တော်တို့ကားများကိုကြည့်ကြသည်။တက္ကသိုလ်အင်္ဂလိပ်",
    "Thai": "ภาษาไทยเป็นภาษาที่มีระดับเสียงของคำแน่นอนหรือวรรณยุกต์เช่นเดียวกับภาษาจีนน้ำเงินจันทร์ เก้าอี้ ไม้ โต๊ะ และแก้ว",
    "Lao": "ພາສາລາວເປັນພາສາທາງການຂອງສາທາລະນະລັດປະຊາທິປະໄຕປະຊາຊົນລາວ ນ້ຳ ແລະ ໂຕະ ເຮືອນ",
    "Khmer": "ភាសាខ្មែរជាភាសាផ្លូវការរបស់ព្រះរាជាណាចក្រកម្ពុជា ស្ត្រីនិងសិស្សសាលា។",
    "Tibetan": "བོད་སྐད་ནི་བོད་པའི་སྐད་ཡིག་ཡིན། སྐྱེ་བོ་རྣམས།",
    "Arabic": "اللُّغَةُ العَرَبِيَّةُ هي أكثر اللغات السامية تحدثًا، ومن أكثر اللغات انتشارًا في العالم.",
    "Hebrew": "עִבְרִית היא שפה שמית, ממשפחת השפות האפרו־אסייתיות.",
    "Persian": "می‌خواهم کتاب‌ها را بخوانم و نمی‌دانم.",
    "Korean": "한국어는 대한민국과 조선민주주의인민공화국의 공용어이다. \u1112\u1161\u11ab\u1112\u1161 ㅎㅏ.",
    "Japanese": "日本語は、日本国内や、日本人同士の間で使われている言語です。「カギ括弧」、（丸括弧）、ｶﾞｷﾞ、か\u3099。",
    "Chinese": "中文，是世界上使用人数最多的语言之一；其使用者超过十三亿。ABCDEFGHIJKL，然后！",
    "emoji": "ok 👍🏽 ❤️ ⚠️ 👨‍👩‍👧‍👦 🏳️‍🌈 🏴‍☠️ 1️⃣ ©️ 🇩🇪🇫🇷 🧑🏽‍🚀 ☝🏽 ☝️🏽 ⌚︎ ❤︎ ✅ ☰ 🕵️‍♂️ ™️ 👩‍❤️‍💋‍👨 🫠🫨 end",
    "no cells": "a\u200bb c\u2060d e\ufefff g\u00adh i\u200ej k\u034fm n\u200co z\u0334\u0321\u0322algo \u3164 x",
}

ADDING: dict[Sample, int] = {
    **STANDARD,
    Sample.CONJUNCT: 3,
    Sample.TONE: 4,
    Sample.NARROW_TONE: 3,
    Sample.JOINED: 8,
    Sample.EMOJI_STYLE: 1,
    Sample.KEYCAP: 1,
    Sample.TEXT_STYLE: 2,
    Sample.LONE_LETTER: 1,
}
"""A terminal that adds up the cells of code points, as xterm does."""


def count(cells: Mapping[Sample, int]) -> None:
    count_like(cells)
    forget_widths()


def added_up(text: str) -> int:
    """The cells of the code points of a text, each on its own."""
    return sum(
        1 if category(character) == "Mc" or "\U0001f1e6" <= character <= "\U0001f1ff" else max(0, wcwidth(character))
        for character in text
    )
