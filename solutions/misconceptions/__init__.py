"""Known mistakes: `misconceptions.model.masks` has those in `model.masks`, and so on.

A misconception is a wrong implementation under its own name, with one sentence that tells a
student what they did, the section of the book that explains it, and the hidden test that must
catch it. The list serves to verify the tests, to diagnose students' code, and to teach.

A wrong function has the signature of the right one. A wrong layer subclasses the right layer and
overrides only the methods that are wrong. Each is self-contained: it may call other references, but
not the one that it replaces, so that a notebook can contain its source as a student's answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from types import FunctionType


@dataclass(frozen=True)
class Misconception:
    """One known mistake.

    Attributes:
        name: of the wrong implementation.
        replaces: name of the reference.
        sentence: tells a student what they did and what it causes.
        section: page and anchor in the book, such as "attention.html#attn-scale".
        caught_by: the hidden test that must lose its points.
        implementation: the wrong function or class.
    """

    name: str
    replaces: str
    sentence: str
    section: str
    caught_by: str
    implementation: Callable

    @property
    def reference(self) -> Callable:
        """Return the reference that this mistake replaces."""
        module = self.implementation.__module__.replace(".misconceptions", "", 1)
        return getattr(import_module(module), self.replaces)


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
    "experiments.diagnosis",
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


def misconception(replaces: str, *, caught_by: str, section: str, sentence: str) -> Callable:
    """Register the decorated function or class; return it unchanged."""

    def enter(implementation: Callable) -> Callable:
        name = implementation.__name__
        known = Misconception(name, replaces, sentence, section, caught_by, implementation)
        _known.setdefault(implementation.__module__, []).append(known)
        return implementation

    return enter


@cache
def all_of_them() -> tuple[Misconception, ...]:
    """Return all known mistakes, in reading order."""
    modules = [import_module(f"{__name__}.{module}") for module in _MODULES]
    return tuple(known for module in modules for known in _known[module.__name__])


def for_reference(replaces: str) -> tuple[Misconception, ...]:
    """Return the known mistakes in `replaces`."""
    return tuple(known for known in all_of_them() if known.replaces == replaces)


@cache
def with_inherited(reference: Callable) -> tuple[Misconception, ...]:
    """Return the mistakes in a reference, then those in the functions that it calls.

    A student's right layer on top of a wrong function gives a wrong result. The diagnosis should
    name the function that causes it.
    """
    used = {
        name: function.__globals__.get(name)
        for function in _functions(reference)
        for name in function.__code__.co_names
    }
    inherited = (
        replace(
            known,
            sentence=f"This comes from {known.replaces}: {known.sentence}",
            implementation=_on_top_of(reference, known),
        )
        for name, called in used.items()
        for known in for_reference(name)
        if known.reference is called  # and not a method or another library's function of that name
    )
    return (*for_reference(reference.__name__), *inherited)


def _functions(reference: Callable) -> list[FunctionType]:
    """Return the function itself, or the methods of a class without its constructor."""
    members = vars(reference).values() if isinstance(reference, type) else [reference]
    functions = [f for f in members if isinstance(f, FunctionType)]
    return [f for f in functions if f.__name__ != "__init__"]


def _on_top_of(reference: Callable, known: Misconception) -> Callable:
    """Return the reference's own code, calling the mistake instead of the right function."""

    def rebound(function: FunctionType) -> FunctionType:
        names = {**function.__globals__, known.replaces: known.implementation}
        return FunctionType(function.__code__, names, argdefs=function.__defaults__)

    if isinstance(reference, type):
        methods = {f.__name__: rebound(f) for f in _functions(reference)}
        return type(reference.__name__, (reference,), methods)
    (function,) = _functions(reference)
    return rebound(function)
