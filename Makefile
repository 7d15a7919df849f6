# Everything a reader, a student's file or a class needs. `make` sets up .venv by itself.
#
#   make             the whole course: exercises checked, release, book, a graded sample class
#   make check       lint, types, imports between packages, and the fast tests: two minutes
#   make test        the whole test suite, with the book in a browser
#   make book        the book alone, to _build/html/index.html
#   make kill-table  every known mistake against every hidden test; records it for the book
#   make world       forms of public code, right and wrong: is each judged as it should be?
#   make mutants     small changes made by rule: do the hidden tests see them?
#   make check-site  every page of the built book in a real browser, and what its readers wait for
#   make bench       seconds per graded notebook, against nbgrader as it comes
#   make clean       remove what was built (not .venv)

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)
# Small tensors, two notebooks at a time: more threads would only get in each other's way.
export OMP_NUM_THREADS ?= 1

.PHONY: course fresh-exercises check static test book release sample-class kill-table world mutants courses check-site bench clean

# Side by side, because the book keeps one core busy and the rest another.
course: $(READY)
	@$(MAKE) --no-print-directory --jobs 2 fresh-exercises book sample-class
	@echo
	@echo "The book:           _build/html/index.html"
	@echo "For students:       _build/release/"
	@echo "The graded class:   _build/sample-class/report.html"
	@echo "                    _build/sample-class/grades.csv"
	@echo "                    _build/sample-class/gradebook.db"
	@echo "                    _build/sample-class/feedback/"

# Two workers; tests that share a fixture stay together, and what takes longest starts first.
PYTEST := $(BIN)/pytest -n 2 --dist loadgroup --no-loadscope-reorder

check: static
	$(PYTEST) -m "not slow"

test: static
	$(PYTEST)

static: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports

fresh-exercises: $(READY)
	$(BIN)/autograder build --check

release: $(READY)
	$(BIN)/autograder release

# The site carries the students' notebooks, so that a page can offer them for download.
book: release
	$(BIN)/jupyter-book build . --path-output . --quiet -n -W --keep-going
	@mkdir -p _build/html/release && cp -R _build/release/. _build/html/release/

sample-class: $(READY)
	@rm -rf _build/sample-submissions
	$(BIN)/python -m exercises.synthetic_class _build/sample-submissions
	$(BIN)/autograder grade _build/sample-submissions --out _build/sample-class

kill-table: $(READY)
	$(BIN)/python -m exercises.record_kill_table

world: $(READY)
	$(BIN)/python -m exercises.world_report

mutants: $(READY)
	$(BIN)/python -m exercises.mutation_report

courses: $(READY)
	ALL_COURSES=1 $(BIN)/pytest -n 2 --dist loadgroup tests/courses

check-site: $(READY)
	$(BIN)/python -m book.check_site

bench: $(READY)
	$(BIN)/python -m exercises.grader_benchmark

clean:
	rm -rf _build

# Without the stamp an interrupted installation would look finished.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@# Pages run in kernels that only this machine talks to: no need to warn of it in each.
	@mkdir -p .venv/etc/ipython
	@echo 'c.IPKernelApp.log_level = "ERROR"' > .venv/etc/ipython/ipython_kernel_config.py
	@touch $@
