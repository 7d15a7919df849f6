"""Ways to get the decoder wrong (right: `solutions.model.decoder`)."""

from solutions.misconceptions import misconception
from solutions.model.decoder import Decoder, DecoderLayer

# ---- DecoderLayer --------------------------------------------------------------------------------

misconception(
    DecoderLayer,
    "MemoryAsQuery",
    did="You use the memory as the query of the cross-attention, and the target as key and value.",
    causes="The result has a row for each source position, but the decoder needs one for each "
    "target position.",
    fix="Take the queries from the decoder, and keys and values from the memory.",
    section="encoder-decoder.html#model-cross-attention",
    caught_by="decoder-layer-values",
    change={
        "self.cross_attention(y, memory, memory, source_mask)": (
            "self.cross_attention(memory, y, y, source_mask)"
        ),
    },
)

misconception(
    DecoderLayer,
    "SelfInPlaceOfCross",
    did="You let the target attend to itself a second time instead of to the memory.",
    causes="The memory is never read, so the decoder writes without knowing the source.",
    fix="Use memory as key and value of the cross-attention, with source_mask.",
    section="encoder-decoder.html#model-cross-attention",
    caught_by="decoder-layer-values",
    change={
        "self.cross_attention(y, memory, memory, source_mask)": (
            "self.cross_attention(y, y, y, target_mask)"
        ),
    },
)

misconception(
    DecoderLayer,
    "ValuesFromTheTarget",
    did="You take the values of the cross-attention from the target.",
    causes="The queries and keys find positions in the source, but the result is made of vectors "
    "of the target.",
    fix="Use the memory as key and as value of the cross-attention.",
    section="encoder-decoder.html#model-cross-attention",
    caught_by="decoder-layer-values",
    change={
        "self.cross_attention(y, memory, memory, source_mask)": (
            "self.cross_attention(y, memory, y, source_mask)"
        ),
    },
)

misconception(
    DecoderLayer,
    "CrossAttentionFirst",
    did="You apply the cross-attention before the self-attention.",
    causes="Each position then queries the source before it knows the words that have been "
    "written so far.",
    fix="Apply the self-attention first and the cross-attention second.",
    section="encoder-decoder.html#model-decoder-layer",
    caught_by="decoder-layer-values",
    change={
        "self.self_attention(y, y, y, target_mask)": (
            "self.cross_attention(y, memory, memory, source_mask)"
        ),
        "self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask)": (
            "self.residual_2(x, lambda y: self.self_attention(y, y, y, target_mask)"
        ),
    },
)

misconception(
    DecoderLayer,
    "DecoderWithoutFeedForward",
    did="Your decoder layer ends after the cross-attention.",
    causes="Its feed-forward network is built but never used.",
    fix="Apply the feed-forward network through residual_3, and return its result.",
    section="encoder-decoder.html#model-decoder-layer",
    caught_by="decoder-layer-values",
    change={
        "x = self.residual_2(": "return self.residual_2(",
        "        return self.residual_3(x, self.feed_forward)\n": "",
    },
)

misconception(
    DecoderLayer,
    "WithoutSelfAttention",
    did="You leave out the decoder layer's masked self-attention.",
    causes="A position knows its own token, but none of the words before it.",
    fix="Apply the self-attention through residual_1 before the cross-attention.",
    section="encoder-decoder.html#model-decoder-layer",
    caught_by="decoder-layer-values",
    change={
        "        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))\n": "",
    },
)

misconception(
    DecoderLayer,
    "MemoryNormalisedAgain",
    did="You normalize the memory again in every decoder layer with pre-norm.",
    causes="The encoder's last norm has already normalized it. The norm of a sub-layer is for x "
    "only.",
    fix="Use the memory as it is, as key and value.",
    section="encoder-decoder.html#model-decoder-layer",
    caught_by="decoder-layer-pre-norm",
    change={
        "        x = self.residual_2(": (
            "        if self.residual_2.pre_norm:\n"
            "            memory = self.residual_2.norm(memory)\n"
            "        x = self.residual_2("
        ),
    },
)

misconception(
    DecoderLayer,
    "RawQueries",
    did="You use x itself as the query of the cross-attention.",
    causes="With pre-norm, the residual sub-layer gives your function a normalized tensor, and "
    "you ignore it.",
    fix="Use the function's argument as the query.",
    section="encoder-decoder.html#model-decoder-layer",
    caught_by="decoder-layer-pre-norm",
    change={
        "self.cross_attention(y, memory, memory, source_mask)": (
            "self.cross_attention(x, memory, memory, source_mask)"
        ),
    },
)

misconception(
    DecoderLayer,
    "DecoderPreNormIgnored",
    did="Your decoder layer ignores config.pre_norm.",
    causes="It always normalizes after the sum, so the decoder is post-norm whatever the "
    "configuration says.",
    fix="Pass config.pre_norm to all three residual sub-layers of the decoder layer.",
    section="encoder-decoder.html#model-decoder-layer",
    caught_by="decoder-layer-pre-norm",
    change={
        "self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_1 = ResidualSublayer(config.d_model, config.dropout)"
        ),
        "self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_2 = ResidualSublayer(config.d_model, config.dropout)"
        ),
        "self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_3 = ResidualSublayer(config.d_model, config.dropout)"
        ),
    },
)

misconception(
    DecoderLayer,
    "SelfAttentionUnmasked",
    did="You do not pass a mask to the decoder's self-attention.",
    causes="In training every position sees the words that it has to predict.",
    fix="Pass target_mask to self.self_attention.",
    section="encoder-decoder.html#model-masks",
    caught_by="decoder-layer-masks",
    change={
        "self.self_attention(y, y, y, target_mask)": "self.self_attention(y, y, y)",
    },
)

misconception(
    DecoderLayer,
    "CrossAttentionUnmasked",
    did="You do not pass a mask to the cross-attention in the decoder layer.",
    causes="The decoder attends to the padding of the source, so a translation depends on the "
    "length of the other sentences in the batch.",
    fix="Pass source_mask to self.cross_attention.",
    section="encoder-decoder.html#model-masks",
    caught_by="decoder-layer-masks",
    change={
        "self.cross_attention(y, memory, memory, source_mask)": (
            "self.cross_attention(y, memory, memory)"
        ),
    },
)

misconception(
    DecoderLayer,
    "MasksSwapped",
    did="You swap the two masks inside the decoder layer.",
    causes="If S and T differ, this usually raises an error. If they are equal, there is no "
    "error, but the wrong positions are hidden.",
    fix="Use target_mask for the self-attention and source_mask for the cross-attention.",
    section="encoder-decoder.html#model-masks",
    caught_by="decoder-layer-masks",
    change={
        "self.self_attention(y, y, y, target_mask)": "self.self_attention(y, y, y, source_mask)",
        "self.cross_attention(y, memory, memory, source_mask)": (
            "self.cross_attention(y, memory, memory, target_mask)"
        ),
    },
)

misconception(
    DecoderLayer,
    "OneNormForThree",
    did="You use the same ResidualSublayer object for all three sub-layers.",
    causes="They share one layer norm, although each of the three needs its own gain and bias.",
    fix="Build a new ResidualSublayer for each of residual_1, residual_2 and residual_3.",
    section="encoder-decoder.html#model-identical",
    caught_by="decoder-layer-parameters",
    change={
        "self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_2 = self.residual_1"
        ),
        "self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_3 = self.residual_1"
        ),
    },
)

misconception(
    DecoderLayer,
    "OneAttentionForBoth",
    did="You use one object for self-attention and cross-attention.",
    causes="Target and source are then read with the same projections, which cannot suit both.",
    fix="Build a second MultiHeadAttention for self.cross_attention.",
    section="encoder-decoder.html#model-identical",
    caught_by="decoder-layer-parameters",
    change={
        (
            "self.cross_attention = MultiHeadAttention(\n"
            "            config.d_model, config.h, config.attention_dropout\n"
            "        )"
        ): "self.cross_attention = self.self_attention",
    },
)

misconception(
    DecoderLayer,
    "DropoutInPlaces",
    did="You pass config.dropout to the decoder layer's first residual sub-layer only.",
    causes="The outputs of the cross-attention and of the feed-forward network are never dropped "
    "in training.",
    fix="Pass config.dropout to all three residual sub-layers of the decoder layer.",
    section="encoder-decoder.html#model-dropout",
    caught_by="decoder-layer-dropout",
    change={
        "self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_2 = ResidualSublayer(config.d_model, pre_norm=config.pre_norm)"
        ),
        "self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_3 = ResidualSublayer(config.d_model, pre_norm=config.pre_norm)"
        ),
    },
)

misconception(
    DecoderLayer,
    "CrossAttentionNeverDrops",
    did="You build the cross-attention without config.attention_dropout.",
    causes="Only the self-attention of the decoder drops attention weights in training.",
    fix="Pass config.attention_dropout to both attentions of the decoder layer.",
    section="encoder-decoder.html#model-dropout",
    caught_by="decoder-layer-dropout",
    change={
        (
            "self.cross_attention = MultiHeadAttention(\n"
            "            config.d_model, config.h, config.attention_dropout\n"
            "        )"
        ): "self.cross_attention = MultiHeadAttention(config.d_model, config.h)",
    },
)

misconception(
    DecoderLayer,
    "MemoryDetached",
    did="You detach the memory before the cross-attention reads it.",
    causes="The output is right, but the encoder gets its gradients only through the "
    "cross-attention. Without them it learns nothing.",
    fix="Remove detach(), and pass the memory itself to the cross-attention.",
    section="encoder-decoder.html#model-cross-attention",
    caught_by="decoder-layer-gradients",
    change={
        "        x = self.residual_2(": (
            "        memory = memory.detach()\n        x = self.residual_2("
        ),
    },
)


misconception(
    DecoderLayer,
    "MemoryAsQueryAndKey",
    did="You use the memory as query and key of the cross-attention, and the target as value.",
    causes="The result has a row for each source position, but the decoder needs one for each "
    "target position.",
    fix="Take the queries from the decoder, and keys and values from the memory.",
    section="encoder-decoder.html#model-cross-attention",
    caught_by="decoder-layer-values",
    change={
        "self.cross_attention(y, memory, memory, source_mask)": (
            "self.cross_attention(memory, memory, y, source_mask)"
        ),
    },
)

misconception(
    DecoderLayer,
    "AlwaysCausal",
    did="You build a causal mask in the decoder layer and ignore target_mask.",
    causes="The layer hides the future even if no mask is given, and a mask that also hides "
    "padding has no effect.",
    fix="Pass target_mask to the self-attention as it is; the model builds it.",
    section="encoder-decoder.html#model-masks",
    caught_by="decoder-layer-values",
    change={
        "        x = self.residual_1(": (
            "        T = x.size(1)\n"
            "        target_mask = x.new_ones(T, T).tril().bool()\n"
            "        x = self.residual_1("
        ),
    },
)

misconception(
    DecoderLayer,
    "RawSelfAttention",
    did="You use x itself as query, key and value of the decoder's self-attention.",
    causes="With pre-norm, the residual sub-layer gives your function a normalized tensor, and "
    "you ignore it.",
    fix="Use the function's argument as query, key and value.",
    section="encoder-decoder.html#model-decoder-layer",
    caught_by="decoder-layer-pre-norm",
    change={
        "self.self_attention(y, y, y, target_mask)": "self.self_attention(x, x, x, target_mask)"
    },
)

misconception(
    DecoderLayer,
    "OneMaskForBoth",
    did="You combine target_mask and source_mask into one mask for the self-attention.",
    causes="One mask is about the target's T positions, the other about the source's S "
    "positions. The result is an error, or it hides target words where the source has "
    "padding.",
    fix="Pass target_mask alone to the self-attention, and source_mask to the cross-attention.",
    section="encoder-decoder.html#model-masks",
    caught_by="decoder-layer-masks",
    change={
        "        x = self.residual_1(": (
            "        if target_mask is not None and source_mask is not None:\n"
            "            target_mask = target_mask & source_mask\n"
            "        x = self.residual_1("
        ),
    },
)

misconception(
    DecoderLayer,
    "FirstResidualTwice",
    did="You use residual_1 for both attentions and residual_2 for the feed-forward network.",
    causes="The two attentions share one layer norm, and residual_3 is missing or never used.",
    fix="Use residual_2 for the cross-attention and residual_3 for the feed-forward network.",
    section="encoder-decoder.html#model-identical",
    caught_by="decoder-layer-parameters",
    change={
        (
            "        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, "
            "config.pre_norm)\n"
        ): "",
        "self.residual_2(x, lambda": "self.residual_1(x, lambda",
        "self.residual_3(x, self": "self.residual_2(x, self",
    },
)

misconception(
    DecoderLayer,
    "DropoutsSwapped",
    did="You pass config.dropout to the attentions and config.attention_dropout to the residual "
    "sub-layers.",
    causes="The attention weights are then dropped at the rate that is meant for the outputs of "
    "the sub-layers, and the other way round.",
    fix="Pass config.attention_dropout to both attentions and config.dropout to the three "
    "residual sub-layers.",
    section="encoder-decoder.html#model-dropout",
    caught_by="decoder-layer-dropout",
    change={
        (
            "self.self_attention = MultiHeadAttention(config.d_model, config.h, "
            "config.attention_dropout)"
        ): ("self.self_attention = MultiHeadAttention(config.d_model, config.h, config.dropout)"),
        (
            "self.cross_attention = MultiHeadAttention(\n"
            "            config.d_model, config.h, config.attention_dropout\n"
            "        )"
        ): (
            "self.cross_attention = MultiHeadAttention(\n"
            "            config.d_model, config.h, config.dropout\n"
            "        )"
        ),
        ("self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)"): (
            "self.residual_1 = ResidualSublayer(config.d_model, config.attention_dropout, "
            "config.pre_norm)"
        ),
        ("self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)"): (
            "self.residual_2 = ResidualSublayer(config.d_model, config.attention_dropout, "
            "config.pre_norm)"
        ),
        ("self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)"): (
            "self.residual_3 = ResidualSublayer(config.d_model, config.attention_dropout, "
            "config.pre_norm)"
        ),
    },
)

misconception(
    DecoderLayer,
    "QueriesFromTheInput",
    did="You take the queries of the cross-attention from the layer's input.",
    causes="A position then queries the source without what it has read in the target so far.",
    fix="Take the queries from the tensor that residual_2 gives to your function.",
    section="encoder-decoder.html#model-cross-attention",
    caught_by="decoder-layer-values",
    change={
        "        x = self.residual_1(": "        start = x\n        x = self.residual_1(",
        "self.cross_attention(y, memory": "self.cross_attention(start, memory",
    },
)

misconception(
    DecoderLayer,
    "DecoderDropsX",
    did="Your decoder layer applies dropout to x itself, not only to what a sub-layer returns.",
    causes="The identity path should stay untouched, but yours loses features in every layer.",
    fix="Leave dropout to the residual sub-layers, and pass x to them as it is.",
    section="encoder-decoder.html#model-dropout",
    caught_by="decoder-layer-dropout",
    change={
        "self.feed_forward = FeedForward(config.d_model, config.d_ff)": (
            "self.feed_forward = FeedForward(config.d_model, config.d_ff)\n"
            "        self.dropout = nn.Dropout(config.dropout)"
        ),
        "self.residual_3(x, self.feed_forward)": (
            "self.residual_3(self.dropout(x), self.feed_forward)"
        ),
    },
)

# ---- Decoder -------------------------------------------------------------------------------------

misconception(
    Decoder,
    "MemoryOverwritten",
    did="You replace the memory by the output of each decoder layer.",
    causes="From the second layer on, the cross-attention reads the target and no longer the "
    "source.",
    fix="Pass the encoder's output as the memory to every decoder layer.",
    section="encoder-decoder.html#model-decoder",
    caught_by="decoder-values",
    change={
        "x = layer(x, memory, target_mask, source_mask)": (
            "x = layer(x, memory, target_mask, source_mask)\n            memory = x"
        ),
    },
)

misconception(
    Decoder,
    "EveryDecoderLayerReadsTheInput",
    did="You give the decoder's input to every layer and return only the last layer's output.",
    causes="The results of the other layers are lost, so the decoder is only one layer deep.",
    fix="Assign each decoder layer's output to x, so that the next layer reads it.",
    section="encoder-decoder.html#model-decoder",
    caught_by="decoder-values",
    change={
        "x = layer(x, memory, target_mask, source_mask)": (
            "result = layer(x, memory, target_mask, source_mask)"
        ),
        "self.norm(x)": "self.norm(result)",
    },
)

misconception(
    Decoder,
    "OnlyTheFirstDecoderLayer",
    did="You return inside the decoder's loop.",
    causes="The function ends after the first decoder layer, and the other layers never run.",
    fix="Move the decoder's return statement out of the loop.",
    section="encoder-decoder.html#model-decoder",
    caught_by="decoder-values",
    change={
        "        return self.norm(x)": "            return self.norm(x)",
    },
)

misconception(
    Decoder,
    "DecoderFinalNormForgotten",
    did="You build the decoder's last norm but never apply it.",
    causes="With pre-norm, the logits are then computed from a sum that no norm has scaled.",
    fix="Apply self.norm to the decoder's result before you return it.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="decoder-final-norm",
    change={
        "return self.norm(x)": "return x",
    },
)

misconception(
    Decoder,
    "DecoderFinalNormAlways",
    did="Your decoder has a layer norm of its own with post-norm too.",
    causes="With post-norm each decoder layer has already normalized its output, and the paper "
    "has no further norm.",
    fix="Build the decoder's norm only if config.pre_norm is set, and apply it after the loop.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="decoder-final-norm",
    change={
        "LayerNorm(config.d_model) if config.pre_norm else nn.Identity()": (
            "LayerNorm(config.d_model)"
        ),
    },
)

misconception(
    Decoder,
    "SameDecoderLayerNTimes",
    did="You put the same decoder layer into the stack N times.",
    causes="All N layers share their parameters, so training changes them together.",
    fix="Build a new DecoderLayer for each of the N places.",
    section="encoder-decoder.html#model-identical",
    caught_by="decoder-parameters",
    change={
        "nn.ModuleList(DecoderLayer(config) for _ in range(config.N))": (
            "nn.ModuleList([DecoderLayer(config)] * config.N)"
        ),
    },
)

misconception(
    Decoder,
    "DecoderLayersInAPlainList",
    did="You keep the decoder's layers in a plain Python list.",
    causes="PyTorch does not find their parameters there, so they are never trained and never "
    "saved.",
    fix="Put the decoder's layers into an nn.ModuleList.",
    section="encoder-decoder.html#model-identical",
    caught_by="decoder-parameters",
    change={
        "nn.ModuleList(DecoderLayer(config) for _ in range(config.N))": (
            "[DecoderLayer(config) for _ in range(config.N)]"
        ),
    },
)

misconception(
    Decoder,
    "MasksHandedOnSwapped",
    did="You pass the two masks to the decoder layers in the wrong order.",
    causes="A decoder layer expects the target mask first and the source mask second, so each "
    "attention gets the wrong one.",
    fix="Pass the masks by name, for example source_mask=source_mask. Then their order no longer "
    "matters.",
    section="encoder-decoder.html#model-masks",
    caught_by="decoder-masks",
    change={
        "layer(x, memory, target_mask, source_mask)": "layer(x, memory, source_mask, target_mask)",
    },
)

misconception(
    Decoder,
    "TargetMaskNotHandedOn",
    did="You do not pass the target mask to the decoder layers.",
    causes="The self-attention of every layer sees the future.",
    fix="Pass target_mask to each decoder layer.",
    section="encoder-decoder.html#model-masks",
    caught_by="decoder-masks",
    change={
        "layer(x, memory, target_mask, source_mask)": "layer(x, memory, source_mask=source_mask)",
    },
)

misconception(
    Decoder,
    "TargetMaskOfTheFirstSentence",
    did="You use the target mask of the first sentence for all sentences.",
    causes="In a mask (B, T, T) each sentence has padding in other places, so the others read it "
    "or miss words.",
    fix="Pass the mask on to the layers as it is, whether it has two axes or three.",
    section="encoder-decoder.html#model-decoder",
    caught_by="decoder-masks",
    change={
        "        for layer in self.layers:\n": (
            "        if target_mask is not None and target_mask.dim() == 3:\n"
            "            target_mask = target_mask[0]\n"
            "        for layer in self.layers:\n"
        ),
    },
)

misconception(
    Decoder,
    "SourceMaskNotHandedOn",
    did="You do not pass the source mask to the decoder layers.",
    causes="The cross-attention of every layer reads the padding of the source.",
    fix="Pass source_mask to each decoder layer.",
    section="encoder-decoder.html#model-masks",
    caught_by="decoder-masks",
    change={
        "layer(x, memory, target_mask, source_mask)": "layer(x, memory, target_mask)",
    },
)

misconception(
    Decoder,
    "DecoderLayersBackwards",
    did="You apply the decoder's layers from the last to the first.",
    causes="This does not matter for an untrained model. But trained weights that you load "
    "belong to layers in the normal order.",
    fix="Apply the layers in the order of self.layers.",
    section="encoder-decoder.html#model-decoder",
    caught_by="decoder-values",
    change={"in self.layers:": "in reversed(self.layers):"},
)

misconception(
    Decoder,
    "DropoutBetweenDecoderLayers",
    did="You apply dropout to the output of each decoder layer.",
    causes="The residual sub-layers already drop what they add. Your dropout also removes "
    "features of x itself, for which no connection makes up.",
    fix="Remove the dropout from the decoder; the layers contain it.",
    section="encoder-decoder.html#model-dropout",
    caught_by="decoder-values",
    change={
        "self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()": (
            "self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()\n"
            "        self.dropout = nn.Dropout(config.dropout)"
        ),
        "x = layer(x, memory, target_mask, source_mask)": (
            "x = self.dropout(layer(x, memory, target_mask, source_mask))"
        ),
    },
)

misconception(
    Decoder,
    "NoDecoderFinalNorm",
    did="Your decoder has no last norm, not even with pre-norm.",
    causes="With pre-norm, the logits are then computed from a sum that no norm has scaled.",
    fix="Build self.norm = LayerNorm(config.d_model) if config.pre_norm is set, and apply it "
    "after the loop.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="decoder-final-norm",
    change={"LayerNorm(config.d_model) if config.pre_norm else nn.Identity()": "nn.Identity()"},
)

misconception(
    Decoder,
    "MasksInTheFirstDecoderLayerOnly",
    did="You pass the masks to the first decoder layer only.",
    causes="From the second layer on, every position sees the future and the padding of the "
    "source.",
    fix="Pass both masks to every decoder layer.",
    section="encoder-decoder.html#model-masks",
    caught_by="decoder-masks",
    change={
        "x = layer(x, memory, target_mask, source_mask)": (
            "x = layer(x, memory, target_mask, source_mask)\n"
            "            target_mask = source_mask = None"
        ),
    },
)
