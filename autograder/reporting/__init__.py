"""Results of grading: plain data, the gradebook, feedback pages and the report.

1. `results`: a class's results as plain data, `results.json` and `grades.csv`.
2. `gradebook`: record results in nbgrader's gradebook.
3. `feedback`: a student's feedback page.
4. `report`: the instructor's page about the whole class.

`templates/` holds the HTML of both pages.
"""
