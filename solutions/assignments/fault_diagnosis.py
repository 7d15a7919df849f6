"""The faults of five broken models, to be found from their outputs (`experiments.diagnosis`)."""

from collections.abc import Callable


def diagnosis() -> dict[int, str]:
    """Return the fault of each of the five models.

    The faults to choose from; each belongs to one model or to none:

    - "future": a target position sees words that come later.
    - "no self-attention": no target position sees another one.
    - "no memory": the decoder never reads the source.
    - "source order": the source has no positions.
    - "target order": the target has no positions.
    - "padding": padding of the source is read.
    - "dropout": numbers are dropped in evaluation too.
    - "probabilities": a softmax follows the logits.

    Returns:
        number of the model, 1 to 5 -> name of its fault.
    """
    return {1: "source order", 2: "future", 3: "probabilities", 4: "no memory", 5: "padding"}


def form_of(answer: Callable) -> tuple[list[int], list[str]]:
    """Return the models that an answer names, and its values that are not in the list of faults."""
    faults = [
        *("future", "no self-attention", "no memory", "source order", "target order"),
        *("padding", "dropout", "probabilities"),
    ]
    said = answer()
    return sorted(said), [fault for fault in said.values() if fault not in faults]
