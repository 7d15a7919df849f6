"""Experiments that the book reports, most of them commands: `python -m solutions --help`.

- `walkthrough`: one batch through every stage of the model, then fifty epochs.
- `char_lm`, `char_lm_data`: a character language model with and without residuals, and its text.
- `order_classifier`, `order_classifier_data`: an encoder that recognizes shuffled words.
- `ngram_baselines`: the losses of unigram and bigram counts.
- `throughput`: tokens per second of five implementations in one run.
- `padding_count`: how many positions of an epoch are padding, for three ways to make batches.
- `profile_step`: where the time of a training step goes.
- `layer_costs`: time and memory of attention, recurrent and convolutional layers (section 4).
- `fault_injection`: training with a known mistake in place.
- `diagnosis`: five broken models, recognized from their outputs alone.
- `sanity_checks`: eleven checks of an untrained model that find most mistakes.
- `module_trace`: the modules of a model in the order in which they run, with shapes and gradients.
"""
