"""Results of grading: plain data, the gradebook, feedback pages and the report.

1. `results`: a class's results as plain data, `results.json`.
2. `grades_csv`: the table of marks for a spreadsheet.
3. `nbgrader_gradebook`: record results in nbgrader's gradebook.
4. `late_penalties`: what the course's plug-in takes from late work.
5. `feedback`: a student's feedback page.
6. `report`: the instructor's page about the whole class.

`templates/` holds the HTML of both pages.
"""
