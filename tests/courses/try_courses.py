"""Run these notebooks as nbgrader does: `python tests/courses/try_courses.py [COURSE]`.

Prints for each way of answering which tests do not get all their points.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from course_files import courses
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

for course in courses(*sys.argv[1:2]):
    print(f"{course.name}/{course.notebook}: {len(course.tests)} tests")
    for student, notebook in course.handed_in().items():
        with tempfile.TemporaryDirectory() as folder:
            for path in course.beside():
                place = Path(folder, path.relative_to(course.folder))
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
            resources = {"metadata": {"path": folder}}
            NotebookClient(notebook, allow_errors=True, timeout=60, resources=resources).execute()
        lost = {}
        for cell in notebook.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("grade") and not about.get("solution"):
                score, points = determine_grade(cell)
                if score < points:
                    errors = [o for o in cell.outputs if o.output_type in ("error", "stream")]
                    said = [o.get("ename") or o.get("text", "")[:60] for o in errors]
                    lost[about["grade_id"]] = (score, points, *said)
            elif about.get("solution") or about.get("locked"):
                for output in cell.get("outputs", []):
                    if output.output_type == "error":
                        said = f"{output.ename}: {output.evalue[:80]}"
                        print(f"  {student}: {about['grade_id']} raises {said}")
        print(f"  {student}: {lost or 'full marks'}")
