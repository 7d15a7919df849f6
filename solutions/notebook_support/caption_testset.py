"""Sixty descriptions of photographs that nobody took, with translations: a small test set.

Written for this course in the manner of Multi30k, so that a model that was trained on it can be
tested where its files are not at hand. No model of the course learns from them.
"""

from solutions.data.corpora import CORPUS


def captions() -> tuple[list[str], list[str]]:
    """German and English sentences; the place in the lists joins a pair."""
    german, english = (
        (CORPUS / f"captions.{language}").read_text(encoding="utf-8").splitlines()
        for language in ("de", "en")
    )
    return german, english
