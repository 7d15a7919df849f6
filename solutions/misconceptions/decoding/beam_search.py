"""Ways to get beam search wrong (right: `solutions.decoding.beam_search`)."""

import math

import torch

from solutions.decoding.beam_search import Hypothesis, beam_step, extend_beams, first_largest, pick
from solutions.decoding.length_penalty import is_over, rank_hypotheses
from solutions.decoding.predictors import forbid
from solutions.misconceptions import misconception

# ---- extend_beams --------------------------------------------------------------------------------


@misconception(
    "extend_beams",
    caught_by="extend-scores",
    section="decoding.html#decode-beam",
    sentence="Your step adds probabilities to the scores. The probability of a sentence is a "
    "product; it is the logarithms that are added.",
)
def extend_adds_probabilities(scores, log_probabilities, count):
    V = log_probabilities.size(2)
    longer = scores.unsqueeze(2) + log_probabilities.exp()
    best, index = first_largest(longer.flatten(1), count)
    return best, index // V, index % V


@misconception(
    "extend_beams",
    caught_by="extend-scores",
    section="decoding.html#decode-beam",
    sentence="Your step multiplies logarithms: the product of two negative numbers is positive, "
    "and the least likely words win. Probabilities are multiplied, logarithms added.",
)
def extend_multiplies_logarithms(scores, log_probabilities, count):
    V = log_probabilities.size(2)
    longer = scores.unsqueeze(2) * log_probabilities
    best, index = first_largest(longer.flatten(1), count)
    return best, index // V, index % V


@misconception(
    "extend_beams",
    caught_by="extend-scores",
    section="decoding.html#decode-beam",
    sentence="Your step forgets the past: it compares the next tokens alone, so an unlikely prefix "
    "with one likely word wins.",
)
def extend_forgets_the_past(scores, log_probabilities, count):
    V = log_probabilities.size(2)
    best, index = first_largest(log_probabilities.flatten(1), count)
    return best, index // V, index % V


@misconception(
    "extend_beams",
    caught_by="extend-all-beams",
    section="decoding.html#decode-beam",
    sentence="Your step takes the best of each beam by itself: all continuations of a sentence "
    "compete, so a good beam may have several children and a bad one none.",
)
def extend_each_beam_by_itself(scores, log_probabilities, count):
    k, each = scores.size(1), -(-count // scores.size(1))
    best, tokens = (scores.unsqueeze(2) + log_probabilities).topk(each)
    best, index = first_largest(best.flatten(1), count)
    return best, torch.arange(k).repeat_interleave(each)[index], tokens.flatten(1).gather(1, index)


@misconception(
    "extend_beams",
    caught_by="extend-parents",
    section="decoding.html#decode-beam",
    sentence="Your parents and tokens are read from the flat index the wrong way round: index // V "
    "is the parent, and index % V is the token.",
)
def extend_swaps_parent_and_token(scores, log_probabilities, count):
    V = log_probabilities.size(2)
    longer = scores.unsqueeze(2) + log_probabilities
    best, index = first_largest(longer.flatten(1), count)
    return best, index % V, index // V


@misconception(
    "extend_beams",
    caught_by="extend-parents",
    section="decoding.html#decode-beam",
    sentence="You divide the flat index by the number of beams. One beam has V continuations: the "
    "parent is index // V, and the token is index % V.",
)
def extend_divides_by_the_beams(scores, log_probabilities, count):
    k = scores.size(1)
    longer = scores.unsqueeze(2) + log_probabilities
    best, index = first_largest(longer.flatten(1), count)
    return best, index % k, index // k


# ---- beam_step -----------------------------------------------------------------------------------


@misconception(
    "beam_step",
    caught_by="beam-ends",
    section="decoding.html#decode-beam",
    sentence="Your finished hypotheses stay in the beams and are extended after </s>: they hold "
    "the places of those that are still being written.",
)
def beam_step_extends_the_finished(prefixes, scores, log_probabilities, eos_id, at_limit):
    k = prefixes.size(1)
    scores, parents, tokens = extend_beams(scores, log_probabilities, k)
    prefixes = torch.cat([pick(prefixes, parents), tokens.unsqueeze(2)], dim=2)
    complete = ((tokens == eos_id) | at_limit.unsqueeze(1)) & scores.isfinite()
    finished: list[list] = [[] for _ in prefixes]
    for row, column in complete.nonzero().tolist():
        finished[row].append((prefixes[row, column, 1:].tolist(), scores[row, column].item()))
    return prefixes, scores, parents, finished


@misconception(
    "beam_step",
    caught_by="beam-ends",
    section="decoding.html#decode-beam",
    sentence="Your beam search never finishes a hypothesis at </s>: it only drops it. What is left "
    "is what was cut at the maximum length.",
)
def beam_step_drops_the_finished(prefixes, scores, log_probabilities, eos_id, at_limit):
    k = prefixes.size(1)
    scores, parents, tokens = extend_beams(scores, log_probabilities, 2 * k)
    prefixes = torch.cat([pick(prefixes, parents), tokens.unsqueeze(2)], dim=2)
    finished: list[list] = [[] for _ in prefixes]
    for row, column in (at_limit.unsqueeze(1) & scores.isfinite())[:, :k].nonzero().tolist():
        finished[row].append((prefixes[row, column, 1:].tolist(), scores[row, column].item()))
    living = (tokens == eos_id).int().argsort(dim=1, stable=True)[:, :k]
    return pick(prefixes, living), pick(scores, living), pick(parents, living), finished


@misconception(
    "beam_step",
    caught_by="beam-ends",
    section="decoding.html#decode-beam",
    sentence="Your step finishes every continuation with </s>, however bad. Only those among the k "
    "best count: with one beam, yours is not greedy search.",
)
def beam_step_finishes_too_many(prefixes, scores, log_probabilities, eos_id, at_limit):
    k = prefixes.size(1)
    scores, parents, tokens = extend_beams(scores, log_probabilities, 2 * k)
    prefixes = torch.cat([pick(prefixes, parents), tokens.unsqueeze(2)], dim=2)
    ended = tokens == eos_id
    complete = (ended | at_limit.unsqueeze(1)) & scores.isfinite()
    finished: list[list] = [[] for _ in prefixes]
    for row, column in complete.nonzero().tolist():
        finished[row].append((prefixes[row, column, 1:].tolist(), scores[row, column].item()))
    living = ended.int().argsort(dim=1, stable=True)[:, :k]
    return pick(prefixes, living), pick(scores, living), pick(parents, living), finished


@misconception(
    "beam_step",
    caught_by="beam-order",
    section="decoding.html#decode-beam",
    sentence="Your tokens are appended to the beams in their old order: a token belongs to the "
    "prefix of its parent, so the prefixes have to be reordered first.",
)
def beam_step_leaves_the_prefixes(prefixes, scores, log_probabilities, eos_id, at_limit):
    k = prefixes.size(1)
    scores, parents, tokens = extend_beams(scores, log_probabilities, 2 * k)
    prefixes = torch.cat([prefixes.repeat(1, 2, 1), tokens.unsqueeze(2)], dim=2)
    ended = tokens == eos_id
    complete = (ended | at_limit.unsqueeze(1)) & scores.isfinite()
    finished: list[list] = [[] for _ in prefixes]
    for row, column in complete[:, :k].nonzero().tolist():
        finished[row].append((prefixes[row, column, 1:].tolist(), scores[row, column].item()))
    living = ended.int().argsort(dim=1, stable=True)[:, :k]
    return pick(prefixes, living), pick(scores, living), pick(parents, living), finished


@misconception(
    "beam_step",
    caught_by="beam-end-score",
    section="decoding.html#decode-beam",
    sentence="Your finished hypotheses have the score of their parent: the log-probability of </s> "
    "counts too, or a translation may stop anywhere for nothing.",
)
def beam_step_ends_for_nothing(prefixes, scores, log_probabilities, eos_id, at_limit):
    k, before = prefixes.size(1), scores
    scores, parents, tokens = extend_beams(scores, log_probabilities, 2 * k)
    prefixes = torch.cat([pick(prefixes, parents), tokens.unsqueeze(2)], dim=2)
    ended = tokens == eos_id
    complete = (ended | at_limit.unsqueeze(1)) & scores.isfinite()
    counted = torch.where(ended, pick(before, parents).to(scores), scores)
    finished: list[list] = [[] for _ in prefixes]
    for row, column in complete[:, :k].nonzero().tolist():
        finished[row].append((prefixes[row, column, 1:].tolist(), counted[row, column].item()))
    living = ended.int().argsort(dim=1, stable=True)[:, :k]
    return pick(prefixes, living), pick(scores, living), pick(parents, living), finished


@misconception(
    "beam_step",
    caught_by="beam-limit",
    section="decoding.html#decode-beam",
    sentence="Your step ignores the maximum length: what is not finished there is lost, so a model "
    "that writes no </s> has no translation at all.",
)
def beam_step_loses_what_is_cut(prefixes, scores, log_probabilities, eos_id, at_limit):
    k = prefixes.size(1)
    scores, parents, tokens = extend_beams(scores, log_probabilities, 2 * k)
    prefixes = torch.cat([pick(prefixes, parents), tokens.unsqueeze(2)], dim=2)
    ended = tokens == eos_id
    finished: list[list] = [[] for _ in prefixes]
    for row, column in (ended & scores.isfinite())[:, :k].nonzero().tolist():
        finished[row].append((prefixes[row, column, 1:].tolist(), scores[row, column].item()))
    living = ended.int().argsort(dim=1, stable=True)[:, :k]
    return pick(prefixes, living), pick(scores, living), pick(parents, living), finished


# ---- beam_search ---------------------------------------------------------------------------------


@misconception(
    "beam_search",
    caught_by="search-start",
    section="decoding.html#decode-beam",
    sentence="Your search starts with k beams that all count: they hold the same prefix, have the "
    "same children, and stay k copies of greedy search.",
)
def beam_search_with_equal_beams(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    finished: list[list] = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros(len(limits), beam_size)
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        next_token = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        next_token = next_token.unflatten(0, (-1, beam_size))
        prefixes, scores, parents, new = beam_step(prefixes, scores, next_token, eos_id, at_limit)
        over = at_limit.clone()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best, limit = float(scores[row, 0]), int(limits[sentence])
            over[row] |= is_over(finished[sentence], best, limit, alpha)
        kept = (~over).nonzero().squeeze(1)
        first_row = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first_row + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    ranked = [rank_hypotheses(hypotheses, alpha) for hypotheses in finished]
    return [
        [Hypothesis([t for t in tokens if t != eos_id], score) for tokens, score in hypotheses]
        for hypotheses in ranked
    ]


@misconception(
    "beam_search",
    caught_by="search-predictor-order",
    section="decoding.html#decode-beam",
    sentence="Your search reorders the prefixes but not the predictor: what a cache has computed "
    "for a row then belongs to another prefix.",
)
def beam_search_leaves_the_predictor(
    predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6
):
    finished: list[list] = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros(len(limits), beam_size)
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        next_token = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        next_token = next_token.unflatten(0, (-1, beam_size))
        prefixes, scores, _, new = beam_step(prefixes, scores, next_token, eos_id, at_limit)
        over = at_limit.clone()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best, limit = float(scores[row, 0]), int(limits[sentence])
            over[row] |= is_over(finished[sentence], best, limit, alpha)
        kept = (~over).nonzero().squeeze(1)
        rows = torch.arange(len(over) * beam_size).unflatten(0, (-1, beam_size))
        predictor.reorder(rows[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    ranked = [rank_hypotheses(hypotheses, alpha) for hypotheses in finished]
    return [
        [Hypothesis([t for t in tokens if t != eos_id], score) for tokens, score in hypotheses]
        for hypotheses in ranked
    ]


@misconception(
    "beam_search",
    caught_by="search-limit",
    section="decoding.html#decode-beam",
    sentence="Your search does not stop at the maximum length of each sentence: it goes on to the "
    "longest of the batch, so a translation depends on what stands beside it.",
)
def beam_search_with_one_limit(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    finished: list[list] = [[] for _ in limits]
    longest = int(limits.max())
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros(len(limits), beam_size)
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = torch.full((len(sentences),), prefixes.size(2) == longest)
        next_token = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        next_token = next_token.unflatten(0, (-1, beam_size))
        prefixes, scores, parents, new = beam_step(prefixes, scores, next_token, eos_id, at_limit)
        over = at_limit.clone()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            over[row] |= is_over(finished[sentence], float(scores[row, 0]), longest, alpha)
        kept = (~over).nonzero().squeeze(1)
        first_row = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first_row + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    ranked = [rank_hypotheses(hypotheses, alpha) for hypotheses in finished]
    return [
        [Hypothesis([t for t in tokens if t != eos_id], score) for tokens, score in hypotheses]
        for hypotheses in ranked
    ]
