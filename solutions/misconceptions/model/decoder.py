"""Ways to get the decoder wrong (right: `solutions.model.decoder`)."""

from torch import nn

from solutions.misconceptions import misconception
from solutions.model.attention import MultiHeadAttention
from solutions.model.decoder import Decoder, DecoderLayer
from solutions.model.feed_forward import FeedForward
from solutions.model.residual import LayerNorm, ResidualSublayer

# ---- DecoderLayer --------------------------------------------------------------------------------


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-values",
    section="encoder-decoder.html#model-cross-attention",
    sentence="In your cross-attention the memory asks and the target answers. It is the other way "
    "round: queries from the decoder, keys and values from the memory.",
)
class MemoryAsQuery(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(memory, y, y, source_mask))
        return self.residual_3(x, self.feed_forward)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-values",
    section="encoder-decoder.html#model-cross-attention",
    sentence="Your second attention is self-attention once more: the memory is never read, so the "
    "decoder writes without having seen the source.",
)
class SelfInPlaceOfCross(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, y, y, target_mask))
        return self.residual_3(x, self.feed_forward)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-values",
    section="encoder-decoder.html#model-cross-attention",
    sentence="Your cross-attention takes its keys from the memory and its values from the target: "
    "it finds a place in the source and returns something else. Both come from the memory.",
)
class ValuesFromTheTarget(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, y, source_mask))
        return self.residual_3(x, self.feed_forward)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-values",
    section="encoder-decoder.html#model-decoder-layer",
    sentence="Your decoder layer reads the source before the target: cross-attention comes second, "
    "after the self-attention.",
)
class CrossAttentionFirst(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        x = self.residual_2(x, lambda y: self.self_attention(y, y, y, target_mask))
        return self.residual_3(x, self.feed_forward)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-values",
    section="encoder-decoder.html#model-decoder-layer",
    sentence="Your decoder layer ends after the cross-attention: its feed-forward network is built "
    "and never used.",
)
class DecoderWithoutFeedForward(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        return self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-values",
    section="encoder-decoder.html#model-decoder-layer",
    sentence="Your decoder layer skips the masked self-attention: no position knows what was "
    "written before it, apart from its own token.",
)
class WithoutSelfAttention(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-pre-norm",
    section="encoder-decoder.html#model-decoder-layer",
    sentence="With pre-norm you normalize the memory again. The encoder's last norm has done that; "
    "a sub-layer's norm is for what comes from below.",
)
class MemoryNormalisedAgain(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        if self.residual_2.pre_norm:
            memory = self.residual_2.norm(memory)
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-pre-norm",
    section="encoder-decoder.html#model-decoder-layer",
    sentence="With pre-norm your cross-attention asks with the raw x, not with the normalized "
    "tensor that the residual sub-layer hands you.",
)
class RawQueries(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda _: self.cross_attention(x, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-pre-norm",
    section="encoder-decoder.html#model-decoder-layer",
    sentence="Your decoder layer ignores config.pre_norm: its residual sub-layers always "
    "normalize after the sum.",
)
class DecoderPreNormIgnored(DecoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(
            config.d_model, config.h, config.attention_dropout
        )
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-masks",
    section="encoder-decoder.html#model-masks",
    sentence="Your decoder's self-attention has no mask: every position sees the words that it is "
    "to predict.",
)
class SelfAttentionUnmasked(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-masks",
    section="encoder-decoder.html#model-masks",
    sentence="Your cross-attention has no mask: the decoder reads the padding of the source, and a "
    "translation depends on how long its neighbors in the batch are.",
)
class CrossAttentionUnmasked(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory))
        return self.residual_3(x, self.feed_forward)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-masks",
    section="encoder-decoder.html#model-masks",
    sentence="Your two masks are swapped: the target mask belongs to the self-attention, the "
    "source mask to the cross-attention. It fails, or goes wrong unseen when S equals T.",
)
class MasksSwapped(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, source_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, target_mask))
        return self.residual_3(x, self.feed_forward)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-parameters",
    section="encoder-decoder.html#model-identical",
    sentence="Your three sub-layers share one norm: they are the same ResidualSublayer. Each has a "
    "gain and a bias of its own.",
)
class OneNormForThree(DecoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(
            config.d_model, config.h, config.attention_dropout
        )
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = self.residual_1
        self.residual_3 = self.residual_1


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-parameters",
    section="encoder-decoder.html#model-identical",
    sentence="Your self-attention and your cross-attention are one object: they would have to read "
    "target and source with the same projections.",
)
class OneAttentionForBoth(DecoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = self.self_attention
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-dropout",
    section="encoder-decoder.html#model-dropout",
    sentence="You give config.dropout to your first residual sub-layer only: what cross-attention "
    "and feed-forward network add is never dropped.",
)
class DropoutInPlaces(DecoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(
            config.d_model, config.h, config.attention_dropout
        )
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, pre_norm=config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, pre_norm=config.pre_norm)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-dropout",
    section="encoder-decoder.html#model-dropout",
    sentence="Your cross-attention is built without config.attention_dropout: only the "
    "self-attention ever drops a weight.",
)
class CrossAttentionNeverDrops(DecoderLayer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)


@misconception(
    "DecoderLayer",
    caught_by="decoder-layer-gradients",
    section="encoder-decoder.html#model-cross-attention",
    sentence="Your output is right, but the memory is detached: cross-attention is the only way on "
    "which the encoder hears of its mistakes, and you have cut it.",
)
class MemoryDetached(DecoderLayer):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        memory = memory.detach()
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


# ---- Decoder -------------------------------------------------------------------------------------


@misconception(
    "Decoder",
    caught_by="decoder-values",
    section="encoder-decoder.html#model-decoder",
    sentence="Your decoder hands each layer's output on as the memory too. Every layer reads the "
    "same memory: the encoder's output.",
)
class MemoryOverwritten(Decoder):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, target_mask, source_mask)
            memory = x
        return self.norm(x)


@misconception(
    "Decoder",
    caught_by="decoder-values",
    section="encoder-decoder.html#model-decoder",
    sentence="Each of your decoder layers reads the decoder's input, and only the last one's "
    "output is returned. Hand on what a layer returns.",
)
class EveryDecoderLayerReadsTheInput(Decoder):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            result = layer(x, memory, target_mask, source_mask)
        return self.norm(result)


@misconception(
    "Decoder",
    caught_by="decoder-values",
    section="encoder-decoder.html#model-decoder",
    sentence="Your decoder returns inside its loop: after the first layer, the others never run.",
)
class OnlyTheFirstDecoderLayer(Decoder):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, target_mask, source_mask)
            return self.norm(x)


@misconception(
    "Decoder",
    caught_by="decoder-final-norm",
    section="encoder-decoder.html#model-final-norm",
    sentence="Your decoder's last norm is built and never used: with pre-norm the logits are then "
    "made of a sum that nothing has normalized.",
)
class DecoderFinalNormForgotten(Decoder):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, target_mask, source_mask)
        return x


@misconception(
    "Decoder",
    caught_by="decoder-final-norm",
    section="encoder-decoder.html#model-final-norm",
    sentence="You normalize on top of your decoder with post-norm too. There each layer has "
    "normalized its output already, and the paper has no further norm.",
)
class DecoderFinalNormAlways(Decoder):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.N))
        self.norm = LayerNorm(config.d_model)


@misconception(
    "Decoder",
    caught_by="decoder-parameters",
    section="encoder-decoder.html#model-identical",
    sentence="Your decoder is one layer, N times the same object. Build a new layer for each place "
    "in the stack.",
)
class SameDecoderLayerNTimes(Decoder):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.layers = nn.ModuleList([DecoderLayer(config)] * config.N)
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()


@misconception(
    "Decoder",
    caught_by="decoder-parameters",
    section="encoder-decoder.html#model-identical",
    sentence="You keep the decoder's layers in a plain list: their parameters are never trained "
    "and never saved. Use nn.ModuleList.",
)
class DecoderLayersInAPlainList(Decoder):
    def __init__(self, config):
        nn.Module.__init__(self)
        layers = [DecoderLayer(config) for _ in range(config.N)]
        self.layers = layers  # type: ignore[assignment]  # the mistake
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()


@misconception(
    "Decoder",
    caught_by="decoder-masks",
    section="encoder-decoder.html#model-masks",
    sentence="Your decoder hands its two masks to the layers in the wrong order: they expect "
    "the target mask first, then the source mask. Name them, and the order no longer matters.",
)
class MasksHandedOnSwapped(Decoder):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, source_mask, target_mask)
        return self.norm(x)


@misconception(
    "Decoder",
    caught_by="decoder-masks",
    section="encoder-decoder.html#model-masks",
    sentence="Your decoder never hands the target mask to its layers: they see the future.",
)
class TargetMaskNotHandedOn(Decoder):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, source_mask=source_mask)
        return self.norm(x)


@misconception(
    "Decoder",
    caught_by="decoder-masks",
    section="encoder-decoder.html#model-masks",
    sentence="Your decoder never hands the source mask to its layers: they read the source's "
    "padding.",
)
class SourceMaskNotHandedOn(Decoder):
    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, target_mask)
        return self.norm(x)
