"""Known mistakes: `misconceptions.model.masks` has those in `model.masks`, and so on.

Each is a small change of the reference: fragments of its code, and what replaces them. That reads
as a diff, stays true when the rest of the reference changes, and can be combined with another
mistake.

Each comes with three short texts for the student (what you did, what it causes, how to fix it), the
section of the book that explains it, and the hidden test that must catch it. The list proves the
tests, diagnoses students' code, and teaches.
"""

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
        change: fragments of the reference's code, and what replaces them.
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

    @property
    def sentence(self) -> str:
        """What the student did and what it causes."""
        return f"{self.did} {self.causes}".strip()

    @cached_property
    def source(self) -> str:
        """The mistake as a student would write it, under the reference's name."""
        return changed(code_of(self.reference), self.change)

    @cached_property
    def implementation(self) -> Callable:
        """The wrong function or class, which calls itself by the mistake's name."""
        return self.anew()

    def anew(self) -> Callable:
        """Return another `implementation`: what such a class or default argument counts is at 0."""
        return program(self.source, self.reference, self.name, self.module)

    def combined(self, other: "Misconception") -> Callable | None:
        """Return the reference with both mistakes, anew; None if they do not go together."""
        source = _combined(self.name, other.name)
        if source is None:
            return None
        try:
            return program(source, self.reference, f"{self.name}+{other.name}", self.module)
        except SyntaxError:
            return None


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
    module = reference.__module__.replace("solutions", __name__, 1)
    texts = did, causes, fix, section, caught_by
    known = Misconception(name, reference.__name__, *texts, reference, module, change)
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
def _combined(one: str, other: str) -> str | None:
    first, second = by_name(one), by_name(other)
    if first.reference is not second.reference:
        return None
    try:
        source = changed(first.source, second.change)
        reversed_order = changed(second.source, first.change)
    except ChangeDoesNotApply:
        return None
    # None if one changes what the other has written
    return source if source == reversed_order else None
