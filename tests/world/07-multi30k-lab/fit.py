"""Forms in which public code trains for several epochs."""


# form: deepcopy of the state dict
# as in: Stack Overflow, best_model = copy.deepcopy(model.state_dict())
# verdict: right
import copy


def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append(copy.deepcopy(model.state_dict()))
        if len(kept) > average:
            kept.pop(0)
    model.load_state_dict(average_weights(kept))
    return log


# form: a deque of checkpoints, a generator of batches
# as in: a habit of collections users
# verdict: right
from collections import deque


def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    to_device = lambda some: (batch.to(device) for batch in some)
    checkpoints, log = deque(maxlen=average), []
    for epoch in range(epochs):
        train_loss = train_epoch(model, to_device(make_batches(pairs, max_tokens, seed + 1 + epoch)), optimizer, schedule, smoothing)
        valid_loss = evaluate_loss(model, to_device(make_batches(validation, max_tokens, seed)))
        log.append(dict(epoch=epoch + 1, train_loss=train_loss, validation_loss=valid_loss))
        tell(log[-1])
        checkpoints.append({k: v.clone() for k, v in model.state_dict().items()})
    model.load_state_dict(average_weights(list(checkpoints)))
    return log


# form: a running sum of the last epochs
# as in: fairseq and OpenNMT-py, average_models
# verdict: right
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    first = max(1, epochs - average + 1)
    total, count = None, 0
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        if epoch >= first:
            state = {k: v.detach().clone() for k, v in model.state_dict().items()}
            count += 1
            total = state if total is None else {k: total[k] + (state[k] - total[k]) / count for k in state}
    model.load_state_dict(total)
    return log


# form: AveragedModel
# as in: torch.optim.swa_utils, update_parameters in the last epochs
# verdict: right
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    swa_model = AveragedModel(model)
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        if epoch > epochs - average:
            swa_model.update_parameters(model)
    model.load_state_dict(swa_model.module.state_dict())
    return log


# form: checkpoints in files
# as in: nearly every tutorial, torch.save(model.state_dict(), path)
# verdict: right
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    with tempfile.TemporaryDirectory() as folder:
        log, device = [], next(model.parameters()).device
        valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
        for epoch in range(1, epochs + 1):
            batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + 1000 * epoch)]
            train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
            row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
            log.append(row)
            tell(dict(row))
            torch.save(model.state_dict(), f"{folder}/{epoch}.pt")
        last = range(max(1, epochs - average + 1), epochs + 1)
        states = [torch.load(f"{folder}/{epoch}.pt", map_location=device) for epoch in last]
    model.load_state_dict(average_weights(states))
    return log


# form: a trainer class
# as in: karpathy/minGPT, Trainer
# verdict: right
class _Trainer:
    def __init__(self, model, optimizer, schedule, smoothing, max_tokens):
        self.model, self.optimizer, self.schedule = model, optimizer, schedule
        self.smoothing, self.max_tokens = smoothing, max_tokens
        self.device = next(model.parameters()).device

    def batches(self, pairs, seed):
        return [batch.to(self.device) for batch in make_batches(pairs, self.max_tokens, seed)]

    def epoch(self, number, batches, held_out):
        loss = train_epoch(self.model, batches, self.optimizer, self.schedule, self.smoothing)
        return {"epoch": number, "train_loss": loss, "validation_loss": evaluate_loss(self.model, held_out)}

    def snapshot(self):
        return {name: value.detach().clone() for name, value in self.model.state_dict().items()}


def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    trainer = _Trainer(model, optimizer, schedule, smoothing, max_tokens)
    held_out, log, kept = trainer.batches(validation, seed), [], []
    for epoch in range(1, epochs + 1):
        log.append(trainer.epoch(epoch, trainer.batches(pairs, seed + epoch), held_out))
        tell(log[-1])
        if epoch > epochs - average:
            kept.append(trainer.snapshot())
    model.load_state_dict(average_weights(kept))
    return log


# form: state dicts without copies
# as in: Stack Overflow, model.state_dict() is a reference, not a copy
# verdict: wrong
# loses: fit-average
# named: fit_keeps_the_living_parameters
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append(model.state_dict())
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: shallow copies
# as in: Stack Overflow, state_dict().copy() shares the tensors
# verdict: wrong
# loses: fit-average
# named: fit_keeps_the_living_parameters
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append(dict(model.state_dict()))
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: the best epoch is kept
# as in: bentrevett/pytorch-seq2seq, if valid_loss < best_valid_loss: save
# verdict: wrong
# loses: fit-average
# named: fit_keeps_the_best_epoch
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    best, best_loss = None, float("inf")
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        if row["validation_loss"] < best_loss:
            best_loss = row["validation_loss"]
            best = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(best)
    return log


# form: nothing is averaged
# as in: nearly every tutorial, the model of the last epoch
# verdict: wrong
# loses: fit-average
# named: fit_keeps_the_living_parameters
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
    return log


# form: all epochs are averaged
# as in: torch.optim.swa_utils from the first epoch on
# verdict: wrong
# loses: fit-average
# named: fit_averages_every_epoch
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
    model.load_state_dict(average_weights(kept))
    return log


# form: an exponential mean
# as in: EMA of timm and HF diffusers
# verdict: wrong
# loses: fit-average
# named: fit_mixes_in_each_epoch
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    ema = {k: v.clone() for k, v in model.state_dict().items()}
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        for k, v in model.state_dict().items():
            ema[k].mul_(1 - 1 / average).add_(v, alpha=1 / average)
    model.load_state_dict(ema)
    return log


# form: batches made once
# as in: typical homework and PyTorch loaders without shuffle
# verdict: wrong
# loses: fit-orders
# named: fit_repeats_the_first_order
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed)]
    for epoch in range(1, epochs + 1):
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: a random seed for each epoch
# as in: typical homework, random.randint for the seed
# verdict: wrong
# loses: fit-orders
# named: fit_draws_without_the_seed
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, random.randint(0, 10**6))]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: epochs counted from 0
# as in: for epoch in range(epochs), in nearly every tutorial
# verdict: wrong
# loses: fit-log
# named: fit_counts_from_zero
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(epochs):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch + 1)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: validated on the training pairs
# as in: typical homework, the wrong list
# verdict: wrong
# loses: fit-log
# named: fit_validates_on_what_it_learns
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(pairs, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: evaluated before the epoch
# as in: typical homework, the loss of the model as it was before
# verdict: wrong
# loses: fit-log
# named: fit_evaluates_before_the_epoch
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        validation_loss = evaluate_loss(model, valid)
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        log.append({"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss})
        tell(log[-1])
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: tell at the end
# as in: typical homework, the log is told when all is over
# verdict: wrong
# loses: fit-log
# named: fit_tells_at_the_end
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    tell(log)
    model.load_state_dict(average_weights(kept))
    return log


# form: tell is never called
# as in: typical homework, print in its place
# verdict: wrong
# loses: fit-log
# named: fit_never_tells
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        print(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: other names in the rows
# as in: Keras, History with loss and val_loss
# verdict: wrong
# loses: fit-log
# named: fit_with_other_keys
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "loss": train_loss, "val_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: the model comes back
# as in: HF and timm, functions that return the model
# verdict: wrong
# loses: fit-log
# named: -
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return model


# form: early stopping
# as in: Keras, EarlyStopping(patience=1)
# verdict: wrong
# loses: fit-log
# named: fit_stops_early
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
        if epoch > 1 and log[-1]["validation_loss"] > log[-2]["validation_loss"]:
            break
    model.load_state_dict(average_weights(kept))
    return log


# form: smoothing of its own
# as in: typical homework, train_epoch with its default
# verdict: wrong
# loses: fit-log
# named: -
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: the mean goes on training
# as in: typical homework, load_state_dict inside the loop
# verdict: wrong
# loses: fit-average
# named: fit_trains_the_mean
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
        model.load_state_dict(average_weights(kept))
    return log


# form: one order, and no copies
# as in: typical homework
# verdict: wrong
# loses: fit-orders, fit-average
# named: fit_repeats_the_first_order, fit_keeps_the_living_parameters
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    batches = [b.to(device) for b in make_batches(pairs, max_tokens, seed)]
    for epoch in range(1, epochs + 1):
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append(model.state_dict())
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: nothing is put on the device
# as in: typical homework on a CPU
# verdict: wrong
# loses: fit-orders
# named: fit_forgets_the_device
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    valid = make_batches(validation, max_tokens, seed)
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = make_batches(pairs, max_tokens, seed + epoch)
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


# form: seeds drawn from the seed
# as in: a habit from NumPy and JAX, a generator that gives each epoch its seed
# verdict: right
def fit(
    model, pairs, validation, epochs, max_tokens, optimizer, schedule,
    smoothing=0.1, average=1, seed=0, tell=lambda row: None,
):
    device = next(model.parameters()).device
    valid = [b.to(device) for b in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    rng = random.Random(seed)
    for epoch in range(1, epochs + 1):
        batches = [b.to(device) for b in make_batches(pairs, max_tokens, rng.randrange(2**31))]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": evaluate_loss(model, valid)}
        log.append(row)
        tell(row)
        kept.append({k: v.detach().clone() for k, v in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log
