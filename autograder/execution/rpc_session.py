"""The operations of `RpcClient` that proxies and codecs need.

`RpcClient` creates proxies and uses codecs. They know it only by this interface, so that no two
modules import each other.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from autograder.protocol.framing import FrameLimits
from autograder.protocol.optional_torch import nn
from autograder.protocol.rpc_messages import Node
from autograder.protocol.shared_state import SharedState


class Session(Protocol):
    """One hidden test's connection to a student's process."""

    shared: SharedState
    frame_limits: FrameLimits

    @property
    def modules(self) -> Mapping[int, nn.Module]:
        """Mirrors of the student's modules, by key."""

    def call(self, target: Any, args: tuple, kwargs: dict) -> Any:
        """Call an object of the student's."""

    def call_given(self, name: str, args: tuple, kwargs: dict) -> Any:
        """Call a function of a locked cell in the student's process."""

    def get_attribute(self, target: Any, name: str) -> Any:
        """Read `target.name`."""

    def set_attribute(self, target: Any, name: str, value: Any) -> None:
        """Write `target.name`."""

    def get_item(self, target: Any, index: Any) -> Any:
        """Read `target[index]`."""

    def length(self, target: Any) -> int:
        """Return `len(target)`."""

    def iterate(self, target: Any) -> Iterator[Any]:
        """Yield the values of `iter(target)`."""

    def proxy(self, key: int, name: str) -> Any:
        """Return the proxy for the object with this key."""

    def plain_node(self, x: Any) -> Node:
        """Return a container as data, to notice changes later."""
