"""Ways to get the encoder wrong (right: `solutions.model.encoder`)."""

from torch import nn

from solutions.misconceptions import misconception
from solutions.model.attention import MultiHeadAttention
from solutions.model.encoder import Encoder, EncoderLayer
from solutions.model.feed_forward import FeedForward
from solutions.model.residual import LayerNorm, ResidualSublayer

# ---- EncoderLayer --------------------------------------------------------------------------------


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-values",
    section="encoder-decoder.html#model-encoder-layer",
    sentence="Your sub-layers stand in the wrong order: the feed-forward network comes first. The "
    "paper attends first, and then lets each position think about what it found.",
)
class FeedForwardFirst(EncoderLayer):
    def forward(self, x, mask=None):
        x = self.residual_1(x, self.feed_forward)
        return self.residual_2(x, lambda y: self.self_attention(y, y, y, mask))


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-values",
    section="encoder-decoder.html#model-encoder-layer",
    sentence="Your second sub-layer gets x as it came, not what the first one made of it: you "
    "throw the result of the self-attention away.",
)
class AttentionThrownAway(EncoderLayer):
    def forward(self, x, mask=None):
        self.residual_1(x, lambda y: self.self_attention(y, y, y, mask))
        return self.residual_2(x, self.feed_forward)


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-values",
    section="encoder-decoder.html#model-encoder-layer",
    sentence="Your encoder layer ends after the self-attention: its feed-forward network is built "
    "and never used. Attention blends features, and nothing makes new ones of them.",
)
class WithoutFeedForward(EncoderLayer):
    def forward(self, x, mask=None):
        return self.residual_1(x, lambda y: self.self_attention(y, y, y, mask))


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-values",
    section="encoder-decoder.html#model-encoder-layer",
    sentence="You add x once more outside the residual sub-layers. They add their input "
    "themselves; the layer just runs one after the other.",
)
class ResidualAroundTheLayer(EncoderLayer):
    def forward(self, x, mask=None):
        y = self.residual_1(x, lambda y: self.self_attention(y, y, y, mask))
        return x + self.residual_2(y, self.feed_forward)


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-values",
    section="encoder-decoder.html#model-encoder-layer",
    sentence="Your encoder layer leaves the residual sub-layers out: x is replaced by what each "
    "sub-layer makes of it, and nothing is added or normalized.",
)
class WithoutResiduals(EncoderLayer):
    def forward(self, x, mask=None):
        return self.feed_forward(self.self_attention(x, x, x, mask))


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-values",
    section="encoder-decoder.html#model-encoder-layer",
    sentence="Your encoder layer uses one head, whatever config.h says: its shapes are right, "
    "which is why nothing complains.",
)
class OneHeadWhateverTheConfig(EncoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, 1, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-pre-norm",
    section="encoder-decoder.html#model-encoder-layer",
    sentence="With pre-norm your queries are normalized, but keys and values are the raw x: inside "
    "the sub-layer use the tensor that it hands you for all three.",
)
class RawKeysAndValues(EncoderLayer):
    def forward(self, x, mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, x, x, mask))
        return self.residual_2(x, self.feed_forward)


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-pre-norm",
    section="encoder-decoder.html#model-encoder-layer",
    sentence="Your encoder layer ignores config.pre_norm: its residual sub-layers always "
    "normalize after the sum.",
)
class PreNormIgnored(EncoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout)


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-mask",
    section="encoder-decoder.html#model-masks",
    sentence="Your encoder layer never hands its mask to the self-attention: real words read the "
    "padding of their sentence.",
)
class EncoderMaskForgotten(EncoderLayer):
    def forward(self, x, mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y))
        return self.residual_2(x, self.feed_forward)


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-parameters",
    section="encoder-decoder.html#model-identical",
    sentence="Your two sub-layers share one norm: residual_1 and residual_2 are the same object. "
    "Each sub-layer has a gain and a bias of its own.",
)
class OneNormForBoth(EncoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = self.residual_1


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-parameters",
    section="encoder-decoder.html#model-encoder-layer",
    sentence="Your feed-forward network has an inner width of its own choice, 4 * d_model. The "
    "paper's sizes are such, but yours come from config.d_ff.",
)
class InnerWidthIgnored(EncoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, 4 * config.d_model)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-dropout",
    section="encoder-decoder.html#model-dropout",
    sentence="Your encoder layer ignores config.dropout: its residual sub-layers are built without "
    "it, and nothing they add is ever dropped.",
)
class EncoderDropoutIgnored(EncoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, pre_norm=config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, pre_norm=config.pre_norm)


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-dropout",
    section="encoder-decoder.html#model-dropout",
    sentence="Your self-attention drops weights with config.dropout. That number is for what the "
    "sub-layers add; the weights have config.attention_dropout.",
)
class OneDropoutForAll(EncoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-dropout",
    section="encoder-decoder.html#model-dropout",
    sentence="Your self-attention is built without config.attention_dropout: no weight of it is "
    "ever dropped.",
)
class AttentionDropoutIgnored(EncoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)


@misconception(
    "EncoderLayer",
    caught_by="encoder-layer-gradients",
    section="encoder-decoder.html#model-encoder-layer",
    sentence="Your output is right, but the gradient ends between your two sub-layers: with a "
    "detach() there, the self-attention and all below it learn nothing.",
)
class EncoderLayerCut(EncoderLayer):
    def forward(self, x, mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, mask))
        return self.residual_2(x.detach(), self.feed_forward)


# ---- Encoder -------------------------------------------------------------------------------------


@misconception(
    "Encoder",
    caught_by="encoder-values",
    section="encoder-decoder.html#model-encoder",
    sentence="Each of your layers reads the encoder's input, and only the last one's output is "
    "returned: the others work for nothing. Hand on what a layer returns.",
)
class EveryLayerReadsTheInput(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers:
            result = layer(x, mask)
        return self.norm(result)


@misconception(
    "Encoder",
    caught_by="encoder-values",
    section="encoder-decoder.html#model-encoder",
    sentence="Your encoder returns inside its loop: after the first layer, the others never run.",
)
class OnlyTheFirstLayer(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
            return self.norm(x)


@misconception(
    "Encoder",
    caught_by="encoder-values",
    section="encoder-decoder.html#model-encoder",
    sentence="Your layers run from the last to the first. Untrained, that is a model like any "
    "other; with somebody's weights loaded it is another model than theirs.",
)
class LayersBackwards(Encoder):
    def forward(self, x, mask=None):
        for layer in reversed(self.layers):
            x = layer(x, mask)
        return self.norm(x)


@misconception(
    "Encoder",
    caught_by="encoder-values",
    section="encoder-decoder.html#model-encoder",
    sentence="You add the encoder's input to its output. Residuals go around sub-layers; around "
    "the whole stack the paper has none.",
)
class ResidualAroundTheStack(Encoder):
    def forward(self, x, mask=None):
        y = x
        for layer in self.layers:
            y = layer(y, mask)
        return x + self.norm(y)


@misconception(
    "Encoder",
    caught_by="encoder-final-norm",
    section="encoder-decoder.html#model-final-norm",
    sentence="Your encoder's last norm is built and never used: with pre-norm the sum of all "
    "sub-layers leaves the stack as large as it has grown.",
)
class FinalNormForgotten(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x


@misconception(
    "Encoder",
    caught_by="encoder-final-norm",
    section="encoder-decoder.html#model-final-norm",
    sentence="Your encoder's last norm runs after every layer. It stands on top of the stack: "
    "in the loop it breaks the way on which pre-norm leaves x alone.",
)
class FinalNormInTheLoop(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers:
            x = self.norm(layer(x, mask))
        return x


@misconception(
    "Encoder",
    caught_by="encoder-final-norm",
    section="encoder-decoder.html#model-final-norm",
    sentence="You apply the encoder's last norm twice. While its gain is 1 and its bias 0 that "
    "hardly shows; once they are trained it does.",
)
class FinalNormTwice(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(self.norm(x))


@misconception(
    "Encoder",
    caught_by="encoder-final-norm",
    section="encoder-decoder.html#model-final-norm",
    sentence="You normalize on top of your encoder with post-norm too. There each layer has "
    "normalized its output already, and the paper has no further norm.",
)
class FinalNormAlways(Encoder):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.N))
        self.norm = LayerNorm(config.d_model)


@misconception(
    "Encoder",
    caught_by="encoder-parameters",
    section="encoder-decoder.html#model-identical",
    sentence="Your stack is one layer, N times the same object: [layer] * N copies nothing. "
    "Identical means built alike; each layer has parameters of its own.",
)
class SameLayerNTimes(Encoder):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.layers = nn.ModuleList([EncoderLayer(config)] * config.N)
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()


@misconception(
    "Encoder",
    caught_by="encoder-parameters",
    section="encoder-decoder.html#model-identical",
    sentence="You keep the layers in a plain list: PyTorch does not look into it, so no optimizer "
    "gets their parameters and none is saved. Use nn.ModuleList.",
)
class LayersInAPlainList(Encoder):
    def __init__(self, config):
        nn.Module.__init__(self)
        layers = [EncoderLayer(config) for _ in range(config.N)]
        self.layers = layers  # type: ignore[assignment]  # the mistake
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()


@misconception(
    "Encoder",
    caught_by="encoder-parameters",
    section="encoder-decoder.html#model-encoder",
    sentence="Your encoder has six layers, whatever config.N says.",
)
class SixLayersWhateverTheConfig(Encoder):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(6))
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()


@misconception(
    "Encoder",
    caught_by="encoder-mask",
    section="encoder-decoder.html#model-masks",
    sentence="Your encoder never hands its mask to its layers: real words read the padding.",
)
class MaskForgottenByTheEncoder(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


@misconception(
    "Encoder",
    caught_by="encoder-mask",
    section="encoder-decoder.html#model-masks",
    sentence="Only your first layer gets the mask. Padding has a vector in every layer, and every "
    "layer must be kept from reading it.",
)
class MaskInTheFirstLayerOnly(Encoder):
    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
            mask = None
        return self.norm(x)
