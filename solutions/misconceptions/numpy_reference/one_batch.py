"""Ways to lose the way from ids to a loss (right: `solutions.numpy_reference.one_batch`)."""

from solutions.misconceptions import misconception
from solutions.numpy_reference.one_batch import (
    embed,
    likeliest_tokens,
    mean_loss,
    shapes_on_the_way,
)

# ---- shapes_on_the_way ---------------------------------------------------------------------------

misconception(
    shapes_on_the_way,
    "shapes_of_uncut_heads",
    did="You give every head the whole width d_model.",
    causes="The h heads together would be h * d_model wide, but they share one vector of width "
    "d_model.",
    fix="Give each head its part of the width: d_model // h.",
    section="one-batch.html#batch-heads",
    caught_by="shapes-encoder",
    change={"d_model // h": "d_model"},
)

misconception(
    shapes_on_the_way,
    "shapes_with_heads_behind",
    did="You put the heads after the positions: (B, S, h, d_k).",
    causes="The product of queries and keys would then compare heads with heads instead of "
    "positions with positions.",
    fix="Make the heads axis 1.",
    section="one-batch.html#batch-heads",
    caught_by="shapes-encoder",
    change={"(B, h, S, d_model // h)": "(B, S, h, d_model // h)"},
)

misconception(
    shapes_on_the_way,
    "shapes_that_grow_with_heads",
    did="You make the memory d_model * h wide.",
    causes="The concatenated heads are d_model wide and W_o keeps that width; otherwise the "
    "residual sum would not fit.",
    fix="Give the memory the width of the embedded source.",
    section="one-batch.html#batch-heads",
    caught_by="shapes-encoder",
    change={'"memory": (B, S, d_model)': '"memory": (B, S, d_model * h)'},
)

misconception(
    shapes_on_the_way,
    "shapes_without_heads",
    did="You leave out the axis of the heads in the attention weights.",
    causes="Each head has weights of its own, so there are h tables of weights for each sentence.",
    fix="Insert h as axis 1 of all weights.",
    section="one-batch.html#batch-attention",
    caught_by="shapes-encoder",
    change={
        "(B, h, S, S)": "(B, S, S)",
        "(B, h, T, T)": "(B, T, T)",
        "(B, h, T, S)": "(B, T, S)",
    },
)

misconception(
    shapes_on_the_way,
    "shapes_with_the_source_asking",
    did="You transpose the weights of the cross-attention.",
    causes="The queries come from the target and the keys from the source, so your rows and "
    "columns are exchanged.",
    fix="Put the T queries in the rows and the S keys in the columns.",
    section="one-batch.html#batch-shapes",
    caught_by="shapes-decoder",
    change={"(B, h, T, S)": "(B, h, S, T)"},
)

misconception(
    shapes_on_the_way,
    "shapes_of_one_length",
    did="You give the decoder the length of the source.",
    causes="Source and target are different sentences, and every row of the decoder belongs to a "
    "target position.",
    fix="Use T for the positions of the target.",
    section="one-batch.html#batch-shapes",
    caught_by="shapes-decoder",
    change={
        "(B, h, T, T)": "(B, h, S, S)",
        "(B, h, T, S)": "(B, h, S, S)",
        "(B, T, V)": "(B, S, V)",
        "(B, T)": "(B, S)",
    },
)

misconception(
    shapes_on_the_way,
    "shapes_of_the_last_word",
    did="You have only one row of logits for each sentence.",
    causes="In training, every target position predicts its next token, all at the same time.",
    fix="Keep the axis of the T target positions.",
    section="one-batch.html#batch-logits",
    caught_by="shapes-decoder",
    change={
        "(B, T, V)": "(B, V)",
        "(B, T)": "(B,)",
    },
)

misconception(
    shapes_on_the_way,
    "shapes_of_many_losses",
    did="You have a loss for each id of the vocabulary.",
    causes="A position is one question with V possible answers, so it has one loss: that of the "
    "right answer.",
    fix="Give the losses one number for each target position.",
    section="one-batch.html#batch-loss",
    caught_by="shapes-decoder",
    change={"(B, T)": "(B, T, V)"},
)

misconception(
    shapes_on_the_way,
    "shapes_of_half_numbers",
    did="You divide the width with `/`, so a size is a float.",
    causes="A shape consists of integers, and no array can have a shape with a float.",
    fix="Divide with `//`.",
    section="one-batch.html#batch-shapes",
    caught_by="shapes-encoder",
    change={
        "//": "/",
    },
)

misconception(
    shapes_on_the_way,
    "shapes_with_positions_first",
    did="You put the positions in front of the batch.",
    causes="Some libraries do that, but here the batch is axis 0.",
    fix="Write B first: (B, S), (B, S, d_model).",
    section="one-batch.html#batch-shapes",
    caught_by="shapes-encoder",
    change={
        '"source": (B, S)': '"source": (S, B)',
        '"embedded": (B, S, d_model)': '"embedded": (S, B, d_model)',
        '"memory": (B, S, d_model)': '"memory": (S, B, d_model)',
        '"logits": (B, T, V)': '"logits": (T, B, V)',
        '"losses": (B, T)': '"losses": (T, B)',
    },
)

misconception(
    shapes_on_the_way,
    "shapes_with_heads_in_the_batch",
    did="You merge the heads into the batch.",
    causes="The heads have an axis of their own here, axis 1.",
    fix="Write (B, h, ...) where there are heads.",
    section="one-batch.html#batch-shapes",
    caught_by="shapes-encoder",
    change={
        '"queries": (B, h, S': '"queries": (B * h, S',
        '"encoder_weights": (B, h,': '"encoder_weights": (B * h,',
        '"decoder_weights": (B, h,': '"decoder_weights": (B * h,',
        '"cross_weights": (B, h,': '"cross_weights": (B * h,',
    },
)

misconception(
    shapes_on_the_way,
    "shapes_of_one_loss",
    did="Your losses are a single number.",
    causes="Their mean is one number, but at this stage each target position still has its own "
    "loss.",
    fix="Write (B, T) for the losses.",
    section="one-batch.html#batch-shapes",
    caught_by="shapes-decoder",
    change={
        '"losses": (B, T)': '"losses": ()',
    },
)

misconception(
    shapes_on_the_way,
    "shapes_of_flat_logits",
    did="You merge batch and positions of the logits and the losses.",
    causes="PyTorch's cross-entropy is often fed like this, but the model returns them with both"
    " axes.",
    fix="Write (B, T, V) and (B, T).",
    section="one-batch.html#batch-shapes",
    caught_by="shapes-decoder",
    change={
        '"logits": (B, T, V)': '"logits": (B * T, V)',
        '"losses": (B, T)': '"losses": (B * T,)',
    },
)

misconception(
    shapes_on_the_way,
    "shapes_of_one_hot_ids",
    did="You give the source an axis for the vocabulary.",
    causes="The encoder reads ids, one integer for each position, and looks their vectors up.",
    fix="Write (B, S) for the source.",
    section="one-batch.html#batch-shapes",
    caught_by="shapes-encoder",
    change={
        '"source": (B, S)': '"source": (B, S, V)',
    },
)

misconception(
    shapes_on_the_way,
    "shapes_in_lists",
    did="Your shapes are lists, not tuples.",
    causes="The shape of an array is a tuple, and a list is never equal to one.",
    fix="Write (B, S), not [B, S].",
    section="one-batch.html#batch-shapes",
    caught_by="shapes-encoder",
    change={
        "    return {": "    shapes = {",
        '"losses": (B, T),\n    }': (
            '"losses": (B, T),\n'
            "    }\n"
            "    return {name: list(shape) for name, shape in shapes.items()}"
        ),
    },
)

misconception(
    shapes_on_the_way,
    "shapes_of_weights_with_a_width",
    did="You give the weights the width of a head, not an axis for the keys.",
    causes="The weights of a head are a table of all pairs, queries by keys. The width does not "
    "occur in it.",
    fix="Write (B, h, queries, keys).",
    section="one-batch.html#batch-shapes",
    caught_by="shapes-encoder",
    change={
        "(B, h, S, S)": "(B, h, S, d_model // h)",
        "(B, h, T, T)": "(B, h, T, d_model // h)",
        "(B, h, T, S)": "(B, h, T, d_model // h)",
    },
)


# ---- embed ---------------------------------------------------------------------------------------

misconception(
    embed,
    "embed_without_the_root",
    did="You leave out the factor sqrt(d_model) of section 3.4.",
    causes="Your embeddings are small compared with the positions that are added to them.",
    fix="Multiply the vectors by the square root of their width.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-scale",
    change={" * math.sqrt(embedding.shape[1])": ""},
)

misconception(
    embed,
    "embed_divides",
    did="You divide by sqrt(d_model) where section 3.4 multiplies.",
    causes="Your vectors are too small by the factor d_model. The division belongs to the scores "
    "of attention.",
    fix="Replace the division by a multiplication.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-scale",
    change={"* math.sqrt": "/ math.sqrt"},
)

misconception(
    embed,
    "embed_times_the_width",
    did="You multiply by d_model and forget the square root.",
    causes="Your vectors are too large by the factor sqrt(d_model), so the positions hardly count "
    "beside them.",
    fix="Multiply by sqrt(d_model).",
    section="one-batch.html#batch-embedding",
    caught_by="embed-scale",
    change={"math.sqrt(embedding.shape[1])": "embedding.shape[1]"},
)

misconception(
    embed,
    "embed_by_the_vocabulary",
    did="You take the root of V, the number of rows.",
    causes="The scale then depends on the size of the vocabulary and not on the width of a vector.",
    fix="Take d_model from the last axis of the matrix.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-scale",
    change={"embedding.shape[1]": "embedding.shape[0]"},
)

misconception(
    embed,
    "embed_takes_columns",
    did="You look up columns of the matrix instead of rows.",
    causes="A column holds one feature of all ids; the vector of id i is row i.",
    fix="Index the matrix itself with the ids: embedding[i] is a row.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-rows",
    change={"embedding[tokens]": "embedding.T[tokens]"},
)

misconception(
    embed,
    "embed_counts_from_one",
    did="You count the ids from 1.",
    causes="Id i gets the vector of id i - 1, and id 0 gets the last row, because -1 counts from "
    "the end of the matrix.",
    fix="Use the ids as they are, because they count from 0.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-rows",
    change={"embedding[tokens]": "embedding[tokens - 1]"},
)

misconception(
    embed,
    "embed_spoils_the_matrix",
    did="You scale the caller's matrix in place (`*=`).",
    causes="The embeddings grow by the factor sqrt(d_model) with every batch.",
    fix="Scale only the vectors that you have looked up.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-rows",
    change={
        "return embedding[tokens] * math.sqrt(embedding.shape[1])": (
            "embedding *= math.sqrt(embedding.shape[1])\n    return embedding[tokens]"
        )
    },
)

misconception(
    embed,
    "embed_makes_it_wider",
    did="Your code has a float64 number or array in it, such as np.sqrt makes of a plain int.",
    causes="NumPy takes the wider type, so your result is float64 where the matrix is float32.",
    fix="Use math.sqrt or ** 0.5, and give new arrays the dtype of the matrix.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-scale",
    change={"math.sqrt": "np.sqrt"},
)

misconception(
    embed,
    "embed_padding_as_zeros",
    did="You set the vectors of id 0 to zero.",
    causes="Nothing says that id 0 is padding, and row 0 belongs to it like any other row.",
    fix="Look up every id in the same way.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-rows",
    change={
        "embedding[tokens] * math.sqrt(embedding.shape[1])": (
            "embedding[tokens] * math.sqrt(embedding.shape[1]) * (tokens != 0)[..., None]"
        ),
    },
)

misconception(
    embed,
    "embed_by_the_length",
    did="You multiply by the root of the length of the sentence.",
    causes="The size of the vectors would then change with every batch.",
    fix="Take the root of the width d_model, the length of one row.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-scale",
    change={
        "embedding.shape[1]": "tokens.shape[1]",
    },
)

misconception(
    embed,
    "embed_takes_from_the_flat_matrix",
    did="You call np.take without an axis.",
    causes="It then takes single numbers from the flat matrix, so each token gets a number and "
    "not a vector.",
    fix="Write embedding[tokens], or np.take with axis=0.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-rows",
    change={
        "embedding[tokens]": "np.take(embedding, tokens)",
    },
)

misconception(
    embed,
    "embed_of_unit_length",
    did="You divide each vector by its length.",
    causes="The lengths of the rows are learned too, and you throw them away.",
    fix="Multiply the rows by sqrt(d_model), and change nothing else.",
    section="one-batch.html#batch-embedding",
    caught_by="embed-rows",
    change={
        "embedding[tokens] * math.sqrt(embedding.shape[1])": (
            "embedding[tokens] / np.linalg.norm(embedding[tokens], axis=-1, "
            "keepdims=True) * math.sqrt(embedding.shape[1])"
        ),
    },
)


# ---- likeliest_tokens ----------------------------------------------------------------------------

misconception(
    likeliest_tokens,
    "likeliest_is_the_least",
    did="You take the smallest logit.",
    causes="A logit is not a loss: the larger it is, the more likely is its token.",
    fix="Look for the largest logit of each position.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-choice",
    change={"argmax": "argmin"},
)

misconception(
    likeliest_tokens,
    "likeliest_of_the_positions",
    did="Your argmax runs over the positions (axis 1).",
    causes="It finds, for each id, the position where that id is most likely.",
    fix="Find the most likely id of each position: axis=-1.",
    section="one-batch.html#batch-axes",
    caught_by="likeliest-choice",
    change={"axis=-1": "axis=1"},
)

misconception(
    likeliest_tokens,
    "likeliest_without_an_axis",
    did="You call argmax without an axis.",
    causes="It returns a single number, the place of the largest logit in the whole batch, so "
    "your loop has no rows.",
    fix="Name the axis of the vocabulary, which is the last one.",
    section="one-batch.html#batch-axes",
    caught_by="likeliest-choice",
    change={"logits.argmax(axis=-1)": "logits.argmax()"},
)

misconception(
    likeliest_tokens,
    "likeliest_as_ids",
    did="You return ids instead of words.",
    causes="A reader cannot read ids, and your function does not find the end symbol among them.",
    fix="Look up each id in the spellings.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-choice",
    change={"[spellings[number] for number in row]": "row.tolist()"},
)

misconception(
    likeliest_tokens,
    "likeliest_keeps_the_end",
    did="You keep the end symbol in the sentence.",
    causes="It only marks where the sentence ends, so your sentences have one token too many.",
    fix="Cut the list before the end symbol.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={"tokens.index(end)]": "tokens.index(end) + 1]"},
)

misconception(
    likeliest_tokens,
    "likeliest_goes_on",
    did="You remove the end symbol, but you keep the tokens after it.",
    causes="What the model predicts after the end has no meaning.",
    fix="Cut the list at the first end symbol.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={
        "tokens[: tokens.index(end)]": "[t for t in tokens if t != end]",
        " if end in tokens else tokens": "",
    },
)

misconception(
    likeliest_tokens,
    "likeliest_has_no_end",
    did="You ignore the end symbol.",
    causes="All your sentences have T tokens, with `</s>` among them.",
    fix="Look for the end symbol, and cut the sentence there.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={"tokens[: tokens.index(end)] if end in tokens else tokens": "tokens"},
)

misconception(
    likeliest_tokens,
    "likeliest_stops_at_the_last",
    did="You cut the sentence at its last end symbol.",
    causes="A sentence is over at its first end symbol, so you keep tokens that do not belong to "
    "it.",
    fix="Search for the end symbol from the beginning.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={"tokens.index(end)]": "-1 - tokens[::-1].index(end)]"},
)

misconception(
    likeliest_tokens,
    "likeliest_always_looks_for_an_end",
    did="You look for the end without asking whether there is one.",
    causes="`index` raises an error for a sentence without an end.",
    fix="Ask `if end in tokens` first.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={
        " if end in tokens else tokens": "",
    },
)

misconception(
    likeliest_tokens,
    "likeliest_loses_the_last",
    did="You drop the last token of a sentence without an end.",
    causes="A search that finds nothing often returns -1, and tokens[:-1] leaves out the last one.",
    fix="Keep all T tokens where there is no end.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={
        " else tokens": " else tokens[:-1]",
    },
)

misconception(
    likeliest_tokens,
    "likeliest_in_one_string",
    did="You join the tokens of a sentence into one string.",
    causes="A list of tokens is wanted. A score such as BLEU needs them one by one.",
    fix="Append the list itself.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={
        "tokens[: tokens.index(end)] if end in tokens else tokens": (
            '" ".join(tokens[: tokens.index(end)] if end in tokens else tokens)'
        ),
    },
)

misconception(
    likeliest_tokens,
    "likeliest_knows_one_end",
    did="You look for `</s>` and ignore the argument `end`.",
    causes="It is right only where the end happens to be spelled like that.",
    fix="Compare with the argument `end`.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={
        "    sentences = []": '    end = "</s>"\n    sentences = []',
    },
)

misconception(
    likeliest_tokens,
    "likeliest_drops_sentences_without_end",
    did="You leave out sentences without an end.",
    causes="The number of sentences is then smaller than B, and results belong to the wrong "
    "inputs.",
    fix="Append all T tokens of such a sentence.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={
        "sentences.append(tokens[: tokens.index(end)] if end in tokens else tokens)": (
            "sentences += [tokens[: tokens.index(end)]] if end in tokens else []"
        ),
    },
)

misconception(
    likeliest_tokens,
    "likeliest_without_padding",
    did="You take out the padding symbol too.",
    causes="Only what follows the end is left out. A model that predicts padding in a sentence "
    "has made a mistake that must show.",
    fix="Cut at the end, and change nothing else.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-choice",
    change={
        "tokens = [spellings[number] for number in row]": (
            'tokens = [spellings[number] for number in row if spellings[number] != "<pad>"]'
        ),
    },
)

misconception(
    likeliest_tokens,
    "likeliest_in_one_list",
    did="Your sentences are all one and the same list.",
    causes="`[[]] * B` makes one list and refers to it B times, so every sentence gets the "
    "tokens of all.",
    fix="Make a new list for each sentence.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={
        "    return sentences": (
            "    together = sum(sentences, [])\n    return [together] * len(sentences)"
        ),
    },
)

misconception(
    likeliest_tokens,
    "likeliest_stops_at_the_first_end",
    did="You stop altogether at the first end.",
    causes="The sentences after it are missing.",
    fix="Leave the inner loop only: `break`, not `return`.",
    section="one-batch.html#batch-logits",
    caught_by="likeliest-end",
    change={
        ("        sentences.append(tokens[: tokens.index(end)] if end in tokens else tokens)"): (
            "        sentences.append(tokens[: tokens.index(end)] if end in tokens "
            "else tokens)\n"
            "        if end in tokens:\n"
            "            break"
        ),
    },
)


# ---- mean_loss -----------------------------------------------------------------------------------

misconception(
    mean_loss,
    "loss_without_a_minus",
    did="You forget the minus sign.",
    causes="The logarithm of a probability is negative, so your loss decreases while the model "
    "gets worse.",
    fix="Return the mean of -ln p.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={"-np.log": "np.log"},
)

misconception(
    mean_loss,
    "loss_of_all_tokens_added",
    did="You return the sum over the tokens and not their mean.",
    causes="Your loss grows with the size of the batch.",
    fix="Take the mean over the real tokens.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={"mean()": "sum()"},
)

misconception(
    mean_loss,
    "loss_per_sentence",
    did="You divide by the number of sentences.",
    causes="Your number is the mean loss of a sentence, which is larger for long sentences.",
    fix="Divide by the number of real tokens.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={"mean()": "sum() / len(targets)"},
)

misconception(
    mean_loss,
    "loss_of_the_surest",
    did="You take the largest probability of each position.",
    causes="Your loss measures how sure the model is, and not whether it is right.",
    fix="Take the probability of the target's id.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={"probabilities[real, targets[real]]": "probabilities[real].max(axis=-1)"},
)

misconception(
    mean_loss,
    "loss_counted_in_bits",
    did="You use the logarithm to base 2.",
    causes="Your loss is in bits, so it is 1.44 times as large as the loss in nats.",
    fix="Use the natural logarithm, np.log.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={"np.log": "np.log2"},
)

misconception(
    mean_loss,
    "loss_without_a_logarithm",
    did="You use 1 - p instead of a logarithm.",
    causes="Your loss is never more than 1, so being sure and wrong costs hardly more than being "
    "unsure.",
    fix="Take the negative logarithm of p.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={"-np.log(right)": "(1 - right)"},
)

misconception(
    mean_loss,
    "loss_of_two_answers",
    did="Your loss is binary cross-entropy, which asks V questions with two answers each.",
    causes="A token is one question with V answers. Your loss also counts the wrong answers and "
    "averages over all V.",
    fix="Use -ln p of the right id alone.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        "right = probabilities[real, targets[real]]": (
            "p = probabilities[real]\n    y = np.eye(p.shape[-1])[targets[real]]"
        ),
        "-np.log(right)": "-(y * np.log(p) + (1 - y) * np.log(1 - p))",
    },
)

misconception(
    mean_loss,
    "loss_with_padding",
    did="You include the padding in the mean.",
    causes="There is nothing to predict at those positions, but their probabilities change your "
    "loss.",
    fix="Leave out every position whose target is pad_id.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-padding",
    change={
        "    real = targets != pad_id\n": "",
        "probabilities[real, targets[real]]": (
            "np.take_along_axis(probabilities, targets[..., None], axis=-1)"
        ),
    },
)

misconception(
    mean_loss,
    "loss_by_all_places",
    did="You leave padding out of the sum, but not out of the divisor.",
    causes="The more padding a batch has, the better your loss looks.",
    fix="Divide by the number of tokens that are not padding.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-padding",
    change={"mean()": "sum() / targets.size"},
)

misconception(
    mean_loss,
    "loss_of_sentences",
    did="You average over each sentence first, and then over the sentences.",
    causes="A word of a short sentence counts more than a word of a long one.",
    fix="Take one mean over all real tokens of the batch.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-padding",
    change={
        "probabilities[real, targets[real]]": (
            "[p[r, t[r]] for p, t, r in zip(probabilities, targets, real)]"
        ),
        "-np.log(right).mean()": "np.mean([-np.log(p).mean() for p in right])",
    },
)

misconception(
    mean_loss,
    "loss_without_id_zero",
    did="You leave out id 0 and ignore pad_id.",
    causes="If padding has another number, you count the padding and drop a word.",
    fix="Compare the targets with pad_id.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-padding",
    change={"!= pad_id": "!= 0"},
)

misconception(
    mean_loss,
    "loss_of_a_softmax_twice",
    did="You apply a softmax to what is a distribution already.",
    causes="The probabilities are pressed together, so even a sure model seems unsure. PyTorch's"
    " cross_entropy contains a softmax, too.",
    fix="Take the logarithm of the probabilities as they are.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        "    right": (
            "    raised = np.exp(probabilities)\n"
            "    probabilities = raised / raised.sum(axis=-1, keepdims=True)\n"
            "    right"
        ),
    },
)

misconception(
    mean_loss,
    "loss_of_plain_probabilities",
    did="You average -p, without a logarithm.",
    causes="PyTorch's nll_loss expects logarithms, and without them a loss is negative.",
    fix="Take the logarithm of the probabilities first.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        "-np.log(right)": "-right",
    },
)

misconception(
    mean_loss,
    "loss_over_all_ids",
    did="You average over the ids of the vocabulary too.",
    causes="The loss is too small by the factor V.",
    fix="Sum over the ids, or pick the right one, and average over the tokens only.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        ".mean())": ".mean() / probabilities.shape[-1])",
    },
)

misconception(
    mean_loss,
    "loss_of_the_mean",
    did="You take the logarithm of the mean probability.",
    causes="The mean of logarithms is wanted: one token that the model did not expect must cost "
    "a lot.",
    fix="Take the logarithm first, then the mean.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        "-np.log(right).mean()": "-np.log(right.mean())",
    },
)

misconception(
    mean_loss,
    "loss_as_a_perplexity",
    did="You return the perplexity, exp of the loss.",
    causes="The docstring asks for the loss in nats.",
    fix="Leave out np.exp.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        "float(-np.log(right).mean())": "float(np.exp(-np.log(right).mean()))",
    },
)

misconception(
    mean_loss,
    "loss_is_the_entropy",
    did="You compute the entropy of the model's distribution.",
    causes="It says how unsure the model is, and does not ask what the right token was.",
    fix="Take the probability of the right token only.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        ("right = probabilities[real, targets[real]]\n    return float(-np.log(right).mean())"): (
            "p = probabilities[real]\n    return float(-(p * np.log(p)).sum(axis=-1).mean())"
        ),
    },
)

misconception(
    mean_loss,
    "loss_of_all_pairs",
    did="You index the rows first and then all the ids, so each position is charged for the "
    "targets of all positions.",
    causes="`a[i][:, j]` is a table of all pairs.",
    fix="Put both indices into one pair of brackets: probabilities[real, targets[real]].",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        "probabilities[real, targets[real]]": "probabilities[real][:, targets[real]]",
    },
)

misconception(
    mean_loss,
    "loss_with_log10",
    did="You use the logarithm to base 10.",
    causes="The loss is too small by the factor 2.3. Nats are counted with the natural logarithm.",
    fix="Use np.log.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        "np.log(": "np.log10(",
    },
)

misconception(
    mean_loss,
    "loss_for_each_token",
    did="You return one loss for each token.",
    causes="One number for the whole batch is wanted.",
    fix="Take the mean.",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        "float(-np.log(right).mean())": "-np.log(right)",
    },
)

misconception(
    mean_loss,
    "loss_as_a_tensor",
    did="You return a tensor.",
    causes="The docstring promises a plain number.",
    fix="Put float(...) around it, or call .item().",
    section="one-batch.html#batch-loss",
    caught_by="mean-loss-values",
    change={
        "    return float(-np.log(right).mean())": (
            "    import torch\n\n    return torch.tensor(-np.log(right).mean())"
        ),
    },
)
