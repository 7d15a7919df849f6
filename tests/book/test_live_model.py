"""The model in the reader's browser does what the model of the book does.

One browser for all tests; the page is opened from the disk, where a worker is hardest to start.
"""

import base64
import json
import math
import random
import re
import shutil
import struct
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
import torch
from forged_models import FORGED, forged
from odd_texts import odd_texts
from playwright.sync_api import Error
from torch import nn

from book.check_site.browser import NO_BROWSER, browsing, find_browser
from book.pagelib.translator_page import LIVE, OF_THE_SEARCH
from solutions.assignments.lab import load_translator, translate_tokens
from solutions.assignments.lab_data import text_of, tokens_of
from solutions.data.batching import pad
from solutions.data.corpora import TranslationData, corpus
from solutions.data.detokenize import ENGLISH, capitalize, detokenize
from solutions.data.vocabulary import BOS, EOS, PAD, UNK, Vocabulary, encode_source, tokenize
from solutions.decoding.beam_search import beam_search
from solutions.decoding.greedy import evaluating, greedy, translate
from solutions.decoding.predictors import TablePredictor
from solutions.misconceptions import by_name
from solutions.model.config import TransformerConfig, small
from solutions.model.transformer import Transformer
from solutions.notebook_support.caption_testset import captions
from solutions.notebook_support.lab_reference_files import reference_files
from solutions.translator.distributed import ProcessGroup
from solutions.translator.exported_model import ExportedModel, write_exported
from solutions.translator.inference import Translator
from solutions.translator.plots import cross_attention_weights
from solutions.translator.resumable_run import RunDirectory
from solutions.translator.train_config import TrainConfig
from solutions.translator.trainer import Trainer

pytestmark = pytest.mark.slow(seconds=40)

SCRIPTS = Path(__file__).parents[2] / "book" / "_static" / "live"
PAGE = "<!doctype html><meta charset=utf-8><title>t</title><input type=file>" + "".join(
    f"<script src='{name}.js'></script>" for name in LIVE
)
SETTINGS = TrainConfig(
    source="corpus",
    merges=300,
    N=2,
    d_model=32,
    d_ff=64,
    h=4,
    dropout=0.1,
    max_tokens=400,
    warmup=60,
    epochs=15,
    average=3,
    precision="float32",
)
HEADER = {"card": {"license": "a test"}, "settings": {}, "spelling": {"asian": "Asian"}}
# JavaScript: float32 numbers of any arrays, packed for the way to Python.
PACK = """
window.pack = (arrays) => {
  const bytes = new Uint8Array(Float32Array.from(arrays.flatMap((one) => [...one])).buffer);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};
window.model = async () =>
  (window.read ??= liveTransformer.readModel(
    await document.querySelector("input").files[0].arrayBuffer()));
"""


def unpack(text: str) -> torch.Tensor:
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32)


# ---- the model and the page ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A translator of the course's corpus, trained for some seconds."""
    path = tmp_path_factory.mktemp("run")
    data, folder = TranslationData.load("corpus", merges=SETTINGS.merges), RunDirectory(path)
    folder.begin(SETTINGS, "", {})
    folder.save_language((data.source_vocabulary, data.target_vocabulary), {"sunday": "Sunday"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
        Trainer(SETTINGS, data, folder, ProcessGroup()).run(lambda *_: None, lambda _: None, 1e9)
    model, source, target = folder.load_model()
    header = {
        **HEADER,
        "settings": folder.read("settings.json")["settings"],
        "spelling": folder.spelling(),
    }
    write_exported(path / "x.transformer", model, (source, target), header)
    return path / "x.transformer"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if find_browser() is None:
        pytest.skip(NO_BROWSER)
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(SCRIPTS, folder / "live")
    (folder / "page.html").write_text(PAGE)
    with browsing(folder) as site:
        yield site


def opened(site, address: str, file: Path):
    """A tab with a model: in the page as `await model()`, in a worker as `connection`."""
    tab = site.browser.new_page()
    tab.goto(address)
    tab.add_script_tag(content=PACK)
    tab.set_input_files("input", file)
    about = tab.evaluate(
        """async () => {
          window.connection = liveTransformer.connect();
          const x = await document.querySelector("input").files[0].arrayBuffer();
          return connection.load({ "x.transformer": x });
        }"""
    )
    return tab, about


@pytest.fixture(scope="module")
def tab(site, file):
    tab, about = opened(site, (site.folder / "page.html").as_uri(), file)
    assert about["languages"] == ["de", "en"]
    assert about["card"] == HEADER["card"]
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def translator(file):
    return Translator(ExportedModel(file))


@pytest.fixture(scope="module")
def trained(file):
    """The model whose layers are those of the chapters."""
    return ExportedModel(file).load_model()[0]


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """200 sentences: of the corpus, and captions as in Multi30k."""
    captions = (Path(__file__).parents[2] / "solutions/data/corpus/captions.de").read_text()
    several = [*captions.splitlines(), *corpus("test")[0], *corpus("val")[0], *corpus("train")[0]]
    return several[:200]


@pytest.fixture(scope="module")
def pairs(translator, sentences):
    """Ids of the sentences, and of some target for each."""
    english = [*corpus("test")[1], *corpus("train")[1]][: len(sentences)]
    return [
        (source_ids(translator, sentence), [BOS, *translator.target.encode(words)])
        for sentence, words in zip(sentences, tokenize(english, "en"), strict=True)
    ]


def source_ids(translator, text: str) -> list[int]:
    """What the encoder reads."""
    (tokens,) = tokenize([text], "de")
    return encode_source(translator.source.cut(tokens), translator.source.ids)


def live_translation(tab, text: str, **options):
    """What the worker writes for a text, and its score."""
    return tab.evaluate(
        """async ([text, options]) => {
          const { ids, text: written, score } = await connection.translate(text, options);
          return { ids, text: written, score };
        }""",
        [text, options],
    )


def live_logits(tab, pairs, switches=None) -> torch.Tensor:
    """Logits of the worker, of all pairs one after the other."""
    packed = tab.evaluate(
        """async ([pairs, switches]) => {
          const found = [];
          for (const [source, target] of pairs)
            found.push(...(await connection.logits(source, target, switches)));
          return pack(found);
        }""",
        [pairs, switches or {}],
    )
    return unpack(packed)


def logits(model, pairs, padding: int = 0) -> torch.Tensor:
    with evaluating(model):
        return torch.cat(
            [
                model(torch.tensor([source + [PAD] * padding]), torch.tensor([target])).flatten()
                for source, target in pairs
            ]
        )


def difference(a: torch.Tensor, b: torch.Tensor) -> float:
    assert a.shape == b.shape
    return (a - b).abs().max().item()


# ---- equality ------------------------------------------------------------------------------------


def test_logits_are_those_of_the_reference(tab, trained, pairs):
    off = difference(live_logits(tab, pairs), logits(trained, pairs))
    print(f"largest difference of logits on {len(pairs)} sentences: {off:.1e}")
    assert off < 1e-3


@pytest.mark.parametrize("beam", [1, 5])
def test_translations_are_those_of_the_reference(beam, tab, translator, trained, sentences):
    ids = [source_ids(translator, sentence) for sentence in sentences]
    expected = translate(trained, pad(ids, PAD), BOS, EOS, beam_size=beam, never=(UNK,))
    search = "greedy" if beam == 1 else "beam"
    found = [live_translation(tab, one, search=search, beamSize=beam) for one in sentences]
    same = [one["ids"] == ids for one, ids in zip(found, expected, strict=True)]
    print(f"the same tokens, beam {beam}: {sum(same)} of {len(same)}")
    assert sum(same) >= 0.99 * len(same)
    texts = [translator.written(translator.target.decode(one["ids"])) for one in found]
    assert [one["text"] for one in found] == texts
    assert len(set(texts)) > 50


@pytest.mark.parametrize(
    "shape",
    [
        {"pre_norm": False, "h": 1},
        {"pre_norm": True, "positions": "learned", "d_model": 10, "h": 2, "max_length": 9},
        {"pre_norm": False, "positions": "learned", "share_embeddings": True, "d_ff": 7},
    ],
    ids=str,
)
def test_every_kind_of_model_is_read(shape, site, tmp_path):
    vocabulary = Vocabulary(tuple("abcdefg"))
    config = TransformerConfig(11, 11, N=2, **{"d_model": 8, "d_ff": 12, "h": 2, **shape})
    torch.manual_seed(1)
    header = {**HEADER, "settings": {"direction": "de-en"}}
    path = tmp_path / "x"
    write_exported(path, Transformer(config), (vocabulary, vocabulary), header)
    pairs = [([4, 7, 5, 10, EOS], [BOS, 9, 5, 10]), ([EOS], [BOS])]
    tab, _ = opened(site, f"{site.home}/page.html", path)  # from a server, this time
    model = ExportedModel(path).load_model()[0]
    assert difference(live_logits(tab, pairs), logits(model, pairs)) < 1e-4
    # Its random weights hardly ever end a sentence: it writes until the maximum length.
    for text, beam, unknown in product(("a b g", "f"), (1, 3), (False, True)):
        ids = torch.tensor([encode_source(vocabulary.cut(text.split()), vocabulary.ids)])
        never = () if unknown else (UNK,)
        (expected,) = translate(
            model, ids, BOS, EOS, beam_size=beam, alpha=1.2, extra=20, never=never
        )
        options = {"beamSize": beam, "alpha": 1.2, "extra": 20, "unknown": unknown}
        found = live_translation(tab, text, search="greedy" if beam == 1 else "beam", **options)
        assert found["ids"] == expected
    tab.close()


def test_ties_are_broken_as_in_the_reference(tab):
    """A table of few different log-probabilities, so that hypotheses are often equally good."""
    generator = torch.Generator().manual_seed(0)
    limits = torch.tensor([8])
    for beam, alpha in [(1, 0.6), (2, 0.0), (3, 0.6), (4, 1.0)] * 10:
        table = -torch.randint(1, 4, (1, 7, 7, 7), generator=generator).float()
        (several,) = beam_search(TablePredictor(table, BOS), limits, PAD, BOS, EOS, beam, alpha)
        (one,) = greedy(TablePredictor(table, BOS), limits, PAD, BOS, EOS)
        found = tab.evaluate(
            """([table, beamSize, alpha]) => {
              const { greedy, beamSearch } = liveTransformer;
              const { steps } = liveTransformer;
              const run = { model: { decoder: { layers: [] } }, steps };
              const next = (prefixes) => prefixes.map(({ ids }) => {
                const logP = Float32Array.from(table[ids.at(-2) ?? 2][ids.at(-1)]);
                logP[0] = logP[2] = -Infinity;
                return logP;
              });
              const written = (search) => {
                const { hypotheses } = search(run, next, 8, () => {}, { beamSize, alpha });
                const isWord = (id) => id !== 3;
                return hypotheses.map(({ ids, score }) => ({ ids: ids.filter(isWord), score }));
              };
              return [written(greedy), written(beamSearch)];
            }""",
            [table[0].tolist(), beam, alpha],
        )
        assert [hypothesis["ids"] for hypothesis in found[0]] == [one]
        assert [hypothesis["ids"] for hypothesis in found[1]] == [h.tokens for h in several]
        scores = [hypothesis["score"] for hypothesis in found[1]]
        assert scores == pytest.approx([hypothesis.score for hypothesis in several])


# ---- text ----------------------------------------------------------------------------------------


def test_words_are_cut_into_the_pieces_of_the_reference(tab, translator):
    found = tab.evaluate(
        """async (texts) => {
          const { source } = await model();
          return texts.map((text) => liveTransformer.encodeSource(source, text));
        }""",
        odd_texts(1000),
    )
    read = translator.source
    for one in found:
        words = [word["word"] for word in one["words"]]
        assert [piece for word in one["words"] for piece in word["pieces"]] == read.cut(words)
        assert one["ids"] == encode_source(read.cut(words), read.ids), words


def test_tokens_are_written_as_in_the_reference(tab):
    draw = random.Random(5)
    marks = [*"\"'()[]-/.,!?„“‘’$#%", "can", "not", "n't", *(f"'{end}" for end in ENGLISH), " "]
    words = ["dog", "asian", "ß", "élan", "🐕", "10", "it", "__proto__", "t", "shirt"]
    lists = [["it", "can", "not", ",", "not", "can", "not", "."], ["'", '"', "10", "!", "'"]]
    lists += [draw.choices(marks + words, k=draw.randint(0, 12)) for _ in range(500)]
    spelling = {"asian": "Asian", "it": "IT"}
    found = tab.evaluate(
        """([lists, spelling]) => lists.map((tokens) => liveTransformer.detokenize(
          liveTransformer.capitalize(tokens, new Map(Object.entries(spelling)))))""",
        [lists, spelling],
    )
    assert found == [detokenize(capitalize(tokens, spelling)) for tokens in lists]


def test_odd_strings_are_translated_or_refused_in_a_line(tab):
    texts = [text for text in odd_texts(1000) if len(text) < 60][:100]
    found = tab.evaluate(
        """async (texts) => {
          const found = [];
          for (const text of [...texts, "a ".repeat(1024)])
            found.push(await connection.translate(text, { search: "greedy" }).then(
              (one) => one.text, (error) => [error.message]));
          return found;
        }""",
        texts,
    )
    assert found[0] == ""
    assert all(isinstance(text, str) for text in found[:-1])
    assert found[-1] == [
        "The sentence has 1024 pieces, and the model reads at most 1023: cut it into several."
    ]


# ---- what a page can show ------------------------------------------------------------------------

SHOWN = "Der Hund schläft im Garten."


@pytest.fixture(scope="module")
def shown(tab):
    """A translation with everything, and the steps that were reported meanwhile."""
    return tab.evaluate(
        """async (text) => {
          const steps = [];
          const plain = (maps) =>
            maps.map((layer) => layer.map((head) => head.map((row) => [...row])));
          const one = await connection.translate(
            text, { lens: true }, (step) => steps.push(step));
          const { encoder, decoder, cross } = one.maps;
          const maps = { encoder: plain(encoder), decoder: plain(decoder), cross: plain(cross) };
          return { ...one, maps, told: steps };
        }""",
        SHOWN,
    )


def test_all_attention_maps_are_those_of_the_reference(shown, trained, translator):
    source = torch.tensor([source_ids(translator, SHOWN)])
    target = torch.tensor([[BOS, *shown["ids"]]])
    S, T = source.size(1), target.size(1)
    assert len(shown["source"]) == S
    assert len(shown["target"]) == T
    for layer in range(SETTINGS.N):
        expected = cross_attention_weights(trained, source, target, layer)
        assert torch.allclose(torch.tensor(shown["maps"]["cross"][layer]), expected, atol=1e-5)
        encoder = torch.tensor(shown["maps"]["encoder"][layer])
        assert encoder.shape == (SETTINGS.h, S, S)
        assert torch.allclose(encoder.sum(-1), torch.ones(SETTINGS.h, S))
        for head in shown["maps"]["decoder"][layer]:
            assert [len(row) for row in head] == list(range(1, T + 1))  # the past, and no future
            assert all(sum(row) == pytest.approx(1) for row in head)


def test_the_lens_shows_the_model_without_its_last_layers(shown, file, translator):
    source = source_ids(translator, SHOWN)
    for kept in range(1, SETTINGS.N + 1):
        model = ExportedModel(file).load_model()[0]
        model.decoder.layers = model.decoder.layers[:kept]
        found = logits(model, [(source, [BOS, *shown["ids"]])]).view(-1, len(translator.target))
        p, ids = found.softmax(1).max(1)
        best = [position[0] for position in shown["lens"][kept - 1]]
        spelled = ["<pad>", "<unk>", "<s>", "</s>", *translator.target.types]
        assert [one["piece"] for one in best] == [spelled[i] for i in ids]
        assert [one["p"] for one in best] == pytest.approx(p.tolist(), abs=1e-4)


def test_the_search_can_be_followed(shown):
    assert len(shown["steps"]) == len(shown["told"]) + 1
    assert shown["hypotheses"][0]["pieces"] == shown["pieces"]
    scores = [one["score"] for one in shown["hypotheses"]]
    assert scores == sorted(scores, reverse=True)
    ended = 0
    for step, after in zip(shown["steps"], shown["told"], strict=False):
        fates = [one["fate"] for one in step["candidates"]]
        assert len(fates) == 10
        assert fates.count("lives") == 5
        first = next(one for one in step["candidates"] if one["fate"] == "lives")
        begun = step["beams"][first["parent"]]["pieces"]
        assert after["pieces"] == [*begun, first["piece"]]
        ended += fates.count("ends")
    ended += sum(one["fate"] == "ends" for one in shown["steps"][-1]["candidates"])
    assert ended == len(shown["hypotheses"])


# ---- the switches --------------------------------------------------------------------------------


def unscaled(model):
    """Queries longer by sqrt(d_k) have the scores of queries that are not scaled."""
    for name, parameter in model.named_parameters():
        if "W_q" in name:
            parameter.mul_(math.sqrt(SETTINGS.d_model / SETTINGS.h))


def without_positions(model):
    model.source_positions = model.target_positions = nn.Identity()


def without_a_head(model):
    d_k = SETTINGS.d_model // SETTINGS.h
    model.decoder.layers[1].cross_attention.W_o.weight[:, 2 * d_k : 3 * d_k] = 0
    model.encoder.layers[0].self_attention.W_o.weight[:, :d_k] = 0


def without_a_layer(model):
    del model.encoder.layers[1]
    del model.decoder.layers[0]


def without_a_sublayer(model):
    model.encoder.layers[0].self_attention.W_o.weight.zero_()
    model.decoder.layers[1].feed_forward.W_2.weight.zero_()
    model.decoder.layers[1].feed_forward.W_2.bias.zero_()


HEADS = ["decoder.layers.1.cross_attention[2]", "encoder.layers.0.self_attention[0]"]
BROKEN = {
    "scale": ({"scale": False}, unscaled),
    "positions": ({"positions": "off"}, without_positions),
    "heads": ({"off": HEADS}, without_a_head),
    "layers": ({"off": ["encoder.layers.1", "decoder.layers.0"]}, without_a_layer),
    "sublayers": (
        {"off": ["encoder.layers.0.self_attention", "decoder.layers.1.feed_forward"]},
        without_a_sublayer,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_switch_breaks_the_model_as_a_change_of_the_reference_does(
    name, tab, trained, file, pairs
):
    switches, change = BROKEN[name]
    model = ExportedModel(file).load_model()[0]
    with torch.no_grad():
        change(model)
    found = live_logits(tab, pairs[:20], switches)
    assert difference(found, logits(model, pairs[:20])) < 1e-3
    assert difference(found, logits(trained, pairs[:20])) > 0.1


# What these change cannot be seen in logits; the last one is a mistake of the cache alone.
WITHOUT_LOGITS = {*OF_THE_SEARCH, "CacheKeepsTheNewestOnly"}


def test_each_mistake_is_that_of_the_course(tab, trained, file, pairs, monkeypatch):
    """The course's wrong program in the place of the right one, wherever it is used."""
    names = tab.evaluate("() => Object.keys(liveTransformer.MISTAKES)")
    assert set(names) >= WITHOUT_LOGITS
    whole = logits(trained, pairs[:10])
    off = {}
    for name in set(names) - WITHOUT_LOGITS:
        mistake = by_name(name)
        with monkeypatch.context() as patch:
            for module in [m for n, m in sys.modules.items() if n.startswith("solutions.")]:
                if vars(module).get(mistake.replaces) is mistake.reference:
                    patch.setattr(module, mistake.replaces, mistake.anew())
            model = ExportedModel(file).load_model()[0]
            expected = logits(model, pairs[:10])
        off[name] = difference(live_logits(tab, pairs[:10], {"mistake": name}), expected)
        assert difference(expected, whole) > 1e-3, name
    print(f"{len(off)} mistakes, largest difference of logits {max(off.values()):.1e}")
    assert {name: one for name, one in off.items() if one > 1e-2} == {}


def test_padding_is_seen_without_a_mask_only(tab, trained, pairs, monkeypatch):
    several = pairs[:20]
    whole = logits(trained, several)
    assert difference(live_logits(tab, several, {"padding": 4}), whole) < 1e-3
    monkeypatch.setattr(
        "solutions.model.transformer.padding_mask",
        lambda tokens, _: torch.ones(len(tokens), 1, tokens.size(1), dtype=torch.bool),
    )
    found = live_logits(tab, several, {"padding": 4, "paddingMask": False})
    assert difference(found, logits(trained, several, padding=4)) < 1e-3
    assert difference(found, whole) > 0.1


def test_without_a_causal_mask_each_position_reads_the_future(
    tab, trained, translator, pairs, monkeypatch
):
    whole = logits(trained, pairs[:20])
    monkeypatch.setattr(
        "solutions.model.transformer.target_mask",
        lambda tokens, _: torch.ones(1, 1, tokens.size(1), dtype=torch.bool),
    )
    found = live_logits(tab, pairs[:20], {"causalMask": False})
    assert difference(found, logits(trained, pairs[:20])) < 1e-3
    assert difference(found, whole) > 0.1
    text = "Die Frau liest ein Buch."
    source = source_ids(translator, text)
    for beam, search in ((1, "greedy"), (3, "beam")):
        (expected,) = translate(
            trained, torch.tensor([source]), BOS, EOS, beam_size=beam, cached=False, never=(UNK,)
        )
        one = live_translation(
            tab, text, search=search, beamSize=beam, switches={"causalMask": False}
        )
        assert one["ids"] == expected


def test_shuffled_positions_are_words_in_another_order(tab, trained, pairs):
    source = max((source for source, _ in pairs[:20]), key=len)
    positions, memory = tab.evaluate(
        """async (ids) => {
          const run = liveTransformer.newRun(await model(), { positions: "shuffled", seed: 3 });
          const { positions, xs } = liveTransformer.encode(run, ids);
          return [positions, pack(xs)];
        }""",
        source,
    )
    assert sorted(positions) == list(range(len(source)))
    assert positions[-1] == len(source) - 1
    assert positions != sorted(positions)
    moved = torch.tensor([source])[:, torch.tensor(positions).argsort()]
    with evaluating(trained):
        expected = trained.encode(moved)[0][0][positions]
    assert difference(unpack(memory), expected.flatten()) < 1e-3


def test_dropout_and_temperature(tab, pairs):
    several = pairs[:5]
    same, again, other = (
        live_logits(tab, several, {"dropout": 0.3, "seed": seed}) for seed in (1, 1, 2)
    )
    assert torch.equal(same, again)
    assert difference(same, other) > 0.1
    assert difference(same, live_logits(tab, several)) > 0.1
    text, found = "Die Frau liest ein Buch.", {}
    for search, temperature, seed in (
        ("greedy", 1, 1),
        ("greedy", 3, 1),
        ("sample", 0.01, 1),
        ("sample", 3, 1),
        ("sample", 3, 2),
    ):
        switches = {"temperature": temperature, "seed": seed}
        one = live_translation(tab, text, search=search, switches=switches)
        found[search, temperature, seed] = one["text"], one["score"]
    assert found["greedy", 1, 1][0] == found["greedy", 3, 1][0] == found["sample", 0.01, 1][0]
    assert found["greedy", 1, 1][1] > found["greedy", 3, 1][1]
    assert found["sample", 3, 1] != found["sample", 3, 2]


# ---- a reader's own model ------------------------------------------------------------------------


LOAD = """
async ([files, texts]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const named = Object.entries(files).map(([name, text]) => [name, bytes(text)]);
  window.own?.stop();
  window.own = liveTransformer.connect();
  try {
    const about = await own.load(Object.fromEntries(named));
    const found = [];
    for (const text of texts)
      found.push((await own.translate(text, { search: "greedy", unknown: true })).text);
    return [about, found];
  } catch (error) { return [error.message, []]; }
}
"""


def packed(content: bytes) -> str:
    """Bytes for the way to the page."""
    return base64.b64encode(content).decode()


def loaded(tab, files: dict[str, bytes], texts: list[str] = ()):
    """What the worker says of files, and its translations."""
    return tab.evaluate(LOAD, [{name: packed(data) for name, data in files.items()}, list(texts)])


def test_the_files_of_a_run_are_the_model_that_is_exported(tab, file, sentences):
    names = ["model.safetensors", "settings.json", "source.json", "target.json", "spelling.json"]
    files = {name: (file.parent / name).read_bytes() for name in names}
    about, texts = loaded(tab, files, sentences[:20])
    assert about["card"] == {"own": True}
    exported = [live_translation(tab, one, search="greedy", unknown=True) for one in sentences[:20]]
    assert texts == [one["text"] for one in exported]
    del files["spelling.json"]
    assert loaded(tab, files)[0] == "Choose spelling.json as well: they belong together."


def test_the_files_of_the_last_notebook_are_read(tab, tmp_path):
    files = reference_files()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    texts = captions()[0][:20]
    own, source_ids, target_ids = load_translator(tmp_path)
    translated = translate_tokens(own, [tokens_of(one) for one in texts], source_ids, target_ids)
    about, found = loaded(tab, files, texts)
    assert about["card"] == {"own": True}
    assert found == list(map(text_of, translated))
    assert loaded(tab, {"translator.json": files["translator.json"]})[0] == (
        "Choose translator.safetensors as well: they belong together."
    )


def test_files_that_are_no_model_are_refused_in_a_line(tab):
    whole = reference_files()
    weights = whole["translator.safetensors"]
    about = json.loads(whole["translator.json"])
    nan = weights[:-4] + struct.pack("<f", float("nan"))
    other = {**about, "config": {**about["config"], "d_ff": 7}}
    gap = {**about, "source_ids": {"a": 4, "b": 6}}
    cases = [
        ({}, "No model is in an empty folder"),
        ({"photo.png": b"x"}, "No model is in photo.png: choose translator.safetensors"),
        ({"x.transformer": b"x"}, "This file is not an exported model"),
        ({**whole, "translator.json": b"{"}, "translator.json is not JSON"),
        ({**whole, "translator.json": b"[1]"}, "ids that do not follow"),
        ({**whole, "translator.json": json.dumps(other).encode()}, "W_1.weight of 7 x"),
        ({**whole, "translator.json": json.dumps(gap).encode()}, "ids that do not follow"),
        ({**whole, "translator.safetensors": b""}, "damaged"),
        ({**whole, "translator.safetensors": weights[:-1]}, "damaged"),
        ({**whole, "translator.safetensors": b"\xff" * 100}, "damaged"),
        ({**whole, "translator.safetensors": nan}, "NaN"),
    ]
    for files, expected in cases:
        told, _ = loaded(tab, files)
        assert isinstance(told, str), expected
        assert expected in told
        assert "\n" not in told


# ---- files that are refused ----------------------------------------------------------------------


READ = """
(files) => files.map((text) => {
  try {
    liveTransformer.readModel(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
    return "It was read.";
  } catch (error) { return error.message; }
})
"""


def test_damaged_and_foreign_files_are_refused_in_a_line(tab, file):
    whole = file.read_bytes()
    flipped = whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:]
    cases = {
        b"": "not an exported model",
        b"<!doctype html>" * 9: "not an exported model",
        whole[:20]: "incomplete",
        whole[:-1]: "incomplete",
        flipped: "damaged (wrong checksum)",
        whole[:8] + bytes(4) + whole[12:]: "too old",
        whole[:8] + b"\x02\0\0\0" + whole[12:]: "too new",
    }
    found = tab.evaluate(READ, list(map(packed, cases)))
    for told, expected in zip(found, cases.values(), strict=True):
        assert expected in told
        assert "\n" not in told


def test_what_does_not_fit_is_refused_although_the_checksum_is_right(tab, file):
    # The others concern only what the browser does not use.
    names = FORGED.keys() - {"no card", "spelling of numbers", "a huge table", "an unknown setting"}
    found = tab.evaluate(READ, [packed(forged(file.read_bytes(), FORGED[one])) for one in names])
    for name, told in zip(names, found, strict=True):
        assert told.startswith(("This is no model that can be used: ", "This file has no")), name
        assert "\n" not in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"search": "best"}, 'no search "best"'),
        ({"beamSize": 0}, "beam size must be from 1 to 20, not 0"),
        ({"beamSize": 2.5}, "not 2.5"),
        ({"alpha": -1}, "not -1"),
        ({"extra": -1}, "extra length must be 0"),
        ({"switches": {"scales": False}}, "no switch scales"),
        ({"switches": {"dropout": 1}}, "no switch dropout with the value 1"),
        ({"switches": {"off": ["decoder.layers.9"]}}, 'value ["decoder.layers.9"]'),
        ({"switches": {"constructor": 1}}, "no switch constructor"),
    ],
)
def test_wrong_options_are_refused_in_a_line(options, told, tab):
    """A page may take them from an address that somebody has changed."""
    with pytest.raises(Error, match=re.escape(told)):
        live_translation(tab, "Hallo", **options)


def test_unknown_ids_are_refused(tab):
    with pytest.raises(Error, match="There is no token id 99999"):
        live_logits(tab, [([99999, EOS], [BOS])])


def test_a_task_without_a_model_is_refused_and_the_worker_goes_on(tab):
    told = tab.evaluate(
        """async () => {
          const other = liveTransformer.connect();
          const found = [];
          for (const text of ["a", "b"])
            await other.tokenize(text).catch((error) => found.push(error.message));
          other.stop();
          return found;
        }"""
    )
    assert told == ["No model has been loaded yet."] * 2


# ---- time ----------------------------------------------------------------------------------------


def test_times_of_the_labs_model(site, tmp_path):
    """Printed, and compared with nothing: a busy computer must not fail a test."""
    vocabulary = Vocabulary(tuple(f"w{i}" for i in range(3996)))
    torch.manual_seed(0)
    model = Transformer(replace(small(4000, 4000), pre_norm=True))
    header = {**HEADER, "settings": {"direction": "de-en"}}
    size = write_exported(tmp_path / "lab", model, (vocabulary, vocabulary), header)
    tab, _ = opened(site, (site.folder / "page.html").as_uri(), tmp_path / "lab")
    found = tab.evaluate(
        """async () => {
          const lab = await model();
          const ids = [...Array(14).keys()].map((i) => 50 + 7 * i).concat(3);
          const never = [0, 1, 2, 3]; // no </s>: exactly 15 tokens are written
          const time = (search) => {
            const began = performance.now();
            const run = liveTransformer.newRun(lab);
            const memory = liveTransformer.memoryOf(run, liveTransformer.encode(run, ids));
            const next = liveTransformer.newPredictor(run, memory, never);
            search(run, next, 15, () => {}, { beamSize: 5, alpha: 0.6 });
            return performance.now() - began;
          };
          const best = (search) => Math.min(...[1, 2, 3, 4].map(() => time(search)));
          const { greedy, beamSearch } = liveTransformer;
          return { greedy: best(greedy), "beam 5": best(beamSearch) };
        }"""
    )
    tab.close()
    print(f"the lab's sizes, {size:,} bytes, 15 pieces to 15 pieces:", json.dumps(found))
    assert set(found) == {"greedy", "beam 5"}
