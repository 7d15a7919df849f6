"""Code that the pages of the book call.

Figures and tables:

- `figures`: drawings as inline SVG in the reader's colors, and tables.
- `interactive`: figures that readers operate.
- `model_figure`: figure 1 of the paper.
- `grader_processes`: the processes of the grader and their messages.
- `package_diagram`: the project's packages and their imports.

Known mistakes:

- `kill_table_view`: every known mistake and the hidden test that catches it.
- `promise_tables`: every sentence of a docstring and the hidden tests that hold it.
- `world_tables`: what right and wrong answers of many origins get.
- `symptom_table`: a mistake's results next to the reference's.
- `symptom_cases`: the inputs on which each mistake is shown.

Recorded runs:

- `recorded_run`: runs that take too long to repeat in a page.
- `lab_results`: the trainings of the lab.
- `table3_results`: the variations of table 3.
- `throughput_results`: training speed, the parts of a step, and the share of padding.

The translator and the attention explorers:

- `translator_page`: the scripts of the translator, and its examples.
- `model_recorder`: attention scores and beam-search steps of a trained model.
- `record_attention`: the command that records them.
"""
