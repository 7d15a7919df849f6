"""Ways to get the training loop, the translations and their score wrong."""

from solutions.assignments.lab import (
    bleu_of,
    compare_runs,
    fit,
    load_translator,
    predictions,
    train_epoch,
    translate_tokens,
)
from solutions.misconceptions import misconception

# ---- the loop ------------------------------------------------------------------------------------

misconception(
    train_epoch,
    "epoch_averages_batches",
    did="You take the mean of the batches' losses.",
    causes="A token in a batch of three tokens then counts much more than one in a large batch.",
    fix="Weight the loss of each batch by its number of tokens.",
    section="lab.html#lab-training",
    caught_by="epoch-loss",
    change={
        "total += loss * batch.tokens": "total += loss",
        "tokens += batch.tokens": "tokens += 1",
    },
)

misconception(
    train_epoch,
    "epoch_counts_padding",
    did="You weight each batch by its number of positions, padding included.",
    causes="The loss then depends on how well the lengths of the sentences fit together.",
    fix="Weight each batch by batch.tokens, which counts the real tokens.",
    section="lab.html#lab-training",
    caught_by="epoch-loss",
    change={
        "total += loss * batch.tokens": "total += loss * batch.target_out.numel()",
        "tokens += batch.tokens": "tokens += batch.target_out.numel()",
    },
)

misconception(
    train_epoch,
    "epoch_reports_its_last_batch",
    did="You return the loss of the last batch.",
    causes="Your curve shows how hard that batch happened to be, not how the epoch went.",
    fix="Return the loss per token over the whole epoch.",
    section="lab.html#lab-training",
    caught_by="epoch-loss",
    change={"return total / tokens": "return loss"},
)

misconception(
    train_epoch,
    "epoch_of_one_step",
    did="Your return is inside the loop.",
    causes="You take one step, and the epoch is over.",
    fix="Indent the return less, so that it comes after the loop.",
    section="lab.html#lab-training",
    caught_by="epoch-steps",
    change={"    return total / tokens": "        return total / tokens"},
)

misconception(
    train_epoch,
    "epoch_steps_twice",
    did="You call train_step twice for each batch: once to train, and once to get the loss.",
    causes="Each call is a training step, so the model takes two steps on each batch.",
    fix="Call train_step once, and use the loss that it returns.",
    section="lab.html#lab-training",
    caught_by="epoch-steps",
    change={
        "        loss = train_step(": "        train_step(",
        "total += loss *": ("total += train_step(model, batch, optimizer, schedule, smoothing) *"),
    },
)

misconception(
    fit,
    "fit_validates_on_what_it_learns",
    did="You validate on the pairs that you train on.",
    causes="Your curve shows how well the model knows these pairs by heart. "
    "It never shows that it is time to stop.",
    fix="Make the validation batches from validation.",
    section="lab.html#lab-training",
    caught_by="fit-log",
    change={"held_out = drawn(validation, seed)": "held_out = drawn(pairs, seed)"},
)

misconception(
    fit,
    "fit_repeats_the_first_order",
    did="You draw the batches of every epoch from the same seed.",
    causes="The same pairs are in the same batches, in the same order, in every epoch.",
    fix="Give each epoch its own seed, such as seed + epoch.",
    section="lab.html#lab-batches",
    caught_by="fit-orders",
    change={"drawn(pairs, seed + epoch)": "drawn(pairs, seed)"},
)

misconception(
    fit,
    "fit_keeps_the_living_parameters",
    did="Your model ends with the parameters of its last epoch, not with a mean.",
    causes="State dicts that are kept without copying their tensors all hold the same parameters, "
    "which training goes on changing, so their mean is just the last epoch.",
    fix="Clone the tensors of each state dict, and load their mean at the end.",
    section="lab.html#lab-average",
    caught_by="fit-average",
    change={
        "{name: x.clone() for name, x in model.state_dict().items()}": "model.state_dict()",
    },
)

misconception(
    fit,
    "fit_averages_every_epoch",
    did="You average all epochs, the first ones included.",
    causes="The model knew nothing in the first epochs. "
    "Only the parameters of the last epochs are close to each other.",
    fix="Keep only the last `average` epochs.",
    section="lab.html#lab-average",
    caught_by="fit-average",
    change={"        kept = kept[-average:]\n": ""},
)

misconception(
    fit,
    "fit_averages_the_first_epochs",
    did="You keep the first epochs, not the last ones.",
    causes="The mean of the first epochs is worse than the model that you have trained.",
    fix="Keep the end of the list: its last `average` entries.",
    section="lab.html#lab-average",
    caught_by="fit-average",
    change={"kept[-average:]": "kept[:average]"},
)

misconception(
    fit,
    "fit_halves_its_way",
    did="You mix each new epoch half and half with the mean so far.",
    causes="The last epoch then counts as much as all the others together.",
    fix="Average all kept epochs at once, so that each of them counts the same.",
    section="lab.html#lab-average",
    caught_by="fit-average",
    change={
        "    model.load_state_dict(average_weights(kept))\n": (
            "    mean = kept[0]\n"
            "    for one in kept[1:]:\n"
            "        mean = average_weights([mean, one])\n"
            "    model.load_state_dict(mean)\n"
        ),
    },
)

misconception(
    train_epoch,
    "epoch_weighs_sentences",
    did="You weight the loss of each batch by its number of sentences.",
    causes="A batch of long sentences counts no more than one of short ones.",
    fix="Weight each batch by batch.tokens.",
    section="lab.html#lab-training",
    caught_by="epoch-loss",
    change={
        "total += loss * batch.tokens": "total += loss * len(batch.source)",
        "tokens += batch.tokens": "tokens += len(batch.source)",
    },
)

misconception(
    train_epoch,
    "epoch_divides_means_by_tokens",
    did="You add up the losses per token and divide them by the number of tokens.",
    causes="The result is divided by the tokens twice, so it is far too small.",
    fix="Multiply each loss by batch.tokens before you add it.",
    section="lab.html#lab-training",
    caught_by="epoch-loss",
    change={
        "total += loss * batch.tokens": "total += loss",
    },
)

misconception(
    train_epoch,
    "epoch_smooths_its_loss",
    did="You return a smoothed loss, in which each new batch has a small weight.",
    causes="Most of it is the loss of the first batches, before anything was learned.",
    fix="Return the loss per token over the whole epoch.",
    section="lab.html#lab-training",
    caught_by="epoch-loss",
    change={
        "total += loss * batch.tokens": (
            "total = loss if tokens == 0 else 0.98 * total + 0.02 * loss"
        ),
        "return total / tokens": "return total",
    },
)

misconception(
    train_epoch,
    "epoch_without_smoothing",
    did="You take each step without label smoothing, whatever `smoothing` is.",
    causes="The model learns from one-hot targets, which is not what the caller asks for.",
    fix="Pass `smoothing` on to train_step.",
    section="lab.html#lab-training",
    caught_by="epoch-loss",
    change={"optimizer, schedule, smoothing)": "optimizer, schedule, 0.0)"},
)

misconception(
    train_epoch,
    "epoch_steps_again",
    did="You call schedule.advance() and optimizer.step() after train_step, which has done both.",
    causes="Each batch moves the parameters twice, and the learning rate runs ahead of the steps.",
    fix="Leave both to train_step.",
    section="lab.html#lab-training",
    caught_by="epoch-steps",
    change={
        "        total += loss": (
            "        schedule.advance()\n        optimizer.step()\n        total += loss"
        ),
    },
)

misconception(
    train_epoch,
    "epoch_uses_up_its_batches",
    did="You go through the batches once before you train, to count their tokens.",
    causes="A generator is then empty: no step is taken.",
    fix="Count the tokens in the same loop that trains.",
    section="lab.html#lab-training",
    caught_by="epoch-steps",
    change={
        "total, tokens = 0.0, 0": "total, tokens = 0.0, sum(batch.tokens for batch in batches)",
        "        tokens += batch.tokens\n": "",
    },
)

misconception(
    train_epoch,
    "epoch_needs_a_list",
    did="You ask the batches for their length.",
    causes="A generator has none, so your code raises TypeError.",
    fix="Use `for batch in batches`, which needs no length.",
    section="lab.html#lab-training",
    caught_by="epoch-steps",
    change={
        "for batch in batches:": "for batch in (batches[i] for i in range(len(batches))):",
    },
)

misconception(
    train_epoch,
    "epoch_reorders_its_batches",
    did="You sort the batches by size before you train.",
    causes="Every epoch then has the same order, which the random order of make_batches is "
    "meant to prevent.",
    fix="Train on the batches in the order in which they come.",
    section="lab.html#lab-training",
    caught_by="epoch-steps",
    change={
        "for batch in batches:": "for batch in sorted(batches, key=lambda batch: -batch.tokens):",
    },
)

misconception(
    fit,
    "fit_keeps_the_best_epoch",
    did="You keep the epoch with the lowest validation loss.",
    causes="A single epoch is usually worse than the mean of the last ones, and choosing by "
    "the validation loss makes that loss look better than it is.",
    fix="Load the mean of the last `average` epochs.",
    section="lab.html#lab-average",
    caught_by="fit-average",
    change={
        "        kept = kept[-average:]\n": (
            '        if validation_loss == min(row["validation_loss"] for row in log):\n'
            "            best = kept[-1]\n"
        ),
        "average_weights(kept)": "best",
    },
)

misconception(
    fit,
    "fit_mixes_in_each_epoch",
    did="You mix each epoch into a running mean with a fixed weight.",
    causes="The mean still contains the parameters from before the training, and never "
    "forgets an epoch completely.",
    fix="Average the last `average` epochs, each with the same weight.",
    section="lab.html#lab-average",
    caught_by="fit-average",
    change={
        "    log: list[Row] = []\n": (
            "    log: list[Row] = []\n"
            "    mean = {name: x.clone() for name, x in model.state_dict().items()}\n"
        ),
        "        kept = kept[-average:]\n": (
            "        for name, x in kept[-1].items():\n"
            "            mean[name] += (x - mean[name]) / average\n"
        ),
        "average_weights(kept)": "mean",
    },
)

misconception(
    fit,
    "fit_trains_the_mean",
    did="You load the mean after each epoch, and training goes on from there.",
    causes="Each epoch begins behind the point that the epoch before had reached.",
    fix="Load the mean once, after the loop.",
    section="lab.html#lab-average",
    caught_by="fit-average",
    change={
        "        kept = kept[-average:]\n": (
            "        kept = kept[-average:]\n        model.load_state_dict(average_weights(kept))\n"
        ),
    },
)

misconception(
    fit,
    "fit_stops_early",
    did="You stop when the validation loss rises.",
    causes="The caller asks for a number of epochs and gets fewer, with a mean of other ones.",
    fix="Train for all epochs; the log shows when it would have been time to stop.",
    section="lab.html#lab-training",
    caught_by="fit-log",
    change={
        "        kept = kept[-average:]\n": (
            "        kept = kept[-average:]\n"
            '        if epoch > 1 and log[-1]["validation_loss"] > log[-2]["validation_loss"]:\n'
            "            break\n"
        ),
    },
)

misconception(
    fit,
    "fit_counts_from_zero",
    did="You count the epochs from 0.",
    causes="In your log, the last of 20 epochs has the number 19.",
    fix="Count from 1: range(1, epochs + 1).",
    section="lab.html#lab-training",
    caught_by="fit-log",
    change={
        '{"epoch": epoch,': '{"epoch": epoch - 1,',
    },
)

misconception(
    fit,
    "fit_evaluates_before_the_epoch",
    did="You evaluate before the epoch, not after it.",
    causes="Each validation loss belongs to the epoch before.",
    fix="Call evaluate_loss after train_epoch.",
    section="lab.html#lab-training",
    caught_by="fit-log",
    change={
        "        train_loss = train_epoch(": (
            "        validation_loss = evaluate_loss(model, held_out)\n"
            "        train_loss = train_epoch("
        ),
        ("smoothing)\n        validation_loss = evaluate_loss(model, held_out)\n"): "smoothing)\n",
    },
)

misconception(
    fit,
    "fit_never_tells",
    did="You never call tell.",
    causes="A training of hours shows nothing until it has ended.",
    fix="Call tell with each row of the log as soon as its epoch has ended.",
    section="lab.html#lab-training",
    caught_by="fit-log",
    change={
        "        tell(log[-1])\n": "",
    },
)

misconception(
    fit,
    "fit_tells_at_the_end",
    did="You call tell once, with the whole log, when all epochs have ended.",
    causes="A training of hours shows nothing until it has ended, and tell gets a list in "
    "place of a row.",
    fix="Call tell inside the loop, with the row of the epoch.",
    section="lab.html#lab-training",
    caught_by="fit-log",
    change={
        "        tell(log[-1])\n": "",
        "    return log": ("    tell(log)\n    return log"),
    },
)

misconception(
    fit,
    "fit_with_other_keys",
    did='Your rows have the keys "loss" and "val_loss".',
    causes="Whatever reads the log, such as compare_runs, does not find the losses.",
    fix='Use the keys "epoch", "train_loss" and "validation_loss".',
    section="lab.html#lab-training",
    caught_by="fit-log",
    change={
        '"train_loss": train_loss, "validation_loss": validation_loss': (
            '"loss": train_loss, "val_loss": validation_loss'
        ),
    },
)

misconception(
    fit,
    "fit_draws_without_the_seed",
    did="You draw the batches of each epoch from random numbers that do not come from the seed.",
    causes="The same seed gives another training each time.",
    fix="Derive the seed of each epoch from seed, such as seed + epoch.",
    section="lab.html#lab-batches",
    caught_by="fit-orders",
    change={
        "    held_out = drawn(validation, seed)\n": (
            "    import random\n\n    held_out = drawn(validation, seed)\n"
        ),
        "drawn(pairs, seed + epoch)": "drawn(pairs, random.randrange(10**9))",
    },
)

misconception(
    fit,
    "fit_ignores_the_seed",
    did="You draw the batches from the number of the epoch alone.",
    causes="Runs with different seeds have the same orders, so they cannot show what is luck.",
    fix="Draw from seed + epoch.",
    section="lab.html#lab-training",
    caught_by="fit-orders",
    change={"drawn(pairs, seed + epoch)": "drawn(pairs, epoch)"},
)

misconception(
    fit,
    "fit_with_half_of_max_tokens",
    did="Your batches hold half of max_tokens.",
    causes="max_tokens holds for each side, so your epochs have twice as many steps.",
    fix="Pass max_tokens on to make_batches.",
    section="lab.html#lab-batches",
    caught_by="fit-orders",
    change={"make_batches(some, max_tokens,": "make_batches(some, max_tokens // 2,"},
)

misconception(
    fit,
    "fit_without_smoothing",
    did="You train without label smoothing, whatever `smoothing` is.",
    causes="The model learns from one-hot targets, which is not what the caller asks for.",
    fix="Pass `smoothing` on to train_epoch.",
    section="lab.html#lab-training",
    caught_by="fit-log",
    change={"optimizer, schedule, smoothing)": "optimizer, schedule, 0.0)"},
)

misconception(
    fit,
    "fit_forgets_the_device",
    did="You leave the batches on the device on which they were made.",
    causes="On a GPU, the first step raises RuntimeError, because the model is there and the"
    " batch is not.",
    fix="Put each batch on the device of the model's parameters: batch.to(device).",
    section="lab.html#lab-training",
    caught_by="fit-orders",
    change={
        "[batch.to(device) for batch in make_batches(some, max_tokens, number)]": (
            "make_batches(some, max_tokens, number)"
        ),
    },
)

# ---- translations and their score ----------------------------------------------------------------

misconception(
    translate_tokens,
    "translation_of_sources_without_end",
    did="Your sources have no EOS, but in training they had one.",
    causes="The model never sees where a sentence ends, and it adds words to the translation.",
    fix="Add EOS to the ids of each source.",
    section="lab.html#lab-translate",
    caught_by="translate-words",
    change={" + [EOS]": ""},
)

misconception(
    translate_tokens,
    "translation_stops_at_unknown_words",
    did="Your code raises KeyError for a word that is not in the vocabulary.",
    causes="Users of a translator write words that it has never seen, "
    "and they get an error, not a translation.",
    fix="Read an unknown source word as UNK.",
    section="lab.html#lab-translate",
    caught_by="translate-words",
    change={"source_ids.get(token, UNK)": "source_ids[token]"},
)

misconception(
    translate_tokens,
    "translation_with_shifted_words",
    did="You number the target words from 0 when you look them up.",
    causes="Their ids begin at 4, after the specials. "
    "Every id therefore gives you the word four places too late, and the last ids give none.",
    fix="Invert target_ids: map each number back to its word.",
    section="lab.html#lab-translate",
    caught_by="translate-words",
    change={
        "{number: one for one, number in target_ids.items()} | {UNK: SPECIALS[UNK]}": (
            "list(target_ids)"
        ),
    },
)

misconception(
    translate_tokens,
    "translation_hides_unknown_words",
    did="You drop the unknown words that the model writes.",
    causes="A reader can no longer see that something is missing.",
    fix="Write <unk> for each of them.",
    section="lab.html#lab-translate",
    caught_by="translate-words",
    change={
        "for number in written[row]]": "for number in written[row] if number != UNK]",
    },
)

misconception(
    translate_tokens,
    "translations_in_order_of_length",
    did="You return the translations in the order in which you computed them: by length.",
    causes="A translation is then no longer in the place of its own sentence.",
    fix="Put each translation back in the place of its sentence.",
    section="lab.html#lab-translate",
    caught_by="translate-order",
    change={
        "= [[] for _ in sentences]": "= []",
        (
            "        for row, place in enumerate(places):\n"
            "            found[place] = [words[number] for number in written[row]]\n"
        ): (
            "        for row in written:\n"
            "            found.append([words[number] for number in row])\n"
        ),
    },
)

misconception(
    translate_tokens,
    "translations_of_the_first_batch",
    did="You translate only the first batch.",
    causes="All sentences after it get no translation.",
    fix="Repeat the search until every sentence has its translation.",
    section="lab.html#lab-translate",
    caught_by="translate-order",
    change={"    words = {number": "    sentences = sentences[:batch]\n    words = {number"},
)

misconception(
    translate_tokens,
    "translations_all_at_once",
    did="You translate all sentences at once, whatever `batch` is.",
    causes="A whole test set does not fit into the memory.",
    fix="Translate at most `batch` sentences at a time.",
    section="lab.html#lab-translate",
    caught_by="translate-order",
    change={"    words = {number": "    batch = len(sentences)\n    words = {number"},
)

misconception(
    translate_tokens,
    "translation_with_dropout",
    did="You translate in whatever mode the model is.",
    causes="With dropout, the model loses activations at random, "
    "and the translations are worse and differ each time.",
    fix="Call model.eval() before you translate.",
    section="lab.html#lab-translate",
    caught_by="translate-mode",
    change={"    model.eval()\n": ""},
)

misconception(
    translate_tokens,
    "translation_leaves_its_mode",
    did="You leave the model in evaluation mode after translating.",
    causes="If you look at a translation during training, training goes on without dropout.",
    fix="Remember the mode of the model, and restore it at the end.",
    section="lab.html#lab-translate",
    caught_by="translate-mode",
    change={
        "device, training = next(model.parameters()).device, model.training": (
            "device = next(model.parameters()).device"
        ),
        "    model.train(training)\n": "",
    },
)

misconception(
    bleu_of,
    "score_of_references_in_the_vocabulary",
    did="You replace the words of the references that are not in the vocabulary by <unk>.",
    causes="Each <unk> that the model writes can then count as a hit.",
    fix="Compare with what people wrote: keep all words of the references.",
    section="lab.html#lab-score",
    caught_by="score-references",
    change={
        '    wanted = [" ".join(tokens_of(one)) for one in references]\n': (
            "    wanted = [\n"
            '        " ".join(x if x in target_ids else SPECIALS[UNK] for x in tokens_of(one))\n'
            "        for one in references\n"
            "    ]\n"
        ),
    },
)

misconception(
    bleu_of,
    "score_averages_sentences",
    did="You average the scores of the single sentences.",
    causes="BLEU counts over the whole test set and divides once. "
    "A short sentence often has no four words in a row right, so its own score says little.",
    fix="Give all sentences to corpus_score together.",
    section="lab.html#lab-score",
    caught_by="score-corpus",
    change={
        (
            '    return BLEU(tokenize="none", force=True)'
            ".corpus_score(translations, [wanted]).score\n"
        ): (
            '    metric = BLEU(tokenize="none", force=True, effective_order=True)\n'
            "    both = zip(translations, wanted, strict=True)\n"
            "    scores = [metric.sentence_score(one, [right]).score for one, right in both]\n"
            "    return sum(scores) / len(scores)\n"
        ),
    },
)

misconception(
    bleu_of,
    "score_with_many_references",
    did="You give sacreBLEU one list of references for each sentence.",
    causes="It takes each list as a set of references for the whole test set, "
    "and such a set must have as many sentences as there are translations.",
    fix="Give it one list for each set of references: [wanted].",
    section="lab.html#lab-score",
    caught_by="score-corpus",
    change={
        '[" ".join(tokens_of(one)) for one in references]': (
            '[[" ".join(tokens_of(one))] for one in references]'
        ),
        "corpus_score(translations, [wanted])": "corpus_score(translations, wanted)",
    },
)

misconception(
    bleu_of,
    "score_of_the_wrong_side",
    did="You give sacreBLEU the references as translations, and the translations as references.",
    causes="The score then measures recall, not precision. "
    "The brevity penalty punishes long translations, not short ones.",
    fix="Pass the translations first, and the references second.",
    section="lab.html#lab-score",
    caught_by="score-corpus",
    change={"corpus_score(translations, [wanted])": "corpus_score(wanted, [translations])"},
)

misconception(
    bleu_of,
    "score_of_uncut_references",
    did="You compare the model's tokens with references that are not tokenized.",
    causes='"Park." is not "park .", '
    "so every sentence loses its first word (a capital) and its last (a full stop).",
    fix="Cut the references with tokens_of, as you cut the sources.",
    section="lab.html#lab-score",
    caught_by="score-tokens",
    change={
        'wanted = [" ".join(tokens_of(one)) for one in references]': "wanted = list(references)",
    },
)

misconception(
    translate_tokens,
    "translation_drops_unknown_words",
    did="You leave the unknown words out of the source.",
    causes="The model reads another sentence than the one that was asked for.",
    fix="Put UNK in the place of each unknown word.",
    section="lab.html#lab-translate",
    caught_by="translate-words",
    change={
        "[source_ids.get(token, UNK) for token in sentences[i]]": (
            "[source_ids[token] for token in sentences[i] if token in source_ids]"
        ),
    },
)

misconception(
    translate_tokens,
    "translation_has_no_word_for_unk",
    did="Your code raises KeyError when the model writes UNK.",
    causes="target_ids holds words only, so the specials are missing in its inverse.",
    fix="Add the entry UNK: SPECIALS[UNK] to the inverse of target_ids.",
    section="lab.html#lab-translate",
    caught_by="translate-words",
    change={
        " | {UNK: SPECIALS[UNK]}": "",
    },
)

misconception(
    translate_tokens,
    "translation_is_one_string",
    did="You return each translation as one string.",
    causes="bleu_of joins the tokens with blanks, so it would put a blank between all letters.",
    fix="Return the list of tokens of each translation.",
    section="lab.html#lab-translate",
    caught_by="translate-words",
    change={
        "found[place] = [words[number] for number in written[row]]": (
            'found[place] = " ".join(words[number] for number in written[row])'
        ),
    },
)

misconception(
    translate_tokens,
    "translation_is_still_numbers",
    did="You return the ids that the search writes.",
    causes="A reader needs words, not numbers.",
    fix="Look up the word of each id in the inverse of target_ids.",
    section="lab.html#lab-translate",
    caught_by="translate-words",
    change={
        "found[place] = [words[number] for number in written[row]]": (
            "found[place] = list(written[row])"
        ),
    },
)

misconception(
    translate_tokens,
    "translation_shows_its_end",
    did="You add the end of the sentence to each translation.",
    causes="The token counts as a wrong word in every score.",
    fix="Return the words only.",
    section="lab.html#lab-translate",
    caught_by="translate-words",
    change={
        "found[place] = [words[number] for number in written[row]]": (
            "found[place] = [words[number] for number in written[row]] + [SPECIALS[EOS]]"
        ),
    },
)

misconception(
    translate_tokens,
    "translation_ends_in_training",
    did="You always switch the model to training mode at the end.",
    causes="A model that was in evaluation mode before now uses dropout.",
    fix="Remember model.training at the beginning, and restore it at the end.",
    section="lab.html#lab-translate",
    caught_by="translate-mode",
    change={
        "    model.train(training)\n": "    model.train()\n",
        "device, training = next(model.parameters()).device, model.training": (
            "device = next(model.parameters()).device"
        ),
    },
)

misconception(
    bleu_of,
    "score_without_brackets",
    did="You give sacreBLEU the list of references itself.",
    causes="It takes each reference as a whole set of references, with one letter for each "
    "sentence.",
    fix="Put brackets around the list: [wanted].",
    section="lab.html#lab-score",
    caught_by="score-corpus",
    change={
        "corpus_score(translations, [wanted])": "corpus_score(translations, wanted)",
    },
)

misconception(
    bleu_of,
    "score_from_0_to_1",
    did="Your score is between 0 and 1.",
    causes="Papers give BLEU from 0 to 100, so your number cannot be compared with theirs.",
    fix="Return the score as sacreBLEU gives it.",
    section="lab.html#lab-score",
    caught_by="score-corpus",
    change={
        "[wanted]).score": "[wanted]).score / 100",
    },
)

misconception(
    bleu_of,
    "score_is_rounded",
    did="You round the score.",
    causes="Two models that differ by less than your rounding seem to be equally good.",
    fix="Return the score as it is, and round only where you print it.",
    section="lab.html#lab-score",
    caught_by="score-corpus",
    change={
        'return BLEU(tokenize="none", force=True).corpus_score(translations, [wanted]).score': (
            "return round(\n"
            '        BLEU(tokenize="none", force=True).corpus_score(translations, '
            "[wanted]).score, 1\n"
            "    )"
        ),
    },
)

misconception(
    bleu_of,
    "score_of_lower_case_references",
    did="You make the references lower-case but do not tokenize them.",
    causes='"park." is not "park .", so the last words of a sentence never match.',
    fix="Cut the references with tokens_of.",
    section="lab.html#lab-score",
    caught_by="score-tokens",
    change={
        'wanted = [" ".join(tokens_of(one)) for one in references]': (
            "wanted = [one.lower() for one in references]"
        ),
    },
)

misconception(
    bleu_of,
    "score_of_uncut_sources",
    did="You cut the sentences at blanks before you translate them.",
    causes='The model reads "park." as one unknown word.',
    fix="Cut the sentences with tokens_of, as in training.",
    section="lab.html#lab-score",
    caught_by="score-tokens",
    change={
        "[tokens_of(one) for one in sentences]": "[one.lower().split() for one in sentences]",
    },
)

misconception(
    bleu_of,
    "score_without_unknown_words",
    did="You take the unknown words out of both sides.",
    causes="A translation that leaves them out is then as good as one that knows them.",
    fix="Compare with what people wrote: keep all words on both sides.",
    section="lab.html#lab-score",
    caught_by="score-references",
    change={
        '" ".join(tokens) for tokens in wrote': (
            '" ".join(x for x in tokens if x != SPECIALS[UNK]) for tokens in wrote'
        ),
        '" ".join(tokens_of(one)) for one in references': (
            '" ".join(x for x in tokens_of(one) if x in target_ids) for one in references'
        ),
    },
)

misconception(
    bleu_of,
    "score_of_letters",
    did="You join the letters of each sentence by blanks, not its tokens.",
    causes="BLEU then counts letters in a row, and even unrelated sentences share many of them.",
    fix="Join the list of tokens once.",
    section="lab.html#lab-score",
    caught_by="score-corpus",
    change={
        '" ".join(tokens) for tokens in wrote': '" ".join(" ".join(tokens)) for tokens in wrote',
        '" ".join(tokens_of(one)) for one in references': (
            '" ".join(" ".join(tokens_of(one))) for one in references'
        ),
    },
)

# ---- what is handed in ---------------------------------------------------------------------------

misconception(
    load_translator,
    "loaded_for_training",
    did="You return the loaded model in training mode.",
    causes="Dropout is active in your translator, so it writes something else each time.",
    fix="Call model.eval() before you return the model.",
    section="lab.html#lab-translate",
    caught_by="load-again",
    change={"return model.eval()": "return model"},
)

misconception(
    load_translator,
    "loaded_without_parameters",
    did="You build the model but never load its parameters.",
    causes="The translator has the right sizes, but its parameters are random.",
    fix="Call model.load_state_dict with the tensors of the file.",
    section="lab.html#lab-translate",
    caught_by="load-again",
    change={"    model.load_state_dict(tensors)\n": ""},
)

misconception(
    load_translator,
    "loaded_with_new_numbers",
    did="You number the words again, in alphabetical order.",
    causes="The model uses the numbers that it was trained with, "
    "so every word gets the vector of another word.",
    fix="Return the ids exactly as they are in the file.",
    section="lab.html#lab-translate",
    caught_by="load-again",
    change={
        "    return model.eval()": (
            '    for side in ("source_ids", "target_ids"):\n'
            "        words = enumerate(sorted(about[side]), start=len(SPECIALS))\n"
            "        about[side] = {one: number for number, one in words}\n"
            "    return model.eval()"
        ),
    },
)

misconception(
    load_translator,
    "loaded_from_anything",
    did="You load the tensors with strict=False and check nothing.",
    causes="The file of another model is accepted, "
    "and parameters that are missing in it keep their random values.",
    fix="Check that the file has exactly the parameters of the model.",
    section="lab.html#lab-translate",
    caught_by="load-refuses",
    change={
        "    require_parameters_of(model, tensors)\n": "",
        "load_state_dict(tensors)": "load_state_dict(tensors, strict=False)",
    },
)

misconception(
    load_translator,
    "loaded_with_other_errors",
    did="You leave the check of the tensors to load_state_dict.",
    causes="It raises RuntimeError, not the ValueError that the docstring promises, and "
    "accepts NaN.",
    fix="Call require_parameters_of before you load the tensors.",
    section="lab.html#lab-translate",
    caught_by="load-refuses",
    change={
        "    require_parameters_of(model, tensors)\n": "",
    },
)

misconception(
    load_translator,
    "loaded_without_looking_for_files",
    did="You open the files without checking that they are there.",
    causes="A missing file raises FileNotFoundError, not the ValueError that the docstring "
    "promises.",
    fix="Call require_files(folder) first.",
    section="lab.html#lab-translate",
    caught_by="load-refuses",
    change={
        "    require_files(folder)\n": "",
    },
)

misconception(
    load_translator,
    "loaded_without_looking_for_the_sizes",
    did="You check that translator.safetensors is there, but not translator.json.",
    causes="Without it you raise FileNotFoundError, not ValueError.",
    fix="Call require_files(folder) first, which looks for both.",
    section="lab.html#lab-translate",
    caught_by="load-refuses",
    change={
        "    require_files(folder)\n": (
            '    if not (folder / "translator.safetensors").is_file():\n'
            '        raise ValueError("there are no parameters")\n'
        ),
    },
)

misconception(
    load_translator,
    "loaded_with_nan",
    did="You check names and shapes, but not the numbers.",
    causes="A model with NaN is loaded, and writes nonsense.",
    fix="Call require_parameters_of, which checks the numbers too.",
    section="lab.html#lab-translate",
    caught_by="load-refuses",
    change={
        "    require_parameters_of(model, tensors)\n": (
            "    wanted = {name: x.shape for name, x in model.state_dict().items()}\n"
            "    if {name: x.shape for name, x in tensors.items()} != wanted:\n"
            '        raise ValueError("these are parameters of another model")\n'
        ),
    },
)

misconception(
    load_translator,
    "loaded_from_numbers_to_words",
    did="You return dictionaries that map numbers to words.",
    causes="translate_tokens looks up words in them and finds none.",
    fix="Return the dictionaries as they are in the file.",
    section="lab.html#lab-translate",
    caught_by="load-again",
    change={
        'about["source_ids"], about["target_ids"]': (
            "*({number: one for one, number in about[side].items()} for side in "
            '("source_ids", "target_ids"))'
        ),
    },
)

misconception(
    load_translator,
    "loaded_the_wrong_way_round",
    did="You return the target vocabulary first.",
    causes="German words are looked up among the English ones, so nearly all are unknown.",
    fix="Return the model, source_ids and target_ids, in this order.",
    section="lab.html#lab-translate",
    caught_by="load-again",
    change={
        'about["source_ids"], about["target_ids"]': 'about["target_ids"], about["source_ids"]',
    },
)

misconception(
    load_translator,
    "loaded_without_vocabularies",
    did="You return the model alone.",
    causes="Without its vocabularies the model cannot translate a sentence.",
    fix="Return the model, source_ids and target_ids.",
    section="lab.html#lab-translate",
    caught_by="load-again",
    change={
        'return model.eval(), about["source_ids"], about["target_ids"]': "return model.eval()",
    },
)

misconception(
    load_translator,
    "loaded_in_half_precision",
    did="Your model keeps the precision of the file.",
    causes="A file in half precision gives a model that computes in half precision, which is"
    " less accurate, and slow on a CPU.",
    fix="Call load_state_dict without assign, which converts the numbers.",
    section="lab.html#lab-translate",
    caught_by="load-again",
    change={
        "load_state_dict(tensors)": "load_state_dict(tensors, assign=True)",
    },
)

# ---- the experiment ------------------------------------------------------------------------------

misconception(
    predictions,
    "predictions_without_one",
    did="You make no prediction for one of the changes.",
    causes="A missing prediction cannot be compared with your curves.",
    fix="Give an answer for every entry of CHANGES.",
    section="lab.html#lab-training",
    caught_by="predictions-form",
    change={"fromkeys(CHANGES,": "fromkeys(CHANGES[:-1],"},
)

misconception(
    predictions,
    "predictions_in_other_words",
    did="You give an answer that is none of the three possible ones.",
    causes="It cannot be compared with the result of the experiment.",
    fix='Write "better", "the same" or "worse" for each change, even if you are not sure.',
    section="lab.html#lab-training",
    caught_by="predictions-form",
    change={'"worse"': '"no idea"'},
)

misconception(
    compare_runs,
    "comparison_of_the_ends",
    did="You compare the losses of the last epochs.",
    causes="A run that has passed its best epoch can then lose against a run "
    "that was never as good.",
    fix="Compare the lowest losses of the two runs.",
    section="lab.html#lab-training",
    caught_by="compare-curves",
    change={'min(row["validation_loss"] for row in log)': 'log[-1]["validation_loss"]'},
)

misconception(
    compare_runs,
    "comparison_of_training_losses",
    did="You compare the training losses.",
    causes="They show how well the pairs were learned by heart. "
    "Without smoothing or dropout they are lower, however good the model is.",
    fix="Compare the validation losses.",
    section="lab.html#lab-training",
    caught_by="compare-curves",
    change={'row["validation_loss"]': 'row["train_loss"]'},
)

misconception(
    compare_runs,
    "comparison_the_wrong_way_round",
    did='You call a run with a higher loss "better".',
    causes="A lower loss is better, so you confuse improvements with failures.",
    fix='Return "better" if the loss after the change is lower.',
    section="lab.html#lab-training",
    caught_by="compare-curves",
    change={
        "after < before - margin": "after - before > margin",
        "after > before + margin": "before - after > margin",
    },
)

misconception(
    compare_runs,
    "comparison_without_a_margin",
    did="You take every difference between two runs for an effect.",
    causes="The same model trained with another seed has a different loss too.",
    fix='Return "the same" if the difference is not greater than margin.',
    section="lab.html#lab-training",
    caught_by="compare-margin",
    change={"before - margin": "before", "before + margin": "before"},
)

misconception(
    predictions,
    "predictions_under_other_names",
    did="You give the changes other names.",
    causes="Your predictions cannot be matched with the runs of the experiment.",
    fix="Use the names in CHANGES as keys, letter by letter.",
    section="lab.html#lab-training",
    caught_by="predictions-form",
    change={
        "fromkeys(CHANGES,": 'fromkeys((change.replace(" ", "_") for change in CHANGES),',
    },
)

misconception(
    predictions,
    "predictions_of_more",
    did="You make a prediction for something that is not among the changes.",
    causes="There is no run that could answer it.",
    fix="Use the names in CHANGES, and no other.",
    section="lab.html#lab-training",
    caught_by="predictions-form",
    change={
        "fromkeys(CHANGES,": 'fromkeys(("nothing changed", *CHANGES),',
    },
)

misconception(
    compare_runs,
    "comparison_of_means",
    did="You compare the means of the curves.",
    causes="The first epochs of every run are bad, and how bad says nothing about the best model.",
    fix="Compare the lowest losses of the two runs.",
    section="lab.html#lab-training",
    caught_by="compare-curves",
    change={
        'min(row["validation_loss"] for row in log)': (
            'sum(row["validation_loss"] for row in log) / len(log)'
        ),
    },
)

misconception(
    compare_runs,
    "comparison_of_the_highest",
    did="You compare the highest losses.",
    causes="They belong to the first epoch, before anything was learned.",
    fix="Compare the lowest losses of the two runs: use min.",
    section="lab.html#lab-training",
    caught_by="compare-curves",
    change={
        'min(row["validation_loss"] for row in log)': 'max(row["validation_loss"] for row in log)',
    },
)

misconception(
    compare_runs,
    "comparison_with_true_and_false",
    did="You return True or False.",
    causes="False could mean worse or the same.",
    fix='Return one of "better", "the same" and "worse".',
    section="lab.html#lab-training",
    caught_by="compare-curves",
    change={
        (
            "    if after < before - margin:\n"
            '        return "better"\n'
            "    if after > before + margin:\n"
            '        return "worse"\n'
            '    return "the same"\n'
        ): "    return after < before - margin\n",
    },
)

misconception(
    compare_runs,
    "comparison_at_the_margin",
    did="You take a difference of exactly the margin for an effect.",
    causes="The docstring says that a difference of no more than the margin means nothing.",
    fix="Compare with < and >, not with <= and >=.",
    section="lab.html#lab-training",
    caught_by="compare-margin",
    change={
        "after < before - margin": "after <= before - margin",
        "after > before + margin": "after >= before + margin",
    },
)

misconception(
    compare_runs,
    "comparison_with_half_a_margin",
    did="You use the margin in one direction only.",
    causes="A loss that is higher by chance already counts as worse.",
    fix="Use the margin in both directions.",
    section="lab.html#lab-training",
    caught_by="compare-margin",
    change={
        "before + margin": "before",
    },
)

misconception(
    compare_runs,
    "comparison_with_a_fixed_margin",
    did="You compare with 0.1, whatever margin is.",
    causes="A caller who has measured a larger spread between seeds gets the wrong answer.",
    fix="Use the argument margin.",
    section="lab.html#lab-training",
    caught_by="compare-margin",
    change={
        "before - margin": "before - 0.1",
        "before + margin": "before + 0.1",
    },
)

misconception(
    compare_runs,
    "comparison_with_a_share",
    did="You take the margin for a share of the loss.",
    causes="A margin of 0.1 nats becomes 0.4 nats at a loss of 4.",
    fix="Compare the difference itself with margin.",
    section="lab.html#lab-training",
    caught_by="compare-margin",
    change={
        "before - margin": "before - margin * max(before, after)",
        "before + margin": "before + margin * max(before, after)",
    },
)

misconception(
    compare_runs,
    "comparison_of_rounded_losses",
    did="You round the losses and look whether they are equal.",
    causes="1.04 and 1.06 become 1.0 and 1.1, although they are nearly the same.",
    fix="Compare the difference of the losses with margin.",
    section="lab.html#lab-training",
    caught_by="compare-margin",
    change={
        'min(row["validation_loss"] for row in log)': (
            'round(min(row["validation_loss"] for row in log), 1)'
        ),
        "before - margin": "before",
        "before + margin": "before",
    },
)
