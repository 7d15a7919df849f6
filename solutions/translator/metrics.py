"""Scores of translations, and what each of them compares.

A BLEU score says nothing without saying what was compared with what. So there are several, each
with the signature that sacreBLEU gives it:

- "spaCy tokens": lower-cased tokens as `tokenise` cuts them, on both sides, counted as they stand
  (tokenize=none). This is what tutorials on Multi30k report.
- "13a": text against text. The model writes lower-cased tokens; they get the capitals that the
  training split mostly gives them, and blanks (`detokenize`). The reference is the line of the
  file as it is. sacreBLEU cuts both itself. This is how papers are compared.
- "13a, lower case": the same without regard to capitals. The difference to "13a" is what guessing
  capitals costs.
- chrF: pieces of characters in place of words, on the same text as "13a".

References never pass through the vocabulary: a word that the model cannot know counts against it.
"""

import json
from collections.abc import Sequence

from sacrebleu.metrics import BLEU, CHRF

from .run_directory import Json

RESAMPLES = 1000
COLUMNS = {
    "tokens": "BLEU, spaCy tokens",
    "13a": "BLEU, 13a",
    "13a_lower_case": "BLEU, 13a, lower case",
    "chrf": "chrF",
}


def scores(
    translations: Sequence[list[str]],
    texts: Sequence[str],
    reference_tokens: Sequence[list[str]],
    references: Sequence[str],
    resamples: int = RESAMPLES,
) -> Json:
    """Every score of a test set, with its signature.

    Args:
        translations: the tokens that the model wrote.
        texts: the same as text.
        reference_tokens: what a human wrote, as `tokenise` cuts it.
        references: the same as it stands in the file.
        resamples: of the bootstrap, for the interval of BLEU; 1 for none.

    Returns:
        the keys of `COLUMNS`, each with "score" and "signature", and, for BLEU, "half_width": half
        of the 95 % interval.
    """
    wrote, wanted = (
        [" ".join(tokens) for tokens in side] for side in (translations, reference_tokens)
    )
    no_case = BLEU(tokenize="13a", lowercase=True)
    return {
        # force: these texts are tokenised, and sacreBLEU need not warn of it.
        "tokens": _score(BLEU(tokenize="none", force=True), wrote, wanted, resamples),
        "13a": _score(BLEU(tokenize="13a"), texts, references, resamples),
        "13a_lower_case": _score(no_case, texts, references, resamples),
        "chrf": _score(CHRF(), texts, references, 1),
    }


def _score(
    metric: BLEU | CHRF, texts: Sequence[str], references: Sequence[str], resamples: int
) -> Json:
    found = metric.corpus_score(texts, [references], n_bootstrap=resamples)
    signature = metric.get_signature().format()
    about = json.loads(found.format(width=4, signature=signature, is_json=True))
    result = {"score": about["score"], "signature": signature}
    # sacreBLEU leaves the interval out where every resample scores 0.
    return result | ({"half_width": about.get("confidence_var", 0.0)} if resamples > 1 else {})
