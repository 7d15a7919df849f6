"""Forms in which students answer with the faults of the five models."""


# form: a dictionary by the right names
# as in: typical homework
# verdict: right
def diagnosis():
    return {1: "source order", 2: "future", 3: "probabilities", 4: "no memory", 5: "padding"}


# form: dict() of pairs
# as in: typical homework, zip of numbers and names
# verdict: right
def diagnosis():
    faults = ["source order", "future", "probabilities", "no memory", "padding"]
    return dict(zip(range(1, 6), faults))


# form: an OrderedDict, filled in another order
# as in: a habit from older Python
# verdict: right
from collections import OrderedDict


def diagnosis():
    found = OrderedDict()
    found[3] = "probabilities"  # rows that sum to one, no negative number
    found[2] = "future"  # the first rows move with the last target word
    found[5] = "padding"
    found[4] = "no memory"
    found[1] = "source order"
    return found


# form: NumPy integers as keys
# as in: a loop over np.arange
# verdict: right
import numpy as np


def diagnosis():
    names = np.array(["source order", "future", "probabilities", "no memory", "padding"])
    return {number: str(name) for number, name in zip(np.arange(1, 6), names)}


# form: found by rules from the observations
# as in: typical homework of somebody who automates it
# verdict: right
def diagnosis():
    def moved(number, experiment):
        return ((observe(number, experiment) - observe(number)).abs().amax(dim=-1) > 5e-4).tolist()

    answer = {}
    for number in range(1, 6):
        rows = observe(number)
        if torch.allclose(rows.sum(-1), torch.ones(len(rows)), atol=5e-3) and (rows >= 0).all():
            answer[number] = "probabilities"
        elif any(moved(number, "the same once more")):
            answer[number] = "dropout"
        elif any(moved(number, "another last target word")[:-1]):
            answer[number] = "future"
        elif not any(moved(number, "another source word")):
            answer[number] = "no memory"
        elif not any(moved(number, "two source words swapped")):
            answer[number] = "source order"
        elif any(moved(number, "source padded")):
            answer[number] = "padding"
        else:
            answer[number] = "no self-attention"
    return answer


# form: an enumeration of strings
# as in: typical homework with enum.StrEnum
# verdict: right
from enum import StrEnum


class Fault(StrEnum):
    FUTURE = "future"
    MEMORY = "no memory"
    SOURCE_ORDER = "source order"
    PADDING = "padding"
    PROBABILITIES = "probabilities"


def diagnosis():
    return {
        1: Fault.SOURCE_ORDER, 2: Fault.FUTURE, 3: Fault.PROBABILITIES, 4: Fault.MEMORY, 5: Fault.PADDING,
    }


# form: the source's order and its loss confused
# as in: typical homework, the first symptom taken for the fault
# verdict: wrong
# loses: bug-1, bug-4
# named: order_taken_for_memory, memory_taken_for_order
def diagnosis():
    return {1: "no memory", 2: "future", 3: "probabilities", 4: "source order", 5: "padding"}


# form: a softmax taken for dropout
# as in: typical homework
# verdict: wrong
# loses: bug-3
# named: probabilities_taken_for_dropout
def diagnosis():
    answer = {1: "source order", 2: "future", 4: "no memory", 5: "padding"}
    answer[3] = "dropout"
    return answer


# form: the order of the target for the future
# as in: typical homework
# verdict: wrong
# loses: bug-2
# named: future_taken_for_order
def diagnosis():
    faults = "source order|target order|probabilities|no memory|padding".split("|")
    return {i + 1: fault for i, fault in enumerate(faults)}


# form: counted from 0
# as in: typical homework, enumerate without a start
# verdict: wrong
# loses: bug-1, bug-2, bug-3, bug-4, bug-5
# named: -
def diagnosis():
    return dict(enumerate(["source order", "future", "probabilities", "no memory", "padding"]))


# form: numbers as strings
# as in: typical homework, JSON-like keys
# verdict: wrong
# loses: bug-1, bug-2, bug-3, bug-4, bug-5
# named: -
def diagnosis():
    return {"1": "source order", "2": "future", "3": "probabilities", "4": "no memory", "5": "padding"}


# form: a list in place of a dictionary
# as in: typical homework
# verdict: wrong
# loses: bug-1, bug-2, bug-3, bug-4, bug-5
# named: -
def diagnosis():
    return ["source order", "future", "probabilities", "no memory", "padding"]


# form: nothing returned
# as in: typical homework, print in place of return
# verdict: wrong
# loses: bug-1, bug-2, bug-3, bug-4, bug-5
# named: -
def diagnosis():
    print({1: "source order", 2: "future", 3: "probabilities", 4: "no memory", 5: "padding"})


# form: three of five, the rest not looked at
# as in: typical homework, handed in early
# verdict: wrong
# loses: bug-4, bug-5
# named: -
def diagnosis():
    return {1: "source order", 2: "future", 3: "probabilities"}


# form: names in the student's own words
# as in: typical homework, capitals and long descriptions
# verdict: wrong
# loses: bug-1, bug-2
# named: -
def diagnosis():
    return {
        1: "No positions in the source", 2: "causal mask missing",
        3: "probabilities", 4: "no memory", 5: "padding",
    }


# form: padding taken for order, and self-attention for the future
# as in: typical homework, two faults confused
# verdict: wrong
# loses: bug-5, bug-2
# named: padding_taken_for_order
def diagnosis():
    return {
        1: "source order", 2: "no self-attention", 3: "probabilities", 4: "no memory", 5: "source order",
    }
