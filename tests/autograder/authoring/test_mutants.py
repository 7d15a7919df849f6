"""Mutants: every kind of change is made, each once, and only in what a student writes."""

import ast

import torch

from autograder.authoring.mutants import mutants


def scaled(x, mask=None, factor: float = 2.0):
    """x / 2 where the mask allows it."""
    if factor <= 0:
        raise ValueError("factor must be positive, not zero")
    length = x.size(-1)
    y = x / factor if length > 1 else x
    if mask is not None and mask.any():
        y = y.masked_fill(~mask, 0.5)
    y += 1
    return y, torch.ones(length, dtype=torch.bool)


class Layer(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width + 7

    def forward(self, x):
        """Nothing much."""
        return x * self.width


def changes(function, **options):
    return [mutant.change for mutant in mutants(function, **options)]


def test_every_kind_of_change():
    assert set(changes(scaled)) >= {
        "y = x / factor if length > 1 else x  ->  y = x * factor if length > 1 else x",
        "y = x / factor if length > 1 else x  ->  y = x / factor if length >= 1 else x",
        "y = x / factor if length > 1 else x  ->  y = x / factor if length > 2 else x",
        "y = x / factor if length > 1 else x  ->  y = x / factor if length > 0 else x",
        "y = x / factor if length > 1 else x  ->  y = x",
        "y = x / factor if length > 1 else x  ->  y = x / factor",
        "if mask is not None and mask.any():  ->  if mask is None and mask.any():",
        "if mask is not None and mask.any():  ->  if mask is not None or mask.any():",
        "if mask is not None and mask.any():  ->  if True:",
        "if mask is not None and mask.any():  ->  if False:",
        "y = y.masked_fill(~mask, 0.5)  ->  y = y.masked_fill(mask, 0.5)",
        "y = y.masked_fill(~mask, 0.5)  ->  y = y.masked_fill(~mask, 1.5)",
        "y = y.masked_fill(~mask, 0.5)  ->  y = y",
        "y = y.masked_fill(~mask, 0.5)  ->  y = y.masked_fill(0.5, ~mask)",
        "y += 1  ->  y -= 1",
        "y += 1  ->  pass",
        "return (y, torch.ones(length, dtype=torch.bool))  ->  return (y, torch.ones(length))",
    }


def test_guards_texts_signatures_and_docstrings_stay():
    for mutant in mutants(scaled):
        (function,) = ast.parse(mutant.source).body
        assert ast.unparse(function.args) == "x, mask=None, factor: float=2.0"
        assert ast.get_docstring(function) == "x / 2 where the mask allows it."
        assert "if factor <= 0:\n        raise ValueError('factor must be positive" in mutant.source


def test_each_differs_from_the_right_answer_and_from_every_other():
    sources = [mutant.source for mutant in mutants(scaled)]
    assert len(set(sources)) == len(sources) > 15
    assert not any("torch\n" in source for source in sources)  # a module is no result


def test_methods_that_are_handed_out_are_left_alone():
    assert "self.width = width + 7  ->  self.width = width - 7" in changes(Layer)
    assert changes(Layer, keep=["__init__"]) == ["return x * self.width  ->  return x / self.width"]
