"""The way of a batch in NumPy is that of the model in PyTorch."""

import math

import numpy as np
import pytest
import torch

from solutions.data.batching import make_batches
from solutions.data.vocabulary import to_tokens
from solutions.experiments.module_trace import trace
from solutions.model import attention as layers
from solutions.model.config import TransformerConfig
from solutions.model.embeddings import TokenEmbedding
from solutions.model.transformer import Transformer
from solutions.numpy_reference import one_batch
from solutions.training.step import batch_loss

CONFIG = TransformerConfig(17, 13, N=2, d_model=12, d_ff=20, h=3, dropout=0.0)
PAIRS = [([5, 6, 3], [2, 7, 8, 9, 3]), ([4, 3], [2, 5, 3]), ([9, 9, 9, 16, 3], [2, 12, 3])]


def model() -> Transformer:
    torch.manual_seed(3)
    return Transformer(CONFIG).double().eval()


def batch():
    (one,) = make_batches(PAIRS, 100, 0)
    return one


def test_the_predicted_shapes_are_those_of_a_run(monkeypatch):
    seen = []
    attend = layers.scaled_dot_product_attention

    def watched(query, *others):
        output, weights = attend(query, *others)
        seen.append((tuple(query.shape), tuple(weights.shape)))
        return output, weights

    monkeypatch.setattr(layers, "scaled_dot_product_attention", watched)
    one = batch()
    rows = {row.name: row.outputs[0] for row in trace(model(), one.source, one.target_in)}
    (B, S), T = one.source.shape, one.target_in.size(1)
    assert len({B, S, T, CONFIG.h, CONFIG.target_vocabulary, CONFIG.d_model}) >= 5
    assert one_batch.shapes_on_the_way(B, S, T, 13, 12, 3) == {
        "source": tuple(one.source.shape),
        "embedded": rows["source_positions"],
        "queries": seen[0][0],
        "encoder_weights": seen[0][1],
        "memory": rows["encoder"],
        "decoder_weights": seen[CONFIG.N][1],
        "cross_weights": seen[CONFIG.N + 1][1],
        "logits": rows[""],
        "losses": tuple(one.target_out.shape),
    }


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_embeddings_are_those_of_the_layer(dtype):
    layer = TokenEmbedding(17, 12).to(dtype)
    matrix = layer.embedding.weight.detach().numpy()
    before = matrix.copy()
    tokens = torch.tensor([[0, 16, 3], [5, 5, 1]])
    found = one_batch.embed(tokens.numpy(), matrix)
    assert found.dtype == matrix.dtype
    np.testing.assert_allclose(found, layer(tokens).detach(), rtol=0, atol=1e-6)
    assert (matrix == before).all()


@torch.no_grad()
def test_the_loss_is_that_of_the_training():
    one, translate = batch(), model()
    probabilities = translate(one.source, one.target_in).softmax(dim=-1).numpy()
    total, tokens = batch_loss(translate, one)
    found = one_batch.mean_loss(probabilities, one.target_out.numpy(), CONFIG.pad_id)
    assert type(found) is float
    assert found == pytest.approx(float(total / tokens), abs=1e-6)


def test_knowing_nothing_costs_the_logarithm_of_the_vocabulary():
    flat = np.full((2, 3, 50), 1 / 50)
    targets = np.array([[4, 5, 0], [6, 0, 0]])
    assert one_batch.mean_loss(flat, targets, 0) == pytest.approx(math.log(50))


def test_what_is_read_off_is_what_the_vocabulary_says():
    types = ("a", "b", "c")
    spellings = ["<pad>", "<unk>", "<s>", "</s>", *types]
    ids = [[4, 6, 3, 5], [5, 5, 1, 4], [3, 4, 4, 3]]
    said = one_batch.likeliest_tokens(np.eye(7)[np.array(ids)], spellings)
    assert said == [to_tokens(row, types) for row in ids]
