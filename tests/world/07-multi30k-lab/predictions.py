"""Forms in which students hand in their predictions."""


# form: a dictionary written out
# as in: typical homework
# verdict: right
def predictions():
    return {
        "no positions": "worse",
        "no warm-up": "the same",
        "no label smoothing": "better",
        "one head": "worse",
    }


# form: dict and zip
# as in: a habit of terse Python
# verdict: right
predictions = lambda: dict(zip(CHANGES, ["worse", "worse", "the same", "the same"]))


# form: an OrderedDict
# as in: a habit from Python 2
# verdict: right
from collections import OrderedDict


def predictions():
    answers = OrderedDict()
    for change in reversed(CHANGES):
        answers[change] = "the same"
    return answers


# form: drawn by chance
# as in: students who do not care
# verdict: right
def predictions():
    return {change: random.choice(ANSWERS) for change in CHANGES}


# form: numbers of answers
# as in: typical homework, ANSWERS[i]
# verdict: right
def predictions() -> dict[str, str]:
    chosen = {"no positions": 2, "one head": 1, "no label smoothing": 0, "no warm-up": 2}
    return {change: ANSWERS[i] for change, i in chosen.items()}


# form: one is missing
# as in: typical homework
# verdict: wrong
# loses: predictions-form
# named: predictions_without_one
def predictions():
    return {"no positions": "worse", "no warm-up": "worse", "no label smoothing": "worse"}


# form: other words
# as in: typical homework
# verdict: wrong
# loses: predictions-form
# named: predictions_in_other_words
def predictions():
    return {"no positions": "much worse", "no warm-up": "worse", "no label smoothing": "better", "one head": "same"}


# form: capitals
# as in: typical homework
# verdict: wrong
# loses: predictions-form
# named: predictions_in_other_words
def predictions():
    return {"no positions": "Worse", "no warm-up": "Worse", "no label smoothing": "Better", "one head": "The same"}


# form: underscores in the names
# as in: a habit of programmers
# verdict: wrong
# loses: predictions-form
# named: predictions_under_other_names
def predictions():
    return {"no_positions": "worse", "no_warm_up": "worse", "no_label_smoothing": "better", "one_head": "worse"}


# form: one too many
# as in: typical homework, "nothing changed" as well
# verdict: wrong
# loses: predictions-form
# named: predictions_of_more
def predictions():
    return {"nothing changed": "the same", **dict.fromkeys(CHANGES, "worse")}


# form: a list
# as in: typical homework, answers in the order of CHANGES
# verdict: wrong
# loses: predictions-form
# named: -
def predictions():
    return ["worse", "worse", "the same", "worse"]


# form: None for "I do not know"
# as in: typical homework
# verdict: wrong
# loses: predictions-form
# named: predictions_in_other_words
def predictions():
    return {"no positions": "worse", "no warm-up": None, "no label smoothing": None, "one head": None}


# form: a dictionary, no function
# as in: typical homework, predictions = {...}
# verdict: wrong
# loses: predictions-form
# named: -
predictions = {"no positions": "worse", "no warm-up": "worse", "no label smoothing": "better", "one head": "worse"}


# form: answers with their reasons
# as in: typical homework, a pair of answer and reason
# verdict: wrong
# loses: predictions-form
# named: predictions_in_other_words
def predictions():
    why = "because it loses something"
    return {change: ("worse", why) for change in CHANGES}


# form: printed
# as in: typical homework, no return
# verdict: wrong
# loses: predictions-form
# named: -
def predictions():
    print({"no positions": "worse", "no warm-up": "worse", "no label smoothing": "better", "one head": "worse"})


# form: one missing, another in other words
# as in: typical homework
# verdict: wrong
# loses: predictions-form
# named: predictions_without_one, predictions_in_other_words
def predictions():
    return {"no positions": "a lot worse", "no warm-up": "worse", "no label smoothing": "better"}
