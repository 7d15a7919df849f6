"""The reference implementation of "Attention Is All You Need" (Vaswani et al., 2017).

Read the packages in this order; each one's docstring lists its modules in reading order:

1. `model`: attention, positional encoding, layers, encoder, decoder, Transformer (section 3).
2. `data`: tokens, vocabularies, corpora and batches (section 5.1).
3. `training`: the loss, the optimizer and one training step (section 5).
4. `decoding`: greedy search, beam search and BLEU (section 6.1).
5. `numpy_reference`: shapes, attention, cross-entropy and Adam in NumPy, with their gradients.
6. `translator`: a translator on real data, from training to evaluation.
7. `experiments`: what the book measures, for example with and without residual connections.
8. `assignments`: references for exercises that are not part of the model.

Around them:

- `misconceptions`: known mistakes, one module for each right one.
- `alternatives`: other right implementations, a package for each exercise notebook.
- `fallbacks`: layers and parts for students who continue without their own.
- `notebook_support`: probes and recipes that the notebooks give to students.
- `tooling`: what the commands share.
- `train`, `translate`, `evaluate`, `export`: the four commands people type most, as
  `python -m solutions.train`. `python -m solutions --help` lists all commands.

The reference imports nothing else of this project. It is never installed where students' code runs.
"""
