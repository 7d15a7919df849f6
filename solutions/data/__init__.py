"""Sentence pairs, from a file to a padded batch of token ids (paper, section 5.1).

1. `vocabulary`: tokenization, and the mapping between tokens and ids.
2. `bpe`: byte-pair encoding, words as sequences of subword pieces.
3. `corpora`: the embedded corpus, Multi30k and Tiny Shakespeare as lists of sentences and of ids.
4. `downloads`: fetch a data set once, check its hash, keep it in the user's cache.
5. `batching`: batches of sentences of similar length, and padding.
6. `detokenize`: tokens back to readable text.

`corpus/` holds the small German-English corpus that was written for this course.
"""
