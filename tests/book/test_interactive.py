"""Interactive figures: what was recorded, what the page gets, and what stands in their place."""

import json
import math
import re
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from book.pagelib import interactive
from book.pagelib.model_recorder import BEAM, attention_scores, search_steps
from book.pagelib.record_attention import record
from solutions.data.vocabulary import BOS, EOS, Vocabulary
from solutions.decoding.greedy import translate
from solutions.model.attention import scaled_dot_product_attention
from solutions.model.config import tiny
from solutions.model.transformer import Transformer
from solutions.translator.exported_model import COURSE_MODEL, ExportedModel
from solutions.translator.plots import cross_attention_weights

STATIC = Path(interactive.__file__).parents[1] / "_static" / "figures"
MAKE = {
    "search": interactive.search_explorer,
    "schedule": interactive.schedule_explorer,
    "positions": interactive.position_explorer,
    "pipeline": lambda: interactive.pipeline_explorer({"ids": ("what", torch.arange(3), "abc")}),
}


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(3)
    return Transformer(tiny(9, 11)).eval()


SOURCE, TARGET = torch.tensor([[4, 7, 5, 8, EOS]]), torch.tensor([[BOS, 9, 5, 10]])


@pytest.mark.parametrize("kind", MAKE)
def test_a_figure_has_a_name_its_data_and_a_still(kind):
    figure = MAKE[kind]()
    page = figure._repr_html_()
    assert f'data-figure="{kind}" role="group" aria-label="{figure.label}"' in page
    script = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1]
    assert json.loads(script) == json.loads(json.dumps(figure.data))
    still = page.split('<div class="still">')[1].split("<script")[0]
    assert 'aria-label="' in still
    assert (STATIC / f"{kind}.js").is_file()


def test_data_cannot_end_their_own_element():
    still = interactive.Table(["a"], [["b"]], "c")
    figure = interactive.Interactive("search", "x", {"word": "</script><script>alert(1)"}, still)
    assert figure._repr_html_().count("</script>") == 1


def test_scripts_and_recorded_data_are_small():
    assert all(script.stat().st_size < 15_000 for script in STATIC.glob("*.js"))
    assert interactive.RECORDED.stat().st_size < 120_000


def test_what_was_recorded_says_where_it_comes_from():
    about = interactive.recorded()["about"]
    assert about["command"].startswith("python -m book.pagelib.record_attention --out ")
    assert "/" not in about["command"].replace("book/runs/", "")
    assert about["card"] == ExportedModel(COURSE_MODEL).card  # the model that is in the page


def test_recorded_scores_have_the_shapes_of_their_sentences():
    found = interactive.recorded()
    N, h = found["config"]["N"], found["config"]["h"]
    for one in found["sentences"]:
        S, T = len(one["source"]), len(one["target"])
        for kind, shape in {"encoder": (S, S), "decoder": (T, T), "cross": (T, S)}.items():
            assert torch.tensor(one["scores"][kind]).shape == (N, h, *shape)


def test_a_model_of_pieces_is_recorded_piece_by_piece():
    german = Vocabulary.from_sentences([["ein", "hund", "bellt"]] * 2, min_count=1, merges=5)
    english = Vocabulary.from_sentences([["a", "dog", "barks"]] * 2, min_count=1, merges=3)
    torch.manual_seed(0)
    translator = SimpleNamespace(
        model=Transformer(tiny(len(german), len(english))).eval(),
        source=german,
        target=english,
        tokens=lambda sentences: [one.split() for one in sentences],
        translate=lambda sentences, beam, alpha: [["a", "dog", "barks"]],
        written=" ".join,
    )
    found = record(translator, "ein hund x")
    pieces = german.cut(["ein", "hund"])
    assert len(pieces) > 2
    assert found["source"] == [*pieces, "x (unknown)", "</s>"]
    assert found["target"] == ["<s>", *english.cut(["a", "dog", "barks"])]
    assert len(found["target"]) > 4
    for kind, side in {"encoder": "source", "decoder": "target", "cross": "source"}.items():
        assert torch.tensor(found["scores"][kind]).shape[-1] == len(found[side])


def test_scores_give_the_models_own_weights(model):
    scores = attention_scores(model, SOURCE, TARGET)
    d_k = model.config.d_model // model.config.h
    for layer, found in enumerate(scores["cross"]):
        expected = cross_attention_weights(model, SOURCE, TARGET, layer)
        assert torch.allclose((found / math.sqrt(d_k)).softmax(-1), expected, atol=1e-6)
    assert [tuple(x.shape) for x in scores["decoder"]] == [(4, 4, 4)] * 2
    assert [tuple(x.shape) for x in scores["encoder"]] == [(4, 5, 5)] * 2
    assert not any(module._forward_pre_hooks for module in model.modules())


def test_weights_of_a_page_are_those_of_the_reference():
    torch.manual_seed(4)
    q, k, v = torch.randn(3, 1, 6, 8, dtype=torch.float64)
    causal = torch.ones(6, 6).tril().bool()
    _, expected = scaled_dot_product_attention(q, k, v, causal)
    found = interactive.weights((q @ k.mT)[0].tolist(), math.sqrt(8), causal=True)
    assert torch.allclose(found, expected[0], atol=1e-9)


def test_the_picture_of_a_head_names_each_words_first_choice():
    picture = interactive.attention_picture(layer=2, head=3)._repr_html_()
    assert "to write dog, hund; " in picture
    assert "to write &lt;/s&gt;, " in picture


def test_the_picture_of_a_head_is_drawn_for_any_sentence():
    german = "Ich habe gestern einen Freund getroffen."
    written, read, weights = interactive.cross_attention(2, 3, german)
    assert written[:3] == ["i", "met", "a"]
    assert read[weights[1].argmax()] == "getroffen"
    assert torch.allclose(weights.sum(-1), torch.ones(len(written), dtype=weights.dtype))
    picture = interactive.attention_picture(2, 3, german, name="fig-x")._repr_html_()
    assert "to write met, getroffen; " in picture
    assert 'id="fig-x"' in picture


def test_recorded_steps_are_the_search(model):
    steps = search_steps(model, SOURCE, lambda token: token)
    (best,) = translate(model, SOURCE, BOS, EOS, beam_size=BEAM, alpha=0.6)
    tokens = steps[-1]["finished"][0][0]
    assert (tokens[:-1] if tokens[-1] == EOS else tokens) == best
    for before, after in pairwise(steps):
        living = [
            (*before["beams"][b][0], t) for b, t, _, f in before["candidates"] if f == "lives"
        ]
        assert [tuple(tokens) for tokens, _ in after["beams"]] == living
        fates = [fate for *_, fate in before["candidates"]]
        assert len(fates) == 2 * BEAM
        assert fates.count("lives") == BEAM
    ends = sum(fate == "ends" for step in steps for *_, fate in step["candidates"])
    assert ends <= len(steps[-1]["finished"])


def test_an_unscaled_query_hears_fewer_words():
    for scaled, unscaled in interactive.first_choice().values():
        assert scaled < unscaled < 1


def test_modules_return_what_they_return(model):
    found = interactive.outputs_of(model, ["encoder", "source_positions"], SOURCE, TARGET)
    with torch.no_grad():
        assert torch.equal(found["encoder"], model.encode(SOURCE)[0])
        assert torch.equal(found["logits"], model(SOURCE, TARGET))
    assert found["source_positions"].shape == (1, 5, model.config.d_model)
