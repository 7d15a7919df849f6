"""The page that translates: what its directives put into it."""

import json
import re
import sys
from pathlib import Path

import pytest

from solutions.misconceptions import by_name

BOOK = Path(__file__).parents[2] / "book"
EXTENSIONS = BOOK / "_ext"


@pytest.fixture
def extensions(monkeypatch):
    monkeypatch.syspath_prepend(EXTENSIONS)
    import live_translator
    import red_to_green

    yield live_translator, red_to_green
    for name in ("live_translator", "red_to_green"):
        sys.modules.pop(name)


def test_every_mistake_of_the_page_is_one_of_the_course(extensions):
    translator, _ = extensions
    known = translator.mistakes()
    assert len(known) > 30
    for name, told in known.items():
        mistake = by_name(name)
        assert told["did"] == mistake.did
        page, _, anchor = told["section"].partition("#")
        text = (BOOK / page.replace(".html", ".md")).read_text("utf-8")
        assert f"({anchor})=" in text, name


def test_scripts_and_views_are_there(extensions):
    translator, _ = extensions
    for name in translator.LIVE:
        assert (BOOK / "_static" / f"{name}.js").is_file(), name
    for name in translator.VIEWS:
        script = (BOOK / "_static" / "translator" / f"{name}.js").read_text("utf-8")
        assert f'translatorApp.view("{name}"' in script


def test_every_mistake_and_switch_has_its_bleu(extensions):
    translator, _ = extensions
    bleu = translator.recorded()["bleu"]
    assert set(bleu) >= {*translator.mistakes(), "scale", "causalMask", "positions-off"}
    for name in ("positions-off", "EmbeddingNotScaled", "rank_worst_first"):
        broken, whole = bleu[name]
        assert broken < whole


def test_the_model_as_a_script_is_the_model(extensions):
    import base64

    translator, _ = extensions
    content, name = translator.script()
    text = content.decode("ascii")
    packed = re.fullmatch(r'liveTransformer\.weights\("([A-Za-z0-9+/=]+)"\);\n', text)
    assert base64.b64decode(packed[1]) == translator.MODEL.read_bytes()
    assert re.fullmatch(r"de-en-[0-9a-f]{12}\.transformer\.js", name)


def test_the_check_turns_green_where_the_mistake_is_mended(extensions):
    _, directive = extensions
    wrong, right = directive.states("attention_without_scale")
    assert "math.sqrt(d_k)" not in wrong.split("</pre>")[0]
    assert "<mark> / math.sqrt(d_k)</mark>" in right
    assert json.dumps(by_name("attention_without_scale").did)[1:-1] in wrong
