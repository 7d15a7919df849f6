"""Code that the notebooks give to students, and that hidden tests run next to a student's code.

Probes, which observe a student's class and return plain numbers:

- `model_probes`: layers and models.
- `training_probes`: batches, optimizers and training steps.
- `decoding_probes`: searches and caches.
- `lab_probes`: a whole training and a translator.

`own_part_checks` decides which of a student's own parts replace the fallbacks.

The last assignment's data and runs:

- `lab_recipes`: the trainings of the notebook.
- `lab_reference_files`: the files that a perfect student hands in.
- `caption_testset`: sixty captions, the hidden test set.
"""
