"""The commands of the reference: `python -m solutions --help`."""

import ast
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import click

# In the order in which the course uses them.
COMMANDS: Mapping[str, str] = {
    "walkthrough": "solutions.experiments.walkthrough",
    "char-lm": "solutions.experiments.char_lm",
    "order-classifier": "solutions.experiments.order_classifier",
    "layer-costs": "solutions.experiments.layer_costs",
    "fault-injection": "solutions.experiments.fault_injection",
    "throughput": "solutions.experiments.throughput",
    "padding-count": "solutions.experiments.padding_count",
    "profile-step": "solutions.experiments.profile_step",
    "train": "solutions.translator.train_command",
    "translate": "solutions.translator.translate_command",
    "evaluate": "solutions.translator.evaluate_command",
    "export": "solutions.translator.export_command",
    "export-runs": "solutions.translator.export_runs",
    "table3": "solutions.translator.table3",
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command runs.

    The list of commands takes each line from the docstring of the module's `main`, which it reads
    without importing PyTorch.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of the course."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None if there is none of this name."""
        module = COMMANDS.get(cmd_name)
        return None if module is None else import_module(module).main

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one line for each command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(module)) for name, module in COMMANDS.items()])


def summary(module: str) -> str:
    """Return the first line of the docstring of a command's `main`, without importing it."""
    path = Path(__file__).parents[1].joinpath(*module.split(".")).with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (main,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "main")
    return (ast.get_docstring(main) or "").partition("\n")[0]


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Train, use and measure the reference implementation.

    `python -m solutions COMMAND --help` describes a command.
    """


if __name__ == "__main__":
    main(prog_name="python -m solutions")
