"""What the page "Translate" and its record share: the model's scripts, and example sentences."""

# In `book/_static`, in the order in which they must be loaded.
LIVE = tuple(
    f"live/{name}"
    for name in (
        *("live", "read_model", "read_files", "split_words", "tokenize", "layers", "model"),
        *("decode", "mistakes", "translate", "worker"),
    )
)
# Of the mistakes in `live/mistakes.js`, those that change no logits but the search.
OF_THE_SEARCH = (
    "beam_search_with_equal_beams",
    "extend_forgets_the_past",
    "rank_multiplies_by_the_penalty",
    "rank_worst_first",
    "over_at_the_first_finished",
)
# The last one is beyond the model.
EXAMPLES = (
    "Aufmerksamkeit ist alles, was du brauchst.",
    "Der Hund beißt den Mann.",
    "Wo ist der Bahnhof?",
    "Ich habe gestern einen Freund getroffen.",
    "Der Bundeskanzler hält eine Rede.",
)
