"""The character model: what each of its switches removes, and the command."""

import pytest
import torch
from click.testing import CliRunner

from solutions.experiments import char_lm_data
from solutions.experiments.char_lm import (
    CharacterModel,
    DeletedSublayer,
    PlainSublayer,
    loss_of,
    main,
    validation_loss,
)
from solutions.experiments.char_lm_data import numbered, random_windows, split
from solutions.model.residual import ResidualSublayer
from solutions.tooling.run_log import read_run_log

both_norms = pytest.mark.parametrize("pre_norm", [False, True])


def characters(*shape: int, V: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(V, shape, generator=torch.Generator().manual_seed(seed))


def model(**options) -> CharacterModel:
    torch.manual_seed(1)
    return CharacterModel(7, **options).double()


# ---- the model -----------------------------------------------------------------------------------


@both_norms
@pytest.mark.parametrize("residual", [True, False])
def test_a_later_character_changes_nothing_before_it(residual, pre_norm):
    predict = model(layers=2, residual=residual, pre_norm=pre_norm)
    x = characters(3, 9, V=7)
    before = predict(x)
    assert before.shape == (3, 9, 7)
    for t in (1, 8):
        changed = x.clone()
        changed[:, t:] = (changed[:, t:] + 1) % 7
        after = predict(changed)
        assert torch.equal(after[:, :t], before[:, :t])
        assert not torch.allclose(after[:, t:], before[:, t:])


@both_norms
def test_what_the_sublayers_do(pre_norm):
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(2, 3, 4, generator=generator)
    plain, deleted, residual = (
        kind(4, pre_norm=pre_norm) for kind in (PlainSublayer, DeletedSublayer, ResidualSublayer)
    )
    # A residual sub-layer is a plain one of x + f(x); pre-norm adds x from before the norm.
    if pre_norm:
        torch.testing.assert_close(residual(x, torch.sin), x + plain(x, torch.sin))
        assert torch.equal(deleted(x, torch.sin), x)
    else:
        torch.testing.assert_close(residual(x, torch.sin), plain(x, lambda y: y + torch.sin(y)))
        torch.testing.assert_close(deleted(x, torch.sin), plain(x, lambda y: y))


@both_norms
def test_without_attention_a_character_knows_itself_and_its_position_alone(pre_norm):
    predict, x = model(layers=2, attention=False, pre_norm=pre_norm), characters(1, 6, V=7)
    changed = (x + 1) % 7
    changed[:, 3] = x[:, 3]
    torch.testing.assert_close(predict(changed)[:, 3], predict(x)[:, 3], rtol=0, atol=0)
    assert not torch.allclose(predict(changed)[:, 2], predict(x)[:, 2])


def test_without_attention_its_matrices_have_no_gradient():
    """As in a list of gradient norms in which query, key and value are missing."""
    predict = model(attention=False)
    loss_of(predict, characters(2, 6, V=7)).backward()
    idle = {name.split(".")[3] for name, p in predict.named_parameters() if p.grad is None}
    assert idle == {"self_attention"}


def test_every_kind_of_model_starts_from_the_same_numbers():
    states = [model(**o).state_dict() for o in ({}, {"residual": False}, {"attention": False})]
    for state in states[1:]:
        assert all(torch.equal(state[name], value) for name, value in states[0].items())


# ---- text, windows, losses -----------------------------------------------------------------------


def test_numbers_stand_for_characters():
    numbers, alphabet = numbered("banana, ä")
    assert "".join(alphabet[n] for n in numbers) == "banana, ä"
    assert list(alphabet) == sorted(set("banana, ä"))


def test_windows_are_consecutive_and_reach_both_ends():
    text, generator = torch.arange(70), torch.Generator().manual_seed(0)
    windows = random_windows(text, generator)
    assert windows.shape == (32, 65)
    assert torch.equal(windows - windows[:, :1], torch.arange(65).expand(32, 65))
    assert set(windows[:, 0].tolist()) == set(range(6))


def test_the_loss_of_a_window_is_that_of_each_next_character():
    class Says(torch.nn.Module):
        """Certain that the next number is one more."""

        def forward(self, x):
            return 100.0 * torch.nn.functional.one_hot((x + 1) % 5, 5).double()

    up = torch.arange(640) % 5
    assert validation_loss(Says(), up) == pytest.approx(0, abs=1e-12)
    assert validation_loss(Says(), up.flip(0)) == pytest.approx(100)


def test_the_validation_loss_predicts_every_character_but_the_first_once():
    predict, text = model(), characters(64 * 34 + 1, V=7)  # more than one batch of windows
    windows = torch.stack([text[i : i + 65] for i in range(0, 64 * 34, 64)])
    expected = loss_of(predict, windows).item()
    assert validation_loss(predict, text) == pytest.approx(expected, rel=1e-12)


def test_a_text_that_is_too_short_is_refused():
    train, rest = split(torch.arange(650))
    assert (len(train), len(rest)) == (585, 65)
    with pytest.raises(ValueError, match="a text of 640 characters is too short"):
        split(torch.arange(640))


# ---- the command ---------------------------------------------------------------------------------


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("the cat sat on the mat and the dog sat on the log. " * 30)
    return path


def run(*words: object):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_command_writes_losses_and_all_gradients(text, tmp_path):
    out = tmp_path / "out"
    result = run("--data", text, "--steps", 5, "--every", 2, "--layers", 2, "--out", out)
    assert result.exit_code == 0, result.output
    about, rows = read_run_log(out)
    assert about["configuration"]["layers"] == 2
    assert about["configuration"]["seed"] == 0
    assert [row["step"] for row in rows] == [1, 2, 4, 5]
    assert rows[-1]["validation_loss"] < rows[0]["validation_loss"]
    parameters = dict(CharacterModel(21, layers=2).named_parameters())
    assert {name.removeprefix("gradient:") for name in rows[0] if ":" in name} == set(parameters)
    assert all(row[name] > 0 for row in rows for name in row if "W_v" in name)


def test_the_same_seed_gives_the_same_run_and_another_gives_another(text, tmp_path):
    def losses(seed: int, *options: str) -> list:
        out = tmp_path / f"{seed}"
        assert run("--data", text, "--steps", 3, "--seed", seed, "--out", out).exit_code == 0
        return [row["train_loss"] for row in read_run_log(out)[1]]

    assert losses(1) == losses(1) != losses(2)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--steps", "0"], "'--steps': 0 is not in the range"),
        (["--layers", "-1"], "'--layers': -1 is not in the range"),
        (["--data", "absent.txt"], "absent.txt cannot be read"),
    ],
)
def test_a_wrong_value_gives_exit_code_2_and_writes_nothing(options, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(*options, "--out", "out")
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)  # and no traceback
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_short_text_gives_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    short = tmp_path / "short.txt"
    short.write_text("too short")
    monkeypatch.setenv("TINY_SHAKESPEARE", str(short))
    result = run("--out", "out")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "too short" in result.stderr
    assert not (tmp_path / "out").exists()


def test_sizes_are_those_of_the_experiment():
    assert (char_lm_data.CONTEXT, char_lm_data.BATCH) == (64, 32)
    predict = CharacterModel(65)
    assert predict.embedding.embedding.weight.shape == (65, 64)
    assert predict.stack.layers[0].self_attention.h == 2
    assert predict.stack.layers[0].feed_forward.W_1.out_features == 128
