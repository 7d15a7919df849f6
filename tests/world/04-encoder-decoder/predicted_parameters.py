"""Forms in which public code computes the number of parameters from the sizes."""


# form: a formula, term by term
# as in: blog posts that count GPT-like models (12 * n_layer * d_model**2 and what is left)
# verdict: right
def predicted_parameters(config):
    d, f, N = config.d_model, config.d_ff, config.N
    encoder = N * (4 * d**2 + (2 * d * f + f + d) + 2 * (2 * d))
    decoder = N * (8 * d**2 + (2 * d * f + f + d) + 3 * (2 * d))
    if config.pre_norm:
        encoder += 2 * d
        decoder += 2 * d
    embeddings = config.target_vocabulary * d
    if config.share_embeddings is False:
        embeddings += config.source_vocabulary * d
    if config.positions == "learned":
        embeddings += 2 * config.max_length * d
    return encoder + decoder + embeddings


# form: a table of parts in a dictionary
# as in: nanoGPT, transformer_sizing.ipynb: an OrderedDict of parts and their sums
# verdict: right
from collections import OrderedDict


def predicted_parameters(config):
    out = OrderedDict()
    d = config.d_model
    out["attention"] = 4 * d * d
    out["mlp"] = (d * config.d_ff + config.d_ff) + (config.d_ff * d + d)
    out["ln"] = d + d
    out["encoder_block"] = out["attention"] + out["mlp"] + 2 * out["ln"]
    out["decoder_block"] = 2 * out["attention"] + out["mlp"] + 3 * out["ln"]
    out["blocks"] = config.N * (out["encoder_block"] + out["decoder_block"])
    out["ln_f"] = 2 * out["ln"] if config.pre_norm else 0
    out["wte"] = d * config.target_vocabulary
    out["wse"] = 0 if config.share_embeddings else d * config.source_vocabulary
    out["wpe"] = {"learned": 2, "sinusoidal": 0}[config.positions] * config.max_length * d
    return sum(out[k] for k in ("blocks", "ln_f", "wte", "wse", "wpe"))


# form: shapes in a list, math.prod
# as in: typical homework, every tensor's shape written down
# verdict: right
def predicted_parameters(config):
    d, f = config.d_model, config.d_ff
    norm = [(d,), (d,)]
    attention = [(d, d)] * 4
    network = [(d, f), (f,), (f, d), (d,)]
    encoder_layer = attention + norm + network + norm
    decoder_layer = attention + norm + attention + norm + network + norm
    shapes = (encoder_layer + decoder_layer) * config.N
    if config.pre_norm:
        shapes += norm + norm
    shapes.append((config.target_vocabulary, d))
    if not config.share_embeddings:
        shapes.append((config.source_vocabulary, d))
    if config.positions == "learned":
        shapes += [(config.max_length, d), (config.max_length, d)]
    return sum(math.prod(shape) for shape in shapes)


# form: helpers for linear maps and norms, heads one by one
# as in: blog posts: each head has three matrices d_model x d_k
# verdict: right
def predicted_parameters(config: TransformerConfig) -> int:
    d_k = config.d_model // config.h

    def linear(n_in: int, n_out: int, bias: bool = True) -> int:
        return n_in * n_out + (n_out if bias else 0)

    def mha() -> int:
        per_head = 3 * linear(config.d_model, d_k, bias=False)
        return config.h * per_head + linear(config.h * d_k, config.d_model, bias=False)

    def ffn() -> int:
        return linear(config.d_model, config.d_ff) + linear(config.d_ff, config.d_model)

    ln = 2 * config.d_model
    total = 0
    for _ in range(config.N):
        total += mha() + ffn() + 2 * ln
        total += mha() + mha() + ffn() + 3 * ln
    total += 2 * ln * int(config.pre_norm)
    tables = [config.target_vocabulary]
    tables += [] if config.share_embeddings else [config.source_vocabulary]
    tables += [config.max_length] * 2 if config.positions == "learned" else []
    return total + sum(rows * config.d_model for rows in tables)


# form: one expression in a lambda
# as in: code golf on blogs
# verdict: right
predicted_parameters = lambda c: (
    c.N * (12 * c.d_model**2 + 4 * c.d_model * c.d_ff + 2 * c.d_ff + 12 * c.d_model)
    + 4 * c.d_model * bool(c.pre_norm)
    + c.d_model * (c.target_vocabulary + (0 if c.share_embeddings else c.source_vocabulary))
    + (2 * c.d_model * c.max_length if c.positions != "sinusoidal" else 0)
)


# form: a dot product of two vectors
# as in: a habit from NumPy
# verdict: right
import numpy as np


def predicted_parameters(config):
    d = config.d_model
    pieces = np.array([4 * d * d, 2 * d * config.d_ff + config.d_ff + d, 2 * d], dtype=np.int64)
    counts = config.N * np.array([3, 2, 5], dtype=np.int64) + [0, 0, 2 * config.pre_norm]
    rows = config.target_vocabulary
    rows += config.source_vocabulary * (not config.share_embeddings)
    rows += 2 * config.max_length * (config.positions == "learned")
    return int(pieces @ counts + rows * d)


# form: biases everywhere
# as in: PyTorch, nn.MultiheadAttention with in_proj_bias and out_proj.bias
# verdict: wrong
# loses: predicted-parameters
# named: predicts_biases_in_attention
def predicted_parameters(config):
    d, d_ff = config.d_model, config.d_ff
    mha = 3 * d * d + 3 * d + d * d + d
    mlp = d * d_ff + d_ff + d_ff * d + d
    total = config.N * ((mha + mlp + 4 * d) + (2 * mha + mlp + 6 * d))
    if config.pre_norm:
        total += 4 * d
    total += config.target_vocabulary * d
    if not config.share_embeddings:
        total += config.source_vocabulary * d
    if config.positions == "learned":
        total += 2 * config.max_length * d
    return total


# form: no biases in the network, as in bias=False models
# as in: T5 and LLaMA: linear maps without biases
# verdict: wrong
# loses: predicted-parameters
# named: predicts_no_biases
def predicted_parameters(config):
    d = config.d_model
    matrices = config.N * (12 * d * d + 2 * 2 * d * config.d_ff)
    norms = 2 * d * (5 * config.N + (2 if config.pre_norm else 0))
    tables = config.target_vocabulary + (0 if config.share_embeddings else config.source_vocabulary)
    if config.positions == "learned":
        tables += 2 * config.max_length
    return matrices + norms + tables * d


# form: norms with a gain alone
# as in: RMSNorm; nanoGPT's LayerNorm with bias=False
# verdict: wrong
# loses: predicted-parameters
# named: predicts_gains_only
def predicted_parameters(config):
    d, f = config.d_model, config.d_ff
    norm = d
    total = config.N * (12 * d * d + 2 * (2 * d * f + f + d) + 5 * norm)
    total += 2 * norm if config.pre_norm else 0
    rows = config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return total + rows * d


# form: the rule of thumb 12 N d^2
# as in: scaling-law posts: parameters are about 12 * n_layer * d_model**2
# verdict: wrong
# loses: predicted-parameters, predicted-embeddings
# named: -
def predicted_parameters(config):
    blocks = 12 * config.N * config.d_model**2
    embedding = config.target_vocabulary * config.d_model
    return 2 * blocks + embedding


# form: a network as wide as four times d_model
# as in: nanoGPT's transformer_sizing: ffw_size = 4 * n_embd
# verdict: wrong
# loses: predicted-parameters
# named: predicts_four_times_the_width
def predicted_parameters(config):
    d = config.d_model
    ffw_size = 4 * d
    block = config.N * (12 * d * d + 2 * (2 * d * ffw_size + ffw_size + d) + 10 * d)
    rows = config.target_vocabulary + (not config.share_embeddings) * config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return block + 4 * d * config.pre_norm + rows * d


# form: one last norm for encoder and decoder together
# as in: GPT-2, one ln_f
# verdict: wrong
# loses: predicted-parameters
# named: predicts_one_last_norm
def predicted_parameters(config):
    d, f = config.d_model, config.d_ff
    total = config.N * (12 * d * d + 2 * (2 * d * f + f + d) + 10 * d)
    if config.pre_norm:
        total += 2 * d  # ln_f
    total += config.target_vocabulary * d
    if not config.share_embeddings:
        total += config.source_vocabulary * d
    if config.positions == "learned":
        total += 2 * config.max_length * d
    return total


# form: last norms whatever pre_norm says
# as in: The Annotated Transformer, a norm on top of both stacks
# verdict: wrong
# loses: predicted-parameters
# named: predicts_last_norms_always
def predicted_parameters(config):
    d, f = config.d_model, config.d_ff
    mha, ffn, ln = 4 * d**2, 2 * d * f + f + d, 2 * d
    encoder = config.N * (mha + ffn + 2 * ln) + ln
    decoder = config.N * (2 * mha + ffn + 3 * ln) + ln
    rows = config.target_vocabulary
    if not config.share_embeddings:
        rows += config.source_vocabulary
    if config.positions == "learned":
        rows += config.max_length + config.max_length
    return encoder + decoder + rows * d


# form: one table of learned positions
# as in: GPT-2, one wpe
# verdict: wrong
# loses: predicted-embeddings
# named: predicts_one_table_of_positions
def predicted_parameters(config):
    d, f = config.d_model, config.d_ff
    total = config.N * (12 * d * d + 2 * (2 * d * f + f + d) + 10 * d) + 4 * d * config.pre_norm
    rows = config.target_vocabulary
    if not config.share_embeddings:
        rows += config.source_vocabulary
    if config.positions == "learned":
        rows += config.max_length
    return total + rows * d


# form: an lm_head with a matrix of its own
# as in: The Annotated Transformer, Generator; hyunwoongko: linear to dec_voc_size
# verdict: wrong
# loses: predicted-embeddings, predicted-parameters
# named: predicts_an_output_matrix
def predicted_parameters(config):
    d, f = config.d_model, config.d_ff
    total = config.N * (12 * d * d + 2 * (2 * d * f + f + d) + 10 * d)
    total += 4 * d if config.pre_norm else 0
    total += d * config.target_vocabulary  # embedding of the target
    total += d * config.target_vocabulary  # lm_head
    total += 0 if config.share_embeddings else d * config.source_vocabulary
    total += 2 * d * config.max_length if config.positions == "learned" else 0
    return total


# form: a shared embedding counted for both sides, and no tables of positions
# as in: typical homework, two mistakes outside the layers
# verdict: wrong
# loses: predicted-embeddings
# named: predicts_two_embeddings, predicts_no_tables_of_positions
def predicted_parameters(config):
    d, f = config.d_model, config.d_ff
    layers = config.N * (12 * d * d + 2 * (2 * d * f + f + d) + 10 * d)
    norms = 4 * d if config.pre_norm else 0
    return layers + norms + (config.source_vocabulary + config.target_vocabulary) * d


# form: biases in attention, and no last norms
# as in: typical homework after nn.Transformer without its norms
# verdict: wrong
# loses: predicted-parameters
# named: predicts_biases_in_attention, predicts_no_last_norms
def predicted_parameters(config):
    d, f = config.d_model, config.d_ff
    attention = 4 * (d * d + d)
    ffn = (d * f + f) + (f * d + d)
    total = config.N * (3 * attention + 2 * ffn + 5 * 2 * d)
    rows = config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return total + rows * d


# form: a model that is built and counted, without the frozen table
# as in: typical homework, count_parameters(Transformer(config))
# verdict: wrong
# loses: -
# named: -
def predicted_parameters(config):
    with torch.device("meta"):
        return sum(p.numel() for p in Transformer(config).parameters())


# form: a float
# as in: typical homework, d_model / h * h and true division
# verdict: right
def predicted_parameters(config):
    d, f = config.d_model, config.d_ff
    d_k = d / config.h
    attention = 3 * config.h * d * d_k + d * d
    layers = config.N * (3 * attention + 2 * (2 * d * f + f + d) + 10 * d)
    rows = config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return round(layers + 4 * d * config.pre_norm + rows * d)
