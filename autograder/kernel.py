"""Runs a rebuilt notebook: the one place where a student's code is executed.

Today it runs in a Jupyter kernel of this user, hidden tests included. An isolated worker takes
over here later, behind the same interface:

    run(notebook, limits, environment) -> the notebook with its outputs

`run` never raises because of what a notebook does. Each graded cell has an error output or is
passed; `notebook.metadata.autograder` holds `status`, `reason` and `seed`.
"""

import asyncio
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path

from nbformat import NotebookNode

from .limits import Environment, Limits
from .notebook import is_test
from .rebuild import name_of
from .session import Session
from .verdict import Reader, error_output, settle

__all__ = ["GRADED", "KERNEL_DIED", "TIME_LIMIT", "Environment", "Limits", "run", "run_async"]

GRADED, TIME_LIMIT, KERNEL_DIED = "graded", "time limit", "kernel died"


def run(notebook: NotebookNode, limits: Limits, environment: Environment) -> NotebookNode:
    """Execute the notebook, also where an event loop is running already; see the module."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run_async(notebook, limits, environment)).result()


async def run_async(
    notebook: NotebookNode, limits: Limits, environment: Environment
) -> NotebookNode:
    """As `run`, for a caller that runs several at a time."""
    notebook = deepcopy(notebook)
    with tempfile.TemporaryDirectory(prefix="ag-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        reader = Reader((folder, *environment.trusted))
        kernel = Session(folder, limits, environment)
        try:
            await kernel.start()
            status, reason = await _run_cells(notebook, kernel, limits, reader)
        finally:
            await kernel.stop()
    notebook.metadata["autograder"] = {
        "status": status,
        "reason": reason,
        "seed": environment.seed,
    }
    return notebook


async def _run_cells(
    notebook: NotebookNode, kernel: Session, limits: Limits, reader: Reader
) -> tuple[str, str]:
    """Run cell after cell; the status and its reason."""
    late: list[str] = []
    spent = 0.0
    stopped: NotebookNode | None = None
    status, reason = GRADED, ""
    for cell in notebook.cells:
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        remaining = limits.submission_seconds - spent
        if stopped is None and not kernel.alive:
            status, reason = KERNEL_DIED, "the Jupyter kernel did not start"
            stopped = error_output("NotRun", "Not run: the kernel did not start.")
        if stopped is None and remaining <= 0:
            status = TIME_LIMIT
            reason = f"the {limits.submission_seconds:g} seconds for all cells were used up"
            reason += f"; {late[0]} was the first to run too long" if late else ""
            stopped = error_output(
                "TimeLimit", "Not run: the time for this submission was used up."
            )
        if stopped is not None:
            cell.outputs = [deepcopy(stopped)]
            continue
        began = time.monotonic()
        seconds = min(limits.cell_seconds, remaining)
        graded = is_test(cell)
        end, outputs = await kernel.execute(cell, seconds, remember=not graded)
        spent += time.monotonic() - began
        if not graded and cell.execution_count is not None:
            reader.cells[cell.execution_count] = cell.source
        cell.outputs = settle(outputs, reader, graded)
        if end == "late":
            late.append(_title(cell))
            text = f"Stopped: this ran longer than {seconds:.0f} seconds. Is there an endless loop?"
            cell.outputs = [*_streams(cell), error_output("TimeLimit", text)]
        if not kernel.alive:
            why = "never ended" if end == "late" else "ended the kernel"
            status = TIME_LIMIT if end == "late" else KERNEL_DIED
            reason = f"{_title(cell)} {why}"
            stopped = error_output("NotRun", f"Not run: an earlier cell {why}.")
            if end == "died":
                text = "The kernel died while this cell ran."
                cell.outputs = [*_streams(cell), error_output("KernelDied", text)]
    if late and status == GRADED:
        status = TIME_LIMIT
        reason = f"{late[0]} ran longer than {limits.cell_seconds:g} seconds"
        reason += f" (and {len(late) - 1} more)" if len(late) > 1 else ""
    return status, reason


def _title(cell: NotebookNode) -> str:
    name = name_of(cell)
    return f"cell '{name}'" if name else "a cell that the student added"


def _streams(cell: NotebookNode) -> list[NotebookNode]:
    return [output for output in cell.outputs if output.output_type == "stream"]
