"""Mutation testing: small changes to a correct answer, most of which a test must detect.

Known mistakes are those that people make. Mutants are those that no author thought of: an operator
swapped, a number off by one, an argument left out, a step skipped. A mutant that loses no point
shows a gap in the tests, unless it computes the same result.
"""

import ast
import copy
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from types import ModuleType

from .reference_source import body_to_write, functions_of, source_of

SWAPPED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Mutant:
    """A correct answer with one change.

    Attributes:
        change: the line that changed, as `before  ->  after`.
        source: the whole changed answer.
    """

    change: str
    source: str


def mutants(
    reference: Callable, keep: Collection[str] = (), given: Collection[str] = ()
) -> Iterator[Mutant]:
    """Yield every mutant of a reference; the arguments are those of `reference_source.stub`.

    Strings are not changed, nor are guards against wrong input: `if ...: raise ...`, and calls of
    given functions.
    """
    tree = ast.parse(source_of(reference))
    right = ast.unparse(tree) + "\n"
    seen = {right}
    names = vars(sys.modules[reference.__module__])
    for function in functions_of(tree.body[0]):
        if function.name in keep:
            continue
        for statement in body_to_write(function, given):
            if _is_guard(statement, given):
                continue
            for mutated in _of_statement(tree, statement, names):
                source = ast.unparse(mutated) + "\n"
                if source not in seen:
                    seen.add(source)
                    yield Mutant(_changed_line(right, source), source)


def _of_statement(tree: ast.Module, statement: ast.stmt, names: dict) -> Iterator[ast.Module]:
    for node in _nodes(statement):
        for replacement in _replacements(node, names):
            place = next(i for i, other in enumerate(ast.walk(tree)) if other is node)
            mutated = copy.deepcopy(tree)
            target = next(other for i, other in enumerate(ast.walk(mutated)) if i == place)
            _Replace(target, replacement).visit(mutated)
            yield ast.fix_missing_locations(mutated)


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the node and all below it, except annotations, docstrings and raising code."""
    if isinstance(node, ast.Raise | ast.arguments) or _is_text(node) or _is_guard(node, ()):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _nodes(child)


def _replacements(node: ast.AST, names: dict) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            yield ast.BinOp(right, ast.MatMult(), left)
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in SWAPPED:
            yield _with(node, op=SWAPPED[type(op)]())
        case ast.AugAssign(op=op) if type(op) in SWAPPED:
            yield _with(node, op=SWAPPED[type(op)]())
            yield ast.Pass()
        case ast.Compare(ops=[op]) if type(op) in SWAPPED:
            yield _with(node, ops=[SWAPPED[type(op)]()])
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.Constant(value=float(value)):
            yield ast.Constant(value + 1.0)
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse
        case ast.If(test=test):
            yield _with(node, test=ast.Constant(True))
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))
            yield _with(node, test=ast.Constant(False))
        case ast.Call():
            yield from _calls(node, names)
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Return(value=ast.Tuple(elts=[first, second])):
            yield ast.Return(ast.Tuple([second, first], ast.Load()))
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


def _calls(node: ast.Call, names: dict) -> Iterator[ast.AST]:
    """Yield a call without one keyword, with swapped arguments, or replaced by its argument."""
    for keyword in node.keywords:
        yield _with(node, keywords=[other for other in node.keywords if other is not keyword])
    if len(node.args) >= 2 and not any(isinstance(arg, ast.Starred) for arg in node.args[:2]):
        yield _with(node, args=[node.args[1], node.args[0], *node.args[2:]])
    if isinstance(node.func, ast.Attribute) and not _is_namespace(node.func.value, names):
        yield node.func.value  # x.f(...) -> x
    if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
        yield node.args[0]  # f(x) -> x


def _with(node: ast.AST, **changes) -> ast.AST:
    changed = copy.copy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _is_namespace(node: ast.AST, names: dict) -> bool:
    """Return True for a name that holds functions, not a value: `torch`, `self`."""
    if not isinstance(node, ast.Name) or (node.id != "self" and node.id not in names):
        return False
    return isinstance(names.get(node.id, sys), ModuleType)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _is_guard(node: ast.AST, given: Collection[str]) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return getattr(node.value.func, "id", None) in given
    return isinstance(node, ast.If) and all(isinstance(inner, ast.Raise) for inner in node.body)


def _changed_line(before: str, after: str) -> str:
    lines = zip(before.splitlines(), after.splitlines(), strict=False)
    old, new = next((old, new) for old, new in lines if old != new)
    return f"{old.strip()}  ->  {new.strip()}"


class _Replace(ast.NodeTransformer):
    """Transformer that replaces one node by another."""

    def __init__(self, target: ast.AST, replacement: ast.AST):
        self.target, self.replacement = target, replacement

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.target:
            return copy.deepcopy(self.replacement)
        return self.generic_visit(node)
