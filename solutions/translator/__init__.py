"""The lab: a German-English translator, trained, resumed, evaluated and used (sections 5 and 6).

Training:

1. `train_config`: every setting that determines the result of a run.
2. `resumable_run`: the files of a run, written so that a killed run can resume.
3. `train_state`: epoch, batch and random-number state of a run.
4. `distributed`: shard batches over several processes and sum their gradients.
5. `trainer`: the training loop, with resumption.
6. `train_command`: the command `python -m solutions.train`.

Use and evaluation:

7. `inference`: load a finished run and translate sentences.
8. `translate_command`: the command `python -m solutions.translate`.
9. `sacrebleu_metrics`: BLEU and chrF, and what each of them compares.
10. `testset_scores`: translate test sets and score them.
11. `evaluate_command`: the command `python -m solutions.evaluate`.

Reports:

12. `plots`: loss curves and attention maps.
13. `export_runs`: a small JSON file for each finished run, which the book reads.
14. `table3`: the variations of the paper's table 3, trained at the size of the lab.
"""
