"""The few rules of the page cut sentences as spaCy does, and lose nothing of any other text."""

from collections import Counter
from pathlib import Path

import pytest
from odd_texts import odd_texts
from playwright.sync_api import sync_playwright

from book.check_site.browser import NO_BROWSER, OPTIONS, find_browser
from solutions.data.corpora import corpus, everyday
from solutions.data.vocabulary import LANGUAGES, tokenize

pytestmark = pytest.mark.slow(seconds=10)

LIVE = Path(__file__).parents[2] / "book" / "_static" / "live"
CAPTIONS = Path(__file__).parents[2] / "solutions" / "data" / "corpus" / "captions.de"
# Ordinary in German or English, and rare in the corpora.
SENTENCES = {
    "de": [
        "Wie geht's?",
        "Ich hab's gesehen, z.B. am 3. Mai um 12:30 Uhr.",
        "Er sagte: „Das ist gut!“ (Und ging.)",
        "Dr. Müller wohnt in der Hauptstr. 5, ca. 10km von hier entfernt...",
        "Das kostet 3,50€, d.h. 20% weniger.",
        "Ein T-Shirt und/oder eine E-Mail-Adresse",
        "Was?! Nein -- niemals… :-)",
        "Schreib an mail@beispiel.de oder lies https://beispiel.de/a?b=c.",
    ],
    "en": [
        "It's a dog's life, isn't it?",
        "They can't come; we'll go and I'm glad they've left.",
        "A well-known t-shirt and/or a 12-year-old (blue) hat",
        "Mr. Smith cannot pay $5.00 at 10 a.m. in the U.S.",
        "“Stop!” he said... and ran 5km.",
    ],
}


@pytest.fixture(scope="module")
def split():
    """The words of several texts in one language, as the page cuts them."""
    if find_browser() is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=OPTIONS)
        tab = browser.new_page()
        for name in ("live", "split_words"):
            tab.add_script_tag(path=LIVE / f"{name}.js")
        yield lambda language, texts: tab.evaluate(
            """([language, texts]) => {
              const split = liveTransformer.newTokenizer(language);
              return texts.map((text) => split(liveTransformer.strip(text)));
            }""",
            [language, texts],
        )
        browser.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_courses_sentences_are_cut_as_by_spacy(split, language):
    side = LANGUAGES.index(language)
    texts = [text for name in ("train", "val", "test") for text in corpus(name)[side]]
    texts += [text for name in ("train", "test") for text in everyday(name)[side]]
    texts += SENTENCES[language] + (CAPTIONS.read_text().splitlines() if side == 0 else [])
    assert len(texts) > 6000
    expected = tokenize([text.strip() for text in texts], language)
    found = split(language, texts)
    differ = [text for text, a, b in zip(texts, found, expected, strict=True) if a != b]
    assert differ == []


def letters(text: str) -> Counter:
    """What a text consists of, but for blanks and upper case."""
    return Counter(text.replace(" ", "").casefold())


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_odd_texts_nothing_is_lost(split, language):
    texts = odd_texts(1000)
    cut = split(language, texts)
    same = 0
    for text, words, known in zip(
        texts, cut, tokenize([text.strip() for text in texts], language), strict=True
    ):
        assert letters("".join(words)) == letters(text.strip()), repr(text)
        assert "" not in words
        same += words == known
    print(f"{language}: {same} of {len(texts)} odd texts are cut as by spaCy")
    assert same > 0.5 * len(texts)
