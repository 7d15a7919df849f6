"""The parts that assignment 4 hands out do what the reference does, and give nothing of it away."""

import pytest
import torch
from torch import nn

from autograder.authoring.assignment_markdown import read_text
from autograder.authoring.reference_source import hidden_lines, source_of
from exercises.assignments import HERE, resolve_dotted
from solutions.alternatives import styles
from solutions.fallbacks import assignments_1_3
from solutions.fallbacks.assignments_1_3 import STAND_INS, select_own_parts_1_3
from solutions.misconceptions import for_reference
from solutions.model import attention, embeddings, feed_forward, masks, positional, residual

REFERENCES = {
    name: getattr(module, name)
    for module in (masks, attention, residual, feed_forward, embeddings, positional)
    for name in STAND_INS
    if hasattr(module, name)
}
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
ATOL = {torch.float32: 2e-6, torch.float64: 1e-12}


def drawn(*shape: int, seed: int, dtype=torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=dtype)


def both(name: str, *sizes, dtype=torch.float64) -> tuple[nn.Module, nn.Module]:
    """The stand-in and the reference with the same numbers, none of them at its start."""
    mine, right = STAND_INS[name](*sizes).to(dtype), REFERENCES[name](*sizes).to(dtype)
    state = {k: drawn(*p.shape, seed=i) for i, (k, p) in enumerate(right.state_dict().items())}
    right.load_state_dict(state)
    mine.load_state_dict(state)
    return mine, right


def assert_same(mine: nn.Module, right: nn.Module, *inputs) -> None:
    """Outputs, and gradients at floating inputs and all parameters by name."""
    found = []
    for layer in (mine, right):
        copies = [
            x.clone().requires_grad_(x.is_floating_point()) if torch.is_tensor(x) else x
            for x in inputs
        ]
        y = layer(*copies)
        wanted = [x for x in copies if torch.is_tensor(x) and x.requires_grad]
        parameters = dict(sorted(layer.named_parameters()))
        wanted += parameters.values()
        gradients = torch.autograd.grad(y, wanted, drawn(*y.shape, seed=9).to(y))
        found.append((list(parameters), y.detach(), *gradients))
    (names, *tensors), (other_names, *expected) = found
    assert names == other_names
    for a, b in zip(tensors, expected, strict=True):
        assert a.dtype == b.dtype
        torch.testing.assert_close(a, b, rtol=0, atol=10 * ATOL[a.dtype])


def test_every_part_of_assignments_1_to_3_that_the_model_needs_is_there():
    assert set(REFERENCES) == set(STAND_INS)


# ---- the same as the reference -------------------------------------------------------------------


@pytest.mark.parametrize("pad_id", [0, 2])
def test_masks(pad_id):
    tokens = torch.tensor([[5, 0, 2, 2], [2, 1, 0, 0], [pad_id] * 4])
    for name in ("padding_mask", "target_mask"):
        found = STAND_INS[name](tokens, pad_id)
        assert found.dtype == torch.bool
        assert torch.equal(found, REFERENCES[name](tokens, pad_id))
    for length in (0, 1, 5):
        assert torch.equal(assignments_1_3.causal_mask(length), masks.causal_mask(length))


@DTYPES
@pytest.mark.parametrize("h", [1, 2, 6])
@pytest.mark.parametrize("shape", [None, (3, 5), (2, 1, 5), (2, 3, 5)], ids=str)
def test_attention(dtype, h, shape):
    mine, right = both("MultiHeadAttention", 6, h, dtype=dtype)
    mask = None
    if shape is not None:
        mask = torch.rand(shape, generator=torch.Generator().manual_seed(3)) < 0.6
        mask[0, ...] = False  # nothing to see, for a query or for a whole sentence
    inputs = [drawn(2, n, 6, seed=i, dtype=dtype) for i, n in enumerate((3, 5, 5))]
    assert_same(mine, right, *inputs, mask)
    if shape is not None:
        blind = mine(*inputs, mask)[0, 0] if len(shape) == 3 else mine(*inputs, mask)[:, 0]
        assert not blind.any()


@DTYPES
def test_norm_network_and_residual(dtype):
    x = 3 * drawn(2, 3, 4, seed=1, dtype=dtype) + 1
    assert_same(*both("LayerNorm", 4, dtype=dtype), x)
    assert_same(*both("FeedForward", 4, 7, dtype=dtype), x)
    for pre_norm in (False, True):
        assert_same(*both("ResidualSublayer", 4, 0.0, pre_norm, dtype=dtype), x, torch.sin)


@DTYPES
def test_embedding_and_positions(dtype):
    mine, right = both("TokenEmbedding", 7, 6, dtype=dtype)
    tokens = torch.tensor([[6, 0, 3], [1, 1, 2]])
    assert_same(mine, right, tokens)
    x = drawn(2, 3, 6, seed=2, dtype=dtype)
    torch.testing.assert_close(mine.to_logits(x), right.to_logits(x), rtol=0, atol=ATOL[dtype])
    learned = both("LearnedPositionalEncoding", 6, 0.0, 9, dtype=dtype)
    assert_same(*learned, x)
    sinusoidal = both("PositionalEncoding", 6, 0.0, 9, dtype=dtype)
    for layers in (learned, sinusoidal):
        found, expected = (layer(x, 4) for layer in layers)
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)
    assert not sinusoidal[0].state_dict()


def test_the_first_numbers_have_the_same_spread():
    torch.manual_seed(0)
    for name, sizes in (("TokenEmbedding", (500, 64)), ("LearnedPositionalEncoding", (64, 0, 500))):
        (mine,), (right,) = (kind[name](*sizes).parameters() for kind in (STAND_INS, REFERENCES))
        assert mine.std().item() == pytest.approx(right.std().item(), rel=0.03)
        assert mine.shape == right.shape


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("MultiHeadAttention", (8, 2, 0.5)),
        ("ResidualSublayer", (8, 0.5)),
        ("ResidualSublayer", (8, 0.5, True)),
        ("PositionalEncoding", (8, 0.5)),
        ("LearnedPositionalEncoding", (8, 0.5)),
    ],
)
def test_dropout_acts_in_training_only(name, sizes):
    mine, right = both(name, *sizes)
    x = drawn(3, 20, 8, seed=5)
    others = {"MultiHeadAttention": (x, x), "ResidualSublayer": (torch.sin,)}.get(name, ())
    assert not torch.equal(mine(x, *others), mine(x, *others))
    torch.testing.assert_close(mine.eval()(x, *others), right.eval()(x, *others), rtol=0, atol=1e-6)


def test_wrong_input_is_named():
    with pytest.raises(ValueError, match="not from 0 to 6"):
        assignments_1_3.TokenEmbedding(7, 4)(torch.tensor([[3, 7]]))
    with pytest.raises(ValueError, match="longer than max_length = 4"):
        assignments_1_3.PositionalEncoding(6, max_length=4)(torch.zeros(1, 5, 6))


# ---- nothing given away --------------------------------------------------------------------------


def test_no_line_of_an_answer_to_assignments_1_to_3_stands_in_it():
    handed_out = {line.strip() for line in source_of(assignments_1_3).splitlines()}
    for path in sorted(HERE.glob("0[123]-*/*.md")):
        _, blocks = read_text(path)
        given = {b.argument.rpartition(".")[2] for b in blocks if b.kind == "given"}
        for block in (b for b in blocks if b.kind == "exercise"):
            reference, keep = (
                resolve_dotted(block.options["reference"]),
                block.options.get("keep", ()),
            )
            lines = {line for line in hidden_lines(reference, keep, given) if len(line) >= 12}
            # Every class in Python begins with this one.
            assert not (lines - {"super().__init__()"}) & handed_out, block.argument


def test_it_needs_nothing_but_pytorch():
    imports = [
        x for x in source_of(assignments_1_3).splitlines() if x.startswith(("import", "from"))
    ]
    assert {line.split()[1].split(".")[0] for line in imports} == {"collections", "torch"}


# ---- your own in place of them -------------------------------------------------------------------


def test_untouched_all_are_stand_ins(capsys):
    notebook = dict(STAND_INS)
    select_own_parts_1_3(notebook)
    assert capsys.readouterr().out == "All parts are stand-ins.\n"
    assert notebook == STAND_INS


@pytest.mark.parametrize("assignment", ["attention", "positional-encoding", "residuals"])
def test_right_parts_in_any_style_stay(assignment, capsys):
    for style in [*styles(assignment).values(), None]:
        source = REFERENCES if style is None else vars(style)
        own = {name: source[name] for name in STAND_INS if name in source}
        notebook = STAND_INS | own
        select_own_parts_1_3(notebook)
        assert capsys.readouterr().out.count("your own, and it agrees") == len(own) > 0
        assert notebook == STAND_INS | own


def mistakes_in_the_parts():
    known = [mistake for name in STAND_INS for mistake in for_reference(name)]
    return [pytest.param(mistake, id=mistake.name) for mistake in known]


# What shows only where assignment 4 never looks: input that it never gives, first values.

TOO_FINE = {
    "OtherDropoutRate",
    "TableGrows",
    "padding_mask_takes_any_shape",
    "causal_mask_takes_a_negative_length",
    "target_mask_takes_any_shape",
    "target_mask_on_the_default_device",
    "TakesAnyWidth",
    "TakesAnyNumberOfHeads",
    "LayerNormAnyWidth",
    "FeedForwardAnyWidth",
    "EmbeddingAnyId",
    "EncodingAnyWidth",
    "PositionsAsserted",
    "CheckForgetsStart",
    "RowsFromStandardNormal",
    "causal_mask_on_the_default_device",
    "ValuesFromKeys",
    "FixedEps",
    "StartIgnored",
    "SliceEndsTooSoon",
    "BeyondTheTable",
    "TableStaysBehind",
    "EncodingInPlace",
    "EncodingPromotes",
    "GainFromZero",
    "TableIsSaved",
    "padding_mask_takes_three_axes",
    "padding_mask_on_the_default_device",
    "causal_mask_refuses_no_position",
    "causal_mask_on_the_processor",
    "target_mask_takes_three_axes",
    "ChecksOnlyTheQueries",
    "CutsWhatIsTooLong",
    "LayerNormNeedsRows",
    "RowsFromPositiveNumbers",
}


@pytest.mark.parametrize("mistake", mistakes_in_the_parts())
def test_a_wrong_part_is_put_aside(mistake, capsys):
    notebook = STAND_INS | {mistake.replaces: mistake.implementation}
    select_own_parts_1_3(notebook)
    said = capsys.readouterr().out
    if said.startswith("\N{CHECK MARK}"):
        assert mistake.name in TOO_FINE, said
    else:
        assert said.startswith(f"\N{BALLOT X} {mistake.replaces}: the stand-in. Yours ")
        assert notebook == STAND_INS
