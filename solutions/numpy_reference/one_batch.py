"""One batch in a Transformer, in NumPy: the shapes of all stages, the first and the last stage.

Attention, which lies between embedding and logits, is in `backprop`.

Legend: B sentence pairs in a batch, S and T positions of source and target, V ids in the target
vocabulary, d_model width, h heads.
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Shape = tuple[int, ...]


def shapes_on_the_way(
    B: int, S: int, T: int, V: int, d_model: int, h: int
) -> dict[str, tuple[int, ...]]:
    """Return the shape of a batch at nine stages of the model, from the sizes alone.

    Args:
        B: sentence pairs.
        S, T: positions of the longest source, and of the longest target.
        V: ids in the target vocabulary.
        d_model: width of the vector of one position.
        h: heads; divides d_model, and each head has its share of the width.

    Returns:
        stage -> shape, with these names:
        "source": the ids that the encoder reads.
        "embedded": their vectors, positions added.
        "queries": those of the encoder's self-attention, cut into heads; the heads are axis 1.
        "encoder_weights": its weights; queries before keys.
        "memory": what the encoder returns.
        "decoder_weights": the weights of the decoder's self-attention.
        "cross_weights": those of its cross-attention, in which the target asks the source.
        "logits": one number for each id that could come next, at each target position.
        "losses": one number for each target position.
    """
    return {
        "source": (B, S),
        "embedded": (B, S, d_model),
        "queries": (B, h, S, d_model // h),
        "encoder_weights": (B, h, S, S),
        "memory": (B, S, d_model),
        "decoder_weights": (B, h, T, T),
        "cross_weights": (B, h, T, S),
        "logits": (B, T, V),
        "losses": (B, T),
    }


def embed(tokens: NDArray[np.integer], embedding: Array) -> Array:
    """Look up the vector of each token, and multiply it by sqrt(d_model) (section 3.4).

    Args:
        tokens: (B, T) integers from 0 to V - 1.
        embedding: (V, d_model) float, row i is the vector of id i; it is left as it is.

    Returns:
        (B, T, d_model), the dtype of `embedding`.
    """
    return embedding[tokens] * math.sqrt(embedding.shape[1])  # (B, T) -> (B, T, d_model)


def likeliest_tokens(logits: Array, spellings: list[str], end: str = "</s>") -> list[list[str]]:
    """Return the token with the largest logit at each position, up to the end.

    Args:
        logits: (B, T, V) float.
        spellings: of the V ids, in their order.
        end: how the end of a sentence is spelled.

    Returns:
        B lists of tokens. The first `end` of a sentence is left out, and so is all that follows it;
        where there is none, all T tokens are kept.
    """
    sentences = []
    for row in logits.argmax(axis=-1):  # (B, T)
        tokens = [spellings[number] for number in row]
        sentences.append(tokens[: tokens.index(end)] if end in tokens else tokens)
    return sentences


def mean_loss(probabilities: Array, targets: NDArray[np.integer], pad_id: int) -> float:
    """Compute the cross-entropy per token without padding: the mean of -ln p of the targets.

    Every real token of the batch counts the same, whether its sentence is long or short.

    Args:
        probabilities: (B, T, V) float, above 0; those of a position sum to 1.
        targets: (B, T) integers, the right ids; not all of them padding.
        pad_id: the id that stands for padding.

    Returns:
        the loss in nats.
    """
    real = targets != pad_id  # (B, T)
    right = probabilities[real, targets[real]]  # one for each real token of the batch
    return float(-np.log(right).mean())
