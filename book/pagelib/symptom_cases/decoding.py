"""Small inputs on which searches, the cache and BLEU show what is wrong with them."""

from collections.abc import Callable

import torch

from book.pagelib.symptom_cases import randn
from solutions.model import transformer
from solutions.notebook_support import decoding_probes, model_probes

WORDS = ("<pad>", "<s>", "</s>", "the", "cat", "sleeps")
PAD, BOS, EOS = 0, 1, 2
SIZES = {"source_vocabulary": 9, "target_vocabulary": 7, "N": 2, "d_model": 8, "d_ff": 12, "h": 2}
SOURCE = torch.tensor([[4, 8, 5, 3], [7, 2, 0, 0]])
PREFIXES = torch.tensor([[1, 4, 5], [1, 6, 3]])


def chances(after: dict[str, dict[str, float]]) -> torch.Tensor:
    """(V, V), P(next | last) in words; what is not named is impossible."""
    known = torch.zeros(len(WORDS), len(WORDS))
    for last, following in after.items():
        for word, p in following.items():
            known[WORDS.index(last), WORDS.index(word)] = p
    return known


ENDS = chances({
    "<s>": {"the": 0.6, "cat": 0.4},
    "the": {"cat": 0.7, "</s>": 0.3},
    "cat": {"</s>": 0.9, "sleeps": 0.1},
    "sleeps": {"</s>": 1.0},
    "</s>": {"sleeps": 1.0},
    "<pad>": {"cat": 1.0},
})  # fmt: skip
NEVER = chances({
    "<s>": {"cat": 0.8, "the": 0.2},
    "cat": {"sleeps": 0.9, "the": 0.1},
    "sleeps": {"the": 0.6, "cat": 0.4},
    "the": {"cat": 0.7, "sleeps": 0.3},
})  # fmt: skip
TEMPTING = chances({
    "<s>": {"<pad>": 0.7, "the": 0.3},
    "<pad>": {"</s>": 1.0},
    "the": {"</s>": 0.6, "<s>": 0.4},
})  # fmt: skip
EQUAL_ENDS = chances({
    "<s>": {"</s>": 0.25, "the": 0.5, "cat": 0.25},
    "the": {"</s>": 0.5, "sleeps": 0.5},
})  # fmt: skip
MANY = chances({
    "<s>": {"the": 0.5, "cat": 0.3, "sleeps": 0.2},
    "the": {"</s>": 0.3, "the": 0.25, "cat": 0.25, "sleeps": 0.2},
    "cat": {"</s>": 0.6, "cat": 0.2, "sleeps": 0.2},
    "sleeps": {"</s>": 1.0},
})  # fmt: skip
TURNING = torch.zeros(6, 6, 6)
TURNING[:, BOS, 4] = TURNING[BOS, 4, 4] = TURNING[4, 4, 5] = TURNING[:, 5, EOS] = 1


def say(tokens: list[int]) -> str:
    """In words."""
    return f"“{' '.join(WORDS[token] for token in tokens)}”" if tokens else "nothing"


def _listed(x: torch.Tensor | list) -> str:
    return str(x.tolist()) if isinstance(x, torch.Tensor) else f"the list {x}"


def _predict(f: Callable) -> dict:
    model = model_probes.built(transformer.Transformer, SIZES)
    found = f(model, PREFIXES, *model.encode(SOURCE))
    return {"sum of a row’s probabilities": found.exp().sum(-1)[1].detach(), "log P": found}


def _write(*tables: torch.Tensor, limits: list[int]) -> Callable:
    def written(f: Callable) -> dict:
        once, again = decoding_probes.written(f, torch.stack(tables), torch.tensor(limits))
        return {
            "written": "; ".join(map(say, once)),
            "written without a cache": "; ".join(map(say, again)),
        }

    return written


OTHERS = (3, 0, 4)  # ids of padding, <s> and </s>


def _write_with_other_ids(table: torch.Tensor) -> Callable:
    chances = decoding_probes.renamed(table[None], OTHERS)
    return lambda f: {
        "tokens": decoding_probes.written(f, chances, torch.tensor([4]), OTHERS)[0][0]
    }


def _ranked(f: Callable) -> dict:
    two = [([3, EOS], -2.0), ([3, 4, 5, 4, EOS], -2.8)]
    found = f(two, 0.6)
    return {"best": say(found[0][0]), "its score": found[0][1]}


def _equal(f: Callable) -> dict:
    found = f([([4, EOS], -1.0), ([3, EOS], -1.0), ([5, EOS], -1.0)], 0.6)
    return {"ranking": ", ".join(say(tokens) for tokens, _ in found)}


FINISHED = [([3, EOS], -2.0), ([EOS], -1.0)]


def _over(log_p: float, limit: int, alpha: float, finished: list = FINISHED) -> Callable:
    return lambda f: {"over": f(finished, log_p, limit, alpha)}


def _refused(name: str, call: Callable) -> Callable:
    """What a call with a wrong argument gives: the error's type if it is refused."""

    def given(f: Callable) -> dict:
        try:
            return {name: call(f)}
        except (ValueError, RuntimeError) as error:
            return {name: type(error).__name__}

    return given


def _extend(f: Callable) -> dict:
    following = torch.tensor([[[0.5, 0.3, 0.2], [0.05, 0.05, 0.9]]]).log()
    scores, parents, tokens = f(torch.tensor([[0.7, 0.2]]).log(), following, 2)
    return {
        "beams": parents[0].tolist(),
        "tokens": tokens[0].tolist(),
        "probabilities": [round(p, 3) for p in scores[0].exp().tolist()],
    }


def _extend_two(f: Callable) -> dict:
    following = torch.tensor([[[0.1, 0.2, 0.7], [0.4, 0.5, 0.1]]]).log()
    _, parents, tokens = f(torch.tensor([[0.4, 0.5]]).log(), following, 3)
    return {"beams": parents[0].tolist(), "tokens": tokens[0].tolist()}


def _extend_equal(f: Callable) -> dict:
    _, parents, tokens = f(torch.full((1, 3), -1.0), torch.full((1, 3, 4), -1.0), 5)
    return {"beams": parents[0].tolist(), "tokens": tokens[0].tolist()}


def _step(following: list, at_limit: bool = False) -> Callable:
    prefixes = torch.tensor([[[BOS, 3], [BOS, 4]]])
    scores, chosen = (torch.tensor([x]).log() for x in ([0.5, 0.4], following))

    def stepped(f: Callable) -> dict:
        prefix, score, _, finished = f(prefixes, scores, chosen, EOS, torch.tensor([at_limit]))
        ended = [f"{say(tokens)} ({torch.tensor(p).exp():.2f})" for tokens, p in finished[0]]
        return {
            "finished": ", ".join(ended) or "nothing",
            "living": ", ".join(say(tokens) for tokens in prefix[0, :, 1:].tolist()),
            "scores": score,
        }

    return stepped


def _step_at_once(f: Callable) -> dict:
    """Two sentences of two beams, of which the second is not in use; </s> is 5."""
    following = torch.tensor([[[0, 0, 0, 0, 0.4, 0.6]] * 2, [[0, 0, 0, 0.5, 0.1, 0.4]] * 2]).log()
    scores = torch.tensor([[0.0, -torch.inf]] * 2)
    _, _, parents, finished = f(
        torch.full((2, 2, 1), BOS), scores, following, 5, torch.tensor([True, False])
    )
    return {"parents": parents.tolist(), "finished": len(finished[0]) + len(finished[1])}


def _step_unused(f: Callable) -> dict:
    """One beam of two is in use, and only one word is possible."""
    following = torch.tensor([[[0, 0, 0, 0, 1.0, 0]] * 2]).log()
    scores = torch.tensor([[0.0, -torch.inf]])
    finished = f(torch.full((1, 2, 1), BOS), scores, following, EOS, torch.tensor([True]))[3]
    return {
        "finished": ", ".join(f"{say(t)} ({torch.tensor(p).exp():.2f})" for t, p in finished[0])
    }


def _search(tables: torch.Tensor, limits: list[int], beam_size: int) -> Callable:
    def searched(f: Callable) -> dict:
        found = decoding_probes.best_found(f, tables, torch.tensor(limits), beam_size, 0.6)
        return {"found": "; ".join(say(tokens) for tokens, _ in found)}

    return searched


def _score(tables: torch.Tensor, limit: int, alpha: float, beam_size: int = 2) -> Callable:
    def score(f: Callable) -> float:
        limits = torch.full((len(tables),), limit)
        return decoding_probes.best_found(f, tables, limits, beam_size, alpha)[0][1]

    return score


def _all_of(tables: torch.Tensor, limit: int, alpha: float) -> Callable:
    def searched(f: Callable) -> dict:
        found, calls = decoding_probes.all_found(f, tables, torch.tensor([limit]), 2, alpha)
        return {"found": ", ".join(say(tokens) for tokens, _ in found[0]), "steps": calls}

    return searched


def _search_with_other_ids(tables: torch.Tensor) -> Callable:
    chances = decoding_probes.renamed(tables, OTHERS)
    return lambda f: {
        "tokens": decoding_probes.best_found(f, chances, torch.tensor([4]), 2, 0.6, OTHERS)[0][0]
    }


def _read(rows: list) -> Callable:
    weights, x = randn(4, 6, 6, seed=1), randn(len(rows), 4, 6, seed=2)
    inputs = [step[: len(order or [0, 1, 2])] for step, order in zip(x, rows, strict=True)]

    def read(c: Callable) -> dict:
        keys, values = decoding_probes.kept(c, weights, 2, inputs, rows)
        output = decoding_probes.read_on(c, weights, 2, inputs, rows)
        return {"output": output, "keys": keys, "values": values}

    return read


def _penalty(c: int, r: int) -> Callable:
    def penalty(f: Callable) -> dict:
        try:
            return {"penalty": f(c, r)}
        except ZeroDivisionError as error:
            return {"penalty": type(error).__name__}

    return penalty


def _bleu(*pairs: tuple[str, str]) -> Callable:
    candidates, references = (
        [sentence.split() for sentence in side] for side in zip(*pairs, strict=True)
    )
    return lambda f: {"BLEU": f(candidates, references)}


def _matches(candidate: str, reference: str, n: int) -> Callable:
    return lambda f: {"matches and pieces": f(candidate.split(), reference.split(), n)}


def _random_tables(seed: int, B: int) -> torch.Tensor:
    return (2 * randn(B, 6, 6, 6, seed=seed).double()).softmax(-1)


CAT = ("the cat sat on the mat", "the cat sat on a mat")
DOG = ("a dog runs in the big park", "a dog runs in the park")

SITUATIONS: dict[str, dict[str, Callable]] = {
    "next_log_probabilities": {"two prefixes": _predict},
    "length_limits": {
        "3 and 1 tokens": lambda f: {
            "limits": _listed(f(torch.tensor([[5, 7, 2], [2, 0, 0]]), PAD))
        },
        "padding id 1, 4 more": lambda f: {"limits": f(torch.tensor([[0, 0, 1], [3, 2, 1]]), 1, 4)},
        "an empty sentence": _refused(
            "limits", lambda f: f(torch.zeros(1, 3).long(), PAD).tolist()
        ),
        "a source of three axes": _refused(
            "limits", lambda f: f(torch.ones(1, 2, 2).long(), PAD).tolist()
        ),
    },
    "greedy": {
        "two sentences, limits 6 and 4": _write(ENDS, NEVER, limits=[6, 4]),
        "one sentence, limit 2": _write(NEVER, limits=[2]),
        "padding is likeliest": _write(TEMPTING, limits=[3]),
        "a model that looks two tokens back": lambda f: {
            "written without a cache": say(
                decoding_probes.written(f, TURNING[None], torch.tensor([6]))[1][0]
            )
        },
        "a limit of 0": _refused("result", lambda f: _write(ENDS, limits=[0])(f)["written"]),
        "NaN": _refused("result", lambda f: _write(ENDS * torch.nan, limits=[1])(f)["written"]),
        "</s> has the id of <s>": _refused(
            "result",
            lambda f: decoding_probes.written(f, ENDS[None], torch.tensor([2]), (0, 1, 1))[0],
        ),
        "padding is 3, <s> is 0, </s> is 4": _write_with_other_ids(TEMPTING),
        "the same without padding": _write_with_other_ids(ENDS),
    },
    "length_penalty": {
        "30 tokens, α = 0.6": lambda f: {"penalty": f(30, 0.6)},
    },
    "rank_hypotheses": {
        "two hypotheses, α = 0.6": _ranked,
        "three that are equal": _equal,
        "one that was cut": lambda f: {"score": f([([3, 4, 5, 4], -2.0)], 0.6)[0][1]},
    },
    "score_bound": {"log P = -3, limit 30": lambda f: {"bound": f(-3.0, 30, 0.6)}},
    "is_over": {
        "a living one at -1.5, α = 1": _over(-1.5, 9, 1.0),
        "a living one at -0.5, α = 0": _over(-0.5, 9, 0.0),
        "a living one at -2.5, limit 3, α = 1": _over(-2.5, 3, 1.0),
        "a living one at -1, α = 0": _over(-1.0, 9, 0.0),
        "a living one at -1.5, α = 0": _over(-1.5, 9, 0.0),
        "nothing finished": _over(-1.0, 9, 0.6, []),
    },
    "extend_beams": {
        "beams of 0.7 and 0.2": _extend,
        "beams of 0.4 and 0.5": _extend_two,
        "all are equal": _extend_equal,
    },
    "beam_step": {
        "two beams": _step([[0, 0, 0.5, 0, 0.3, 0.2], [0, 0, 0.3, 0.5, 0, 0.2]]),
        "an unlikely end": _step([[0, 0, 0.1, 0, 0.6, 0.3], [0, 0, 0.1, 0.7, 0, 0.2]]),
        "at the limit": _step([[0, 0, 0, 0.6, 0.4, 0], [0, 0, 0, 0.8, 0, 0.2]], at_limit=True),
        "two sentences, </s> is 5": _step_at_once,
        "one beam of two in use, at the limit": _step_unused,
    },
    "beam_search": {
        "two sentences, limits 2 and 5": _search(torch.stack([NEVER, NEVER]), [2, 5], 2),
        "a random model": _search(_random_tables(14, 1), [6], 2),
        "two random models": _search(_random_tables(7, 2), [6, 6], 2),
        "a random model, α = 0.6": lambda f: {"score": _score(_random_tables(14, 1), 6, 0.6)(f)},
        "a random model, α = 0": lambda f: {"score": _score(_random_tables(14, 1), 6, 0.0)(f)},
        "α = -1": _refused("score", _score(_random_tables(14, 1), 6, -1.0)),
        "NaN": _refused("score", _score(_random_tables(14, 1) * torch.nan, 6, 0.6)),
        "equal ones, α = 0": _all_of(EQUAL_ENDS[None], 4, 0.0),
        "padding is 3, <s> is 0, </s> is 4": _search_with_other_ids(TEMPTING[None]),
        "the same without padding": _search_with_other_ids(ENDS[None]),
        "one beam": _search(MANY[None], [3], 1),
        "no beams": _refused("score", _score(_random_tables(14, 1), 6, 0.6, 0)),
        "</s> has the id of <s>": _refused(
            "found",
            lambda f: decoding_probes.best_found(
                f, ENDS[None], torch.tensor([4]), 2, 0.6, (0, 1, 1)
            ),
        ),
    },
    "SelfAttentionCache": {
        "three tokens": _read([None, None, None]),
        "rows change places": _read([None, [2, 0, 1]]),
        "a row more": _read([None, [2, 0, 1, 1]]),
    },
    "clipped_matches": {
        "the the cat / the cat": _matches("the the cat", "the cat", 1),
        "a word twice": _matches("the cat sees the dog", "the dog sees the cat", 1),
        "pairs": _matches("so the cat sat", "the cat sat on it", 2),
        "the cat / the the cat": _matches("the cat", "the the cat", 1),
        "cat the / the cat": _matches("cat the", "the cat", 2),
        "four words of one": _matches("cat", "the cat", 4),
    },
    "brevity_penalty": {
        "5 tokens for 10": _penalty(5, 10),
        "7 tokens for 10": _penalty(7, 10),
        "12 tokens for 10": _penalty(12, 10),
        "nothing for 3": _penalty(0, 3),
    },
    "corpus_bleu": {
        "one sentence": _bleu(DOG),
        "two sentences": _bleu(CAT, ("two birds", "two small birds")),
        "two sentences, the second too long": _bleu(
            ("a dog runs", "a dog runs here"),
            ("the cat sat on the mat here", "the cat sat on the mat"),
        ),
        "an unknown word": _bleu(
            ("the <unk> sat on the mat today", "the wombat sat on the mat at noon")
        ),
        "a border between sentences": _bleu(
            ("the cat sat on", "the mat"), ("the cat sat on the", "mat today")
        ),
        "a reference is missing": _refused(
            "BLEU", lambda f: f([DOG[0].split(), CAT[0].split()], [DOG[1].split()])
        ),
    },
}
