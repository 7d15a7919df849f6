"""Forms in which public code writes beam search."""


# form: every row to the end of the batch, results of closed sentences ignored
# as in: HF transformers, beam_scorer.is_done, rows go on with padding
# verdict: right
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    B, k = len(limits), beam_size
    pools = [[] for _ in range(B)]
    closed = [False] * B
    predictor.reorder(torch.arange(B).repeat_interleave(k))
    prefixes = torch.full((B, k, 1), bos_id)
    scores = torch.full((B, k), -math.inf)
    scores[:, 0] = 0
    offsets = (torch.arange(B) * k)[:, None]
    while not all(closed):
        length = prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.reshape(B * k, -1)), [pad_id, bos_id])
        prefixes, scores, parents, done = beam_step(
            prefixes, scores, log_p.view(B, k, -1), eos_id, limits == length
        )
        for b in range(B):
            if closed[b]:
                continue
            pools[b].extend(done[b])
            limit = int(limits[b])
            closed[b] = length == limit or is_over(pools[b], scores[b, 0].item(), limit, alpha)
        predictor.reorder((offsets + parents).view(-1))
    result = []
    for pool in pools:
        ranked = rank_hypotheses(pool, alpha)
        result.append([Hypothesis(t[:-1] if t and t[-1] == eos_id else t, s) for t, s in ranked])
    return result


# form: an object for each sentence
# as in: HF transformers, BeamHypotheses (add, is_done)
# verdict: right
class BeamHypotheses:
    def __init__(self, limit, alpha, eos):
        self.limit, self.alpha, self.eos, self.beams = limit, alpha, eos, []

    def add(self, found):
        self.beams += found

    def is_done(self, best_sum_logprobs, cur_len):
        if cur_len >= self.limit:
            return True
        return is_over(self.beams, best_sum_logprobs, self.limit, self.alpha)

    def finalize(self):
        ranked = rank_hypotheses(self.beams, self.alpha)
        return [Hypothesis([t for t in tokens if t != self.eos], score) for tokens, score in ranked]


def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    hyps = [BeamHypotheses(limit, alpha, eos_id) for limit in limits.tolist()]
    active = list(range(len(hyps)))
    predictor.reorder(torch.tensor(active).repeat_interleave(beam_size))
    ids = torch.full((len(hyps), beam_size, 1), bos_id)
    beam_scores = torch.zeros(len(hyps), beam_size, dtype=torch.float64)
    beam_scores[:, 1:] = -math.inf
    while active:
        cur_len = ids.shape[-1]
        log_p = forbid(predictor.log_probabilities(ids.flatten(0, 1)), [pad_id, bos_id])
        last = torch.tensor([hyps[b].limit == cur_len for b in active])
        ids, beam_scores, parents, new = beam_step(
            ids, beam_scores, log_p.unflatten(0, (-1, beam_size)).double(), eos_id, last
        )
        keep = []
        for row, b in enumerate(active):
            hyps[b].add(new[row])
            if not hyps[b].is_done(beam_scores[row, 0].item(), cur_len):
                keep.append(row)
        rows = [row * beam_size + int(p) for row in keep for p in parents[row]]
        predictor.reorder(torch.tensor(rows, dtype=torch.long))
        ids, beam_scores = ids[keep], beam_scores[keep]
        active = [active[row] for row in keep]
    return [h.finalize() for h in hyps]


# form: a generator of steps
# as in: functional style
# verdict: right
def beam_search(
    predictor: Predictor, limits: Tensor, pad_id: int, bos_id: int, eos_id: int,
    beam_size: int = 4, alpha: float = 0.6,
) -> list[list[Hypothesis]]:
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = defaultdict(list)

    def expand(prefixes, scores, last):
        flat = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        return beam_step(prefixes, scores, flat.reshape(len(prefixes), beam_size, -1), eos_id, last)

    open_ones = torch.arange(len(limits))
    predictor.reorder(open_ones[:, None].expand(-1, beam_size).flatten())
    prefixes = torch.tensor([[[bos_id]] * beam_size] * len(limits)).reshape(len(limits), beam_size, 1)
    scores = torch.tensor([[0.0] + [-math.inf] * (beam_size - 1)]).repeat(len(limits), 1)
    for step in range(1, int(max(limits.tolist(), default=0)) + 1):
        last = limits[open_ones] == step
        prefixes, scores, parents, new = expand(prefixes, scores, last)
        keep = []
        for row, sentence in enumerate(open_ones.tolist()):
            finished[sentence].extend(new[row])
            over = is_over(finished[sentence], float(scores[row, 0]), int(limits[sentence]), alpha)
            keep.append(not (over or bool(last[row])))
        mask = torch.tensor(keep)
        rows = parents + beam_size * torch.arange(len(parents)).unsqueeze(1)
        predictor.reorder(rows[mask].flatten())
        open_ones, prefixes, scores = open_ones[mask], prefixes[mask], scores[mask]
        if not len(open_ones):
            break
    return [
        [
            Hypothesis(tokens if tokens[-1] != eos_id else tokens[:-1], score)
            for tokens, score in rank_hypotheses(finished[sentence], alpha)
        ]
        for sentence in range(len(limits))
    ]


# form: scores begin with a very small number
# as in: HF transformers, beam_scores[:, 1:] = -1e9
# verdict: right
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size), dtype=torch.float64)
    scores[:, 1:] = -1e9
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += [(t, s) for t, s in new[row] if s > -1e8]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in rank_hypotheses(f, alpha)]
        for f in finished
    ]


# form: equal beginnings that all count
# as in: blog posts: beams = [start] * k
# verdict: wrong
# loses: search-start
# named: beam_search_with_equal_beams
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.full((len(limits), beam_size), 0.0)
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in rank_hypotheses(f, alpha)]
        for f in finished
    ]


# form: rows by repeat in place of repeat_interleave
# as in: Stack Overflow, repeat against repeat_interleave
# verdict: wrong
# loses: search-predictor-order
# named: beam_search_repeats_the_batch
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in rank_hypotheses(f, alpha)]
        for f in finished
    ]


# form: closed rows dropped, parents not handed on
# as in: typical homework, the cache is only filtered
# verdict: wrong
# loses: search-predictor-order
# named: beam_search_leaves_the_predictor
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, _, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        rows = [int(row) * beam_size + i for row in kept for i in range(beam_size)]
        predictor.reorder(torch.tensor(rows, dtype=torch.long))
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in rank_hypotheses(f, alpha)]
        for f in finished
    ]


# form: parents without the first row of their sentence
# as in: typical homework, beam_idx without the offset of the batch
# verdict: wrong
# loses: search-predictor-order
# named: beam_search_mixes_the_sentences
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        predictor.reorder(parents[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in rank_hypotheses(f, alpha)]
        for f in finished
    ]


# form: one maximum length for the batch
# as in: HF transformers, max_length of generate
# verdict: wrong
# loses: search-limit
# named: beam_search_with_one_limit
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    max_length = int(limits.max())
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = torch.tensor([prefixes.size(2) >= max_length] * len(sentences))
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, max_length, alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in rank_hypotheses(f, alpha)]
        for f in finished
    ]


# form: over when something is finished
# as in: HF transformers, early_stopping=True with one beam's worth of hypotheses
# verdict: wrong
# loses: search-start
# named: beam_search_stops_at_the_first_finished
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            over[row] = over[row] or len(finished[sentence]) > 0
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in rank_hypotheses(f, alpha)]
        for f in finished
    ]


# form: </s> stays in the tokens
# as in: typical homework
# verdict: wrong
# loses: search-start
# named: beam_search_keeps_the_end
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [[Hypothesis(*pair) for pair in rank_hypotheses(f, alpha)] for f in finished]


# form: the best hypothesis alone
# as in: HF transformers, num_return_sequences=1
# verdict: wrong
# loses: search-start
# named: beam_search_returns_the_best_only
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    best_ones = [rank_hypotheses(f, alpha)[0] for f in finished]
    return [Hypothesis([t for t in tokens if t != eos_id], score) for tokens, score in best_ones]


# form: scores without a penalty in the result
# as in: typical homework, ranked by the score, returned with the log-probability
# verdict: wrong
# loses: search-start
# named: beam_search_returns_log_probabilities
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    ranked = [sorted(f, key=lambda h: -h[1] / length_penalty(len(h[0]), alpha)) for f in finished]
    return [[Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in f] for f in ranked]


# form: one token too many, and padding may be written
# as in: typical homework, <s> taken off the length, and nothing forbidden
# verdict: wrong
# loses: search-limit, search-start
# named: beam_search_one_token_too_long, beam_search_writes_padding
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] <= prefixes.size(2) - 1
        log_p = predictor.log_probabilities(prefixes.flatten(0, 1))
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in rank_hypotheses(f, alpha)]
        for f in finished
    ]


# form: a NaN, a negative alpha and no beams pass; forbidden by hand
# as in: most public code: nothing checks its input
# verdict: wrong
# loses: search-refused
# named: beam_search_takes_any_arguments, beam_search_goes_on_with_nan
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = predictor.log_probabilities(prefixes.flatten(0, 1)).clone()
        log_p[:, [pad_id, bos_id]] = -math.inf
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in rank_hypotheses(f, alpha)]
        for f in finished
    ]


# form: the paper's alpha, whatever is asked for
# as in: typical homework, 0.6 in the code
# verdict: wrong
# loses: search-start
# named: beam_search_with_a_fixed_alpha
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    alpha = 0.6
    finished = [[] for _ in limits]
    sentences = torch.arange(len(limits))
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.zeros((len(limits), beam_size))
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)
        log_p = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        prefixes, scores, parents, new = beam_step(
            prefixes, scores, log_p.unflatten(0, (-1, beam_size)), eos_id, at_limit
        )
        over = at_limit.tolist()
        for row, sentence in enumerate(sentences.tolist()):
            finished[sentence] += new[row]
            best = scores[row, 0].item()
            over[row] = over[row] or is_over(finished[sentence], best, int(limits[sentence]), alpha)
        kept = (~torch.tensor(over)).nonzero().squeeze(1)
        first = torch.arange(len(over)).unsqueeze(1) * beam_size
        predictor.reorder((first + parents)[kept].flatten())
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [Hypothesis(t[:-1] if t[-1] == eos_id else t, s) for t, s in rank_hypotheses(f, alpha)]
        for f in finished
    ]


# form: rows as lists of prefixes
# as in: blog posts with sequences = [[list(), 0.0]], sentence after sentence of the batch
# verdict: right
def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    pools = [[] for _ in limits]
    predictor.reorder(torch.arange(len(limits)).repeat_interleave(beam_size))
    beams = {
        b: [([bos_id], 0.0)] + [([bos_id], -math.inf)] * (beam_size - 1) for b in range(len(limits))
    }
    while beams:
        rows = [prefix for group in beams.values() for prefix, _ in group]
        log_p = forbid(predictor.log_probabilities(torch.tensor(rows)), [pad_id, bos_id]).double()
        order, kept = [], {}
        for place, (b, group) in enumerate(beams.items()):
            limit, first = int(limits[b]), place * beam_size
            prefixes = torch.tensor([[prefix for prefix, _ in group]])
            scores = torch.tensor([[score for _, score in group]], dtype=torch.float64)
            last = torch.tensor([prefixes.size(2) == limit])
            following = log_p[first : first + beam_size].unsqueeze(0)
            grown, total, parents, (done,) = beam_step(prefixes, scores, following, eos_id, last)
            pools[b] += done
            if last or is_over(pools[b], total[0, 0].item(), limit, alpha):
                continue
            kept[b] = list(zip(grown[0].tolist(), total[0].tolist()))
            order += (first + parents[0]).tolist()
        predictor.reorder(torch.tensor(order, dtype=torch.long))
        beams = kept
    return [
        [Hypothesis([t for t in tokens if t != eos_id], s) for tokens, s in rank_hypotheses(pool, alpha)]
        for pool in pools
    ]
