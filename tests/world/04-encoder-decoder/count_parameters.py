"""Forms in which public code counts a model's parameters."""


# form: the one-line function of every tutorial
# as in: bentrevett/pytorch-seq2seq, count_parameters
# verdict: right
def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


# form: a product of the shape by NumPy
# as in: Stack Overflow, np.prod(p.size()) over filter(lambda p: p.requires_grad, ...)
# verdict: right
import numpy as np


def count_parameters(model):
    model_parameters = filter(lambda p: p.requires_grad, model.parameters())
    params = sum([np.prod(p.size(), dtype=int) for p in model_parameters])
    return int(params)


# form: lambda
# as in: PyTorch forum, one-liners
# verdict: right
count_parameters = lambda m: sum(map(torch.numel, (p for p in m.parameters() if p.requires_grad)))


# form: math.prod, named parameters
# as in: Raschka, LLMs from scratch (total_params), with names
# verdict: right
def count_parameters(model: nn.Module) -> int:
    total_params = 0
    for name, param in model.named_parameters():
        if not param.requires_grad:
            continue
        total_params += math.prod(param.shape)
    return total_params


# form: module by module, each parameter once by its id
# as in: Keras-like summary tables in torchinfo's style
# verdict: right
def count_parameters(model):
    seen, total = set(), 0
    for module in model.modules():
        for parameter in module.parameters(recurse=False):
            if id(parameter) in seen:
                continue
            seen.add(id(parameter))
            if parameter.requires_grad:
                total += parameter.nelement()
    return total


# form: storage sizes divided by the size of a number
# as in: Stack Overflow, how many bytes does my model need
# verdict: right
def count_parameters(model):
    trained = [p for p in model.parameters() if p.requires_grad]
    return sum(p.numel() * p.element_size() // p.element_size() for p in trained)


# form: one vector of all
# as in: PyTorch, torch.nn.utils.parameters_to_vector
# verdict: right
from torch.nn.utils import parameters_to_vector


def count_parameters(model):
    trainable = [p for p in model.parameters() if p.requires_grad]
    if not trainable:
        return 0
    return parameters_to_vector(trainable).numel()


# form: parameters without a look at requires_grad
# as in: Raschka, LLMs from scratch: total_params = sum(p.numel() for p in model.parameters())
# verdict: wrong
# loses: count-parameters
# named: counts_what_is_frozen
def count_parameters(model):
    n_params = 0
    for p in model.parameters():
        n_params += p.numel()
    return n_params


# form: the number of tensors
# as in: typical homework, len(list(model.parameters()))
# verdict: wrong
# loses: count-parameters
# named: counts_all_tensors
def count_parameters(model):
    return len([p for p in model.parameters()])


# form: the number of trained tensors
# as in: typical homework, len of a filter
# verdict: wrong
# loses: count-parameters
# named: counts_tensors
def count_parameters(model):
    return len(list(filter(lambda p: p.requires_grad, model.parameters())))


# form: everything in the state_dict
# as in: Stack Overflow, sum over model.state_dict().values()
# verdict: wrong
# loses: count-parameters
# named: counts_what_is_saved
def count_parameters(model):
    total = 0
    for key, tensor in model.state_dict().items():
        total += tensor.numel()
    return total


# form: len of each tensor
# as in: typical homework, len(p) for the number of its elements
# verdict: wrong
# loses: count-parameters
# named: counts_rows
def count_parameters(model):
    return sum(len(p) for p in model.parameters() if p.requires_grad)


# form: every name of a shared matrix
# as in: named_parameters(remove_duplicate=False), tables with a row for each name
# verdict: wrong
# loses: count-parameters
# named: counts_every_name
def count_parameters(model):
    return sum(
        p.numel() for _, p in model.named_parameters(remove_duplicate=False) if p.requires_grad
    )


# form: leaf modules only, their own parameters each
# as in: summaries with hooks (sksq96/pytorch-summary style), over the children
# verdict: wrong
# loses: count-parameters
# named: -
def count_parameters(model):
    total = 0
    for child in model.children():
        total += sum(p.numel() for p in child.parameters() if p.requires_grad)
    return total


# form: millions
# as in: nanoGPT prints get_num_params() / 1e6
# verdict: wrong
# loses: count-parameters
# named: counts_in_millions
def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad) / 1e6


# form: printed, not returned
# as in: a tutorial's "The model has ... trainable parameters"
# verdict: wrong
# loses: count-parameters
# named: -
def count_parameters(model):
    total = sum(p.numel() for p in model.parameters() if p.requires_grad)
    print(f"The model has {total:,} trainable parameters")


# form: buffers as well, and frozen ones
# as in: typical homework, model.buffers() added for a complete picture
# verdict: wrong
# loses: count-parameters
# named: counts_buffers_too
def count_parameters(model):
    return sum(p.numel() for p in [*model.parameters(), *model.buffers()])
