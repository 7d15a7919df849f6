"""Ways to get the whole model wrong (right: `solutions.model.transformer`)."""

from solutions.misconceptions import misconception
from solutions.model.transformer import Transformer, count_parameters, predicted_parameters

# ---- Transformer: the parts ----------------------------------------------------------------------

misconception(
    Transformer,
    "EmbeddingsNotShared",
    did="You ignore config.share_embeddings and always build two embeddings.",
    causes="Source and target have a matrix each, although they share one vocabulary.",
    fix="Use the same TokenEmbedding object for both sides if config.share_embeddings is set.",
    section="encoder-decoder.html#model-sharing",
    caught_by="transformer-sharing",
    change={
        (
            "self.source_embedding = (\n"
            "            self.target_embedding\n"
            "            if config.share_embeddings\n"
            "            else TokenEmbedding(config.source_vocabulary, config.d_model)\n"
            "        )"
        ): "self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)",
    },
)

misconception(
    Transformer,
    "EmbeddingsCopied",
    did="You copy the numbers of one embedding into the other.",
    causes="The two are equal only until the first step of training, because each gets its own "
    "updates.",
    fix="Assign the same object to both: self.source_embedding = self.target_embedding.",
    section="encoder-decoder.html#model-sharing",
    caught_by="transformer-sharing",
    change={
        (
            "self.source_embedding = (\n"
            "            self.target_embedding\n"
            "            if config.share_embeddings\n"
            "            else TokenEmbedding(config.source_vocabulary, config.d_model)\n"
            "        )"
        ): (
            "self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)\n"
            "        if config.share_embeddings:\n"
            "            self.source_embedding.load_state_dict(self.target_embedding.state_dict())"
        ),
    },
)


# Before AlwaysShared, which does the same in `decode`.
misconception(
    Transformer,
    "TargetEmbeddedAsSource",
    did="You embed the target with the source's matrix.",
    causes="The same id means another word in the other vocabulary, so the decoder reads the "
    "wrong words.",
    fix="Use self.target_embedding in decode.",
    section="encoder-decoder.html#model-sharing",
    caught_by="transformer-decode",
    change={
        "self.target_embedding(target)": "self.source_embedding(target)",
    },
)

misconception(
    Transformer,
    "AlwaysShared",
    did="You use one embedding for source and target in every configuration.",
    causes="With two vocabularies the same id means two different words, and they would share one "
    "vector.",
    fix="Share the embedding only if config.share_embeddings is set.",
    section="encoder-decoder.html#model-sharing",
    caught_by="transformer-sharing",
    change={
        (
            "self.source_embedding = (\n"
            "            self.target_embedding\n"
            "            if config.share_embeddings\n"
            "            else TokenEmbedding(config.source_vocabulary, config.d_model)\n"
            "        )"
        ): "self.source_embedding = self.target_embedding",
    },
)

misconception(
    Transformer,
    "OutputMatrixOfItsOwn",
    did="You compute the logits with a separate matrix.",
    causes="The paper uses the matrix of the target embedding for them, so your model has "
    "parameters that it should not have.",
    fix="Compute the logits with self.target_embedding.to_logits.",
    section="encoder-decoder.html#model-sharing",
    caught_by="transformer-parameters",
    change={
        "self.decoder = Decoder(config)": (
            "self.decoder = Decoder(config)\n"
            "        self.output = nn.Linear(config.d_model, config.target_vocabulary)"
        ),
        "self.target_embedding.to_logits(": "self.output(",
    },
)

misconception(
    Transformer,
    "AlwaysSinusoidal",
    did="You ignore config.positions and always add the sinusoids.",
    causes='With positions="learned" the model has no tables of positions to train.',
    fix="Choose PositionalEncoding or LearnedPositionalEncoding by config.positions.",
    section="encoder-decoder.html#model-positions",
    caught_by="transformer-parameters",
    change={
        (
            'encoding = {"sinusoidal": PositionalEncoding, "learned": LearnedPositionalEncoding}\n'
            "        positions = encoding[config.positions]"
        ): "positions = PositionalEncoding",
    },
)


# Before OneTableOfPositions, which does the same in `decode`.
misconception(
    Transformer,
    "SourcePositionsOnTheTarget",
    did="You add the source's positions to the target.",
    causes="Sinusoids are the same on both sides, but learned positions are two tables, and the "
    "target's table is never trained.",
    fix="Use self.target_positions in decode.",
    section="encoder-decoder.html#model-positions",
    caught_by="transformer-decode",
    change={
        "x = self.target_positions(": "x = self.source_positions(",
    },
)

misconception(
    Transformer,
    "OneTableOfPositions",
    did="You use one table of learned positions for source and target.",
    causes="The exercise asks for two tables, source_positions and target_positions, because each "
    "side learns its own positions.",
    fix="Build a second positional encoding for self.target_positions.",
    section="encoder-decoder.html#model-positions",
    caught_by="transformer-parameters",
    change={
        "self.target_positions = positions(config.d_model, config.dropout, config.max_length)": (
            "self.target_positions = self.source_positions"
        ),
    },
)

misconception(
    Transformer,
    "EmbeddingDropoutIgnored",
    did="You build the positional encodings without config.dropout.",
    causes="Section 5.4 of the paper also drops features of the sums of embeddings and positions. "
    "Your model never does.",
    fix="Pass config.dropout to both positional encodings.",
    section="encoder-decoder.html#model-dropout",
    caught_by="transformer-dropout",
    change={
        "self.source_positions = positions(config.d_model, config.dropout, config.max_length)": (
            "self.source_positions = positions(config.d_model, max_length=config.max_length)"
        ),
        "self.target_positions = positions(config.d_model, config.dropout, config.max_length)": (
            "self.target_positions = positions(config.d_model, max_length=config.max_length)"
        ),
    },
)

misconception(
    Transformer,
    "NormOutsideTheStacks",
    did="Your model has a layer norm outside the encoder and the decoder.",
    causes="The paper has norms in the layers only. For example, it does not normalize the sums of "
    "embeddings and positions.",
    fix="Remove this norm: the encoder and the decoder have all norms that the model needs.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-parameters",
    change={
        "self.encoder = Encoder(config)": (
            "self.layer_norm = nn.LayerNorm(config.d_model)\n        self.encoder = Encoder(config)"
        ),
        "self.source_positions(self.source_embedding(source))": (
            "self.layer_norm(self.source_positions(self.source_embedding(source)))"
        ),
        "self.target_positions(self.target_embedding(target))": (
            "self.layer_norm(self.target_positions(self.target_embedding(target)))"
        ),
    },
)

misconception(
    Transformer,
    "SharedBySize",
    did="You share the embedding whenever both vocabularies have the same size.",
    causes="Two languages with equally many words still have two vocabularies, in which the "
    "same id means different words.",
    fix="Share the embedding only if config.share_embeddings is set.",
    section="encoder-decoder.html#model-sharing",
    caught_by="transformer-sharing",
    change={
        "if config.share_embeddings": "if config.source_vocabulary == config.target_vocabulary"
    },
)

misconception(
    Transformer,
    "EmbeddingsDropTwice",
    did="You apply dropout to the embedded words again, after the positional encoding.",
    causes="The positional encoding already applies it. Two dropouts of 0.5 drop three quarters "
    "of the features.",
    fix="Leave this dropout to source_positions and target_positions.",
    section="encoder-decoder.html#model-dropout",
    caught_by="transformer-dropout",
    change={
        "self.source_positions(self.source_embedding(source))": (
            "nn.functional.dropout(\n"
            "            self.source_positions(self.source_embedding(source)), "
            "self.config.dropout, self.training\n"
            "        )"
        ),
        "self.target_positions(self.target_embedding(target))": (
            "nn.functional.dropout(\n"
            "            self.target_positions(self.target_embedding(target)), "
            "self.config.dropout, self.training\n"
            "        )"
        ),
    },
)

# ---- Transformer: encode -------------------------------------------------------------------------

misconception(
    Transformer,
    "SourcePositionsForgotten",
    did="You never add the positions of the source.",
    causes="Your encoder sees a set of words, and the source has the same meaning in any order.",
    fix="Apply self.source_positions to the embedded source.",
    section="encoder-decoder.html#model-positions",
    caught_by="transformer-encode",
    change={
        "self.source_positions(self.source_embedding(source))": "self.source_embedding(source)",
    },
)

misconception(
    Transformer,
    "ScaledTwice",
    did="You multiply the source's embedding by sqrt(d_model) in encode.",
    causes="TokenEmbedding has already done this, so the words are too large compared with the "
    "positions.",
    fix="Use the result of self.source_embedding as it is.",
    section="encoder-decoder.html#model-positions",
    caught_by="transformer-encode",
    change={
        "self.source_positions(self.source_embedding(source))": (
            "self.source_positions(self.source_embedding(source) * self.config.d_model**0.5)"
        ),
    },
)

misconception(
    Transformer,
    "EncoderSkipped",
    did="You return the embedded source as the memory.",
    causes="The encoder never runs, so the cross-attention reads words that know nothing about "
    "each other.",
    fix="Return the output of self.encoder as the memory.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-encode",
    change={
        "return self.encoder(x, mask), mask": "return x, mask",
    },
)

misconception(
    Transformer,
    "MaskNotReturned",
    did="You return only the memory from encode.",
    causes="The decoder also needs the mask of the source, and the memory no longer shows where "
    "the padding was.",
    fix="Return both, the memory and the mask.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-encode",
    change={
        "return self.encoder(x, mask), mask": "return self.encoder(x, mask)",
    },
)

misconception(
    Transformer,
    "EncoderReadsPadding",
    did="You call the encoder without the mask.",
    causes="The words of the source attend to its padding, so the memory of a sentence changes if "
    "it is beside a longer one.",
    fix="Pass the mask to self.encoder.",
    section="encoder-decoder.html#model-padding",
    caught_by="transformer-padding",
    change={
        "self.encoder(x, mask)": "self.encoder(x)",
    },
)

misconception(
    Transformer,
    "PaddingIsAlwaysZero",
    did="You look for padding with id 0, not with config.pad_id.",
    causes="If the padding has another id, the model reads it, and it hides real words with id 0.",
    fix="Pass self.config.pad_id to padding_mask and target_mask.",
    section="encoder-decoder.html#model-padding",
    caught_by="transformer-padding",
    change={
        "padding_mask(source, self.config.pad_id)": "padding_mask(source, 0)",
        "target_mask(target, self.config.pad_id)": "target_mask(target, 0)",
    },
)


misconception(
    Transformer,
    "EmptySourceNotRefused",
    did="Your encode does not raise a ValueError for an empty source.",
    causes="The docstring promises one. Without it, the model "
    "translates nothing, and no error says why.",
    fix="Call require_words(source) first in encode.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-encode",
    change={"        require_words(source)\n": ""},
)

# ---- Transformer: decode -------------------------------------------------------------------------

misconception(
    Transformer,
    "TargetPositionsForgotten",
    did="You never add the positions of the target.",
    causes="Your decoder does not know at which position it is.",
    fix="Apply self.target_positions to the embedded target.",
    section="encoder-decoder.html#model-positions",
    caught_by="transformer-decode",
    change={
        "self.target_positions(self.target_embedding(target))": "self.target_embedding(target)",
    },
)

misconception(
    Transformer,
    "MemoryNotPassedOn",
    did="You pass the embedded target to the decoder in place of the memory.",
    causes="The decoder never reads the source. It can only learn a language model of the target "
    "side.",
    fix="Pass memory and source_mask to self.decoder.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-decode",
    change={
        "self.decoder(x, memory, mask, source_mask)": "self.decoder(x, x, mask, mask)",
    },
)

misconception(
    Transformer,
    "LogitsInDecode",
    did="You return logits from decode.",
    causes="A caller often needs logits for few positions only, for example the last one. Your "
    "decode computes them for all positions.",
    fix="Return the decoder's vectors from decode, and compute the logits in forward.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-decode",
    change={
        "self.target_embedding.to_logits(self.decode(target, memory, source_mask))": (
            "self.decode(target, memory, source_mask)"
        ),
        "self.decoder(x, memory, mask, source_mask)": (
            "self.target_embedding.to_logits(self.decoder(x, memory, mask, source_mask))"
        ),
    },
)

misconception(
    Transformer,
    "SourceMaskFromTheTarget",
    did="You build the mask of the cross-attention from the target.",
    causes="The keys of the cross-attention are positions of the source, so this mask hides the "
    "wrong ones.",
    fix="Use the source_mask that encode has returned.",
    section="encoder-decoder.html#model-masks",
    caught_by="transformer-decode",
    change={
        "self.decoder(x, memory, mask, source_mask)": (
            "self.decoder(x, memory, mask, padding_mask(target, self.config.pad_id))"
        ),
    },
)

misconception(
    Transformer,
    "DecoderReadsPadding",
    did="You call the decoder without source_mask.",
    causes="The cross-attention reads the padding of the source.",
    fix="Pass source_mask to self.decoder as its last argument.",
    section="encoder-decoder.html#model-padding",
    caught_by="transformer-padding",
    change={
        "self.decoder(x, memory, mask, source_mask)": "self.decoder(x, memory, mask)",
    },
)


misconception(
    Transformer,
    "TargetPaddingRead",
    did="You use the causal mask alone as the target mask.",
    causes="Padding at the end of a target does no harm, because no earlier word sees it. But "
    "padding before or inside a target is read.",
    fix="Use target_mask, which hides padding and future.",
    section="encoder-decoder.html#model-padding",
    caught_by="transformer-padding",
    change={
        "mask = target_mask(target, self.config.pad_id)": (
            "T = target.size(1)\n        mask = target.new_ones(T, T).tril().bool()"
        ),
    },
)

misconception(
    Transformer,
    "CausalityForgotten",
    did="You use a target mask that hides padding but not the future.",
    causes="In training the model copies the next word from its input. When it translates, there "
    "is nothing to copy.",
    fix="Use target_mask, which also hides the positions that come later.",
    section="encoder-decoder.html#model-causality",
    caught_by="transformer-causal",
    change={
        "target_mask(target, self.config.pad_id)": "padding_mask(target, self.config.pad_id)",
    },
)


misconception(
    Transformer,
    "TargetShiftedAgain",
    did="Your model shifts the target by one position: a position does not read its own word.",
    causes="The caller has already shifted it, so the model would have to predict a word without "
    "the one before it.",
    fix="Use the target as it is: it begins with the start symbol.",
    section="encoder-decoder.html#model-causality",
    caught_by="transformer-causal",
    change={
        "self.target_embedding(target)": (
            "nn.functional.pad(self.target_embedding(target)[:, :-1], (0, 0, 1, 0))"
        ),
    },
)

misconception(
    Transformer,
    "TargetScaledTwice",
    did="You multiply the target's embedding by sqrt(d_model) in decode.",
    causes="TokenEmbedding has already done this, so the words are too large compared with the "
    "positions.",
    fix="Use the result of self.target_embedding as it is.",
    section="encoder-decoder.html#model-positions",
    caught_by="transformer-decode",
    change={
        "self.target_positions(self.target_embedding(target))": (
            "self.target_positions(self.target_embedding(target) * self.config.d_model**0.5)"
        ),
    },
)

misconception(
    Transformer,
    "TargetMaskOr",
    did="Your target mask lets a position attend to a word that is not padding or not in the "
    "future.",
    causes="A future word is not padding, so this mask hides almost nothing. With True = may "
    "attend, both conditions must hold.",
    fix="Combine the two masks with &, not with |.",
    section="encoder-decoder.html#model-causality",
    caught_by="transformer-causal",
    change={
        "mask = target_mask(target, self.config.pad_id)": (
            "T = target.size(1)\n"
            "        past = target.new_ones(T, T).tril().bool()\n"
            "        mask = padding_mask(target, self.config.pad_id) | past"
        ),
    },
)

misconception(
    Transformer,
    "CausalMaskReversed",
    did="Your causal mask has its triangle on the wrong side: triu in place of tril.",
    causes="Each position sees itself and the future, but none of the words before it.",
    fix="Use target_mask, or tril: row t of the mask is True in the columns 0 to t.",
    section="encoder-decoder.html#model-causality",
    caught_by="transformer-causal",
    change={
        "mask = target_mask(target, self.config.pad_id)": (
            "T = target.size(1)\n"
            "        future = target.new_ones(T, T).triu().bool()\n"
            "        mask = padding_mask(target, self.config.pad_id) & future"
        ),
    },
)

# ---- Transformer: forward ------------------------------------------------------------------------

misconception(
    Transformer,
    "ProbabilitiesForLogits",
    did="You return probabilities: a softmax of the logits.",
    causes="The loss expects logits and applies its own softmax. Two of them in a row flatten "
    "every prediction.",
    fix="Return the logits without a softmax.",
    section="encoder-decoder.html#model-logits",
    caught_by="transformer-logits",
    change={
        "return self.target_embedding.to_logits(self.decode(target, memory, source_mask))": (
            "logits = self.target_embedding.to_logits(self.decode(target, memory, source_mask))\n"
            "        return logits.softmax(dim=-1)"
        ),
    },
)

misconception(
    Transformer,
    "LogitsOverTheSource",
    did="You compute the logits with the source's embedding.",
    causes="They are scores for the words of the wrong language.",
    fix="Use self.target_embedding.to_logits for the logits.",
    section="encoder-decoder.html#model-sharing",
    caught_by="transformer-logits",
    change={
        "self.target_embedding.to_logits(": "self.source_embedding.to_logits(",
    },
)

misconception(
    Transformer,
    "ShiftsTheTarget",
    did="You cut off the last target token inside forward.",
    causes="The batch is already shifted, and there must be one row of logits for every token of "
    "target.",
    fix="Pass the whole target to decode.",
    section="encoder-decoder.html#model-logits",
    caught_by="transformer-logits",
    change={
        "self.decode(target, memory, source_mask)": (
            "self.decode(target[:, :-1], memory, source_mask)"
        ),
    },
)

misconception(
    Transformer,
    "LastLogitsOnly",
    did="You return the logits of the last position only.",
    causes="Training learns from all positions of a sentence at once, so it needs the logits of "
    "each.",
    fix="Return logits for every position of the target.",
    section="encoder-decoder.html#model-logits",
    caught_by="transformer-logits",
    change={
        "self.decode(target, memory, source_mask)": (
            "self.decode(target, memory, source_mask)[:, -1]"
        ),
    },
)

misconception(
    Transformer,
    "LogitsFlattened",
    did="You merge the sentences and their positions into one axis of the logits.",
    causes="The loss may want them like this, but the docstring promises (B, T, V), in which each "
    "sentence has its own rows.",
    fix="Return the logits without reshape or view.",
    section="encoder-decoder.html#model-logits",
    caught_by="transformer-logits",
    change={
        "self.decode(target, memory, source_mask)": (
            "self.decode(target, memory, source_mask).flatten(0, 1)"
        ),
    },
)

misconception(
    Transformer,
    "ForwardWantsMasks",
    did="You require the masks as arguments of forward.",
    causes="A call with source and target alone, as in training, raises a TypeError.",
    fix="Let the model build its masks itself, with self.config.pad_id.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-logits",
    change={
        "def forward(self, source: Tensor, target: Tensor) -> Tensor:": (
            "def forward(\n"
            "        self, source: Tensor, target: Tensor, "
            "source_mask: Tensor, target_mask: Tensor\n"
            "    ) -> Tensor:"
        ),
        "memory, source_mask = self.encode(source)": (
            "x = self.source_positions(self.source_embedding(source))\n"
            "        y = self.target_positions(self.target_embedding(target))\n"
            "        y = self.decoder(y, self.encoder(x, source_mask), target_mask, source_mask)"
        ),
        "self.target_embedding.to_logits(self.decode(target, memory, source_mask))": (
            "self.target_embedding.to_logits(y)"
        ),
    },
)

misconception(
    Transformer,
    "SourceAndTargetSwapped",
    did="You encode the target and decode the source.",
    causes="The encoder reads the translation, and the decoder has to continue the source "
    "sentence.",
    fix="Encode the source, and decode the target.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-logits",
    change={
        "self.encode(source)": "self.encode(target)",
        "self.decode(target, memory, source_mask)": "self.decode(source, memory, source_mask)",
    },
)

misconception(
    Transformer,
    "EncoderNotTrained",
    did="You detach the memory in forward.",
    causes="The output is right, but no gradient reaches the encoder, so it never learns anything.",
    fix="Pass the memory of encode to decode as it is, without detach() or torch.no_grad().",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-gradients",
    change={
        "self.decode(target, memory, source_mask)": (
            "self.decode(target, memory.detach(), source_mask)"
        ),
    },
)


misconception(
    Transformer,
    "LogProbabilitiesForLogits",
    did="You return logarithms of probabilities: a log_softmax of the logits.",
    causes="The loss expects logits, and the logits themselves cannot be recovered from your "
    "result.",
    fix="Return the logits without a softmax.",
    section="encoder-decoder.html#model-logits",
    caught_by="transformer-logits",
    change={
        "return self.target_embedding.to_logits(self.decode(target, memory, source_mask))": (
            "logits = self.target_embedding.to_logits(self.decode(target, memory, "
            "source_mask))\n"
            "        return logits.log_softmax(dim=-1)"
        ),
    },
)

misconception(
    Transformer,
    "SoftmaxOverTheBatch",
    did="You return a softmax over the batch.",
    causes="F.softmax without dim takes the first axis of a tensor with three axes, so your "
    "numbers depend on the other sentences. And the loss expects logits.",
    fix="Return the logits without a softmax.",
    section="encoder-decoder.html#model-logits",
    caught_by="transformer-logits",
    change={
        "return self.target_embedding.to_logits(self.decode(target, memory, source_mask))": (
            "logits = self.target_embedding.to_logits(self.decode(target, memory, "
            "source_mask))\n"
            "        return logits.softmax(dim=0)"
        ),
    },
)

misconception(
    Transformer,
    "ModelLogitsScaled",
    did="You divide the logits by sqrt(d_model) in forward.",
    causes="TokenEmbedding multiplies by sqrt(d_model) where words come in. On the way out "
    "nothing is scaled, so your predictions are too flat.",
    fix="Return the result of to_logits as it is.",
    section="encoder-decoder.html#model-logits",
    caught_by="transformer-logits",
    change={
        "return self.target_embedding.to_logits(self.decode(target, memory, source_mask))": (
            "logits = self.target_embedding.to_logits(self.decode(target, memory, "
            "source_mask))\n"
            "        return logits * self.config.d_model**-0.5"
        ),
    },
)

misconception(
    Transformer,
    "UnequalBatchesNotRefused",
    did="Your forward does not raise a ValueError if source and target have different numbers of "
    "sentences.",
    causes="The docstring promises one. Without it, PyTorch may repeat a single "
    "sentence for the whole batch.",
    fix="Call require_pairs(source, target) first in forward.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-logits",
    change={"        require_pairs(source, target)\n": ""},
)

misconception(
    Transformer,
    "UnknownTargetsReplaced",
    did="You replace a target id that is unknown by one that is in the vocabulary.",
    causes="An error in the data stays hidden, and the model learns a word that is not there.",
    fix="Pass the ids on as they are: target_embedding raises the ValueError.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-decode",
    change={
        "self.target_embedding(target)": (
            "self.target_embedding(target.clamp(0, self.config.target_vocabulary - 1))"
        ),
    },
)

misconception(
    Transformer,
    "CallWithoutEncode",
    did="Your forward runs the parts of the encoder by itself and does not check the source.",
    causes="A source of no positions is refused by encode, but not by the call of the model.",
    fix="Call self.encode(source) in forward.",
    section="encoder-decoder.html#model-transformer",
    caught_by="transformer-logits",
    change={
        "memory, source_mask = self.encode(source)": (
            "source_mask = padding_mask(source, self.config.pad_id)\n"
            "        read = self.source_positions(self.source_embedding(source))\n"
            "        memory = self.encoder(read, source_mask)"
        ),
    },
)

# ---- counting ------------------------------------------------------------------------------------

misconception(
    count_parameters,
    "counts_tensors",
    did="You count the parameter tensors, not the numbers in them.",
    causes="A matrix with a million entries counts as one.",
    fix="Sum p.numel() over the parameters.",
    section="encoder-decoder.html#model-counting",
    caught_by="count-parameters",
    change={
        "p.numel() for p in": "1 for p in",
    },
)

misconception(
    count_parameters,
    "counts_what_is_frozen",
    did="You count frozen parameters too.",
    causes="A parameter with requires_grad=False is never trained, so it is not a trainable "
    "number.",
    fix="Count a parameter only if its requires_grad is True.",
    section="encoder-decoder.html#model-counting",
    caught_by="count-parameters",
    change={
        " if p.requires_grad": "",
    },
)

misconception(
    count_parameters,
    "counts_what_is_saved",
    did="You count the tensors in state_dict.",
    causes="A shared matrix appears there under each of its names and is counted twice, and "
    "buffers are counted too.",
    fix="Use model.parameters(), which yields each parameter once and no buffers.",
    section="encoder-decoder.html#model-counting",
    caught_by="count-parameters",
    change={
        "p.numel() for p in model.parameters() if p.requires_grad": (
            "value.numel() for value in model.state_dict().values()"
        ),
    },
)

misconception(
    count_parameters,
    "counts_every_name",
    did="You count a shared matrix once for each of its names.",
    causes="With a shared embedding, the same numbers are counted twice.",
    fix="Use model.parameters(), which yields each parameter once.",
    section="encoder-decoder.html#model-counting",
    caught_by="count-parameters",
    change={
        "for p in model.parameters()": "for _, p in model.named_parameters(remove_duplicate=False)"
    },
)

misconception(
    count_parameters,
    "counts_all_tensors",
    did="You count the parameter tensors, frozen ones included, not the numbers in them.",
    causes="A matrix with a million entries counts as one, and what is never trained counts too.",
    fix="Sum p.numel() over the parameters whose requires_grad is True.",
    section="encoder-decoder.html#model-counting",
    caught_by="count-parameters",
    change={"p.numel() for p in": "1 for p in", " if p.requires_grad": ""},
)

misconception(
    count_parameters,
    "counts_rows",
    did="You add up the lengths of the parameters: len(p) is the number of rows.",
    causes="A matrix with 5 rows and 7 columns counts as 5.",
    fix="Use p.numel(), the number of all entries.",
    section="encoder-decoder.html#model-counting",
    caught_by="count-parameters",
    change={"p.numel()": "len(p)"},
)

misconception(
    count_parameters,
    "counts_buffers_too",
    did="You count buffers and frozen parameters too.",
    causes="A buffer, such as the running mean of a batch norm, is never trained, and neither "
    "is a frozen parameter.",
    fix="Count the parameters whose requires_grad is True, and nothing else.",
    section="encoder-decoder.html#model-counting",
    caught_by="count-parameters",
    change={"model.parameters() if p.requires_grad": "[*model.parameters(), *model.buffers()]"},
)

misconception(
    count_parameters,
    "counts_in_millions",
    did="You return the number of parameters in millions.",
    causes="The exercise asks for the number itself, an integer.",
    fix="Return the sum without dividing it.",
    section="encoder-decoder.html#model-counting",
    caught_by="count-parameters",
    change={"if p.requires_grad)": "if p.requires_grad) / 1e6"},
)

misconception(
    predicted_parameters,
    "predicts_biases_in_attention",
    did="You count biases for the projections of attention.",
    causes="The paper's projections have none, so your result is too large.",
    fix="Count four matrices of d_model rows and d_model columns for each attention, and nothing "
    "else.",
    section="encoder-decoder.html#model-counting",
    caught_by="predicted-parameters",
    change={
        "attention = 4 * d_model**2": "attention = 4 * (d_model**2 + d_model)",
    },
)

misconception(
    predicted_parameters,
    "predicts_no_biases",
    did="You leave out the biases of the feed-forward network.",
    causes="Its two maps have d_ff and d_model biases, so your result is too small.",
    fix="Add d_ff + d_model for each feed-forward network.",
    section="encoder-decoder.html#model-counting",
    caught_by="predicted-parameters",
    change={
        "network = 2 * d_model * d_ff + d_ff + d_model": "network = 2 * d_model * d_ff",
    },
)

misconception(
    predicted_parameters,
    "predicts_no_norms",
    did="You leave out the layer norms.",
    causes="Every sub-layer has one with a gain and a bias: two in an encoder layer, three in a "
    "decoder layer. With pre-norm there are two more.",
    fix="Add 2 * d_model for each layer norm.",
    section="encoder-decoder.html#model-counting",
    caught_by="predicted-parameters",
    change={
        "    norm = 2 * d_model\n": "",
        "encoder_layer = attention + network + 2 * norm": "encoder_layer = attention + network",
        "decoder_layer = 2 * attention + network + 3 * norm": (
            "decoder_layer = 2 * attention + network"
        ),
        "    last_norms = 2 * norm if config.pre_norm else 0\n": "",
        " + last_norms": "",
    },
)

misconception(
    predicted_parameters,
    "predicts_equal_halves",
    did="You count a decoder layer like an encoder layer.",
    causes="A decoder layer has a second attention and a third layer norm.",
    fix="Add one attention and one layer norm for each decoder layer.",
    section="encoder-decoder.html#model-counting",
    caught_by="predicted-parameters",
    change={
        "decoder_layer = 2 * attention + network + 3 * norm": "decoder_layer = encoder_layer",
    },
)

misconception(
    predicted_parameters,
    "predicts_more_for_more_heads",
    did="You multiply the parameters of attention by the number of heads.",
    causes="The heads divide the same matrices among them. More heads need no more parameters.",
    fix="Count the four matrices of attention once, for all heads together.",
    section="encoder-decoder.html#model-counting",
    caught_by="predicted-parameters",
    change={
        "attention = 4 * d_model**2": "attention = 4 * d_model**2 * config.h",
    },
)

misconception(
    predicted_parameters,
    "predicts_no_last_norms",
    did="You leave out the last norms.",
    causes="With pre-norm the encoder and the decoder each have one more layer norm on top of the "
    "stack.",
    fix="Add two layer norms if config.pre_norm is set.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="predicted-parameters",
    change={
        "    last_norms = 2 * norm if config.pre_norm else 0\n": "",
        " + last_norms": "",
    },
)

misconception(
    predicted_parameters,
    "predicts_an_output_matrix",
    did="You count a matrix for the logits.",
    causes="The logits are computed with the matrix of the target embedding, which you have "
    "already counted.",
    fix="Count the matrix of the target embedding once.",
    section="encoder-decoder.html#model-sharing",
    caught_by="predicted-embeddings",
    change={
        "rows = config.target_vocabulary": "rows = 2 * config.target_vocabulary",
    },
)

misconception(
    predicted_parameters,
    "predicts_two_embeddings",
    did="You count two embeddings and ignore config.share_embeddings.",
    causes="A shared matrix exists only once, so your result is too large.",
    fix="Count the source's embedding only if config.share_embeddings is not set.",
    section="encoder-decoder.html#model-sharing",
    caught_by="predicted-embeddings",
    change={
        (
            "    if not config.share_embeddings:\n        rows += config.source_vocabulary"
        ): "    rows += config.source_vocabulary",
    },
)

misconception(
    predicted_parameters,
    "predicts_no_tables_of_positions",
    did="You leave out the tables of learned positions.",
    causes="There is one for the source and one for the target, each with config.max_length rows.",
    fix='Add these rows if config.positions is "learned".',
    section="encoder-decoder.html#model-positions",
    caught_by="predicted-embeddings",
    change={
        ('    if config.positions == "learned":\n        rows += 2 * config.max_length\n'): "",
    },
)

misconception(
    predicted_parameters,
    "predicts_tables_for_sinusoids",
    did="You count tables of positions for sinusoids too.",
    causes="Sinusoids are computed, not trained. Only learned positions have parameters.",
    fix='Add the rows of the tables only if config.positions is "learned".',
    section="encoder-decoder.html#model-positions",
    caught_by="predicted-embeddings",
    change={
        (
            '    if config.positions == "learned":\n        rows += 2 * config.max_length\n'
        ): "    rows += 2 * config.max_length\n",
    },
)

misconception(
    predicted_parameters,
    "predicts_four_times_the_width",
    did="You use 4 * d_model as the inner width of the feed-forward network.",
    causes="The paper's sizes have this ratio, but a configuration has an inner width of its own.",
    fix="Use config.d_ff.",
    section="encoder-decoder.html#model-counting",
    caught_by="predicted-parameters",
    change={"config.d_model, config.d_ff": "config.d_model, 4 * config.d_model"},
)

misconception(
    predicted_parameters,
    "predicts_gains_only",
    did="You count only the gain of each layer norm.",
    causes="A layer norm has a gain and a bias, so your result is too small.",
    fix="Count 2 * d_model for each layer norm.",
    section="encoder-decoder.html#model-counting",
    caught_by="predicted-parameters",
    change={"norm = 2 * d_model\n": "norm = d_model\n"},
)

misconception(
    predicted_parameters,
    "predicts_last_norms_always",
    did="You count the last norms with post-norm too.",
    causes="Only with pre-norm do the encoder and the decoder have a norm on top of the stack.",
    fix="Add the two last norms only if config.pre_norm is set.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="predicted-parameters",
    change={" if config.pre_norm else 0": ""},
)

misconception(
    predicted_parameters,
    "predicts_one_last_norm",
    did="You count one last norm for encoder and decoder together.",
    causes="With pre-norm each of the two has a norm of its own on top of the stack.",
    fix="Add two layer norms if config.pre_norm is set.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="predicted-parameters",
    change={"last_norms = 2 * norm": "last_norms = norm"},
)

misconception(
    predicted_parameters,
    "predicts_one_table_of_positions",
    did="You count one table of learned positions.",
    causes="Source and target have one each.",
    fix='Add 2 * config.max_length rows if config.positions is "learned".',
    section="encoder-decoder.html#model-positions",
    caught_by="predicted-embeddings",
    change={"rows += 2 * config.max_length": "rows += config.max_length"},
)
