"""Scores of translations (BLEU and chrF), and what each of them compares.

A BLEU score means nothing without the tokenization of both sides. So there are several scores, each
with its sacreBLEU signature:

- "spaCy tokens": lower-cased tokens as `tokenize` cuts them, on both sides, counted as they are
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

from .resumable_run import Json

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
    """Compute all scores of a test set, each with its signature.

    Args:
        translations: the tokens that the model wrote.
        texts: the same as text.
        reference_tokens: what a human wrote, as `tokenize` cuts it.
        references: the same as it is in the file.
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
        # force: these texts are tokenized, so sacreBLEU's warning about it is not needed.
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
