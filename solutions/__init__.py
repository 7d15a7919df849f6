"""The reference implementation of "Attention Is All You Need" (Vaswani et al., 2017).

Read the modules in this order. The model:

1. `masks`             who may attend to whom (sections 3.2.1 and 3.2.3)
2. `attention`         scaled dot-product and multi-head attention (section 3.2)
3. `positional`        positional encoding and its linear shift (section 3.5)
4. `embeddings`        tokens to vectors, and back to logits (section 3.4)
5. `feed_forward`      the position-wise network (section 3.3)
6. `residual`          layer norm and residual sub-layers (section 3.1); `ablation`: stacks without
7. `config`            the sizes of the models (table 3)
8. `encoder`, `decoder`, `transformer`  the model (figure 1)

How it is trained:

9. `vocabulary`, `pieces`  sentences to tokens, or to parts of them, and to numbers (section 5.1)
10. `data`, `downloads`  where the sentences come from
11. `batching`         pairs of like length together (section 5.1)
12. `loss`             cross-entropy with label smoothing (section 5.4)
13. `optimisation`     Adam, the learning rate, clipping, averaging (sections 5.3 and 6.1)
14. `training`         one step, and the loss of a whole split
15. `checkpoint`       a model in a file

How it translates, and how well:

16. `ranking`          which of two translations is better: the length penalty (section 6.1)
17. `prediction`, `cache`  the next token, with and without computing everything again
18. `decoding`, `beam`   greedy and beam search (section 6.1)
19. `bleu`             how good translations are (section 6.1)

Once more, from other sides:

20. `broadcasting`, `pipeline`  shapes, and the way of a batch, in NumPy
21. `numpy_track`      attention, cross-entropy and Adam in NumPy, with their gradients
22. `trace`            a model's modules in the order in which they run
23. `fast`             the same model with faster kernels
24. `command`, `curves`  what these commands have in common; each is `python -m solutions.NAME`:

    - `execution_flow`   one batch through every stage, then fifty epochs
    - `character_model`  the same model with and without the residual
    - `classifier`       an encoder alone, on ten words
    - `bench`            training throughput, four ways in one run
    - `costs`            what layers cost, by sequence length and width (section 4)
    - `broken`           trainings with a known mistake in place, seen from outside
    - `baselines`, `character_text`, `word_windows`  their texts, and what counting alone gives
    - `machine`          where a run was measured

25. `checkup`          eleven questions to an untrained model that find most mistakes

The lab, a translator trained on real data (sections 5 and 6); `train`, `translate` and `evaluate`
are commands:

26. `settings`         everything that decides what a run comes to (table 3)
27. `run_folder`       what a run leaves on the disk, so that it can be killed and go on
28. `distributed`      one process or several
29. `progress`, `trainer`, `train`  the loop (section 5)
30. `detokenise`       from tokens back to text
31. `translator`, `translate`  a finished run at work
32. `scores`, `evaluation`, `evaluate`  how good it is, and what each score compares (section 6.1)
    (`pictures`: the curves of a run, and what its decoder looked at)

The same once more, written by a student, for the last assignment:

33. `lab_data`         lines of text to pairs of ids, without a library
34. `lab_parts`        the parts of the earlier assignments; `lab_check`: may one's own stay?
35. `lab`              an epoch, a training, translations, their score, a file to hand in
36. `lab_runs`         the runs of the notebook, and a look into the model
    (`captions`: the hidden sentences; `lab_files`: what the perfect student hands in; `lab_probes`:
    ways to watch a training from outside)

For the exercises: `stand_ins` are the layers once more, for students who go on without their own;
`diagnosis` records broken models; `probes`, `model_probes` and `search_probes` try a class out and
return plain numbers.

`misconceptions` holds, beside each right module, the ways we know to get it wrong; `alternatives`
holds other right ways; `corpus` is a small German-English corpus. This package imports nothing else
of the project.
"""
