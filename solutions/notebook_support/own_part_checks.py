"""Decide which of a student's own parts of assignments 4 to 6 replace the fallbacks.

Each part is compared with the fallback of the same name. A model has no numbers to compare with, so
it is tested for properties of every Transformer.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from solutions.model.config import TransformerConfig

from .lab_probes import EchoModel
from .training_probes import ToyTranslator, rates, train

_PAIRS = [([5, 4, 3], [2, 7, 8, 3]), ([6, 3], [2, 9, 3])]
_LENGTHS = [(n, 7 - n % 4) for n in (3, 5, 4, 6, 6, 2, 5, 3, 4)]


def select_own_parts_4_6(notebook: dict[str, Any], stand_ins: dict[str, Callable]) -> None:
    """Report which parts are the student's own; replace faulty ones by their fallbacks.

    Args:
        notebook: values by name, usually `globals()`.
        stand_ins: the fallback parts by name.
    """
    own = [name for name in stand_ins if notebook.get(name) is not stand_ins[name]]
    for name in own:
        if fault := part_fault(name, notebook.get(name), stand_ins[name]):
            notebook[name] = stand_ins[name]
            print(f"\N{BALLOT X} {name}: the stand-in. Yours {fault}")
        else:
            print(f"\N{CHECK MARK} {name}: your own")
    if not own:
        print("All parts are stand-ins.")


def part_fault(name: str, own: Any, right: Callable) -> str:
    """Describe the fault of a student's part; empty if there is none."""
    try:
        if name == "Transformer":
            return model_fault(own)
        same = tried_part(name, own) == tried_part(name, right)
        return "" if same else "gives something else."
    except Exception as error:  # a student's code may raise anything
        return f"raises {type(error).__name__}: {str(error)[:200]}"


def tried_part(name: str, part: Callable) -> Any:
    """Run a part on a small input; return rounded plain values."""
    if name == "frequent_types":
        return part([["b", "a", "b"], ["c", "a"], ["d"]], 2)
    if name == "token_batches":
        batches = [sorted(batch) for batch in part(_LENGTHS, 14, 0)]
        sizes = sorted(sorted(max(_LENGTHS[place]) for place in batch) for batch in batches)
        return sorted(place for batch in batches for place in batch), sizes
    if name == "pad":
        return part([[5, 6, 7], [8]], 9).tolist()
    if name == "collate":
        source, target_in, target_out = part(_PAIRS, 0)
        return [x.tolist() for x in (source, target_in * (target_out != 0), target_out)]
    if name == "NoamSchedule":
        return [round(rate, 6) for rate in rates(part, 6, 16, 3, 2.0)[0]]
    if name == "label_smoothing_loss":
        logits = torch.arange(15.0).reshape(3, 5).sin()
        return [round(float(x), 4) for x in part(logits, torch.tensor([1, 0, 4]), 0.0, 0)]
    if name == "average_weights":
        found = part([{"w": torch.tensor([1.0, n])} for n in (2.0, 3.0, 7.0)])
        return {key: [round(x, 4) for x in value.tolist()] for key, value in found.items()}
    if name == "train_step":
        losses, moves, *_ = train(part, *_trial_batch(), 0.0, 0.5)
        return [round(x, 4) for x in losses + moves]
    return _searched(part)


def model_fault(model_class: Callable) -> str:
    """Describe the fault of a Transformer; empty if it has all required properties."""
    config = TransformerConfig(9, 7, N=2, d_model=8, d_ff=12, h=2, dropout=0.1, pre_norm=True)
    model = model_class(config).eval()
    source, target = (
        torch.tensor([[4, 5, 3, 0], [6, 5, 4, 3]]),
        torch.tensor([[2, 4, 5], [2, 6, 4]]),
    )
    logits = model.target_embedding.to_logits(model.decode(target, *model.encode(source)))
    if logits.shape != (2, 3, 7):
        return f"gives logits of shape {tuple(logits.shape)}, expected (2, 3, 7)."
    changed = target.clone()
    changed[:, 2] = 3
    if not torch.allclose(model(source, changed)[:, :2], logits[:, :2], atol=1e-5):
        return "sees target words that come later."
    if not torch.allclose(model(source[:1, :3], target[:1]), logits[:1], atol=1e-5):
        return "reads padding."
    if torch.allclose(model(source.flip(1), target)[1], logits[1], atol=1e-5):
        return "does not care in which order the source stands."
    logits.sum().backward()
    for name, parameter in model.named_parameters():
        if parameter.grad is None:
            return f"has a parameter that nothing reaches: {name}."
    return ""


def _trial_batch() -> tuple[Tensor, Tensor, Tensor]:
    read, said = torch.tensor([[2, 7, 8], [2, 9, 0]]), torch.tensor([[7, 8, 3], [9, 3, 0]])
    return torch.tensor([[4, 5, 3], [6, 3, 0]]), read, said


def _searched(search: Callable) -> list:
    source = torch.tensor([[7, 8, 3, 0], [9, 4, 6, 3]])
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.default_generator.manual_seed(0)
        models: list[nn.Module] = [EchoModel(10), ToyTranslator(10).double()]
        return [search(model.eval(), source, 4) for model in models]
