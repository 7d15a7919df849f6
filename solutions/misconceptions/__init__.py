"""Known mistakes: `misconceptions.model.masks` has those in `model.masks`, and so on.

Most are small changes of the reference: fragments of its code, and what replaces them. That reads
as a diff, stays true when the rest of the reference changes, and can be combined with another
mistake. A mistake that no small change expresses is a whole program: a function with the signature
of the right one, or a subclass of the right layer that overrides the methods that are wrong.

Each comes with three short texts for the student (what you did, what it causes, how to fix it), the
section of the book that explains it, and the hidden test that must catch it. The list proves the
tests, diagnoses students' code, and teaches.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module

from solutions.tooling.source_change import ChangeDoesNotApply, changed, code_of, program


@dataclass(frozen=True)
class Misconception:
    """One known mistake.

    Attributes:
        name: unique among all mistakes.
        replaces: name of the reference.
        did: tells the student what they did; one sentence.
        causes: what comes of it; one sentence or two.
        fix: what to do about it; one sentence.
        section: page and anchor in the book, such as "attention.html#attn-scale".
        caught_by: the hidden test that must lose its points.
        reference: the right function or class.
        module: where the mistake is listed.
        change: fragments of the reference's code, and what replaces them; empty if `whole` is set.
        whole: the wrong function or class itself, where no small change expresses it.
    """

    name: str
    replaces: str
    did: str
    causes: str
    fix: str
    section: str
    caught_by: str
    reference: Callable
    module: str
    change: Mapping[str, str]
    whole: Callable | None = None

    @property
    def sentence(self) -> str:
        """What the student did and what it causes."""
        return f"{self.did} {self.causes}".strip()

    @cached_property
    def source(self) -> str:
        """The mistake as a student would write it, under the reference's name."""
        if self.whole is None:
            return changed(code_of(self.reference), self.change)
        return _under_name_of(self.reference, self.whole)

    @cached_property
    def implementation(self) -> Callable:
        """The wrong function or class, which calls itself by the mistake's name."""
        if self.whole is not None:
            return self.whole
        return program(self.source, self.reference, self.name, self.module)

    def combined(self, other: "Misconception") -> Callable | None:
        """Return the reference with both mistakes; None if they do not go together."""
        return _combined(self.name, other.name)


# In the reading order of `solutions`.
_MODULES = (
    "model.masks",
    "model.attention",
    "model.positional",
    "model.embeddings",
    "model.feed_forward",
    "model.residual",
    "model.ablation",
    "model.encoder",
    "model.decoder",
    "model.transformer",
    "assignments.fault_diagnosis",
    "data.vocabulary",
    "data.batching",
    "training.loss",
    "training.optim",
    "training.step",
    "decoding.length_penalty",
    "decoding.predictors",
    "decoding.kv_cache",
    "decoding.greedy",
    "decoding.beam_search",
    "decoding.bleu",
    "numpy_reference.broadcasting",
    "numpy_reference.one_batch",
    "numpy_reference.backprop",
    "assignments.lab_data",
    "assignments.lab",
)
_known: dict[str, list[Misconception]] = {}


def misconception(
    reference: Callable,
    name: str,
    *,
    did: str,
    causes: str,
    fix: str,
    section: str,
    caught_by: str,
    change: Mapping[str, str],
) -> Misconception:
    """Enter a mistake that is a small change of the reference; see `Misconception`."""
    return _enter(name, reference, (did, causes, fix, section, caught_by), change)


def whole_misconception(
    reference: Callable, *, did: str, causes: str, fix: str, section: str, caught_by: str
) -> Callable:
    """Enter the decorated function or class, which is wrong; return it unchanged."""

    def enter(wrong: Callable) -> Callable:
        _enter(wrong.__name__, reference, (did, causes, fix, section, caught_by), {}, wrong)
        return wrong

    return enter


def _enter(
    name: str,
    reference: Callable,
    texts: tuple[str, str, str, str, str],
    change: Mapping[str, str],
    whole: Callable | None = None,
) -> Misconception:
    module = reference.__module__.replace("solutions", __name__, 1)
    known = Misconception(name, reference.__name__, *texts, reference, module, change, whole)
    _known.setdefault(module, []).append(known)
    return known


@cache
def all_of_them() -> tuple[Misconception, ...]:
    """Return all known mistakes, in reading order."""
    modules = [import_module(f"{__name__}.{module}") for module in _MODULES]
    return tuple(known for module in modules for known in _known[module.__name__])


def for_reference(replaces: str) -> tuple[Misconception, ...]:
    """Return the known mistakes in `replaces`."""
    return tuple(known for known in all_of_them() if known.replaces == replaces)


def by_name(name: str) -> Misconception:
    """Return the mistake of that name.

    Raises:
        KeyError: there is none.
    """
    return _by_name()[name]


@cache
def _by_name() -> dict[str, Misconception]:
    return {known.name: known for known in all_of_them()}


def mistakes_of(reference: Callable) -> tuple[Misconception, ...]:
    """Return the known mistakes in a function or class."""
    return tuple(known for known in all_of_them() if known.reference is reference)


@cache
def _combined(one: str, other: str) -> Callable | None:
    first, second = by_name(one), by_name(other)
    if first.reference is not second.reference or first.whole or second.whole:
        return None
    try:
        source = changed(first.source, second.change)
        reversed_order = changed(second.source, first.change)
    except ChangeDoesNotApply:
        return None
    if source != reversed_order:  # one changes what the other has written
        return None
    try:
        return program(source, first.reference, f"{one}+{other}", first.module)
    except SyntaxError:
        return None


def _under_name_of(reference: Callable, wrong: Callable) -> str:
    """Return the source of a whole program, as a student would write it.

    A wrong function is renamed. The methods of a wrong layer replace those of the reference.
    """
    source = textwrap.dedent(inspect.getsource(wrong))
    top = ast.parse(source).body[0]
    source = "\n".join(source.splitlines()[top.lineno - 1 :]) + "\n"  # without decorators
    if isinstance(top, ast.FunctionDef):
        return source.replace(f"def {top.name}(", f"def {reference.__name__}(", 1)
    lines = code_of(reference).splitlines()
    right = {method.name: method for method in _methods("\n".join(lines))}
    replacements = [(right[method.name], method) for method in _methods(source)]
    for old, new in sorted(replacements, key=lambda pair: -pair[0].lineno):
        lines[old.lineno - 1 : old.end_lineno] = source.splitlines()[
            new.lineno - 1 : new.end_lineno
        ]
    return "\n".join(lines) + "\n"


def _methods(source: str) -> list[ast.FunctionDef]:
    top = ast.parse(source).body[0]
    assert isinstance(top, ast.ClassDef)
    return [node for node in top.body if isinstance(node, ast.FunctionDef)]
