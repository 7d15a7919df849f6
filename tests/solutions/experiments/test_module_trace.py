"""A trace sees every module and leaves the model alone."""

import dataclasses
import json

import pytest
import torch
from torch import nn

from solutions.experiments.module_trace import as_table, gradient_norms, trace
from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer, count_parameters

CONFIG = TransformerConfig(17, 13, N=2, d_model=12, d_ff=20, h=3, dropout=0.4)


def model(**changes) -> Transformer:
    torch.manual_seed(3)
    return Transformer(dataclasses.replace(CONFIG, **changes))


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    return tuple(torch.randint(1, 13, (2, n), generator=generator) for n in (5, 4))


# ---- what the rows say ---------------------------------------------------------------------------


def test_every_module_that_runs_has_a_row_and_what_only_holds_others_has_none():
    translate = model()
    names = {row.name for row in trace(translate, *batch())}
    holders = {n for n, m in translate.named_modules() if isinstance(m, nn.ModuleList)}
    assert names == {name for name, _ in translate.named_modules()} - holders


def test_rows_stand_in_the_order_in_which_modules_start_one_deeper_than_their_caller():
    rows = trace(model(N=1), *batch())
    assert (rows[0].name, rows[0].kind, rows[0].depth) == ("", "Transformer", 0)
    layer = [row for row in rows if row.name.startswith("encoder")][:9]
    assert [(row.depth, row.name.rpartition(".")[2]) for row in layer] == [
        (1, "encoder"),
        (2, "0"),
        (3, "residual_1"),  # post-norm: it calls the sub-layer, then drops out, then normalizes
        (4, "self_attention"),
        (5, "W_q"),
        (5, "W_k"),
        (5, "W_v"),
        (5, "W_o"),
        (4, "dropout"),
    ]


def test_shapes_are_those_of_the_tensors():
    rows = {row.name: row for row in trace(model(), *batch())}
    assert rows[""].inputs == ((2, 5), (2, 4))
    assert rows[""].outputs == ((2, 4, 13),)
    cross = rows["decoder.layers.1.cross_attention"]
    assert cross.inputs == ((2, 4, 12), (2, 5, 12), (2, 5, 12), (2, 1, 5))
    assert cross.outputs == ((2, 4, 12),)
    assert rows["encoder.layers.0.feed_forward.W_1"].outputs == ((2, 5, 20),)


def test_parameters_are_counted_where_they_live_and_once():
    translate = model()
    rows = trace(translate, *batch())
    assert sum(row.parameters for row in rows) == count_parameters(translate)
    own = {row.name: row.parameters for row in rows}
    assert own["encoder.layers.0.feed_forward.W_1"] == 12 * 20 + 20
    assert own["encoder.layers.0"] == 0


def test_values_are_the_first_numbers_of_the_output():
    translate = model().eval()
    first = translate(*batch()).flatten()[:4].tolist()
    assert list(trace(translate, *batch())[0].values) == first


def test_a_module_called_twice_has_two_rows():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.again, self.idle = nn.Linear(3, 3), nn.Linear(3, 3)

        def forward(self, x):
            return self.again(self.again(x))

    rows = trace(Twice(), torch.ones(2, 3))
    assert [row.name for row in rows] == ["", "again", "again"]
    assert rows[1].values != rows[2].values


def test_a_shared_module_has_all_its_names_below_the_module_that_called_it():
    rows = trace(model(source_vocabulary=13, share_embeddings=True), *batch())
    shared = [row for row in rows if "embedding" in row.name]
    both = "target_embedding = source_embedding"
    inside = "target_embedding.embedding = source_embedding.embedding"
    assert [row.name for row in shared] == [both, inside, both, inside]

    class Half(nn.Module):
        def __init__(self, common):
            super().__init__()
            self.common = common

        def forward(self, x):
            return self.common(x)

    common = nn.Linear(2, 2)
    rows = trace(nn.Sequential(Half(common), Half(common)), torch.ones(1, 2))
    assert [row.name for row in rows] == ["", "0", "0.common", "1", "1.common"]


def test_tensors_are_found_among_keywords_and_in_tuples():
    class Pair(nn.Module):
        def forward(self, x, *, other):
            return x, {"sum": x + other}

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.pair = Pair()

        def forward(self, x):
            return self.pair(x, other=x[:1])[1]["sum"]

    row = trace(Outer(), torch.ones(3, 2))[1]
    assert row.inputs == ((3, 2), (1, 2))
    assert row.outputs == ((3, 2), (3, 2))


def test_rows_are_plain_data():
    rows = [dataclasses.asdict(row) for row in trace(model(), *batch())]
    again = json.loads(json.dumps(rows, allow_nan=False))
    assert again[0]["inputs"] == [[2, 5], [2, 4]]


# ---- what stays as it was ------------------------------------------------------------------------


@pytest.mark.parametrize("training", [True, False])
def test_nothing_of_the_model_changes(training):
    translate = model().train(training)
    translate.encoder.layers[0].eval()  # a mixture of modes stays one
    translate(*batch()).sum().backward()
    modes = [m.training for m in translate.modules()]
    before = {n: (p.clone(), p.grad.clone()) for n, p in translate.named_parameters()}
    torch.manual_seed(8)
    expected = translate(*batch())
    torch.manual_seed(8)
    rows = trace(translate, *batch())
    assert torch.equal(translate(*batch()), expected)  # the random numbers were put back
    assert list(rows[0].values) == expected.flatten()[:4].tolist()  # and the same ones were used
    assert [m.training for m in translate.modules()] == modes
    for name, parameter in translate.named_parameters():
        assert torch.equal(parameter, before[name][0])
        assert torch.equal(parameter.grad, before[name][1])


def hooks(of: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in of.modules())


def test_hooks_are_removed_after_an_error_too_and_others_stay():
    translate = model()
    translate.encoder.register_forward_hook(lambda *_: None)
    trace(translate, *batch())
    assert hooks(translate) == 1
    source, target = batch()
    with pytest.raises(ValueError, match="they must be pairs"):
        trace(translate, source, target[:1])
    assert hooks(translate) == 1


# ---- table and gradients -------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{}, {"pre_norm": True, "d_model": 384, "d_ff": 1536}])
def test_the_table_has_a_line_per_row_and_fits(changes):
    rows = trace(model(**changes), *batch())
    lines = as_table(rows).splitlines()
    assert len(lines) == len(rows) + 1
    assert max(map(len, lines)) <= 100
    assert lines[1].split()[:2] == ["(model)", "Transformer"]
    inner = next(line for line in lines if "W_1" in line)
    assert inner.startswith(" " * 10 + "W_1 ")  # told from the enclosing module on


def test_long_cells_are_cut():
    class ANameThatGoesOnAndOnUntilNobodyWantsToReadTheTableAnyMoreBecauseOfIt(nn.Identity):
        pass

    rows = trace(ANameThatGoesOnAndOnUntilNobodyWantsToReadTheTableAnyMoreBecauseOfIt(), batch()[0])
    lines = as_table(rows).splitlines()
    assert max(map(len, lines)) <= 100
    assert "…" in lines[1]


def test_gradient_norms_are_those_of_the_parameters():
    net = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    net[1].bias.requires_grad_(False)
    assert gradient_norms(net) == {}
    net(torch.tensor([[1.0, -2.0, 2.0]])).backward()
    norms = gradient_norms(net)
    assert list(norms) == ["0.weight", "0.bias", "1.weight"]
    # The gradient of W_0 is (bias gradient) x^T, and |x| = 3.
    assert norms["0.weight"] == pytest.approx(3 * norms["0.bias"], rel=1e-6)
    assert norms["0.bias"] == pytest.approx(net[1].weight.norm().item(), rel=1e-6)
