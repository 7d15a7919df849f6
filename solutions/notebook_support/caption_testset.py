"""A small test set: sixty captions of imaginary photographs, with translations.

They were written for this course in the style of Multi30k, so that a model trained on Multi30k can
be tested without its files. No model of the course is trained on them.
"""

from solutions.data.corpora import CORPUS


def captions() -> tuple[list[str], list[str]]:
    """Return German and English sentences; sentences with the same index are a pair."""
    german, english = (
        (CORPUS / f"captions.{language}").read_text(encoding="utf-8").splitlines()
        for language in ("de", "en")
    )
    return german, english
