"""Texts that no caption has: what people and programs put into a field for a sentence."""

import random
import unicodedata

FRAGMENTS = [
    *("der", "Größe", "İstanbul", "ΟΔΟΣ", "naïve", "ﬁ", "z.B.", "geht's", "'s", "''", "Jan.", "a."),
    *("🐕", "👩‍🚀", "🇩🇪", "❤️", ":-)", "^_^", "(ಠ_ಠ)", "¯\\(ツ)/¯", "<3", "שלום", "مرحبا", "\u202e"),
    *("你好", "สวัสดี", "हिन्दी", "<b>", "&amp;", "<script>alert(1)</script>", "http://a.b/c?d=e#f"),
    *("x@y.de", "10€", "$5", "5km", "3,5", "12:30", "10-20", "½", "x²", "50%", "°C.", "...", "…"),
    *("--", "—", "!?", "„", "»", "(", ")", "[", "/", "*", "_", "a--b", "Haus.Garten", "A.B", "\t"),
    *(
        "\n",
        "   ",
        "\u00a0",
        "\u200b",
        "\ufeff",
        "\x1c",
        "\x85",
        "\x00",
        "__proto__",
        "constructor",
    ),
]


def odd_texts(count: int) -> list[str]:
    """The same texts every time."""
    draw = random.Random(4)
    texts = [
        "",
        " ",
        "a" * 2000,
        "." * 2000,
        "🐕" * 1000,
        "ein Hund " * 222,
        "(" * 2000,
        *FRAGMENTS,
    ]
    while len(texts) < count:
        text = draw.choice(["", " ", " "]).join(draw.choices(FRAGMENTS, k=draw.randint(1, 9)))
        texts.append(unicodedata.normalize(draw.choice(["NFC", "NFD", "NFKC"]), text))
    return texts
