"""Code that the notebooks give to students, and that the hidden tests run next to a student's code.

Fallback layers, for students who continue without their own:

- `fallbacks_1_3`: the layers of assignments 1 to 3, built on PyTorch's own.
- `fallbacks_4_6`: the parts of assignments 4 to 6 that a translator needs.
- `own_part_checks`: decide which of a student's own parts replace these fallbacks.

Probes, which observe a student's class and return plain numbers:

- `model_probes`: layers and models.
- `training_probes`: batches, optimizers and training steps.
- `decoding_probes`: searches and caches.
- `lab_probes`: a whole training and a translator.

The last assignment's data and runs:

- `lab_recipes`: the trainings of the notebook.
- `lab_reference_files`: the files that a perfect student hands in.
- `caption_testset`: sixty captions, the hidden test set.
"""
