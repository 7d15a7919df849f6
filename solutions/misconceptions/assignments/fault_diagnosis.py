"""Ways to take one fault for another (right: `solutions.assignments.fault_diagnosis`)."""

from solutions.assignments.fault_diagnosis import diagnosis
from solutions.misconceptions import misconception

SECTION = "encoder-decoder.html#model-diagnosis"

misconception(
    diagnosis,
    "order_taken_for_memory",
    did="You say that model 1 never reads the source.",
    causes="In that case another source word would not change the output either, but it does.",
    fix="Compare the output for another source word with the output for two swapped source words.",
    section=SECTION,
    caught_by="bug-1",
    change={
        '1: "source order"': '1: "no memory"',
    },
)

misconception(
    diagnosis,
    "future_taken_for_order",
    did="You say that model 2 has no positions in its target.",
    causes="A changed last target word changes the model's output at earlier positions, and "
    "missing positions cannot explain that.",
    fix="Find out at which positions the output changes when the last target word changes.",
    section=SECTION,
    caught_by="bug-2",
    change={
        '2: "future"': '2: "target order"',
    },
)

misconception(
    diagnosis,
    "probabilities_taken_for_dropout",
    did="You say that model 3 applies dropout in evaluation too.",
    causes="In that case two runs with the same input would give different outputs, but they "
    "agree.",
    fix="Look at a single output of model 3: at the signs of its numbers and at the sum of each "
    "row.",
    section=SECTION,
    caught_by="bug-3",
    change={
        '3: "probabilities"': '3: "dropout"',
    },
)

misconception(
    diagnosis,
    "memory_taken_for_order",
    did="You say that model 4 has no positions in its source.",
    causes="That fault explains why swapped source words change nothing, but model 4 ignores more "
    "than their order.",
    fix="Look at what another source word changes in the output of model 4.",
    section=SECTION,
    caught_by="bug-4",
    change={
        '4: "no memory"': '4: "source order"',
    },
)

misconception(
    diagnosis,
    "padding_taken_for_order",
    did="You say that model 5 has no positions in its source.",
    causes="In that case swapped source words would not change its output, but they do, as they "
    "should.",
    fix="Look for an experiment that must not change the output of model 5 but does.",
    section=SECTION,
    caught_by="bug-5",
    change={
        '5: "padding"': '5: "source order"',
    },
)
