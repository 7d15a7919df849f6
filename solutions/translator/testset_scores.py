"""The translation and scoring of test sets (paper, section 6.1).

`metrics` explains what each score compares; the command is `python -m solutions.evaluate`.
"""

from collections.abc import Callable, Sequence

from solutions.data.vocabulary import SPECIALS, UNK, tokenize

from .inference import Translator
from .resumable_run import Json
from .sacrebleu_metrics import RESAMPLES, scores


def evaluate(
    translator: Translator,
    splits: dict[str, tuple[list[str], list[str]]],
    beams: Sequence[int],
    alpha: float,
    report: Callable[[int], None] = lambda done: None,
    resamples: int = RESAMPLES,
    unknown: bool = False,
) -> list[Json]:
    """Translate test sets and score the translations.

    Args:
        translator: the model.
        splits: name -> German and English sentences.
        beams: the searches: 1 is greedy, a larger number the size of the beam.
        alpha: of the length penalty of beam search.
        report: is called with the number of sentences translated so far.
        resamples: as in `scores`.
        unknown: allow "<unk>" in translations.

    Returns:
        for each test set and each search: "test", "sentences", "beam", "alpha", "unknown" (how many
        "<unk>" the model wrote), and "scores".

    Raises:
        ValueError: if a sentence is longer than the model can read.
    """
    languages = translator.settings.direction.split("-")
    results, done = [], 0
    for test, (german, english) in splits.items():
        of = {"de": german, "en": english}
        source, references = (of[language] for language in languages)
        read, reference_tokens = translator.tokens(source), tokenize(references, languages[1])
        for beam in beams:
            wrote = translator.translate(
                read, beam, alpha, _counting_from(done, report), unknown=unknown
            )
            done += len(read)
            texts = [translator.written(tokens) for tokens in wrote]
            results.append(
                {
                    "test": test,
                    "sentences": len(source),
                    "beam": beam,
                    "alpha": alpha if beam > 1 else None,
                    "unknown": sum(tokens.count(SPECIALS[UNK]) for tokens in wrote),
                    "scores": scores(wrote, texts, reference_tokens, references, resamples),
                }
            )
    return results


def best_alpha(
    translator: Translator,
    pairs: tuple[list[str], list[str]],
    beam: int,
    alphas: Sequence[float],
    report: Callable[[int], None] = lambda done: None,
    unknown: bool = False,
) -> tuple[float, dict[float, float]]:
    """Find the best length penalty of a model on the validation split.

    Args:
        translator: the model.
        pairs: German and English sentences, of the validation split.
        beam: the size of the beam.
        alphas: the candidates, without a repetition.
        report, unknown: as in `evaluate`.

    Returns:
        the one with the highest BLEU of spaCy tokens, of equals the smallest, and BLEU of each.
    """
    found, sentences = {}, len(pairs[0])
    for place, alpha in enumerate(sorted(alphas)):
        (only,) = evaluate(
            translator,
            {"val": pairs},
            [beam],
            alpha,
            _counting_from(place * sentences, report),
            resamples=1,
            unknown=unknown,
        )
        found[alpha] = only["scores"]["tokens"]["score"]
    return max(found, key=found.__getitem__), found


def _counting_from(done: int, report: Callable[[int], None]) -> Callable[[int], None]:
    """Return a callback that adds the sentences of earlier searches to its count."""
    return lambda n: report(done + n)
