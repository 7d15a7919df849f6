"""Forms in which public code compares two runs."""


# form: min of a list
# as in: typical homework
# verdict: right
def compare_runs(usual, changed, margin=0.1):
    best_usual = min([row["validation_loss"] for row in usual])
    best_changed = min([row["validation_loss"] for row in changed])
    difference = best_changed - best_usual
    if abs(difference) <= margin:
        return "the same"
    elif difference < 0:
        return "better"
    else:
        return "worse"


# form: min with a key
# as in: a habit of terse Python
# verdict: right
def compare_runs(usual, changed, margin=0.1):
    lowest = lambda log: min(log, key=lambda row: row["validation_loss"])["validation_loss"]
    a, b = lowest(usual), lowest(changed)
    return "better" if a - b > margin else "worse" if b - a > margin else "the same"


# form: a running best
# as in: Keras, ModelCheckpoint with the best val_loss
# verdict: right
def compare_runs(usual, changed, margin=0.1):
    best = []
    for log in (usual, changed):
        lowest = float("inf")
        for row in log:
            if row["validation_loss"] < lowest:
                lowest = row["validation_loss"]
        best.append(lowest)
    gain = best[0] - best[1]
    if gain > margin:
        return "better"
    if gain < -margin:
        return "worse"
    return "the same"


# form: a sorted log and an index of answers
# as in: a habit of code golfers
# verdict: right
def compare_runs(usual: list[Row], changed: list[Row], margin: float = 0.1) -> str:
    before, after = (sorted(row["validation_loss"] for row in log)[0] for log in (usual, changed))
    return ANSWERS[1 + (after - before > margin) - (before - after > margin)]


# form: tensors
# as in: a habit of tensor users
# verdict: right
def compare_runs(usual, changed, margin=0.1):
    a, b = (torch.tensor([r["validation_loss"] for r in log], dtype=torch.float64).min().item() for log in (usual, changed))
    if abs(a - b) > margin:
        return "better" if b < a else "worse"
    return "the same"


# form: the last epochs
# as in: typical homework, log[-1]
# verdict: wrong
# loses: compare-curves
# named: comparison_of_the_ends
def compare_runs(usual, changed, margin=0.1):
    difference = changed[-1]["validation_loss"] - usual[-1]["validation_loss"]
    if difference < -margin:
        return "better"
    return "worse" if difference > margin else "the same"


# form: epoch by epoch
# as in: typical homework, the mean difference of the curves
# verdict: wrong
# loses: compare-curves
# named: comparison_of_means
def compare_runs(usual, changed, margin=0.1):
    differences = [b["validation_loss"] - a["validation_loss"] for a, b in zip(usual, changed)]
    difference = sum(differences) / len(differences)
    if abs(difference) <= margin:
        return "the same"
    return "better" if difference < 0 else "worse"


# form: the training losses
# as in: typical homework
# verdict: wrong
# loses: compare-curves
# named: comparison_of_training_losses
def compare_runs(usual, changed, margin=0.1):
    a, b = min(r["train_loss"] for r in usual), min(r["train_loss"] for r in changed)
    if abs(a - b) <= margin:
        return "the same"
    return "better" if b < a else "worse"


# form: higher is better
# as in: a habit from accuracy and BLEU
# verdict: wrong
# loses: compare-curves
# named: comparison_the_wrong_way_round
def compare_runs(usual, changed, margin=0.1):
    a, b = min(r["validation_loss"] for r in usual), min(r["validation_loss"] for r in changed)
    if b > a + margin:
        return "better"
    if b < a - margin:
        return "worse"
    return "the same"


# form: max for min
# as in: a habit from accuracy and BLEU
# verdict: wrong
# loses: compare-curves
# named: comparison_of_the_highest
def compare_runs(usual, changed, margin=0.1):
    a, b = max(r["validation_loss"] for r in usual), max(r["validation_loss"] for r in changed)
    if abs(a - b) <= margin:
        return "the same"
    return "better" if b < a else "worse"


# form: every difference counts
# as in: typical homework, if b < a
# verdict: wrong
# loses: compare-margin
# named: comparison_without_a_margin
def compare_runs(usual, changed, margin=0.1):
    a, b = min(r["validation_loss"] for r in usual), min(r["validation_loss"] for r in changed)
    if b < a:
        return "better"
    elif b > a:
        return "worse"
    return "the same"


# form: at the margin it is an effect
# as in: typical homework, < where <= was meant
# verdict: wrong
# loses: compare-margin
# named: comparison_at_the_margin
def compare_runs(usual, changed, margin=0.1):
    a, b = min(r["validation_loss"] for r in usual), min(r["validation_loss"] for r in changed)
    if abs(a - b) < margin:
        return "the same"
    return "better" if b < a else "worse"


# form: a share of the loss
# as in: Keras and sklearn, a relative tolerance
# verdict: wrong
# loses: compare-margin
# named: comparison_with_a_share
def compare_runs(usual, changed, margin=0.1):
    a, b = min(r["validation_loss"] for r in usual), min(r["validation_loss"] for r in changed)
    if abs(b - a) / max(a, b) <= margin:
        return "the same"
    return "better" if b < a else "worse"


# form: the margin on one side
# as in: typical homework, no abs
# verdict: wrong
# loses: compare-margin
# named: comparison_with_half_a_margin
def compare_runs(usual, changed, margin=0.1):
    a, b = min(r["validation_loss"] for r in usual), min(r["validation_loss"] for r in changed)
    if b < a - margin:
        return "better"
    if b > a:
        return "worse"
    return "the same"


# form: 0.1, whatever margin is
# as in: typical homework, a number in the code
# verdict: wrong
# loses: compare-margin
# named: comparison_with_a_fixed_margin
def compare_runs(usual, changed, margin=0.1):
    a, b = min(r["validation_loss"] for r in usual), min(r["validation_loss"] for r in changed)
    if abs(a - b) <= 0.1:
        return "the same"
    return "better" if b < a else "worse"


# form: True and False
# as in: typical homework, is it better?
# verdict: wrong
# loses: compare-curves, compare-margin
# named: comparison_with_true_and_false
def compare_runs(usual, changed, margin=0.1):
    a, b = min(r["validation_loss"] for r in usual), min(r["validation_loss"] for r in changed)
    return b < a - margin


# form: rounded losses
# as in: typical homework, round(x, 1)
# verdict: wrong
# loses: compare-margin
# named: comparison_of_rounded_losses
def compare_runs(usual, changed, margin=0.1):
    a, b = (round(min(r["validation_loss"] for r in log), 1) for log in (usual, changed))
    if a == b:
        return "the same"
    return "better" if b < a else "worse"


# form: the last epochs, without a margin
# as in: typical homework
# verdict: wrong
# loses: compare-curves, compare-margin
# named: comparison_of_the_ends, comparison_without_a_margin
def compare_runs(usual, changed, margin=0.1):
    a, b = usual[-1]["validation_loss"], changed[-1]["validation_loss"]
    return "better" if b < a else "worse" if b > a else "the same"
