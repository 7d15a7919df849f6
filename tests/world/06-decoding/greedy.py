"""Forms in which public code writes greedy search."""


# form: all rows to the end, cut afterwards
# as in: HF transformers, unfinished_sequences; fairseq-like batches that go on
# verdict: right
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    B = len(limits)
    prefixes = torch.full((B, 1), bos_id, dtype=torch.long)
    done = torch.zeros(B, dtype=torch.bool)
    for step in range(int(limits.max()) if B else 0):
        log_p = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])
        token = log_p.argmax(dim=-1)
        prefixes = torch.cat([prefixes, token[:, None]], dim=1)
        done |= (token == eos_id) | (step + 1 >= limits)
        if done.all():
            break
    written = []
    for row, limit in zip(prefixes[:, 1:].tolist(), limits.tolist()):
        row = row[:limit]
        written.append(row[: row.index(eos_id)] if eos_id in row else row)
    return written


# form: finished rows dropped, topk for argmax
# as in: fairseq's SequenceGenerator drops finished sentences (reorder_incremental_state)
# verdict: right
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    results = {i: [] for i in range(len(limits))}
    open_ids = list(results)
    prefixes = torch.full((len(limits), 1), bos_id, dtype=limits.dtype, device=limits.device)
    while open_ids:
        log_p = forbid(predictor.log_probabilities(prefixes), (pad_id, bos_id))
        tokens = first_of_the_largest(log_p)
        keep = []
        for row, sentence in enumerate(open_ids):
            token = int(tokens[row])
            if token == eos_id:
                continue
            results[sentence].append(token)
            if len(results[sentence]) < int(limits[sentence]):
                keep.append(row)
        rows = torch.tensor(keep, dtype=torch.long, device=limits.device)
        prefixes = torch.cat([prefixes, tokens.unsqueeze(1)], dim=1)[rows]
        predictor.reorder(rows)
        open_ids = [open_ids[row] for row in keep]
    return list(results.values())


def first_of_the_largest(x):
    return torch.stack([(row == row.max()).nonzero()[0, 0] for row in x])


# form: max with its indices, a mask of -inf by hand
# as in: The Annotated Transformer, greedy_decode: _, next_word = torch.max(prob, dim=1)
# verdict: right
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    ys = torch.ones(len(limits), 1, dtype=torch.long).fill_(bos_id)
    outputs = [[] for _ in range(len(limits))]
    ended = [False] * len(limits)
    while not all(ended):
        prob = predictor.log_probabilities(ys).clone()
        if torch.isnan(prob).any():
            raise ValueError("NaN in the log-probabilities")
        prob[:, pad_id] = float("-inf")
        prob[:, bos_id] = float("-inf")
        _, next_word = torch.max(prob, dim=1)
        for b, word in enumerate(next_word.tolist()):
            if ended[b]:
                continue
            if word == eos_id:
                ended[b] = True
            else:
                outputs[b].append(word)
                ended[b] = len(outputs[b]) >= limits[b]
        ys = torch.cat([ys, next_word.unsqueeze(1)], dim=1)
    return outputs


# form: padding behind the end
# as in: HF transformers, next_tokens * unfinished + pad_token_id * (1 - unfinished)
# verdict: right
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    unfinished = limits.new_ones(len(limits))
    input_ids = limits.new_full((len(limits), 1), bos_id)
    while unfinished.max() != 0 if len(limits) else False:
        scores = forbid(predictor.log_probabilities(input_ids), [pad_id, bos_id])
        next_tokens = torch.argmax(scores, dim=-1)
        next_tokens = next_tokens * unfinished + pad_id * (1 - unfinished)
        input_ids = torch.cat([input_ids, next_tokens[:, None]], dim=-1)
        unfinished = unfinished.mul((next_tokens != eos_id).long())
        unfinished = unfinished * (input_ids.size(1) - 1 < limits).long()
    drop = {pad_id, bos_id, eos_id}
    return [[t for t in row if t not in drop] for row in input_ids.tolist()]


# form: a class that holds the state
# as in: OpenNMT-py, GreedySearch objects (advance, update_finished)
# verdict: right
class GreedySearch:
    def __init__(self, limits, bos_id, eos_id):
        self.limits, self.eos = limits, eos_id
        self.alive = torch.arange(len(limits))
        self.seq = torch.full((len(limits), 1), bos_id)
        self.results = [[] for _ in limits]

    def advance(self, log_p):
        picks = log_p.argmax(-1)
        self.seq = torch.cat([self.seq, picks.view(-1, 1)], -1)
        finished = picks.eq(self.eos) | (self.seq.size(1) - 1 >= self.limits[self.alive])
        for row in finished.nonzero().flatten().tolist():
            words = self.seq[row, 1:].tolist()
            self.results[self.alive[row]] = words[:-1] if words[-1] == self.eos else words
        keep = finished.logical_not().nonzero().flatten()
        self.alive, self.seq = self.alive[keep], self.seq[keep]
        return keep


def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    search = GreedySearch(limits, bos_id, eos_id)
    while len(search.alive):
        log_p = forbid(predictor.log_probabilities(search.seq), [pad_id, bos_id])
        predictor.reorder(search.advance(log_p))
    return search.results


# form: in NumPy
# as in: a habit from NumPy, np.argmax
# verdict: right
import numpy as np


def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    B = len(limits)
    prefixes, result, stop = [[bos_id] for _ in range(B)], [[] for _ in range(B)], np.zeros(B, bool)
    while not stop.all():
        scores = forbid(predictor.log_probabilities(torch.tensor(prefixes)), [pad_id, bos_id])
        choice = np.argmax(scores.detach().numpy(), axis=1)
        for b in range(B):
            token = int(choice[b])
            prefixes[b].append(token)
            if not stop[b]:
                if token == eos_id:
                    stop[b] = True
                else:
                    result[b].append(token)
                    stop[b] = len(result[b]) == int(limits[b])
    return result


# form: the best token of each row, drawn from the top
# as in: minGPT's generate with torch.multinomial
# verdict: wrong
# loses: greedy-likeliest
# named: -
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    prefixes = torch.full((len(limits), 1), bos_id)
    written, done = [[] for _ in limits], [False] * len(limits)
    for _ in range(int(limits.max())):
        probs = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id]).exp()
        tokens = torch.multinomial(probs + 1e-9, num_samples=1).squeeze(1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
        for b, token in enumerate(tokens.tolist()):
            if token == eos_id:
                done[b] = True
            if not done[b] and len(written[b]) < limits[b]:
                written[b].append(token)
    return written


# form: padding may be written
# as in: The Annotated Transformer, greedy_decode: nothing is forbidden
# verdict: wrong
# loses: greedy-specials
# named: greedy_writes_padding
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    prefixes = torch.full((len(limits), 1), bos_id)
    written, done = [[] for _ in limits], [False] * len(limits)
    while not all(done):
        tokens = predictor.log_probabilities(prefixes).argmax(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
        for b, token in enumerate(tokens.tolist()):
            if done[b]:
                continue
            if token == eos_id:
                done[b] = True
            else:
                written[b].append(token)
                done[b] = len(written[b]) == limits[b]
    return written


# form: stops when the first sentence ends
# as in: typical homework: if next_word == eos: break, in a batch
# verdict: wrong
# loses: greedy-stops
# named: greedy_stops_all_together
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    prefixes = torch.full((len(limits), 1), bos_id)
    written = [[] for _ in limits]
    for step in range(int(limits.max())):
        tokens = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id]).argmax(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
        for b, token in enumerate(tokens.tolist()):
            if token != eos_id and len(written[b]) < limits[b]:
                written[b].append(token)
        if (tokens == eos_id).any():
            break
    return written


# form: the loop runs to the largest limit
# as in: bentrevett/pytorch-seq2seq, for i in range(max_len), one max_len for all
# verdict: wrong
# loses: greedy-limit
# named: greedy_with_one_limit
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    prefixes = torch.full((len(limits), 1), bos_id)
    max_len = int(limits.max())
    for _ in range(max_len):
        tokens = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id]).argmax(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
    out = []
    for row in prefixes[:, 1:].tolist():
        out.append(row[: row.index(eos_id)] if eos_id in row else row)
    return out


# form: one token too few
# as in: The Annotated Transformer, for i in range(max_len - 1)
# verdict: wrong
# loses: greedy-limit
# named: greedy_counts_the_start, greedy_cuts_the_last_token
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    prefixes = torch.full((len(limits), 1), bos_id)
    for _ in range(int(limits.max()) - 1):
        tokens = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id]).argmax(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
    out = []
    for row, limit in zip(prefixes.tolist(), limits.tolist()):
        row = row[1:limit]
        out.append(row[: row.index(eos_id)] if eos_id in row else row)
    return out


# form: <s> and </s> in the result
# as in: The Annotated Transformer, ys with its start symbol is returned
# verdict: wrong
# loses: greedy-specials
# named: greedy_keeps_the_frame
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    written = [[bos_id] for _ in limits]
    sentences, prefixes = torch.arange(len(limits)), torch.full((len(limits), 1), bos_id)
    while len(sentences):
        tokens = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id]).argmax(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
        for s, token in zip(sentences.tolist(), tokens.tolist()):
            written[s].append(token)
        kept = ((tokens != eos_id) & (prefixes.size(1) - 1 < limits[sentences])).nonzero().flatten()
        predictor.reorder(kept)
        sentences, prefixes = sentences[kept], prefixes[kept]
    return written


# form: </s> kept in the result
# as in: typical homework, append first and test afterwards
# verdict: wrong
# loses: greedy-specials
# named: greedy_keeps_the_end
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    written, done = [[] for _ in limits], [False] * len(limits)
    prefixes = torch.full((len(limits), 1), bos_id)
    while not all(done):
        tokens = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id]).argmax(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
        for b, token in enumerate(tokens.tolist()):
            if not done[b]:
                written[b].append(token)
                done[b] = token == eos_id or len(written[b]) == limits[b]
    return written


# form: rows dropped without a word to the predictor
# as in: typical homework, the batch is filtered and the cache is not
# verdict: wrong
# loses: greedy-stops
# named: greedy_leaves_the_predictor
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    written = [[] for _ in limits]
    sentences, prefixes = torch.arange(len(limits)), torch.full((len(limits), 1), bos_id)
    while len(sentences):
        tokens = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id]).argmax(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
        for s, token in zip(sentences.tolist(), tokens.tolist()):
            if token != eos_id:
                written[s].append(token)
        kept = (tokens != eos_id) & (prefixes.size(1) - 1 < limits[sentences])
        sentences, prefixes = sentences[kept], prefixes[kept]
    return written


# form: the last token as the prefix
# as in: recurrent decoders, input = top1
# verdict: wrong
# loses: greedy-feeds-back
# named: greedy_feeds_one_token
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    written, done = [[] for _ in limits], [False] * len(limits)
    inputs = torch.full((len(limits), 1), bos_id)
    while not all(done):
        top1 = forbid(predictor.log_probabilities(inputs), [pad_id, bos_id]).argmax(1)
        for b, token in enumerate(top1.tolist()):
            if done[b]:
                continue
            if token == eos_id:
                done[b] = True
            else:
                written[b].append(token)
                done[b] = len(written[b]) == limits[b]
        inputs = top1.unsqueeze(1)
    return written


# form: argmin, and padding forbidden by infinity
# as in: typical homework: "negative log-likelihood, so the smallest"
# verdict: wrong
# loses: greedy-likeliest
# named: greedy_takes_the_least_likely
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    written, done = [[] for _ in limits], [False] * len(limits)
    prefixes = torch.full((len(limits), 1), bos_id)
    while not all(done):
        log_p = predictor.log_probabilities(prefixes).clone()
        log_p[:, [pad_id, bos_id]] = math.inf
        tokens = log_p.argmin(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
        for b, token in enumerate(tokens.tolist()):
            if done[b]:
                continue
            if token == eos_id:
                done[b] = True
            else:
                written[b].append(token)
                done[b] = len(written[b]) == limits[b]
    return written


# form: forbidden by 0
# as in: typical homework, masked with 0 as if these were probabilities
# verdict: wrong
# loses: greedy-specials, greedy-likeliest
# named: greedy_forbids_with_zero
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    written, done = [[] for _ in limits], [False] * len(limits)
    prefixes = torch.full((len(limits), 1), bos_id)
    while not all(done):
        log_p = predictor.log_probabilities(prefixes).clone()
        log_p[:, pad_id] = 0
        log_p[:, bos_id] = 0
        tokens = log_p.argmax(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
        for b, token in enumerate(tokens.tolist()):
            if done[b]:
                continue
            if token == eos_id:
                done[b] = True
            else:
                written[b].append(token)
                done[b] = len(written[b]) == limits[b]
    return written


# form: starts with </s>
# as in: fairseq, prefixes begin with eos
# verdict: wrong
# loses: greedy-start
# named: greedy_without_start
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    written, done = [[] for _ in limits], [False] * len(limits)
    prefixes = torch.full((len(limits), 1), eos_id)
    while not all(done):
        tokens = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id]).argmax(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
        for b, token in enumerate(tokens.tolist()):
            if done[b]:
                continue
            if token == eos_id:
                done[b] = True
            else:
                written[b].append(token)
                done[b] = len(written[b]) == limits[b]
    return written


# form: any limits are taken
# as in: most public code: nothing checks its input
# verdict: wrong
# loses: greedy-limit
# named: greedy_takes_any_limits
def greedy(predictor, limits, pad_id, bos_id, eos_id):
    written, done = [[] for _ in limits], [False] * len(limits)
    prefixes = torch.full((len(limits), 1), bos_id)
    while not all(done):
        tokens = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id]).argmax(dim=1)
        prefixes = torch.cat([prefixes, tokens[:, None]], dim=1)
        for b, token in enumerate(tokens.tolist()):
            if done[b]:
                continue
            if token == eos_id:
                done[b] = True
            else:
                written[b].append(token)
                done[b] = len(written[b]) >= limits[b]
    return written
