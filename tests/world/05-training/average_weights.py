"""Forms in which public code averages checkpoints."""


# form: an OrderedDict
# as in: fairseq, scripts/average_checkpoints.py
# verdict: right
from collections import OrderedDict


def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    averaged_params = OrderedDict()
    for k, p in checkpoints[-1].items():
        if not p.is_floating_point():
            averaged_params[k] = p.clone()
            continue
        averaged_params[k] = sum(state[k] for state in checkpoints) / len(checkpoints)
    return averaged_params


# form: stack and mean
# as in: Stack Overflow, averaging state dicts of federated learning
# verdict: right
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    new = {}
    for key in checkpoints[0]:
        last = checkpoints[-1][key]
        if last.is_floating_point():
            new[key] = torch.stack([state[key] for state in checkpoints], dim=0).mean(dim=0)
        else:
            new[key] = last
    return new


# form: deepcopy, then in place
# as in: federated learning code (AshwinRJ/Federated-Learning-PyTorch, average_weights)
# verdict: right
import copy


def average_weights(w):
    require_checkpoints_of_one_model(w)
    w_avg = copy.deepcopy(w[-1])
    for key in w_avg.keys():
        if w_avg[key].is_floating_point():
            for i in range(len(w) - 1):
                w_avg[key] += w[i][key]
            w_avg[key] = torch.div(w_avg[key], len(w))
    return w_avg


# form: a running mean
# as in: torch.optim.swa_utils, averaged + (new - averaged) / (n + 1)
# verdict: right
def average_weights(checkpoints: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    require_checkpoints_of_one_model(checkpoints)
    averaged = {}
    for n, state in enumerate(checkpoints):
        for name, value in state.items():
            if name not in averaged or not torch.is_floating_point(value):
                averaged[name] = value.clone()
            else:
                averaged[name] = averaged[name] + (value - averaged[name]) / (n + 1)
    return averaged


# form: shares, then a sum
# as in: OpenNMT-py, average_models.py with its running weights
# verdict: right
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    share = 1 / len(checkpoints)

    def mean(name, last):
        if last.dtype not in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
            return last.detach().clone()
        total = torch.zeros_like(last)
        for one in checkpoints:
            total.add_(one[name], alpha=share)
        return total

    return {name: mean(name, last) for name, last in checkpoints[-1].items()}


# form: lerp through the list, einsum-like weights
# as in: model-soup and EMA code, lerp with weight 1 / n
# verdict: right
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    mean = dict(checkpoints[0])
    for n, one in enumerate(checkpoints[1:], start=2):
        mean = {
            k: torch.lerp(mean[k], x, 1 / n) if x.is_floating_point() else x for k, x in one.items()
        }
    return mean


# form: the first is changed
# as in: recipes for averaging, avg = states[0]; avg[k] += ...
# verdict: wrong
# loses: average-untouched
# named: average_spoils_a_checkpoint
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    avg = checkpoints[0]
    for key in avg:
        if avg[key].is_floating_point():
            for state in checkpoints[1:]:
                avg[key] += state[key]
            avg[key] /= len(checkpoints)
        else:
            avg[key] = checkpoints[-1][key]
    return avg


# form: a shallow copy is changed
# as in: Stack Overflow, dict.copy() shares the tensors
# verdict: wrong
# loses: average-untouched
# named: average_spoils_a_checkpoint
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    avg = checkpoints[-1].copy()
    for key, value in avg.items():
        if value.is_floating_point():
            for state in checkpoints[:-1]:
                value += state[key]
            value.div_(len(checkpoints))
    return avg


# form: whole numbers are averaged
# as in: federated learning code, torch.div over all entries
# verdict: wrong
# loses: average-untouched
# named: average_of_counters
import copy


def average_weights(w):
    require_checkpoints_of_one_model(w)
    w_avg = copy.deepcopy(w[0])
    for key in w_avg:
        for other in w[1:]:
            w_avg[key] += other[key]
        w_avg[key] = torch.div(w_avg[key], len(w))
    return w_avg


# form: whole numbers are averaged and rounded down
# as in: fairseq, scripts/average_checkpoints.py: averaged_params[k] //= num_models
# verdict: wrong
# loses: average-untouched
# named: average_rounds_the_counters
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    params = {k: v.clone() for k, v in checkpoints[0].items()}
    for state in checkpoints[1:]:
        for k in params:
            params[k] += state[k]
    for k, v in params.items():
        if v.is_floating_point():
            v.div_(len(checkpoints))
        else:
            v //= len(checkpoints)
    return params


# form: the counters of the first
# as in: typical homework, deepcopy(checkpoints[0]) and floating-point entries replaced
# verdict: wrong
# loses: average-untouched
# named: average_keeps_the_first_counters
import copy


def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    result = copy.deepcopy(checkpoints[0])
    for name in result:
        if result[name].is_floating_point():
            result[name] = sum(c[name] for c in checkpoints) / len(checkpoints)
    return result


# form: counters left out
# as in: typical homework, only the trained parameters
# verdict: wrong
# loses: average-untouched
# named: average_drops_the_counters
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    n = len(checkpoints)
    return {
        name: torch.stack([c[name] for c in checkpoints]).sum(0) / n
        for name, value in checkpoints[0].items()
        if value.is_floating_point()
    }


# form: half of the last, half of the rest
# as in: typical homework, avg = (avg + new) / 2
# verdict: wrong
# loses: average-mean
# named: average_two_at_a_time
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    avg = None
    for state in checkpoints:
        if avg is None:
            avg = {k: v.clone() for k, v in state.items()}
            continue
        for k, v in state.items():
            avg[k] = torch.lerp(avg[k], v, 0.5) if v.is_floating_point() else v
    return avg


# form: an exponential average
# as in: EMA of timm and torch.optim.swa_utils, decay 0.999
# verdict: wrong
# loses: average-mean
# named: average_forgets_smoothly
def average_weights(checkpoints, decay=0.999):
    require_checkpoints_of_one_model(checkpoints)
    ema = {k: v.clone() for k, v in checkpoints[0].items()}
    for state in checkpoints[1:]:
        for k, v in state.items():
            ema[k] = decay * ema[k] + (1 - decay) * v if v.is_floating_point() else v
    return ema


# form: the sum
# as in: typical homework, the division forgotten
# verdict: wrong
# loses: average-mean
# named: average_is_a_sum
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    total = {}
    for state in checkpoints:
        for k, v in state.items():
            total[k] = total[k] + v if k in total and v.is_floating_point() else v
    return total


# form: the last five
# as in: fairseq, --num-epoch-checkpoints 5; the paper's "last 5 checkpoints"
# verdict: wrong
# loses: average-mean
# named: average_of_the_last_five
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    recent = checkpoints[-5:]
    mean = dict(recent[-1])
    for k, v in mean.items():
        if v.is_floating_point():
            mean[k] = sum(c[k] for c in recent) / len(recent)
    return mean


# form: always float32
# as in: fairseq, half precision is averaged in float32 and stays there
# verdict: wrong
# loses: average-mean
# named: average_always_in_float32
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    mean = dict(checkpoints[-1])
    for k, v in mean.items():
        if v.is_floating_point():
            mean[k] = torch.stack([c[k].float() for c in checkpoints]).mean(0)
    return mean


# form: the first one does not count
# as in: typical homework, a loop from 1 and a copy of zeros
# verdict: wrong
# loses: average-mean
# named: average_skips_the_first
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    mean = dict(checkpoints[-1])
    for k, v in mean.items():
        if v.is_floating_point():
            total = torch.zeros_like(v)
            for i in range(1, len(checkpoints)):
                total = total + checkpoints[i][k]
            mean[k] = total / len(checkpoints)
    return mean


# form: a sum in place, counters too
# as in: typical homework
# verdict: wrong
# loses: average-mean, average-untouched
# named: average_is_a_sum, average_spoils_a_checkpoint
def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    avg = checkpoints[0]
    for state in checkpoints[1:]:
        for k in avg:
            avg[k] += state[k]
    return avg


# form: no look at names and shapes
# as in: typical homework, names of the last checkpoint only
# verdict: wrong
# loses: average-mean
# named: average_accepts_any_checkpoints
def average_weights(checkpoints):
    mean = dict(checkpoints[-1])
    for k, v in mean.items():
        if v.is_floating_point():
            found = [c[k] for c in checkpoints if k in c]
            mean[k] = sum(found) / len(found)
    return mean
