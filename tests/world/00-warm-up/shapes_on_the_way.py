"""Forms in which strangers write the table of shapes."""


# form: dict() with names
# as in: Python style, keyword arguments
# verdict: right
def shapes_on_the_way(B, S, T, V, d_model, h):
    return dict(
        source=(B, S),
        embedded=(B, S, d_model),
        queries=(B, h, S, d_model // h),
        encoder_weights=(B, h, S, S),
        memory=(B, S, d_model),
        decoder_weights=(B, h, T, T),
        cross_weights=(B, h, T, S),
        logits=(B, T, V),
        losses=(B, T),
    )


# form: in another order, step by step
# as in: a beginner's dictionary, filled line by line
# verdict: right
def shapes_on_the_way(B, S, T, V, d_model, h):
    d_k = int(d_model / h)
    shapes = {}
    shapes["losses"] = (B, T)
    shapes["logits"] = shapes["losses"] + (V,)
    shapes["source"] = B, S
    shapes["embedded"] = shapes["memory"] = (B, S, d_model)
    shapes["queries"] = (B, h, S, d_k)
    for name, rows, columns in [("encoder", S, S), ("decoder", T, T), ("cross", T, S)]:
        shapes[name + "_weights"] = (B, h, rows, columns)
    return shapes


# form: an OrderedDict
# as in: PyTorch habits, collections.OrderedDict of named things
# verdict: right
from collections import OrderedDict


def shapes_on_the_way(B, S, T, V, d_model, h):
    return OrderedDict(
        [
            ("source", (B, S)),
            ("embedded", (B, S, d_model)),
            ("queries", (B, h, S, d_model // h)),
            ("encoder_weights", (B, h, S, S)),
            ("memory", (B, S, d_model)),
            ("decoder_weights", (B, h, T, T)),
            ("cross_weights", (B, h, T, S)),
            ("logits", (B, T, V)),
            ("losses", (B, T)),
        ]
    )


# form: shapes of tensors that hold no numbers
# as in: PyTorch's meta device; torch.Size is a tuple
# verdict: right
def shapes_on_the_way(B, S, T, V, d_model, h):
    source = torch.empty(B, S, device="meta")
    x = torch.empty(B, S, d_model, device="meta")
    y = torch.empty(B, T, d_model, device="meta")
    q = x.view(B, S, h, d_model // h).transpose(1, 2)
    p = y.view(B, T, h, d_model // h).transpose(1, 2)
    logits = y @ torch.empty(d_model, V, device="meta")
    return {
        "source": source.shape,
        "embedded": x.shape,
        "queries": q.shape,
        "encoder_weights": (q @ q.transpose(-2, -1)).shape,
        "memory": x.shape,
        "decoder_weights": (p @ p.transpose(-2, -1)).shape,
        "cross_weights": (p @ q.transpose(-2, -1)).shape,
        "logits": logits.shape,
        "losses": logits.sum(-1).shape,
    }


# form: the same, made tuples
# as in: careful PyTorch code, tuple(t.shape)
# verdict: right
def shapes_on_the_way(B, S, T, V, d_model, h):
    x, y = np.broadcast_to(0, (B, S, d_model)), np.broadcast_to(0, (B, T, d_model))

    def scores(n, m):
        return (B, h, n.shape[1], m.shape[1])

    return {
        "source": x.shape[:2],
        "embedded": x.shape,
        "queries": np.swapaxes(x.reshape(B, S, h, -1), 1, 2).shape if x.size < 10**6 else (B, h, S, d_model // h),
        "memory": x.shape,
        "encoder_weights": scores(x, x),
        "decoder_weights": scores(y, y),
        "cross_weights": scores(y, x),
        "logits": (*y.shape[:-1], V),
        "losses": y.shape[:-1],
    }


# form: two dictionaries joined, a lambda
# as in: functional style, dict | dict
# verdict: right
_encoder = lambda B, S, d, h: {"source": (B, S), "embedded": (B, S, d), "queries": (B, h, S, d // h), "encoder_weights": (B, h, S, S), "memory": (B, S, d)}
_decoder = lambda B, S, T, V, h: {"decoder_weights": (B, h, T, T), "cross_weights": (B, h, T, S), "logits": (B, T, V), "losses": (B, T)}
shapes_on_the_way = lambda B, S, T, V, d_model, h: _encoder(B, S, d_model, h) | _decoder(B, S, T, V, h)


# form: d_model / h
# as in: Python 2 habits, a float
# verdict: wrong
# loses: shapes-encoder
# named: shapes_of_half_numbers
def shapes_on_the_way(B, S, T, V, d_model, h):
    d_k = d_model / h
    return {
        "source": (B, S), "embedded": (B, S, d_model), "queries": (B, h, S, d_k),
        "encoder_weights": (B, h, S, S), "memory": (B, S, d_model), "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, T, S), "logits": (B, T, V), "losses": (B, T),
    }


# form: sequence first
# as in: PyTorch's nn.Transformer with batch_first=False, (S, N, E)
# verdict: wrong
# loses: shapes-encoder, shapes-decoder
# named: shapes_with_positions_first
def shapes_on_the_way(B, S, T, V, d_model, h):
    return {
        "source": (S, B), "embedded": (S, B, d_model), "queries": (B, h, S, d_model // h),
        "encoder_weights": (B, h, S, S), "memory": (S, B, d_model), "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, T, S), "logits": (T, B, V), "losses": (T, B),
    }


# form: heads merged into the batch
# as in: d2l and fairseq, (batch_size * num_heads, T, S)
# verdict: wrong
# loses: shapes-encoder, shapes-decoder
# named: shapes_with_heads_in_the_batch
def shapes_on_the_way(B, S, T, V, d_model, h):
    return {
        "source": (B, S), "embedded": (B, S, d_model), "queries": (B * h, S, d_model // h),
        "encoder_weights": (B * h, S, S), "memory": (B, S, d_model), "decoder_weights": (B * h, T, T),
        "cross_weights": (B * h, T, S), "logits": (B, T, V), "losses": (B, T),
    }


# form: weights averaged over the heads
# as in: PyTorch's nn.MultiheadAttention, average_attn_weights=True
# verdict: wrong
# loses: shapes-encoder, shapes-decoder
# named: shapes_without_heads
def shapes_on_the_way(B, S, T, V, d_model, h):
    weights = lambda rows, columns: (B, rows, columns)
    return {
        "source": (B, S), "embedded": (B, S, d_model), "queries": (B, h, S, d_model // h),
        "encoder_weights": weights(S, S), "memory": (B, S, d_model), "decoder_weights": weights(T, T),
        "cross_weights": weights(T, S), "logits": (B, T, V), "losses": (B, T),
    }


# form: queries with positions before heads
# as in: flash-attention, (B, S, h, d_k)
# verdict: wrong
# loses: shapes-encoder
# named: shapes_with_heads_behind
def shapes_on_the_way(B, S, T, V, d_model, h):
    head_dim = d_model // h
    out = {"source": (B, S), "embedded": (B, S, d_model), "queries": (B, S, h, head_dim)}
    out.update(encoder_weights=(B, h, S, S), memory=(B, S, d_model), decoder_weights=(B, h, T, T))
    out.update(cross_weights=(B, h, T, S), logits=(B, T, V), losses=(B, T))
    return out


# form: cross-attention the other way round
# as in: a common mix-up of who asks
# verdict: wrong
# loses: shapes-decoder
# named: shapes_with_the_source_asking
def shapes_on_the_way(B, S, T, V, d_model, h):
    out = {"source": (B, S), "embedded": (B, S, d_model), "queries": (B, h, S, d_model // h)}
    out.update(encoder_weights=(B, h, S, S), memory=(B, S, d_model), decoder_weights=(B, h, T, T))
    out.update(cross_weights=(B, h, S, T), logits=(B, T, V), losses=(B, T))
    return out


# form: the losses as one number
# as in: PyTorch's CrossEntropyLoss, reduction="mean"
# verdict: wrong
# loses: shapes-decoder
# named: shapes_of_one_loss
def shapes_on_the_way(B, S, T, V, d_model, h):
    out = {"source": (B, S), "embedded": (B, S, d_model), "queries": (B, h, S, d_model // h)}
    out.update(encoder_weights=(B, h, S, S), memory=(B, S, d_model), decoder_weights=(B, h, T, T))
    out.update(cross_weights=(B, h, T, S), logits=(B, T, V), losses=())
    return out


# form: flattened logits
# as in: training loops, logits.view(-1, V) and targets.view(-1)
# verdict: wrong
# loses: shapes-decoder
# named: shapes_of_flat_logits
def shapes_on_the_way(B, S, T, V, d_model, h):
    out = {"source": (B, S), "embedded": (B, S, d_model), "queries": (B, h, S, d_model // h)}
    out.update(encoder_weights=(B, h, S, S), memory=(B, S, d_model), decoder_weights=(B, h, T, T))
    out.update(cross_weights=(B, h, T, S), logits=(B * T, V), losses=(B * T,))
    return out


# form: ids as one-hot vectors
# as in: older seq2seq code, one-hot inputs
# verdict: wrong
# loses: shapes-encoder
# named: shapes_of_one_hot_ids
def shapes_on_the_way(B, S, T, V, d_model, h):
    out = {"source": (B, S, V), "embedded": (B, S, d_model), "queries": (B, h, S, d_model // h)}
    out.update(encoder_weights=(B, h, S, S), memory=(B, S, d_model), decoder_weights=(B, h, T, T))
    out.update(cross_weights=(B, h, T, S), logits=(B, T, V), losses=(B, T))
    return out


# form: lists in place of tuples
# as in: JSON and TensorFlow habits, shape lists
# verdict: wrong
# loses: shapes-encoder, shapes-decoder
# named: shapes_in_lists
def shapes_on_the_way(B, S, T, V, d_model, h):
    return {
        "source": [B, S], "embedded": [B, S, d_model], "queries": [B, h, S, d_model // h],
        "encoder_weights": [B, h, S, S], "memory": [B, S, d_model], "decoder_weights": [B, h, T, T],
        "cross_weights": [B, h, T, S], "logits": [B, T, V], "losses": [B, T],
    }


# form: shapes of (h, width) attention
# as in: a misunderstanding: attention compares features
# verdict: wrong
# loses: shapes-encoder, shapes-decoder
# named: shapes_of_weights_with_a_width
def shapes_on_the_way(B, S, T, V, d_model, h):
    d_k = d_model // h
    return {
        "source": (B, S), "embedded": (B, S, d_model), "queries": (B, h, S, d_k),
        "encoder_weights": (B, h, S, d_k), "memory": (B, S, d_model), "decoder_weights": (B, h, T, d_k),
        "cross_weights": (B, h, T, d_k), "logits": (B, T, V), "losses": (B, T),
    }


# form: two mistakes, heads of full width and a loss for each id
# as in: homework of strangers
# verdict: wrong
# loses: shapes-encoder, shapes-decoder
# named: shapes_of_uncut_heads, shapes_of_many_losses
def shapes_on_the_way(B, S, T, V, d_model, h):
    return {
        "source": (B, S), "embedded": (B, S, d_model), "queries": (B, h, S, d_model),
        "encoder_weights": (B, h, S, S), "memory": (B, S, d_model), "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, T, S), "logits": (B, T, V), "losses": (B, T, V),
    }


# form: two mistakes, memory wider with heads and the source's length in the decoder
# as in: homework of strangers
# verdict: wrong
# loses: shapes-encoder, shapes-decoder
# named: shapes_that_grow_with_heads, shapes_of_one_length
def shapes_on_the_way(B, S, T, V, d_model, h):
    return {
        "source": (B, S), "embedded": (B, S, d_model), "queries": (B, h, S, d_model // h),
        "encoder_weights": (B, h, S, S), "memory": (B, S, h * d_model), "decoder_weights": (B, h, S, S),
        "cross_weights": (B, h, S, S), "logits": (B, S, V), "losses": (B, S),
    }


# form: a name is missing
# as in: a slip, "memory" is called "encoder_output"
# verdict: wrong
# loses: shapes-encoder
# named: -
def shapes_on_the_way(B, S, T, V, d_model, h):
    return {
        "source": (B, S), "embedded": (B, S, d_model), "queries": (B, h, S, d_model // h),
        "encoder_weights": (B, h, S, S), "encoder_output": (B, S, d_model), "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, T, S), "logits": (B, T, V), "losses": (B, T),
    }
