"""Forms in which public code builds source, decoder input and decoder output."""


# form: the padded target, cut on either side
# as in: The Annotated Transformer (Harvard NLP), Batch: tgt[:, :-1] and tgt[:, 1:]
# verdict: right
def collate(pairs, pad_id):
    src = pad([p[0] for p in pairs], pad_id)
    tgt = pad([p[1] for p in pairs], pad_id)
    return src, tgt[:, :-1], tgt[:, 1:]


# form: zip(*pairs) and contiguous copies
# as in: bentrevett/pytorch-seq2seq, trg[:, :-1] and trg[:, 1:].contiguous()
# verdict: right
def collate(pairs, pad_id):
    sources, targets = zip(*pairs)
    trg = pad(list(targets), pad_id)
    return pad(list(sources), pad_id), trg[:, :-1].contiguous(), trg[:, 1:].contiguous()


# form: the labels shifted right, BOS put in front
# as in: HF transformers, shift_tokens_right
# verdict: right
def shift_tokens_right(labels, start_id):
    shifted = labels.new_zeros(labels.shape)
    shifted[:, 1:] = labels[:, :-1].clone()
    shifted[:, 0] = start_id
    return shifted


def collate(pairs, pad_id):
    labels = pad([target[1:] for _, target in pairs], pad_id)
    return pad([source for source, _ in pairs], pad_id), shift_tokens_right(labels, BOS), labels


# form: three lists in a loop, a named tuple
# as in: PyTorch's translation tutorial, collate_fn with appended lists
# verdict: right
class Collated(NamedTuple):
    source: Tensor
    target_in: Tensor
    target_out: Tensor


def collate(pairs, pad_id):
    src_batch, tgt_in, tgt_out = [], [], []
    for src_sample, tgt_sample in pairs:
        src_batch.append(src_sample)
        tgt_in.append(tgt_sample[: len(tgt_sample) - 1])
        tgt_out.append(tgt_sample[1:])
    return Collated(pad(src_batch, pad_id), pad(tgt_in, pad_id), pad(tgt_out, pad_id))


# form: torch.roll
# as in: Stack Overflow, shift a tensor by one with roll
# verdict: right
def collate(pairs, pad_id):
    target = pad([list(t) for _, t in pairs], pad_id)
    target_out = torch.roll(target, shifts=-1, dims=1)[:, :-1]
    return pad([s for s, _ in pairs], pad_id), target.narrow(1, 0, target.size(1) - 1), target_out


# form: a generator of three slices
# as in: a habit of terse Python
# verdict: right
def collate(pairs, pad_id):
    parts = [(0, slice(None)), (1, slice(None, -1)), (1, slice(1, None))]
    return tuple(pad([pair[side][cut] for pair in pairs], pad_id) for side, cut in parts)


# form: one padded target for both
# as in: typical homework, the target is input and label
# verdict: wrong
# loses: collate-shift
# named: collate_without_shift
def collate(pairs, pad_id):
    src = pad([s for s, _ in pairs], pad_id)
    tgt = pad([t for _, t in pairs], pad_id)
    return src, tgt, tgt.clone()


# form: returned in another order
# as in: typical homework, labels before decoder inputs
# verdict: wrong
# loses: collate-shift, collate-end
# named: collate_cuts_the_wrong_ends
def collate(pairs, pad_id):
    src = pad([s for s, _ in pairs], pad_id)
    tgt = pad([t for _, t in pairs], pad_id)
    labels, decoder_input = tgt[:, 1:], tgt[:, :-1]
    return src, labels, decoder_input


# form: EOS cut from both
# as in: typical homework, target = target[:-1] before the shift
# verdict: wrong
# loses: collate-end
# named: collate_never_ends
def collate(pairs, pad_id):
    src = pad([s for s, _ in pairs], pad_id)
    targets = [t[:-1] for _, t in pairs]
    return src, pad([t[:-1] for t in targets], pad_id), pad([t[1:] for t in targets], pad_id)


# form: the decoder starts with EOS
# as in: fairseq, prev_output_tokens: eos moved to the beginning
# verdict: wrong
# loses: collate-shift, collate-end
# named: collate_begins_with_eos
def collate(pairs, pad_id):
    src = pad([s for s, _ in pairs], pad_id)
    out = [t[1:] for _, t in pairs]
    prev_output_tokens = pad([[t[-1], *t[:-1]] for t in out], pad_id)
    return src, prev_output_tokens, pad(out, pad_id)


# form: time first
# as in: bentrevett/pytorch-seq2seq (older notebooks) and PyTorch's translation tutorial, (T, B)
# verdict: wrong
# loses: collate-shift
# named: collate_lies_on_its_side
def collate(pairs, pad_id):
    src = pad([s for s, _ in pairs], pad_id).T
    tgt = pad([t for _, t in pairs], pad_id).T
    return src, tgt[:-1, :], tgt[1:, :]


# form: -100 where nothing is to be said
# as in: HF transformers, DataCollatorForSeq2Seq with label_pad_token_id=-100
# verdict: wrong
# loses: collate-shift
# named: collate_marks_padding_with_minus_100
def collate(pairs, pad_id):
    src = pad([s for s, _ in pairs], pad_id)
    tgt = pad([t for _, t in pairs], pad_id)
    labels = tgt[:, 1:].masked_fill(tgt[:, 1:] == pad_id, -100)
    return src, tgt[:, :-1], labels


# form: a dictionary
# as in: HF transformers, batches with input_ids and labels
# verdict: wrong
# loses: collate-shift, collate-end
# named: -
def collate(pairs, pad_id):
    tgt = pad([t for _, t in pairs], pad_id)
    return {
        "source": pad([s for s, _ in pairs], pad_id),
        "target_in": tgt[:, :-1],
        "target_out": tgt[:, 1:],
    }


# form: both sides equally long
# as in: decoder-only habits and Keras examples, one max_len for both
# verdict: wrong
# loses: collate-shift
# named: collate_pads_both_sides_alike
def collate(pairs, pad_id):
    everything = [s for s, _ in pairs] + [t[:-1] for _, t in pairs] + [t[1:] for _, t in pairs]
    rows = pad(everything, pad_id)
    B = len(pairs)
    return rows[:B], rows[B : 2 * B], rows[2 * B :]


# form: source and target only
# as in: the model class shifts, as in T5 with labels alone
# verdict: wrong
# loses: collate-shift, collate-end
# named: collate_leaves_the_shift_to_the_model
def collate(pairs, pad_id):
    return pad([s for s, _ in pairs], pad_id), pad([t for _, t in pairs], pad_id)


# form: the source turned round
# as in: Sutskever et al. (2014) and older seq2seq tutorials
# verdict: wrong
# loses: collate-shift
# named: collate_reverses_the_source
def collate(pairs, pad_id):
    src = pad([s[::-1] for s, _ in pairs], pad_id)
    tgt = pad([t for _, t in pairs], pad_id)
    return src, tgt[:, :-1], tgt[:, 1:]


# form: longest source first
# as in: seq2seq tutorials for pack_padded_sequence
# verdict: wrong
# loses: collate-shift
# named: collate_sorts_the_pairs
def collate(pairs, pad_id):
    pairs = sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)
    src = pad([s for s, _ in pairs], pad_id)
    tgt = pad([t for _, t in pairs], pad_id)
    return src, tgt[:, :-1], tgt[:, 1:]


# form: the source loses its EOS too
# as in: typical homework, [:-1] on both sides
# verdict: wrong
# loses: collate-shift
# named: collate_cuts_the_source
def collate(pairs, pad_id):
    src = pad([s[:-1] for s, _ in pairs], pad_id)
    tgt = pad([t for _, t in pairs], pad_id)
    return src, tgt[:, :-1], tgt[:, 1:]


# form: the constant PAD
# as in: PyTorch's translation tutorial, a global PAD_IDX
# verdict: wrong
# loses: collate-shift
# named: collate_ignores_pad_id
def collate(pairs, pad_id):
    src = pad([s for s, _ in pairs], PAD)
    tgt = pad([t for _, t in pairs], PAD)
    return src, tgt[:, :-1], tgt[:, 1:]


# form: backwards, and without the end
# as in: typical homework
# verdict: wrong
# loses: collate-shift, collate-end
# named: collate_shifts_backwards, collate_never_ends
def collate(pairs, pad_id):
    src = pad([s for s, _ in pairs], pad_id)
    return src, pad([t[1:-1] for _, t in pairs], pad_id), pad([t[:-2] for _, t in pairs], pad_id)


# form: shifted by two
# as in: typical homework, BOS removed before the shift
# verdict: wrong
# loses: collate-shift
# named: collate_shifts_by_two
def collate(pairs, pad_id):
    src = pad([s for s, _ in pairs], pad_id)
    target_in = pad([t[:-2] for _, t in pairs], pad_id)
    return src, target_in, pad([t[2:] for _, t in pairs], pad_id)
