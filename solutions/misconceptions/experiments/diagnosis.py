"""Ways to take one fault for another (right: `solutions.experiments.diagnosis`)."""

from solutions.misconceptions import misconception

SECTION = "encoder-decoder.html#model-diagnosis"


@misconception(
    "diagnosis",
    caught_by="bug-1",
    section=SECTION,
    sentence="You say that model 1 never reads the source. Then another source word would change "
    "nothing either: try that experiment too.",
)
def order_taken_for_memory():
    return {1: "no memory", 2: "future", 3: "probabilities", 4: "no memory", 5: "padding"}


@misconception(
    "diagnosis",
    caught_by="bug-2",
    section=SECTION,
    sentence="You say that model 2 has no positions in its target. Look where its output changes "
    "when the last target word does: a word should not move what stands before it.",
)
def future_taken_for_order():
    return {1: "source order", 2: "target order", 3: "probabilities", 4: "no memory", 5: "padding"}


@misconception(
    "diagnosis",
    caught_by="bug-3",
    section=SECTION,
    sentence="You say that model 3 drops numbers in evaluation. Then two runs on the same input "
    "would differ. Look at one output by itself: at its signs and its sums.",
)
def probabilities_taken_for_dropout():
    return {1: "source order", 2: "future", 3: "dropout", 4: "no memory", 5: "padding"}


@misconception(
    "diagnosis",
    caught_by="bug-4",
    section=SECTION,
    sentence="You say that model 4 has no positions in its source. It has lost more than the "
    "order: see what another source word changes.",
)
def memory_taken_for_order():
    return {1: "source order", 2: "future", 3: "probabilities", 4: "source order", 5: "padding"}


@misconception(
    "diagnosis",
    caught_by="bug-5",
    section=SECTION,
    sentence="You say that model 5 has no positions in its source. Swapped words do change its "
    "output, as they should; something else changes it that should not.",
)
def padding_taken_for_order():
    return {1: "source order", 2: "future", 3: "probabilities", 4: "no memory", 5: "source order"}
