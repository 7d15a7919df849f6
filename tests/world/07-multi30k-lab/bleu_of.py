"""Forms in which public code computes the BLEU of a test set."""


# form: sacrebleu.corpus_bleu
# as in: sacreBLEU's README, sacrebleu.corpus_bleu(sys, refs)
# verdict: right
import sacrebleu


def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    sys = [" ".join(tokens) for tokens in wrote]
    refs = [[" ".join(tokens_of(line)) for line in references]]
    return sacrebleu.corpus_bleu(sys, refs, tokenize="none", force=True).score


# form: a metric object, everything lower-cased before
# as in: sacreBLEU's README, BLEU().corpus_score
# verdict: right
def bleu_of(model, sentences, references, source_ids, target_ids):
    bleu = BLEU(tokenize="none", force=True)
    hypotheses, gold = [], []
    tokenized = [tokens_of(sentence) for sentence in sentences]
    for tokens, reference in zip(translate_tokens(model, tokenized, source_ids, target_ids), references):
        hypotheses.append(" ".join(tokens))
        gold.append(" ".join(tokens_of(reference)))
    result = bleu.corpus_score(hypotheses, [gold])
    return float(result.score)


# form: map and a join helper
# as in: a habit of functional programmers
# verdict: right
def bleu_of(model, sentences, references, source_ids, target_ids):
    translations = map(" ".join, translate_tokens(model, list(map(tokens_of, sentences)), source_ids, target_ids))
    wanted = map(lambda line: " ".join(tokens_of(line)), references)
    return BLEU(tokenize="none", force=True).corpus_score(list(translations), [list(wanted)]).score


# form: sacreBLEU's whitespace tokens and case switched off
# as in: fairseq, sacrebleu.corpus_bleu with tokenized lines
# verdict: right
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    metric = BLEU(lowercase=True, tokenize="none", force=True, effective_order=False)
    return metric.corpus_score([" ".join(w) for w in wrote], [[" ".join(tokens_of(r)) for r in references]]).score


# form: the statistics counted by hand
# as in: bleu.py of tensor2tensor and its many copies: counts, precisions, brevity penalty
# verdict: right
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    hits, totals, c, r = [0] * 4, [0] * 4, 0, 0
    for mine, line in zip(wrote, references):
        gold = tokens_of(line)
        c, r = c + len(mine), r + len(gold)
        for n in range(1, 5):
            a = Counter(tuple(mine[i : i + n]) for i in range(len(mine) - n + 1))
            b = Counter(tuple(gold[i : i + n]) for i in range(len(gold) - n + 1))
            hits[n - 1] += sum((a & b).values())
            totals[n - 1] += max(0, len(mine) - n + 1)
    return BLEU.compute_bleu(hits, totals, c, r, smooth_method="exp").score


# form: references through the vocabulary
# as in: bentrevett/pytorch-seq2seq, references made of ids
# verdict: wrong
# loses: score-references
# named: score_of_references_in_the_vocabulary
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    refs = [" ".join(w if w in target_ids else "<unk>" for w in tokens_of(line)) for line in references]
    return BLEU(tokenize="none", force=True).corpus_score([" ".join(w) for w in wrote], [refs]).score


# form: the mean of sentence scores
# as in: NLTK users, sentence_bleu in a loop
# verdict: wrong
# loses: score-corpus
# named: score_averages_sentences
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    scores = []
    for tokens, line in zip(wrote, references):
        bleu = BLEU(tokenize="none", force=True)
        scores.append(bleu.corpus_score([" ".join(tokens)], [[" ".join(tokens_of(line))]]).score)
    return sum(scores) / len(scores)


# form: sentence_score with its effective order
# as in: sacreBLEU, BLEU(effective_order=True).sentence_score
# verdict: wrong
# loses: score-corpus
# named: score_averages_sentences
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    bleu = BLEU(tokenize="none", force=True, effective_order=True)
    scores = [bleu.sentence_score(" ".join(t), [" ".join(tokens_of(r))]).score for t, r in zip(wrote, references)]
    return sum(scores) / len(scores)


# form: a list for each sentence
# as in: NLTK and torchtext, references as a list of lists
# verdict: wrong
# loses: score-corpus
# named: score_with_many_references
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    refs = [[" ".join(tokens_of(line))] for line in references]
    return BLEU(tokenize="none", force=True).corpus_score([" ".join(w) for w in wrote], refs).score


# form: without the brackets
# as in: Stack Overflow, corpus_score(sys, refs) with refs a list of strings
# verdict: wrong
# loses: score-corpus
# named: score_without_brackets
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    refs = [" ".join(tokens_of(line)) for line in references]
    return BLEU(tokenize="none", force=True).corpus_score([" ".join(w) for w in wrote], refs).score


# form: references first
# as in: NLTK, whose corpus_bleu takes the references first
# verdict: wrong
# loses: score-corpus
# named: score_of_the_wrong_side
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    refs = [" ".join(tokens_of(line)) for line in references]
    return BLEU(tokenize="none", force=True).corpus_score(refs, [[" ".join(w) for w in wrote]]).score


# form: raw references
# as in: sacreBLEU's rule: references are not to be touched
# verdict: wrong
# loses: score-tokens
# named: score_of_uncut_references
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    return BLEU(tokenize="none", force=True).corpus_score([" ".join(w) for w in wrote], [list(references)]).score


# form: lower-cased references, not cut
# as in: typical homework, line.lower()
# verdict: wrong
# loses: score-tokens
# named: score_of_lower_case_references
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    return BLEU(tokenize="none", force=True).corpus_score([" ".join(w) for w in wrote], [[r.lower() for r in references]]).score


# form: from 0 to 1
# as in: torchtext.data.metrics.bleu_score and NLTK
# verdict: wrong
# loses: score-corpus, score-tokens
# named: score_from_0_to_1
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    refs = [" ".join(tokens_of(line)) for line in references]
    return BLEU(tokenize="none", force=True).corpus_score([" ".join(w) for w in wrote], [refs]).score / 100


# form: the score object
# as in: sacreBLEU, corpus_score gives a BLEUScore
# verdict: wrong
# loses: score-corpus, score-tokens
# named: -
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    refs = [" ".join(tokens_of(line)) for line in references]
    return BLEU(tokenize="none", force=True).corpus_score([" ".join(w) for w in wrote], [refs])


# form: rounded
# as in: typical homework, round(score, 1)
# verdict: wrong
# loses: score-corpus
# named: score_is_rounded
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    refs = [" ".join(tokens_of(line)) for line in references]
    return round(BLEU(tokenize="none", force=True).corpus_score([" ".join(w) for w in wrote], [refs]).score, 1)


# form: characters
# as in: Stack Overflow, " ".join of a string puts blanks between letters
# verdict: wrong
# loses: score-corpus
# named: score_of_letters
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    sys = [" ".join(" ".join(w)) for w in wrote]
    refs = [" ".join(" ".join(tokens_of(line))) for line in references]
    return BLEU(tokenize="none", force=True).corpus_score(sys, [refs]).score


# form: source sentences that are not cut
# as in: typical homework, sentence.split()
# verdict: wrong
# loses: score-tokens
# named: score_of_uncut_sources
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [s.lower().split() for s in sentences], source_ids, target_ids)
    refs = [" ".join(tokens_of(line)) for line in references]
    return BLEU(tokenize="none", force=True).corpus_score([" ".join(w) for w in wrote], [refs]).score


# form: unknown words taken out of both
# as in: typical homework, "<unk> is not fair"
# verdict: wrong
# loses: score-references
# named: score_without_unknown_words
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    sys = [" ".join(w for w in one if w != "<unk>") for one in wrote]
    refs = [" ".join(w for w in tokens_of(line) if w in target_ids) for line in references]
    return BLEU(tokenize="none", force=True).corpus_score(sys, [refs]).score


# form: references in the vocabulary, and first
# as in: typical homework
# verdict: wrong
# loses: score-references, score-corpus
# named: score_of_references_in_the_vocabulary, score_of_the_wrong_side
def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(s) for s in sentences], source_ids, target_ids)
    refs = [" ".join(w if w in target_ids else "<unk>" for w in tokens_of(line)) for line in references]
    return BLEU(tokenize="none", force=True).corpus_score(refs, [[" ".join(w) for w in wrote]]).score
