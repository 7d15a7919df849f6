"""Ways to get the encoder wrong (right: `solutions.model.encoder`)."""

from solutions.misconceptions import misconception
from solutions.model.encoder import Encoder, EncoderLayer

# ---- EncoderLayer --------------------------------------------------------------------------------

misconception(
    EncoderLayer,
    "FeedForwardFirst",
    did="You apply the feed-forward network before the self-attention.",
    causes="The paper has the opposite order: a position first reads from the other positions, "
    "then the network processes what it has read.",
    fix="Use residual_1 for the self-attention and residual_2 for the feed-forward network.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-values",
    change={
        "self.residual_1(x, lambda y: self.self_attention(y, y, y, mask))": (
            "self.residual_1(x, self.feed_forward)"
        ),
        "self.residual_2(x, self.feed_forward)": (
            "self.residual_2(x, lambda y: self.self_attention(y, y, y, mask))"
        ),
    },
)

misconception(
    EncoderLayer,
    "AttentionThrownAway",
    did="You give the layer's own input x to the second sub-layer.",
    causes="The result of the self-attention is computed and then lost, so no position learns "
    "anything about the others.",
    fix="Assign the output of the first sub-layer to x before you call the second.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-values",
    change={
        "x = self.residual_1(": "self.residual_1(",
    },
)

misconception(
    EncoderLayer,
    "WithoutFeedForward",
    did="Your encoder layer ends after the self-attention.",
    causes="Its feed-forward network is built but never used. Attention only mixes features of "
    "positions; the network computes new ones.",
    fix="Apply the feed-forward network through residual_2, and return its result.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-values",
    change={
        "x = self.residual_1(": "return self.residual_1(",
        "        return self.residual_2(x, self.feed_forward)\n": "",
    },
)

misconception(
    EncoderLayer,
    "ResidualAroundTheLayer",
    did="You add the layer's input x once more to the layer's output.",
    causes="The residual sub-layers already add their inputs, so x is counted twice, and with "
    "post-norm the output is no longer normalized.",
    fix="Return the output of residual_2 without adding anything.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-values",
    change={
        "x = self.residual_1(": "attended = self.residual_1(",
        "return self.residual_2(x, self.feed_forward)": (
            "return x + self.residual_2(attended, self.feed_forward)"
        ),
    },
)

misconception(
    EncoderLayer,
    "WithoutResiduals",
    did="You call the self-attention and the feed-forward network without their residual "
    "sub-layers.",
    causes="Each result replaces x: nothing is added to it, and nothing is normalized.",
    fix="Pass each of the two functions to its residual sub-layer, as in residual_2(x, "
    "self.feed_forward).",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-values",
    change={
        "self.residual_1(x, lambda y: self.self_attention(y, y, y, mask))": (
            "self.self_attention(x, x, x, mask)"
        ),
        "self.residual_2(x, self.feed_forward)": "self.feed_forward(x)",
    },
)

misconception(
    EncoderLayer,
    "OneHeadWhateverTheConfig",
    did="You build the self-attention with one head and ignore config.h.",
    causes="All shapes are still right, so no error shows the mistake, but the values differ from "
    "those of h heads.",
    fix="Pass config.h to MultiHeadAttention.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-values",
    change={
        "config.d_model, config.h, config.attention_dropout": (
            "config.d_model, 1, config.attention_dropout"
        ),
    },
)

misconception(
    EncoderLayer,
    "RawKeysAndValues",
    did="You use the normalized tensor for the queries only, and x itself for keys and values.",
    causes="With pre-norm, queries and keys then have different scales, and the values are not "
    "normalized.",
    fix="Use the tensor that the residual sub-layer gives to your function as query, key and "
    "value.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-pre-norm",
    change={
        "self_attention(y, y, y, mask)": "self_attention(y, x, x, mask)",
    },
)

misconception(
    EncoderLayer,
    "PreNormIgnored",
    did="Your encoder layer ignores config.pre_norm.",
    causes="It always normalizes after the sum, even if the configuration asks for pre-norm.",
    fix="Pass config.pre_norm to both residual sub-layers of the encoder layer.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-pre-norm",
    change={
        "self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_1 = ResidualSublayer(config.d_model, config.dropout)"
        ),
        "self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_2 = ResidualSublayer(config.d_model, config.dropout)"
        ),
    },
)

misconception(
    EncoderLayer,
    "EncoderMaskForgotten",
    did="You do not pass the encoder layer's mask to the self-attention.",
    causes="The words of a sentence attend to its padding, so the result depends on how long the "
    "padding is.",
    fix="Pass mask to self.self_attention after query, key and value.",
    section="encoder-decoder.html#model-masks",
    caught_by="encoder-layer-mask",
    change={
        "self_attention(y, y, y, mask)": "self_attention(y, y, y)",
    },
)

misconception(
    EncoderLayer,
    "OneNormForBoth",
    did="You use the same residual sub-layer for the self-attention and the feed-forward network.",
    causes="Both share one layer norm, although each sub-layer needs its own gain and bias.",
    fix="Build a second ResidualSublayer for residual_2.",
    section="encoder-decoder.html#model-identical",
    caught_by="encoder-layer-parameters",
    change={
        "self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_2 = self.residual_1"
        ),
    },
)

misconception(
    EncoderLayer,
    "InnerWidthIgnored",
    did="You build the feed-forward network with the inner width 4 * d_model.",
    causes="The paper's sizes have this ratio, but a configuration may set another inner width in "
    "config.d_ff.",
    fix="Pass config.d_ff to FeedForward as the inner width.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-parameters",
    change={
        "FeedForward(config.d_model, config.d_ff)": (
            "FeedForward(config.d_model, 4 * config.d_model)"
        ),
    },
)

misconception(
    EncoderLayer,
    "EncoderDropoutIgnored",
    did="You build the encoder layer's residual sub-layers without config.dropout.",
    causes="No output of a sub-layer is ever dropped in training, so the encoder is not "
    "regularized.",
    fix="Pass config.dropout to both residual sub-layers of the encoder layer.",
    section="encoder-decoder.html#model-dropout",
    caught_by="encoder-layer-dropout",
    change={
        "self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_1 = ResidualSublayer(config.d_model, pre_norm=config.pre_norm)"
        ),
        "self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)": (
            "self.residual_2 = ResidualSublayer(config.d_model, pre_norm=config.pre_norm)"
        ),
    },
)

misconception(
    EncoderLayer,
    "OneDropoutForAll",
    did="You build the self-attention with config.dropout.",
    causes="This rate is for the outputs of the sub-layers. The attention weights have a rate of "
    "their own.",
    fix="Pass config.attention_dropout to MultiHeadAttention.",
    section="encoder-decoder.html#model-dropout",
    caught_by="encoder-layer-dropout",
    change={
        "config.h, config.attention_dropout)": "config.h, config.dropout)",
    },
)

misconception(
    EncoderLayer,
    "AttentionDropoutIgnored",
    did="You build the encoder's self-attention without config.attention_dropout.",
    causes="No attention weight of the encoder is ever dropped in training.",
    fix="Pass config.attention_dropout as the third argument of the encoder's MultiHeadAttention.",
    section="encoder-decoder.html#model-dropout",
    caught_by="encoder-layer-dropout",
    change={
        "config.h, config.attention_dropout)": "config.h)",
    },
)

misconception(
    EncoderLayer,
    "EncoderLayerCut",
    did="You call detach() on the tensor between the two sub-layers.",
    causes="The output is right, but no gradient reaches the self-attention or the layers below "
    "it, so they learn nothing.",
    fix="Remove detach(), and pass x itself to residual_2.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-gradients",
    change={
        "self.residual_2(x, self.feed_forward)": "self.residual_2(x.detach(), self.feed_forward)",
    },
)


misconception(
    EncoderLayer,
    "SublayerCalledAtOnce",
    did="You pass the result of a sub-layer, a tensor, to the residual sub-layer.",
    causes="The residual sub-layer calls what it gets, and a tensor cannot be called. With "
    "pre-norm the result would also come too early, before x is normalized.",
    fix="Pass a function of one tensor, such as lambda y: self.self_attention(y, y, y, mask), "
    "and self.feed_forward itself.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-values",
    change={
        "lambda y: self.self_attention(y, y, y, mask)": "self.self_attention(x, x, x, mask)",
        "self.residual_2(x, self.feed_forward)": "self.residual_2(x, self.feed_forward(x))",
    },
)

misconception(
    EncoderLayer,
    "DropoutForTheNetwork",
    did="You pass a third argument, the dropout, to FeedForward.",
    causes="FeedForward takes two arguments, d_model and d_ff. The residual sub-layer applies "
    "the dropout.",
    fix="Build FeedForward(config.d_model, config.d_ff).",
    section="encoder-decoder.html#model-dropout",
    caught_by="encoder-layer-values",
    change={
        "FeedForward(config.d_model, config.d_ff)": (
            "FeedForward(config.d_model, config.d_ff, config.dropout)"
        ),
    },
)

misconception(
    EncoderLayer,
    "DropoutAndPreNormSwapped",
    did="You pass pre_norm and dropout to the encoder layer's residual sub-layers in the wrong "
    "order.",
    causes="A dropout of 0.3 then counts as true, so every layer is pre-norm; and the rate of "
    "dropout becomes 0 or 1.",
    fix="Use the order d_model, dropout, pre_norm, or pass the arguments by name.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-values",
    change={
        ("self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)"): (
            "self.residual_1 = ResidualSublayer(config.d_model, config.pre_norm, config.dropout)"
        ),
        ("self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)"): (
            "self.residual_2 = ResidualSublayer(config.d_model, config.pre_norm, config.dropout)"
        ),
    },
)

misconception(
    EncoderLayer,
    "ResidualAroundEachSublayer",
    did="You add x again to what each residual sub-layer of the encoder layer returns.",
    causes="A residual sub-layer already adds its input, so x is counted twice after each of them.",
    fix="Use the result of a residual sub-layer as it is: x = self.residual_1(x, ...).",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-values",
    change={
        "x = self.residual_1(": "x = x + self.residual_1(",
        "return self.residual_2(": "return x + self.residual_2(",
    },
)

misconception(
    EncoderLayer,
    "SublayerIgnoresItsArgument",
    did="Your function ignores the tensor that the residual sub-layer gives to it, and uses x "
    "itself as query, key and value.",
    causes="With post-norm both are the same. With pre-norm the attention reads the "
    "unnormalized x, and the norm has no effect.",
    fix="Use the function's argument as query, key and value.",
    section="encoder-decoder.html#model-encoder-layer",
    caught_by="encoder-layer-pre-norm",
    change={"self_attention(y, y, y, mask)": "self_attention(x, x, x, mask)"},
)

misconception(
    EncoderLayer,
    "EncoderMaskInverted",
    did="You invert the mask before you pass it to the self-attention.",
    causes="The attention hides the words and reads the padding. In this course True means may "
    "attend; PyTorch's key_padding_mask has the opposite meaning.",
    fix="Pass the mask to the self-attention as it is.",
    section="encoder-decoder.html#model-masks",
    caught_by="encoder-layer-mask",
    change={
        "        x = self.residual_1(": (
            "        mask = None if mask is None else ~mask\n        x = self.residual_1("
        ),
    },
)

misconception(
    EncoderLayer,
    "SublayersDropTwice",
    did="You apply dropout to the output of each sub-layer before the residual sub-layer "
    "applies it again.",
    causes="Two dropouts of 0.5 drop three quarters of the features.",
    fix="Leave dropout to the residual sub-layers.",
    section="encoder-decoder.html#model-dropout",
    caught_by="encoder-layer-dropout",
    change={
        "self.feed_forward = FeedForward(config.d_model, config.d_ff)": (
            "self.feed_forward = FeedForward(config.d_model, config.d_ff)\n"
            "        self.dropout = nn.Dropout(config.dropout)"
        ),
        "lambda y: self.self_attention(y, y, y, mask)": (
            "lambda y: self.dropout(self.self_attention(y, y, y, mask))"
        ),
        "self.residual_2(x, self.feed_forward)": (
            "self.residual_2(x, lambda y: self.dropout(self.feed_forward(y)))"
        ),
    },
)

misconception(
    EncoderLayer,
    "EncoderDropsX",
    did="Your encoder layer applies dropout to x itself, not only to what a sub-layer returns.",
    causes="The identity path should stay untouched, but yours loses features in every layer.",
    fix="Leave dropout to the residual sub-layers, and pass x to them as it is.",
    section="encoder-decoder.html#model-dropout",
    caught_by="encoder-layer-dropout",
    change={
        "self.feed_forward = FeedForward(config.d_model, config.d_ff)": (
            "self.feed_forward = FeedForward(config.d_model, config.d_ff)\n"
            "        self.dropout = nn.Dropout(config.dropout)"
        ),
        "self.residual_2(x, self.feed_forward)": (
            "self.residual_2(self.dropout(x), self.feed_forward)"
        ),
    },
)

# ---- Encoder -------------------------------------------------------------------------------------

misconception(
    Encoder,
    "EveryLayerReadsTheInput",
    did="You give the encoder's input to every layer and return only the last layer's output.",
    causes="The results of the other layers are lost, so the encoder is only one layer deep.",
    fix="Assign each encoder layer's output to x, so that the next layer reads it.",
    section="encoder-decoder.html#model-encoder",
    caught_by="encoder-values",
    change={
        "x = layer(x, mask)": "result = layer(x, mask)",
        "self.norm(x)": "self.norm(result)",
    },
)

misconception(
    Encoder,
    "OnlyTheFirstLayer",
    did="You return inside the encoder's loop.",
    causes="The function ends after the first encoder layer, and the other layers never run.",
    fix="Move the encoder's return statement out of the loop.",
    section="encoder-decoder.html#model-encoder",
    caught_by="encoder-values",
    change={
        "        return self.norm(x)": "            return self.norm(x)",
    },
)

misconception(
    Encoder,
    "LayersBackwards",
    did="You apply the encoder's layers from the last to the first.",
    causes="This does not matter for an untrained model. But trained weights that you load belong "
    "to layers in the normal order.",
    fix="Apply the layers in the order of self.layers.",
    section="encoder-decoder.html#model-encoder",
    caught_by="encoder-values",
    change={
        "in self.layers:": "in reversed(self.layers):",
    },
)

misconception(
    Encoder,
    "ResidualAroundTheStack",
    did="You add the encoder's input to its output.",
    causes="The paper has residual connections around sub-layers, but none around the whole stack.",
    fix="Return the encoder's output without adding its input.",
    section="encoder-decoder.html#model-encoder",
    caught_by="encoder-values",
    change={
        "for layer in self.layers:": ("start = x\n        for layer in self.layers:"),
        "return self.norm(x)": "return start + self.norm(x)",
    },
)

misconception(
    Encoder,
    "FinalNormForgotten",
    did="You build the encoder's last norm but never apply it.",
    causes="With pre-norm, the encoder returns the sum of all sub-layers without normalization, "
    "and this sum grows with the depth.",
    fix="Apply self.norm to the encoder's result before you return it.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="encoder-final-norm",
    change={
        "return self.norm(x)": "return x",
    },
)

misconception(
    Encoder,
    "FinalNormInTheLoop",
    did="You apply the encoder's last norm after every layer.",
    causes="It belongs on top of the stack. In the loop it interrupts the identity path that "
    "pre-norm leaves for x.",
    fix="Apply self.norm once, after the loop.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="encoder-final-norm",
    change={
        "x = layer(x, mask)": "x = self.norm(layer(x, mask))",
        "return self.norm(x)": "return x",
    },
)

misconception(
    Encoder,
    "FinalNormTwice",
    did="You apply the encoder's last norm twice.",
    causes="With a gain of 1 and a bias of 0 the difference is hardly visible. After training it "
    "is.",
    fix="Apply self.norm to the encoder's result exactly once.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="encoder-final-norm",
    change={
        "return self.norm(x)": "return self.norm(self.norm(x))",
    },
)

misconception(
    Encoder,
    "FinalNormAlways",
    did="Your encoder has a layer norm of its own with post-norm too.",
    causes="With post-norm each encoder layer has already normalized its output, and the paper "
    "has no further norm.",
    fix="Build the encoder's norm only if config.pre_norm is set, and apply it after the loop.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="encoder-final-norm",
    change={
        "LayerNorm(config.d_model) if config.pre_norm else nn.Identity()": (
            "LayerNorm(config.d_model)"
        ),
    },
)

misconception(
    Encoder,
    "SameLayerNTimes",
    did="You put the same encoder layer into the stack N times.",
    causes="[layer] * N copies nothing, so all N layers share their parameters. The paper's "
    "layers are alike, but each has its own parameters.",
    fix="Build a new EncoderLayer for each of the N places.",
    section="encoder-decoder.html#model-identical",
    caught_by="encoder-parameters",
    change={
        "nn.ModuleList(EncoderLayer(config) for _ in range(config.N))": (
            "nn.ModuleList([EncoderLayer(config)] * config.N)"
        ),
    },
)

misconception(
    Encoder,
    "LayersInAPlainList",
    did="You keep the encoder's layers in a plain Python list.",
    causes="PyTorch does not look into it: no optimizer gets the parameters of the layers, and "
    "state_dict does not save them.",
    fix="Put the encoder's layers into an nn.ModuleList.",
    section="encoder-decoder.html#model-identical",
    caught_by="encoder-parameters",
    change={
        "nn.ModuleList(EncoderLayer(config) for _ in range(config.N))": (
            "[EncoderLayer(config) for _ in range(config.N)]"
        ),
    },
)

misconception(
    Encoder,
    "SixLayersWhateverTheConfig",
    did="You build six encoder layers and ignore config.N.",
    causes="The paper's models have six layers, but a configuration with another N gets a stack "
    "of the wrong depth.",
    fix="Build config.N encoder layers.",
    section="encoder-decoder.html#model-encoder",
    caught_by="encoder-parameters",
    change={
        "range(config.N)": "range(6)",
    },
)

misconception(
    Encoder,
    "MaskForgottenByTheEncoder",
    did="You do not pass the encoder's mask to its layers.",
    causes="The words of a sentence attend to its padding in every layer of the encoder.",
    fix="Pass mask to each encoder layer.",
    section="encoder-decoder.html#model-masks",
    caught_by="encoder-mask",
    change={
        "layer(x, mask)": "layer(x)",
    },
)

misconception(
    Encoder,
    "MaskInTheFirstLayerOnly",
    did="You pass the mask to the first encoder layer only.",
    causes="Padding has a vector in every layer, so from the second layer on the words attend to "
    "it.",
    fix="Pass the same mask to every encoder layer.",
    section="encoder-decoder.html#model-masks",
    caught_by="encoder-mask",
    change={
        "x = layer(x, mask)": ("x = layer(x, mask)\n            mask = None"),
    },
)

misconception(
    Encoder,
    "OneRowOfTheMask",
    did="You use the first row of the mask for all queries.",
    causes="A mask (B, 1, S) has only one, but in a mask (B, S, S) each query has its own.",
    fix="Pass the mask on to the layers as it is.",
    section="encoder-decoder.html#model-encoder",
    caught_by="encoder-mask",
    change={"layer(x, mask)": "layer(x, None if mask is None else mask[:, :1])"},
)

misconception(
    Encoder,
    "LayersResultDropped",
    did="Your loop calls every encoder layer but does not keep what it returns.",
    causes="x stays the same, so the encoder returns its input.",
    fix="Assign each layer's output to x: x = layer(x, mask).",
    section="encoder-decoder.html#model-encoder",
    caught_by="encoder-values",
    change={"x = layer(x, mask)": "layer(x, mask)"},
)

misconception(
    Encoder,
    "ResidualAroundEachLayer",
    did="You add the input of each encoder layer to its output.",
    causes="The paper has residual connections around the sub-layers, inside the layer, but "
    "none around the layer.",
    fix="Assign the layer's output to x as it is: x = layer(x, mask).",
    section="encoder-decoder.html#model-encoder",
    caught_by="encoder-values",
    change={"x = layer(x, mask)": "x = x + layer(x, mask)"},
)

misconception(
    Encoder,
    "DropoutBetweenLayers",
    did="You apply dropout to the output of each encoder layer.",
    causes="The residual sub-layers already drop what they add. Your dropout also removes "
    "features of x itself, for which no connection makes up.",
    fix="Remove the dropout from the encoder; the layers contain it.",
    section="encoder-decoder.html#model-dropout",
    caught_by="encoder-values",
    change={
        "self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()": (
            "self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()\n"
            "        self.dropout = nn.Dropout(config.dropout)"
        ),
        "x = layer(x, mask)": "x = self.dropout(layer(x, mask))",
    },
)

misconception(
    Encoder,
    "NoFinalNorm",
    did="Your encoder has no last norm, not even with pre-norm.",
    causes="With pre-norm, the encoder then returns the sum of all sub-layers without "
    "normalization.",
    fix="Build self.norm = LayerNorm(config.d_model) if config.pre_norm is set, and apply it "
    "after the loop.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="encoder-final-norm",
    change={"LayerNorm(config.d_model) if config.pre_norm else nn.Identity()": "nn.Identity()"},
)

misconception(
    Encoder,
    "FinalNormReversed",
    did="You build the encoder's last norm with post-norm, and none with pre-norm.",
    causes="With post-norm every layer has already normalized its output. It is pre-norm that "
    "leaves the sum unnormalized.",
    fix="Build the LayerNorm if config.pre_norm is set, and nn.Identity() otherwise.",
    section="encoder-decoder.html#model-final-norm",
    caught_by="encoder-final-norm",
    change={
        "LayerNorm(config.d_model) if config.pre_norm else nn.Identity()": (
            "nn.Identity() if config.pre_norm else LayerNorm(config.d_model)"
        ),
    },
)

misconception(
    Encoder,
    "OneLayerTooFew",
    did="Your encoder has config.N - 1 layers.",
    causes="range(1, N) has only N - 1 numbers, so with N = 1 no layer is left.",
    fix="Use range(config.N).",
    section="encoder-decoder.html#model-encoder",
    caught_by="encoder-parameters",
    change={"range(config.N)": "range(1, config.N)"},
)
