"""What the functions that try things out report of what is right; they touch nothing else."""

import pytest
import torch

from solutions.data.batching import token_batches
from solutions.notebook_support import training_probes
from solutions.training.optim import NoamSchedule, clip_gradients, noam_rate
from solutions.training.step import batch_loss, train_step

SOURCE = torch.tensor([[4, 5, 3], [6, 3, 0]])
READ = torch.tensor([[2, 7, 8], [2, 9, 0]])
SAID = torch.tensor([[7, 8, 3], [9, 3, 0]])


def test_a_walk_is_that_of_the_optimizer():
    start, gradients = torch.tensor([1.0, 2.0]), torch.tensor([[1.0, 0.0], [0.0, 4.0]])
    path = training_probes.walk(torch.optim.SGD, start, gradients, 0.5)
    assert path.tolist() == [[0.5, 2.0], [0.5, 0.0]]
    assert start.tolist() == [1, 2]


def test_the_rates_of_a_schedule():
    returned, written = training_probes.rates(NoamSchedule, 3, 16, 2, 0.5)
    assert returned == [noam_rate(step, 16, 2, 0.5) for step in (1, 2, 3)]
    assert written == [[rate, rate] for rate in returned]


def test_what_else_is_seen_of_a_schedule():
    returned, written, seen = training_probes.scheduled(NoamSchedule, 2, [16, 2])
    assert returned == [noam_rate(step, 16, 2) for step in (1, 2)]
    assert written == [[rate, rate] for rate in returned]
    assert list(seen.values()) == [0, True]

    class Stepping(NoamSchedule):
        def advance(self):
            self.optimizer.step()
            return super().advance()

    assert training_probes.scheduled(Stepping, 2, [16, 2])[2]["calls of optimizer.step()"] == 2


def test_later_gradients_are_not_clipped():
    given = [torch.tensor([3.0, 4.0])]
    (later,) = training_probes.next_gradients(clip_gradients, given, 1.0)
    assert later.tolist() == [3, 3]


@pytest.mark.parametrize("listed", [False, True])
def test_clipped_gradients(listed):
    given = [torch.tensor([3.0]), None, torch.tensor([[4.0, 0.0]])]
    norm, gradients, parameters = training_probes.clipped(clip_gradients, given, 1.0, listed)
    assert norm == 5
    assert gradients[1] is None
    torch.testing.assert_close(gradients[2], torch.tensor([[0.8, 0.0]]))
    assert given[0].item() == 3
    assert [p.tolist() for p in parameters] == [[1], [1], [[1, 1]]]


@pytest.mark.parametrize("seed", range(5))
def test_every_fact_holds_of_the_reference(seed):
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(3, 25, (200,), generator=generator).tolist()
    facts = training_probes.batch_facts(token_batches, [(n, n) for n in lengths], 100, seed)
    assert all(facts.values()), facts


def test_each_fact_can_fail():
    lengths = [(n, n + 1) for n in range(1, 61)]

    def in_a_row(size):
        return lambda ls, limit, seed: [
            list(range(i, min(i + size, len(ls)))) for i in range(0, len(ls), size)
        ]

    def mixed(ls, limit, seed):
        return [[i, len(ls) - 1 - i] for i in range(len(ls) // 2)]

    one = training_probes.batch_facts(in_a_row(1), lengths, 61, 0)
    assert [name for name, holds in one.items() if not holds] == [
        "few batches",
        "other seed, other order",
        "batches in mixed order",
    ]
    two = training_probes.batch_facts(in_a_row(2), lengths, 119, 0)
    assert not two["targets within the limit"]
    assert not training_probes.batch_facts(in_a_row(2), lengths, 118, 0)["sources within the limit"]
    assert not two["other seed, other company"]
    assert not training_probes.batch_facts(mixed, lengths, 122, 0)["little padding"]
    lost = training_probes.batch_facts(lambda *a: in_a_row(2)(*a)[1:], lengths, 122, 0)
    assert not lost["each pair once"]
    seeds = iter(range(9))
    changing = training_probes.batch_facts(
        lambda *a: in_a_row(next(seeds) + 1)(*a), lengths, 400, 0
    )
    assert not changing["same seed, same batches"]


def test_global_random_numbers_are_noticed():
    lengths = [(n % 5 + 1, 3) for n in range(20)]
    untouched = training_probes.drawn_afterwards(lambda *_: [], lengths, 10, 0)
    assert training_probes.drawn_afterwards(token_batches, lengths, 10, 0) == untouched

    def seeding(ls, limit, seed):
        torch.manual_seed(seed)
        return token_batches(ls, limit, seed)

    assert training_probes.drawn_afterwards(seeding, lengths, 10, 0) != untouched


def test_the_toy_is_used_like_the_transformer_and_blind_to_padding():
    torch.manual_seed(0)
    model = training_probes.ToyTranslator(10).eval()
    loss, tokens = batch_loss(model, training_probes.Batch(SOURCE, READ, SAID), smoothing=0.1)
    assert int(tokens) == 5
    wider = training_probes.Batch(
        *(torch.nn.functional.pad(x, (0, 2)) for x in (SOURCE, READ, SAID))
    )
    longer, same = batch_loss(model, wider, smoothing=0.1)
    assert int(same) == 5
    torch.testing.assert_close(longer, loss)


def test_a_training_of_three_steps():
    losses, moves, calls, mode = training_probes.train(train_step, SOURCE, READ, SAID, 0.1, 1e9)
    assert losses[0] > losses[1] > losses[2]
    assert calls == 3
    assert mode
    _, short, _, _ = training_probes.train(train_step, SOURCE, READ, SAID, 0.1, 0.1)
    assert short == pytest.approx([0.05, 0.025, 0.0125])
    assert min(moves) > 0.05


def test_watching_a_training_leaves_the_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = training_probes.train(train_step, SOURCE, READ, SAID, 0.1, 1.0, 0.5)
    assert torch.equal(torch.rand(1), expected)
    assert training_probes.train(train_step, SOURCE, READ, SAID, 0.1, 1.0, 0.5) == first


def test_three_steps_are_watched():
    losses, moves, seen = training_probes.three_steps(train_step, SOURCE, READ, SAID, [0.1, 0.1])
    assert losses[0] > losses[1] > losses[2]
    assert moves == pytest.approx([0.03, 0.009, 0.0027])
    assert list(seen.values()) == [3, True, [True] * 3, True, "torch.float64", False]
    _, _, seen = training_probes.three_steps(train_step, SOURCE, READ, SAID, [0.1, 1.0, "bfloat16"])
    assert seen["type of the logits"] == "torch.bfloat16"


def test_watching_three_steps_leaves_the_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = training_probes.three_steps(train_step, SOURCE, READ, SAID, [], 0.5)
    assert torch.equal(torch.rand(1), expected)
    assert training_probes.three_steps(train_step, SOURCE, READ, SAID, [], 0.5) == first
