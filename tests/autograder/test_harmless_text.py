"""What a student writes runs nothing where others read it, and honest text stays as it is."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from autograder.harmless_text import harmless_markdown, one_line, with_visible, without_invisible

ALERT = "javascript:alert(1)"
ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT\n>alert(1)</SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<b onclick=alert(1)>",
    "<svg/onload=alert(1)>",
    "<!--><script>alert(1)</script>-->",
    "<?php <script>alert(1)</script> ?>",
    "<!DOCTYPE <script>alert(1)</script>",
    "<iframe src='//evil.example'></iframe>",
    "<form action=//evil.example><button>Save</button></form>",
    "</div></div><style>*{display:none}</style>",
    "<<script>script>alert(1)",
    "<b><script>alert(1)</script></b>",
    "<https://a.example/<script>alert(1)</script>>",
    '<https://a.example/"onclick=alert(1)>',
    f"<{ALERT}>",
    f"[x]({ALERT})",
    f"[x]( {ALERT})",
    f"[x](\n{ALERT})",
    f"[x](<{ALERT}>)",
    f"[x](< {ALERT}>)",
    f"![x]({ALERT})",
    f"[x][1]\n\n[1]: {ALERT}",
    f"[x][1]\n\n[1]:\n{ALERT}",
    f"[x]\n\n[x]: <{ALERT}>",
    f"[{ALERT}]({ALERT})",
    f"[a](b)[x]({ALERT})",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java\\script:alert(1))",
    "[x](JAVASCRIPT\\:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:image/svg+xml;base64,PHNjcmlwdD4=)",
    "[a<img src=x onerror=alert(1)>](b)",
    '![a" onerror="alert(1)](b)',
    '[a](b"onmouseover="alert(1))',
    '[a](b "t" onclick=alert(1))',
    "![](attachment:x.png)",  # it is not there, and formgrader shows no page without it
    "```<script>alert(1)</script>\nx\n```",
    "a | b\n--|--\n<script>alert(1)</script>|x",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
]
FORMAT = {"b", "i", "em", "strong", "sub", "sup", "u", "s", "br", "hr", "code", "kbd", "p", "pre"}
FORMAT |= {"a", "img", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td"}
FORMAT |= {"h1", "h2", "h3", "h4", "h5", "h6", "del", "mark", "section", "div", "span", "input"}
SCHEMES = {"", "http", "https", "mailto", "data"}


class Dangers(HTMLParser):
    """What could run in a browser, or lead out of the page, in a piece of HTML."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag not in FORMAT:
            self.found.append(tag)
        for name, value in attributes:
            if name.startswith("on") or name in ("srcdoc", "action", "formaction"):
                self.found.append(name)
            if name in ("href", "src"):
                scheme = urlsplit((value or "").strip("".join(map(chr, range(33))))).scheme
                if scheme not in SCHEMES or (value or "").startswith(
                    ("data:text", "data:image/svg")
                ):
                    self.found.append(value)

    def handle_decl(self, declaration):
        self.found.append(declaration)

    handle_pi = unknown_decl = handle_decl


@pytest.mark.parametrize("source", ATTACKS)
def test_nothing_runs_in_the_readers_browser(source):
    rendered = markdown2html_mistune(harmless_markdown(source))
    assert Dangers(rendered).found == []


def test_the_attacks_are_dangerous_as_they_are():
    harmless = []
    for source in ATTACKS:
        try:
            if not Dangers(markdown2html_mistune(source)).found:
                harmless.append(source)
        except Exception:  # formgrader shows an error in place of the page
            continue
    assert len(harmless) < len(ATTACKS) / 2, harmless


PIECES = st.one_of(
    st.sampled_from("<>()[]!`$|x \\\n\"'="),
    st.sampled_from(["script", "](", "]:", "javascript:alert(1)", "&#58;", "<b>", "onclick="]),
    st.sampled_from(["[x]", "\n\n", "```", "$$", "https://a.example"]),
)


@given(st.lists(PIECES, max_size=14).map("".join))
@example("[x](<\n> javascript:alert(1))")
def test_no_mixture_runs(source):
    assert Dangers(markdown2html_mistune(harmless_markdown(source))).found == []


HONEST = [
    "# Why\n\n*Because* **so**, see [paper](https://arxiv.org/abs/1706.03762) or [below](#end).",
    "$a < b$ and $\\frac{1}{\\sqrt{d_k}}$, a <= b, 3<4, x -> y",
    "E = mc<sup>2</sup> <br> H<sub>2</sub>O <https://example.org/x?a=1&b=2>",
    "![plot](plots/loss.png) ![inline](data:image/png;base64,iVBORw0KGgo=)",
    "- a\n- b\n\n> quote\n\n`x[1:2]` and\n\n```python\nif x[0] <= y: pass\n```\n",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "[1]: https://example.org 'Title'",
]


@pytest.mark.parametrize("source", HONEST)
def test_honest_text_stays(source):
    assert harmless_markdown(source) == source


def test_it_takes_one_pass():
    """Each of these took the square of its length."""
    for piece in ("](", "]: ", "](\n", "<https://a", "<", "[x](a"):
        assert len(harmless_markdown(piece * 200_000)) >= len(piece) * 200_000


def test_a_formula_keeps_its_meaning():
    assert harmless_markdown("$a<b$") == "$a< b$"
    assert (
        harmless_markdown(r"$\href{javascript:alert(1)}{x}$")
        == r"$\text{href}{javascript:alert(1)}{x}$"
    )


def test_invisible_characters():
    forged = "You \u202erow\u2066 pass\u200b\x1b[31m\x9b1m\ufeff\U000e0041"
    assert without_invisible(forged) == "You row pass[31m1m"
    assert with_visible("a\u202eb\tc\n") == "a\\u202eb\tc\n"
    assert one_line("ValueError: \x1b[2J\nmore") == "ValueError: [2J"
    assert without_invisible("Zürich 東京 हिन्दी\n\tx") == "Zürich 東京 हिन्दी\n\tx"
