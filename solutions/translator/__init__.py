"""The lab: a German-English translator, trained, resumed, evaluated and used (sections 5 and 6).

Training:

1. `train_config`: every setting that determines the result of a run.
2. `resumable_run`: the files of a run, written so that a killed run can resume.
3. `train_state`: epoch, batch and random-number state of a run.
4. `distributed`: shard batches over several processes and sum their gradients.
5. `trainer`: the training loop, with resumption.
6. `train_command`: the command `python -m solutions.train`.

A small file of a trained model, for browsers and for a fresh clone:

7. `exported_model`: the format of the file: int8 weights, pieces, sizes and a model card.
8. `export_command`: the command `python -m solutions.export`.

Use and evaluation:

9. `inference`: load a trained model and translate sentences.
10. `translate_command`: the command `python -m solutions.translate`.
11. `sacrebleu_metrics`: BLEU and chrF, and what each of them compares.
12. `testset_scores`: translate test sets and score them.
13. `evaluate_command`: the command `python -m solutions.evaluate`.

Reports:

14. `plots`: loss curves and attention maps.
15. `export_runs`: a small JSON file for each finished run, which the book reads.
16. `table3`: the variations of the paper's table 3, trained at the size of the lab.
"""
