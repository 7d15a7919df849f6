"""Proxies: the objects that a hidden test holds in place of the student's own.

A proxy forwards every operation to the student's process. The proxy of a layer is itself a module
with the same parameters under the same names: a test can load, read and change them, and
differentiate with respect to them.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from autograder.protocol.optional_torch import Tensor, nn

from .remote_errors import NotJudged
from .rpc_session import Session

# Methods that change a layer as a whole, or that a student may have overridden.
FORWARDED = (
    *("train", "eval", "to", "cpu", "half", "float", "double", "bfloat16", "requires_grad_"),
    *("zero_grad", "load_state_dict", "state_dict", "extra_repr", "forward"),
)


# What a test would ask an object of the student's class, which could answer as it likes.
COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
ARITHMETIC = {
    **{"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%"},
    **{"pow": "**", "matmul": "@", "and": "&", "or": "|", "xor": "^"},
    **{"lshift": "<<", "rshift": ">>", "divmod": "divmod()"},
}
CONVERSIONS = {
    **{"bool": "the truth value", "int": "int()", "float": "float()", "complex": "complex()"},
    **{"index": "the integer", "abs": "abs()", "round": "round()", "neg": "-", "pos": "+"},
}


class RemoteObject:
    """Proxy of a function, a class or any other object that is not a module.

    It refuses operators: hidden tests compare values that have crossed, never objects.
    """

    def __init__(self, rpc: Session, key: int, kind: str):
        self.__dict__.update({"_rpc": rpc, "_key": key, "_kind": kind})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._rpc.call(self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__name__":
            raise AttributeError(name)
        return self._rpc.get_attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._rpc.set_attribute(self, name, value)

    def __getitem__(self, index: Any) -> Any:
        return self._rpc.get_item(self, index)

    def __len__(self) -> int:
        return self._rpc.length(self)

    def __iter__(self) -> Iterator[Any]:
        return self._rpc.iterate(self)

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<a {self._kind}>"

    def call_remote(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function of a locked cell on this object, in the student's process."""
        return self._rpc.call_given(name, (self, *args), kwargs)


class RemoteModule(nn.Module):
    """Proxy of a module; its parameters, buffers and children are mirrored."""

    __hash__ = nn.Module.__hash__

    def __init__(self, rpc: Session, key: int):
        super().__init__()
        self.__dict__.update({"_rpc": rpc, "_key": key})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._rpc.call(self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name.startswith("__"):
                raise
            return self._rpc.get_attribute(self, name)

    def _build(self, training: bool, parameters: list, buffers: list, children: list) -> None:
        """Mirror the state of the student's module."""
        shared, modules = self._rpc.shared, self._rpc.modules
        # Shared state holds tensors weakly, so they must outlive the clearing.
        alive = [*self._parameters.values(), *self._buffers.values()]
        self._parameters.clear()
        self._buffers.clear()
        self._modules.clear()
        self._non_persistent_buffers_set.clear()
        self.__dict__["training"] = training is True
        for name, key in parameters:
            self._parameters[_name(name)] = None if key is None else _parameter(shared.get(key))
        for name, key, saved in buffers:
            self._buffers[_name(name)] = None if key is None else shared.get(key)
            if not saved:
                self._non_persistent_buffers_set.add(name)
        for name, key in children:
            self._modules[_name(name)] = None if key is None else modules[key]
        alive.clear()


def _name(name: Any) -> str:
    if not isinstance(name, str) or len(name) > 200:
        raise ValueError("a part without a name")
    return name


def _parameter(x: Tensor) -> nn.Parameter:
    if not isinstance(x, nn.Parameter):
        raise ValueError("a parameter that is none")
    return x


def _forwarding_method(name: str) -> Any:
    def method(self: RemoteModule, *args: Any, **kwargs: Any) -> Any:
        return self._rpc.get_attribute(self, name)(*args, **kwargs)

    method.__name__ = name
    return method


def _refusal(operation: str) -> Any:
    def method(self: RemoteObject | RemoteModule, *_: Any) -> Any:
        kind = self._kind if isinstance(self, RemoteObject) else type(self).__name__
        raise NotJudged(operation, kind)

    return method


for _method in FORWARDED:
    setattr(RemoteModule, _method, _forwarding_method(_method))
for _special, _operation in (COMPARISONS | ARITHMETIC).items():
    setattr(RemoteObject, f"__{_special}__", _refusal(_operation))
    setattr(RemoteModule, f"__{_special}__", _refusal(_operation))
for _special, _operation in ARITHMETIC.items():
    setattr(RemoteObject, f"__r{_special}__", _refusal(_operation))
    setattr(RemoteModule, f"__r{_special}__", _refusal(_operation))
for _special, _operation in CONVERSIONS.items():
    setattr(RemoteObject, f"__{_special}__", _refusal(_operation))


@lru_cache(maxsize=256)
def remote_module_class(name: str) -> type[RemoteModule]:
    """Return a proxy class of this name, so that messages name the student's class."""
    return type(name, (RemoteModule,), {})
