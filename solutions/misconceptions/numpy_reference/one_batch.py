"""Ways to lose the way from ids to a loss (right: `solutions.numpy_reference.one_batch`)."""

import math

import numpy as np

from solutions.misconceptions import misconception

# ---- shapes_on_the_way ---------------------------------------------------------------------------


@misconception(
    "shapes_on_the_way",
    caught_by="shapes-encoder",
    section="one-batch.html#batch-heads",
    sentence="Your heads all have the whole width: d_model is shared out among them, so that each "
    "has d_model / h.",
)
def shapes_of_uncut_heads(B, S, T, V, d_model, h):
    return {
        "source": (B, S),
        "embedded": (B, S, d_model),
        "queries": (B, h, S, d_model),
        "encoder_weights": (B, h, S, S),
        "memory": (B, S, d_model),
        "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, T, S),
        "logits": (B, T, V),
        "losses": (B, T),
    }


@misconception(
    "shapes_on_the_way",
    caught_by="shapes-encoder",
    section="one-batch.html#batch-heads",
    sentence="Your heads stand behind the positions, (B, S, h, d_k): there the product of queries "
    "and keys would compare heads with heads. They are axis 1.",
)
def shapes_with_heads_behind(B, S, T, V, d_model, h):
    return {
        "source": (B, S),
        "embedded": (B, S, d_model),
        "queries": (B, S, h, d_model // h),
        "encoder_weights": (B, h, S, S),
        "memory": (B, S, d_model),
        "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, T, S),
        "logits": (B, T, V),
        "losses": (B, T),
    }


@misconception(
    "shapes_on_the_way",
    caught_by="shapes-encoder",
    section="one-batch.html#batch-heads",
    sentence="Your memory is d_model * h wide: the heads side by side are as wide as d_model, and "
    "W_o keeps that, so that the residual sum fits.",
)
def shapes_that_grow_with_heads(B, S, T, V, d_model, h):
    return {
        "source": (B, S),
        "embedded": (B, S, d_model),
        "queries": (B, h, S, d_model // h),
        "encoder_weights": (B, h, S, S),
        "memory": (B, S, d_model * h),
        "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, T, S),
        "logits": (B, T, V),
        "losses": (B, T),
    }


@misconception(
    "shapes_on_the_way",
    caught_by="shapes-encoder",
    section="one-batch.html#batch-attention",
    sentence="Your weights have no axis for the heads: each head has weights of its own, and "
    "h of them stand side by side.",
)
def shapes_without_heads(B, S, T, V, d_model, h):
    return {
        "source": (B, S),
        "embedded": (B, S, d_model),
        "queries": (B, h, S, d_model // h),
        "encoder_weights": (B, S, S),
        "memory": (B, S, d_model),
        "decoder_weights": (B, T, T),
        "cross_weights": (B, T, S),
        "logits": (B, T, V),
        "losses": (B, T),
    }


@misconception(
    "shapes_on_the_way",
    caught_by="shapes-decoder",
    section="one-batch.html#batch-shapes",
    sentence="Your cross-attention is transposed: the target asks, so its T positions are the "
    "rows; the source answers, so its S positions are the columns.",
)
def shapes_with_the_source_asking(B, S, T, V, d_model, h):
    return {
        "source": (B, S),
        "embedded": (B, S, d_model),
        "queries": (B, h, S, d_model // h),
        "encoder_weights": (B, h, S, S),
        "memory": (B, S, d_model),
        "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, S, T),
        "logits": (B, T, V),
        "losses": (B, T),
    }


@misconception(
    "shapes_on_the_way",
    caught_by="shapes-decoder",
    section="one-batch.html#batch-shapes",
    sentence="Your decoder has the length of the source: source and target are different "
    "sentences, and from the first decoder layer on every row belongs to a target position.",
)
def shapes_of_one_length(B, S, T, V, d_model, h):
    return {
        "source": (B, S),
        "embedded": (B, S, d_model),
        "queries": (B, h, S, d_model // h),
        "encoder_weights": (B, h, S, S),
        "memory": (B, S, d_model),
        "decoder_weights": (B, h, S, S),
        "cross_weights": (B, h, S, S),
        "logits": (B, S, V),
        "losses": (B, S),
    }


@misconception(
    "shapes_on_the_way",
    caught_by="shapes-decoder",
    section="one-batch.html#batch-logits",
    sentence="You have one row of logits for each sentence: in training every target position "
    "predicts its next token, all at once, so there are T rows.",
)
def shapes_of_the_last_word(B, S, T, V, d_model, h):
    return {
        "source": (B, S),
        "embedded": (B, S, d_model),
        "queries": (B, h, S, d_model // h),
        "encoder_weights": (B, h, S, S),
        "memory": (B, S, d_model),
        "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, T, S),
        "logits": (B, V),
        "losses": (B,),
    }


@misconception(
    "shapes_on_the_way",
    caught_by="shapes-decoder",
    section="one-batch.html#batch-loss",
    sentence="You have a loss for each id of the vocabulary: a position asks one question with V "
    "answers and pays once, for the right one.",
)
def shapes_of_many_losses(B, S, T, V, d_model, h):
    return {
        "source": (B, S),
        "embedded": (B, S, d_model),
        "queries": (B, h, S, d_model // h),
        "encoder_weights": (B, h, S, S),
        "memory": (B, S, d_model),
        "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, T, S),
        "logits": (B, T, V),
        "losses": (B, T, V),
    }


# ---- embed ---------------------------------------------------------------------------------------


@misconception(
    "embed",
    caught_by="embed-scale",
    section="one-batch.html#batch-embedding",
    sentence="You leave out the factor sqrt(d_model) of section 3.4: your embeddings are small "
    "beside the positions that are added to them.",
)
def embed_without_the_root(tokens, embedding):
    return embedding[tokens]


@misconception(
    "embed",
    caught_by="embed-scale",
    section="one-batch.html#batch-embedding",
    sentence="You divide by sqrt(d_model) where section 3.4 multiplies: dividing belongs to the "
    "scores of attention.",
)
def embed_divides(tokens, embedding):
    return embedding[tokens] / math.sqrt(embedding.shape[-1])


@misconception(
    "embed",
    caught_by="embed-scale",
    section="one-batch.html#batch-embedding",
    sentence="You multiply by d_model and forget the root.",
)
def embed_times_the_width(tokens, embedding):
    return embedding[tokens] * embedding.shape[-1]


@misconception(
    "embed",
    caught_by="embed-scale",
    section="one-batch.html#batch-embedding",
    sentence="You take the root of V, the number of rows: d_model is the length of a row, the last "
    "axis of your matrix.",
)
def embed_by_the_vocabulary(tokens, embedding):
    return embedding[tokens] * math.sqrt(len(embedding))


@misconception(
    "embed",
    caught_by="embed-rows",
    section="one-batch.html#batch-embedding",
    sentence="You look up columns: the id stands behind the comma. The vector of id i is row i, "
    "embedding[i].",
)
def embed_takes_columns(tokens, embedding):
    return np.moveaxis(embedding[:, tokens], 0, -1) * math.sqrt(embedding.shape[-1])


@misconception(
    "embed",
    caught_by="embed-rows",
    section="one-batch.html#batch-embedding",
    sentence="You count ids from 1: id i gets the vector of id i - 1, and id 0 gets the last one, "
    "because -1 counts from the end of your matrix.",
)
def embed_counts_from_one(tokens, embedding):
    return embedding[tokens - 1] * math.sqrt(embedding.shape[-1])


@misconception(
    "embed",
    caught_by="embed-rows",
    section="one-batch.html#batch-embedding",
    sentence="You scale the matrix in place (`*=`): with every batch your caller's embeddings grow "
    "by sqrt(d_model). Scale what you have looked up.",
)
def embed_spoils_the_matrix(tokens, embedding):
    embedding *= math.sqrt(embedding.shape[-1])
    return embedding[tokens]


@misconception(
    "embed",
    caught_by="embed-scale",
    section="one-batch.html#batch-embedding",
    sentence="Your result is float64 where the matrix is float32: np.sqrt of a plain number is a "
    "float64 number, and NumPy takes the wider type. Use math.sqrt or ** 0.5.",
)
def embed_makes_it_wider(tokens, embedding):
    return embedding[tokens] * np.sqrt(embedding.shape[-1])


# ---- likeliest_tokens ----------------------------------------------------------------------------


@misconception(
    "likeliest_tokens",
    caught_by="likeliest-choice",
    section="one-batch.html#batch-logits",
    sentence="You take the smallest logit: a logit is not a loss. The larger it is, the likelier "
    "is its token.",
)
def likeliest_is_the_least(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argmin(axis=-1).tolist():
        tokens = [spellings[number] for number in row]
        sentences.append(tokens[: tokens.index(end)] if end in tokens else tokens)
    return sentences


@misconception(
    "likeliest_tokens",
    caught_by="likeliest-choice",
    section="one-batch.html#batch-axes",
    sentence="Your argmax runs over the positions (axis 1): it says for each id where it is "
    "likeliest. Of each position the likeliest id was asked for, axis=-1.",
)
def likeliest_of_the_positions(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argmax(axis=1).tolist():
        tokens = [spellings[number] for number in row]
        sentences.append(tokens[: tokens.index(end)] if end in tokens else tokens)
    return sentences


@misconception(
    "likeliest_tokens",
    caught_by="likeliest-choice",
    section="one-batch.html#batch-axes",
    sentence="Your argmax has no axis: it looks for one largest number in all sentences together. "
    "Name the axis of the vocabulary, the last one.",
)
def likeliest_without_an_axis(logits, spellings, end="</s>"):
    number = int(logits.argmax()) % logits.shape[-1]
    return [[spellings[number]] * logits.shape[1] for _ in logits]


@misconception(
    "likeliest_tokens",
    caught_by="likeliest-choice",
    section="one-batch.html#batch-logits",
    sentence="You return ids: your reader wants words. Look each id up in the spellings.",
)
def likeliest_as_ids(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argmax(axis=-1).tolist():
        stop = spellings.index(end)
        sentences.append(row[: row.index(stop)] if stop in row else row)
    return sentences


@misconception(
    "likeliest_tokens",
    caught_by="likeliest-end",
    section="one-batch.html#batch-logits",
    sentence="You keep the end symbol: it says where the sentence stops and is no word of it.",
)
def likeliest_keeps_the_end(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argmax(axis=-1).tolist():
        tokens = [spellings[number] for number in row]
        sentences.append(tokens[: tokens.index(end) + 1] if end in tokens else tokens)
    return sentences


@misconception(
    "likeliest_tokens",
    caught_by="likeliest-end",
    section="one-batch.html#batch-logits",
    sentence="You take the end symbol out and go on reading: what your model says after the end "
    "means nothing. Cut there.",
)
def likeliest_goes_on(logits, spellings, end="</s>"):
    tokens = [[spellings[number] for number in row] for row in logits.argmax(axis=-1).tolist()]
    return [[token for token in row if token != end] for row in tokens]


@misconception(
    "likeliest_tokens",
    caught_by="likeliest-end",
    section="one-batch.html#batch-logits",
    sentence="You ignore the end symbol: all your sentences have T tokens, with `</s>` among them.",
)
def likeliest_has_no_end(logits, spellings, end="</s>"):
    return [[spellings[number] for number in row] for row in logits.argmax(axis=-1).tolist()]


@misconception(
    "likeliest_tokens",
    caught_by="likeliest-end",
    section="one-batch.html#batch-logits",
    sentence="You cut at the last end symbol: a sentence stops at its first one, whatever your "
    "model says afterwards.",
)
def likeliest_stops_at_the_last(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argmax(axis=-1).tolist():
        tokens = [spellings[number] for number in row]
        last = len(tokens) - 1 - tokens[::-1].index(end) if end in tokens else len(tokens)
        sentences.append(tokens[:last])
    return sentences


# ---- mean_loss -----------------------------------------------------------------------------------


@misconception(
    "mean_loss",
    caught_by="mean-loss-values",
    section="one-batch.html#batch-loss",
    sentence="You forget the minus: the logarithm of a probability is negative, and your loss "
    "would fall while the model gets worse.",
)
def loss_without_a_minus(probabilities, targets, pad_id):
    right = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    return float(np.log(right[targets != pad_id]).mean())


@misconception(
    "mean_loss",
    caught_by="mean-loss-values",
    section="one-batch.html#batch-loss",
    sentence="You return the sum over the tokens and not their mean: your loss grows with the "
    "size of the batch.",
)
def loss_of_all_tokens_added(probabilities, targets, pad_id):
    right = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    return float(-np.log(right[targets != pad_id]).sum())


@misconception(
    "mean_loss",
    caught_by="mean-loss-values",
    section="one-batch.html#batch-loss",
    sentence="You divide by the number of sentences: that is the mean price of a sentence, and "
    "long ones look worse. Divide by the number of real tokens.",
)
def loss_per_sentence(probabilities, targets, pad_id):
    right = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    return float(-np.log(right[targets != pad_id]).sum() / len(targets))


@misconception(
    "mean_loss",
    caught_by="mean-loss-values",
    section="one-batch.html#batch-loss",
    sentence="You take the largest probability of each position: that is how sure the model is, "
    "not how right. You want the one at the target's id.",
)
def loss_of_the_surest(probabilities, targets, pad_id):
    return float(-np.log(probabilities.max(axis=-1)[targets != pad_id]).mean())


@misconception(
    "mean_loss",
    caught_by="mean-loss-values",
    section="one-batch.html#batch-loss",
    sentence="Your logarithm has base 2: your loss is in bits, 1.44 times as large. In nats it is "
    "the natural logarithm, np.log.",
)
def loss_counted_in_bits(probabilities, targets, pad_id):
    right = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    return float(-np.log2(right[targets != pad_id]).mean())


@misconception(
    "mean_loss",
    caught_by="mean-loss-values",
    section="one-batch.html#batch-loss",
    sentence="You leave out the logarithm: 1 - p can never be more than 1, so that being sure and "
    "wrong costs you hardly more than being unsure.",
)
def loss_without_a_logarithm(probabilities, targets, pad_id):
    right = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    return float((1 - right[targets != pad_id]).mean())


@misconception(
    "mean_loss",
    caught_by="mean-loss-values",
    section="one-batch.html#batch-loss",
    sentence="Your loss is binary cross-entropy, which asks V questions with two answers: a token "
    "is one question with V answers, and you pay -ln p of the right one alone.",
)
def loss_of_two_answers(probabilities, targets, pad_id):
    y = np.eye(probabilities.shape[-1])[targets]
    each = -(y * np.log(probabilities) + (1 - y) * np.log(1 - probabilities))
    return float(each[targets != pad_id].mean())


@misconception(
    "mean_loss",
    caught_by="mean-loss-padding",
    section="one-batch.html#batch-loss",
    sentence="You count padding: its places have probabilities too, but nothing is to be said "
    "there, and they dilute your loss.",
)
def loss_with_padding(probabilities, targets, pad_id):
    right = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    return float(-np.log(right).mean())


@misconception(
    "mean_loss",
    caught_by="mean-loss-padding",
    section="one-batch.html#batch-loss",
    sentence="You leave padding out of the sum but not out of the divisor: the more padding, the "
    "better your loss looks.",
)
def loss_by_all_places(probabilities, targets, pad_id):
    right = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    return float(-np.log(right[targets != pad_id]).sum() / targets.size)


@misconception(
    "mean_loss",
    caught_by="mean-loss-padding",
    section="one-batch.html#batch-loss",
    sentence="You average each sentence and then the sentences: a word of a short sentence counts "
    "more than one of a long sentence. Take one mean over all real tokens.",
)
def loss_of_sentences(probabilities, targets, pad_id):
    right = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    real = targets != pad_id
    return float(np.mean([-np.log(p[r]).mean() for p, r in zip(right, real, strict=True)]))


@misconception(
    "mean_loss",
    caught_by="mean-loss-padding",
    section="one-batch.html#batch-loss",
    sentence="You leave out id 0 whatever pad_id is: where padding has another number, you count "
    "it and drop a word.",
)
def loss_without_id_zero(probabilities, targets, pad_id):
    right = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    return float(-np.log(right[targets != 0]).mean())
