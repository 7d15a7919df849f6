"""nbgrader at the root of this course: `nbgrader autograde 01-attention` and the like.

Activate the virtual environment first: nbgrader calls `alembic` by name.
"""

from pathlib import Path

from autograder.authoring.release import ignored_files
from autograder.nbgrader_plugin.course_config import configure

ROOT = Path(__file__).resolve().parent
# Files that lie beside a source notebook and that students need. Everything else there, such as
# the written exercise with its hidden tests, stays where it is.
ASSETS: list[str] = []

c = get_config()  # noqa: F821 - nbgrader defines it

c.CourseDirectory.course_id = "graded-transformer"
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.source_directory = "exercises"
c.CourseDirectory.release_directory = "_build/release"
c.CourseDirectory.ignore = ignored_files(ROOT / "exercises", ASSETS)
configure(c, trusted=[ROOT])
