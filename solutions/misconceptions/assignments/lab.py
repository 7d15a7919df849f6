"""Ways to get the training loop, the translations and their score wrong."""

import json

from sacrebleu.metrics import BLEU
from safetensors.torch import load_file

from solutions.assignments.lab import (
    CHANGES,
    require_files,
    require_parameters_of,
    train_epoch,
    translate_tokens,
)
from solutions.assignments.lab_data import tokens_of
from solutions.data.batching import make_batches
from solutions.data.vocabulary import EOS, PAD, SPECIALS, UNK
from solutions.fallbacks.assignments_4_6 import (
    Transformer,
    average_weights,
    pad,
    search,
    train_step,
)
from solutions.misconceptions import misconception
from solutions.model.config import TransformerConfig
from solutions.training.step import evaluate_loss

# ---- the loop ------------------------------------------------------------------------------------


@misconception(
    "train_epoch",
    caught_by="epoch-loss",
    section="lab.html#lab-training",
    sentence="You take the mean of your batches' losses: a token in a batch of three counts as "
    "much as a hundred in another. Weigh each batch with its tokens.",
)
def epoch_averages_batches(model, batches, optimizer, schedule, smoothing=0.1):
    losses = [train_step(model, one, optimizer, schedule, smoothing) for one in batches]
    return sum(losses) / len(losses)


@misconception(
    "train_epoch",
    caught_by="epoch-loss",
    section="lab.html#lab-training",
    sentence="You weigh batches with their positions, padding counted: your loss depends on how "
    "well the sentences happen to fit together.",
)
def epoch_counts_padding(model, batches, optimizer, schedule, smoothing=0.1):
    total, tokens = 0.0, 0
    for batch in batches:
        loss = train_step(model, batch, optimizer, schedule, smoothing)
        total += loss * batch.target_out.numel()
        tokens += batch.target_out.numel()
    return total / tokens


@misconception(
    "train_epoch",
    caught_by="epoch-loss",
    section="lab.html#lab-training",
    sentence="You return the loss of the last batch: your curve shows what that batch happened to "
    "be, not the epoch.",
)
def epoch_reports_its_last_batch(model, batches, optimizer, schedule, smoothing=0.1):
    loss = 0.0
    for batch in batches:
        loss = train_step(model, batch, optimizer, schedule, smoothing)
    return loss


@misconception(
    "train_epoch",
    caught_by="epoch-steps",
    section="lab.html#lab-training",
    sentence="Your return stands inside the loop: you take one step, and the epoch is over. Look "
    "at your indentation.",
)
def epoch_of_one_step(model, batches, optimizer, schedule, smoothing=0.1):
    total, tokens = 0.0, 0
    for batch in batches:
        loss = train_step(model, batch, optimizer, schedule, smoothing)
        total += loss * batch.tokens
        tokens += batch.tokens
        return total / tokens


@misconception(
    "train_epoch",
    caught_by="epoch-steps",
    section="lab.html#lab-training",
    sentence="You take two steps on each batch, one for the loss and one for the training: the "
    "step returns its loss already.",
)
def epoch_steps_twice(model, batches, optimizer, schedule, smoothing=0.1):
    total, tokens = 0.0, 0
    for batch in batches:
        train_step(model, batch, optimizer, schedule, smoothing)
        total += train_step(model, batch, optimizer, schedule, smoothing) * batch.tokens
        tokens += batch.tokens
    return total / tokens


@misconception(
    "fit",
    caught_by="fit-log",
    section="lab.html#lab-training",
    sentence="You validate on the pairs that you train on: your curve shows how well they are "
    "learned by heart, and never that it is time to stop.",
)
def fit_validates_on_what_it_learns(
    model,
    pairs,
    validation,
    epochs,
    max_tokens,
    optimizer,
    schedule,
    smoothing=0.1,
    average=1,
    seed=0,
    tell=lambda row: None,
):
    device = next(model.parameters()).device
    held_out = [batch.to(device) for batch in make_batches(pairs, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [batch.to(device) for batch in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        validation_loss = evaluate_loss(model, held_out)
        log.append({"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss})
        tell(log[-1])
        kept.append({name: x.detach().clone() for name, x in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


@misconception(
    "fit",
    caught_by="fit-orders",
    section="lab.html#lab-batches",
    sentence="You draw the batches of every epoch from the same seed: the same pairs meet in "
    "the same order, again and again. Give each epoch a seed of its own.",
)
def fit_repeats_the_first_order(
    model,
    pairs,
    validation,
    epochs,
    max_tokens,
    optimizer,
    schedule,
    smoothing=0.1,
    average=1,
    seed=0,
    tell=lambda row: None,
):
    device = next(model.parameters()).device
    held_out = [batch.to(device) for batch in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [batch.to(device) for batch in make_batches(pairs, max_tokens, seed)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        validation_loss = evaluate_loss(model, held_out)
        log.append({"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss})
        tell(log[-1])
        kept.append({name: x.detach().clone() for name, x in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


@misconception(
    "fit",
    caught_by="fit-average",
    section="lab.html#lab-average",
    sentence="Your model is that of the last epoch, whatever you average: state dicts are not "
    "copies, and all that you keep are the same living parameters. Clone the tensors (and load the "
    "mean in the end).",
)
def fit_keeps_the_living_parameters(
    model,
    pairs,
    validation,
    epochs,
    max_tokens,
    optimizer,
    schedule,
    smoothing=0.1,
    average=1,
    seed=0,
    tell=lambda row: None,
):
    device = next(model.parameters()).device
    held_out = [batch.to(device) for batch in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [batch.to(device) for batch in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        validation_loss = evaluate_loss(model, held_out)
        log.append({"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss})
        tell(log[-1])
        kept.append(model.state_dict())
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


@misconception(
    "fit",
    caught_by="fit-average",
    section="lab.html#lab-average",
    sentence="You average all epochs, the first ones too, in which your model knew nothing. "
    "Only the last ones are near each other.",
)
def fit_averages_every_epoch(
    model,
    pairs,
    validation,
    epochs,
    max_tokens,
    optimizer,
    schedule,
    smoothing=0.1,
    average=1,
    seed=0,
    tell=lambda row: None,
):
    device = next(model.parameters()).device
    held_out = [batch.to(device) for batch in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [batch.to(device) for batch in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        validation_loss = evaluate_loss(model, held_out)
        log.append({"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss})
        tell(log[-1])
        kept.append({name: x.detach().clone() for name, x in model.state_dict().items()})
    model.load_state_dict(average_weights(kept))
    return log


@misconception(
    "fit",
    caught_by="fit-average",
    section="lab.html#lab-average",
    sentence="You keep the first epochs and not the last: your mean is worse than your model.",
)
def fit_averages_the_first_epochs(
    model,
    pairs,
    validation,
    epochs,
    max_tokens,
    optimizer,
    schedule,
    smoothing=0.1,
    average=1,
    seed=0,
    tell=lambda row: None,
):
    device = next(model.parameters()).device
    held_out = [batch.to(device) for batch in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [batch.to(device) for batch in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        validation_loss = evaluate_loss(model, held_out)
        log.append({"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss})
        tell(log[-1])
        kept.append({name: x.detach().clone() for name, x in model.state_dict().items()})
        kept = kept[:average]
    model.load_state_dict(average_weights(kept))
    return log


@misconception(
    "fit",
    caught_by="fit-average",
    section="lab.html#lab-average",
    sentence="You mix each new epoch half and half with what you had: the last epoch then "
    "counts as much as all others together. In your mean every epoch counts the same.",
)
def fit_halves_its_way(
    model,
    pairs,
    validation,
    epochs,
    max_tokens,
    optimizer,
    schedule,
    smoothing=0.1,
    average=1,
    seed=0,
    tell=lambda row: None,
):
    device = next(model.parameters()).device
    held_out = [batch.to(device) for batch in make_batches(validation, max_tokens, seed)]
    log, kept = [], []
    for epoch in range(1, epochs + 1):
        batches = [batch.to(device) for batch in make_batches(pairs, max_tokens, seed + epoch)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        validation_loss = evaluate_loss(model, held_out)
        log.append({"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss})
        tell(log[-1])
        kept.append({name: x.detach().clone() for name, x in model.state_dict().items()})
        kept = kept[-average:]
    mean = kept[0]
    for one in kept[1:]:
        mean = average_weights([mean, one])
    model.load_state_dict(mean)
    return log


# ---- translations and their score ----------------------------------------------------------------


@misconception(
    "translate_tokens",
    caught_by="translate-words",
    section="lab.html#lab-translate",
    sentence="Your sources have no EOS, and in training they had: your model never sees where "
    "a sentence ends, and adds something to it.",
)
def translation_of_sources_without_end(model, sentences, source_ids, target_ids, batch=50):
    words = {number: one for one, number in target_ids.items()} | {UNK: SPECIALS[UNK]}
    device, training = next(model.parameters()).device, model.training
    model.eval()
    order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
    found: list[list[str]] = [[] for _ in sentences]
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        rows = [[source_ids.get(token, UNK) for token in sentences[i]] for i in places]
        written = search(model, pad(rows, PAD).to(device))
        for place, ids in zip(places, written, strict=True):
            found[place] = [words[number] for number in ids]
    model.train(training)
    return found


@misconception(
    "translate_tokens",
    caught_by="translate-words",
    section="lab.html#lab-translate",
    sentence="An unknown word raises KeyError in your code: whoever uses your translator will "
    "write words that it has never seen. Read them as UNK.",
)
def translation_stops_at_unknown_words(model, sentences, source_ids, target_ids, batch=50):
    words = {number: one for one, number in target_ids.items()} | {UNK: SPECIALS[UNK]}
    device, training = next(model.parameters()).device, model.training
    model.eval()
    order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
    found: list[list[str]] = [[] for _ in sentences]
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        rows = [[source_ids[token] for token in sentences[i]] + [EOS] for i in places]
        written = search(model, pad(rows, PAD).to(device))
        for place, ids in zip(places, written, strict=True):
            found[place] = [words[number] for number in ids]
    model.train(training)
    return found


@misconception(
    "translate_tokens",
    caught_by="translate-words",
    section="lab.html#lab-translate",
    sentence="You look your words up four places too early: their numbers begin at 4, after "
    "the specials.",
)
def translation_with_shifted_words(model, sentences, source_ids, target_ids, batch=50):
    words = dict(enumerate(target_ids))
    device, training = next(model.parameters()).device, model.training
    model.eval()
    order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
    found: list[list[str]] = [[] for _ in sentences]
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        rows = [[source_ids.get(token, UNK) for token in sentences[i]] + [EOS] for i in places]
        written = search(model, pad(rows, PAD).to(device))
        for place, ids in zip(places, written, strict=True):
            found[place] = [words.get(number, SPECIALS[UNK]) for number in ids]
    model.train(training)
    return found


@misconception(
    "translate_tokens",
    caught_by="translate-words",
    section="lab.html#lab-translate",
    sentence="You drop the unknown words that your model writes: nobody sees any more that "
    "something is missing. Write <unk>.",
)
def translation_hides_unknown_words(model, sentences, source_ids, target_ids, batch=50):
    words = {number: one for one, number in target_ids.items()} | {UNK: SPECIALS[UNK]}
    device, training = next(model.parameters()).device, model.training
    model.eval()
    order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
    found: list[list[str]] = [[] for _ in sentences]
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        rows = [[source_ids.get(token, UNK) for token in sentences[i]] + [EOS] for i in places]
        written = search(model, pad(rows, PAD).to(device))
        for place, ids in zip(places, written, strict=True):
            found[place] = [words[number] for number in ids if number != UNK]
    model.train(training)
    return found


@misconception(
    "translate_tokens",
    caught_by="translate-order",
    section="lab.html#lab-translate",
    sentence="You return translations in the order of their lengths, as you have computed "
    "them: put each back in the place of its sentence.",
)
def translations_in_order_of_length(model, sentences, source_ids, target_ids, batch=50):
    words = {number: one for one, number in target_ids.items()} | {UNK: SPECIALS[UNK]}
    device, training = next(model.parameters()).device, model.training
    model.eval()
    order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
    found: list[list[str]] = [[] for _ in sentences]
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        rows = [[source_ids.get(token, UNK) for token in sentences[i]] + [EOS] for i in places]
        written = search(model, pad(rows, PAD).to(device))
        for place, ids in zip(places, written, strict=True):
            found[place] = [words[number] for number in ids]
    model.train(training)
    return [found[place] for place in order]


@misconception(
    "translate_tokens",
    caught_by="translate-order",
    section="lab.html#lab-translate",
    sentence="You translate the first batch only: whoever gives you more sentences gets "
    "nothing for the rest.",
)
def translations_of_the_first_batch(model, sentences, source_ids, target_ids, batch=50):
    words = {number: one for one, number in target_ids.items()} | {UNK: SPECIALS[UNK]}
    device, training = next(model.parameters()).device, model.training
    model.eval()
    order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
    found: list[list[str]] = [[] for _ in sentences]
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        rows = [[source_ids.get(token, UNK) for token in sentences[i]] + [EOS] for i in places]
        written = search(model, pad(rows, PAD).to(device))
        for place, ids in zip(places, written, strict=True):
            found[place] = [words[number] for number in ids]
    model.train(training)
    return [one if place in order[:batch] else [] for place, one in enumerate(found)]


@misconception(
    "translate_tokens",
    caught_by="translate-mode",
    section="lab.html#lab-translate",
    sentence="You translate in whatever mode the model is: with dropout, your model loses "
    "words at random. Call model.eval() first.",
)
def translation_with_dropout(model, sentences, source_ids, target_ids, batch=50):
    words = {number: one for one, number in target_ids.items()} | {UNK: SPECIALS[UNK]}
    device = next(model.parameters()).device
    order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
    found: list[list[str]] = [[] for _ in sentences]
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        rows = [[source_ids.get(token, UNK) for token in sentences[i]] + [EOS] for i in places]
        written = search(model, pad(rows, PAD).to(device))
        for place, ids in zip(places, written, strict=True):
            found[place] = [words[number] for number in ids]
    return found


@misconception(
    "translate_tokens",
    caught_by="translate-mode",
    section="lab.html#lab-translate",
    sentence="You leave the model in evaluation mode: a training that only wanted to look at a "
    "sentence goes on without dropout.",
)
def translation_leaves_its_mode(model, sentences, source_ids, target_ids, batch=50):
    words = {number: one for one, number in target_ids.items()} | {UNK: SPECIALS[UNK]}
    device = next(model.parameters()).device
    model.eval()
    order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
    found: list[list[str]] = [[] for _ in sentences]
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        rows = [[source_ids.get(token, UNK) for token in sentences[i]] + [EOS] for i in places]
        written = search(model, pad(rows, PAD).to(device))
        for place, ids in zip(places, written, strict=True):
            found[place] = [words[number] for number in ids]
    return found


@misconception(
    "bleu_of",
    caught_by="score-references",
    section="lab.html#lab-score",
    sentence="You send the references through the vocabulary: their rare words become <unk>, "
    "and each <unk> of your model counts as a hit. Compare with what people wrote.",
)
def score_of_references_in_the_vocabulary(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(one) for one in sentences], source_ids, target_ids)
    translations = [" ".join(tokens) for tokens in wrote]
    known = [
        [token if token in target_ids else SPECIALS[UNK] for token in tokens_of(one)]
        for one in references
    ]
    wanted = [" ".join(tokens) for tokens in known]
    return BLEU(tokenize="none", force=True).corpus_score(translations, [wanted]).score


@misconception(
    "bleu_of",
    caught_by="score-corpus",
    section="lab.html#lab-score",
    sentence="You average the scores of your sentences: BLEU counts over the whole test set "
    "and divides once. Most short sentences have no four words in a row right, and "
    "score next to 0.",
)
def score_averages_sentences(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(one) for one in sentences], source_ids, target_ids)
    translations = [" ".join(tokens) for tokens in wrote]
    wanted = [" ".join(tokens_of(one)) for one in references]
    metric = BLEU(tokenize="none", force=True, effective_order=True)
    each = [
        metric.sentence_score(one, [right]).score
        for one, right in zip(translations, wanted, strict=True)
    ]
    return sum(each) / len(each)


@misconception(
    "bleu_of",
    caught_by="score-corpus",
    section="lab.html#lab-score",
    sentence="You give sacreBLEU a list for each sentence. It wants a list for each set of "
    "references: with yours, a word of any reference is right in every translation.",
)
def score_with_many_references(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(one) for one in sentences], source_ids, target_ids)
    translations = [" ".join(tokens) for tokens in wrote]
    wanted = [" ".join(tokens_of(one)) for one in references]
    streams = [[one] * len(translations) for one in wanted]
    return BLEU(tokenize="none", force=True).corpus_score(translations, streams).score


@misconception(
    "bleu_of",
    caught_by="score-corpus",
    section="lab.html#lab-score",
    sentence="You hand sacreBLEU the references as translations: then what your model leaves "
    "out costs nothing, and what it adds does not either.",
)
def score_of_the_wrong_side(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(one) for one in sentences], source_ids, target_ids)
    translations = [" ".join(tokens) for tokens in wrote]
    wanted = [" ".join(tokens_of(one)) for one in references]
    return BLEU(tokenize="none", force=True).corpus_score(wanted, [translations]).score


@misconception(
    "bleu_of",
    caught_by="score-tokens",
    section="lab.html#lab-score",
    sentence='You compare your tokens with references that are not cut: "Park." is not "park '
    '.", and every sentence loses its last word and its first.',
)
def score_of_uncut_references(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(one) for one in sentences], source_ids, target_ids)
    translations = [" ".join(tokens) for tokens in wrote]
    return BLEU(tokenize="none", force=True).corpus_score(translations, [list(references)]).score


# ---- what is handed in ---------------------------------------------------------------------------


@misconception(
    "load_translator",
    caught_by="load-again",
    section="lab.html#lab-translate",
    sentence="You leave the loaded model in training mode: your translator drops numbers at "
    "random, and says something else each time.",
)
def loaded_for_training(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    return model, about["source_ids"], about["target_ids"]


@misconception(
    "load_translator",
    caught_by="load-again",
    section="lab.html#lab-translate",
    sentence="You build the model and never load its parameters: your translator has the right "
    "sizes, and knows nothing.",
)
def loaded_without_parameters(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    return model.eval(), about["source_ids"], about["target_ids"]


@misconception(
    "load_translator",
    caught_by="load-again",
    section="lab.html#lab-translate",
    sentence="You number the words anew, in the order of the alphabet: your model speaks with the "
    "numbers that it was trained with.",
)
def loaded_with_new_numbers(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    source_ids, target_ids = (
        {one: number for number, one in enumerate(sorted(about[side]), start=len(SPECIALS))}
        for side in ("source_ids", "target_ids")
    )
    return model.eval(), source_ids, target_ids


@misconception(
    "load_translator",
    caught_by="load-refuses",
    section="lab.html#lab-translate",
    sentence="You load with strict=False and look at nothing: a file of another model passes for "
    "yours, and whatever it lacks keeps its random numbers.",
)
def loaded_from_anything(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    model.load_state_dict(tensors, strict=False)
    return model.eval(), about["source_ids"], about["target_ids"]


# ---- the experiment ------------------------------------------------------------------------------


@misconception(
    "predictions",
    caught_by="predictions-form",
    section="lab.html#lab-training",
    sentence="You do not say anything about one of the changes: a prediction that is missing "
    "cannot be compared with your curves.",
)
def predictions_without_one():
    return dict.fromkeys(CHANGES[:-1], "worse")


@misconception(
    "predictions",
    caught_by="predictions-form",
    section="lab.html#lab-training",
    sentence='You give an answer that is none of the three: write "better", "the same" or '
    '"worse" for each change, also where you are not sure.',
)
def predictions_in_other_words():
    return dict.fromkeys(CHANGES, "no idea")


@misconception(
    "compare_runs",
    caught_by="compare-curves",
    section="lab.html#lab-training",
    sentence="You compare the last epochs: a run that has passed its best would lose against one "
    "that was never as good. Compare your lowest losses.",
)
def comparison_of_the_ends(usual, changed, margin=0.1):
    before, after = (log[-1]["validation_loss"] for log in (usual, changed))
    if abs(after - before) <= margin:
        return "the same"
    return "better" if after < before else "worse"


@misconception(
    "compare_runs",
    caught_by="compare-curves",
    section="lab.html#lab-training",
    sentence="You compare the training losses: they say how well your pairs were learned by heart, "
    "and without smoothing or dropout they are lower whatever the model can do.",
)
def comparison_of_training_losses(usual, changed, margin=0.1):
    before, after = (min(row["train_loss"] for row in log) for log in (usual, changed))
    if abs(after - before) <= margin:
        return "the same"
    return "better" if after < before else "worse"


@misconception(
    "compare_runs",
    caught_by="compare-curves",
    section="lab.html#lab-training",
    sentence="You call a higher loss better: it is a loss, and yours is better where it is lower.",
)
def comparison_the_wrong_way_round(usual, changed, margin=0.1):
    before, after = (min(row["validation_loss"] for row in log) for log in (usual, changed))
    if abs(after - before) <= margin:
        return "the same"
    return "worse" if after < before else "better"


@misconception(
    "compare_runs",
    caught_by="compare-margin",
    section="lab.html#lab-training",
    sentence="You take every difference for an effect: train the same model with another seed, and "
    "your loss differs too. Look at the margin.",
)
def comparison_without_a_margin(usual, changed, margin=0.1):
    before, after = (min(row["validation_loss"] for row in log) for log in (usual, changed))
    if after == before:
        return "the same"
    return "better" if after < before else "worse"
