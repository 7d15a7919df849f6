"""Decoding (paper, section 6.1): from next-token probabilities to a translation, and its score.

1. `length_penalty`: compare hypotheses of different lengths.
2. `predictors`: log-probabilities of the next token for a set of prefixes.
3. `kv_cache`: decode one token at a time without recomputing keys and values.
4. `greedy`: greedy decoding, and `translate`, which also runs the beam search.
5. `beam_search`: keep the best k hypotheses.
6. `bleu`: the BLEU score of a set of translations.
"""
