"""Forms in which public code writes one decoder layer."""


# form: m for memory, parts in the paper's order
# as in: The Annotated Transformer, DecoderLayer.forward: m = memory
# verdict: right
class DecoderLayer(nn.Module):
    "Decoder is made of self-attn, src-attn, and feed forward"

    def __init__(self, config):
        super(DecoderLayer, self).__init__()
        self.size = config.d_model
        sublayer = lambda: ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_1, self.residual_2, self.residual_3 = sublayer(), sublayer(), sublayer()
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        m = memory
        x = self.residual_1(x, lambda x: self.self_attention(x, x, x, target_mask))
        x = self.residual_2(x, lambda x: self.cross_attention(x, m, m, source_mask))
        return self.residual_3(x, self.feed_forward)


# form: three methods, one for each block
# as in: PyTorch, nn.TransformerDecoderLayer: _sa_block, _mha_block, _ff_block
# verdict: right
class DecoderLayer(nn.Module):
    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.self_attention = self._attention(config)
        self.cross_attention = self._attention(config)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        for name in ("residual_1", "residual_2", "residual_3"):
            setattr(self, name, ResidualSublayer(config.d_model, config.dropout, config.pre_norm))

    @staticmethod
    def _attention(config):
        return MultiHeadAttention(config.d_model, config.h, config.attention_dropout)

    def _sa_block(self, x: Tensor, mask: Tensor | None) -> Tensor:
        return self.residual_1(x, lambda y: self.self_attention(y, y, y, mask))

    def _mha_block(self, x: Tensor, mem: Tensor, mask: Tensor | None) -> Tensor:
        return self.residual_2(x, lambda y: self.cross_attention(y, mem, mem, mask))

    def _ff_block(self, x: Tensor) -> Tensor:
        return self.residual_3(x, self.feed_forward)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        return self._ff_block(self._mha_block(self._sa_block(x, target_mask), memory, source_mask))


# form: a decorator that makes a function of one tensor
# as in: labml.ai-like annotated code, small wrappers around sub-layers
# verdict: right
def sublayer_of(residual):
    def decorate(function):
        return lambda x: residual(x, function)

    return decorate


class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        @sublayer_of(self.residual_1)
        def look_back(y):
            return self.self_attention(y, y, y, target_mask)

        @sublayer_of(self.residual_2)
        def read_source(y):
            return self.cross_attention(y, memory, memory, source_mask)

        @sublayer_of(self.residual_3)
        def think(y):
            return self.feed_forward(y)

        return think(read_source(look_back(x)))


# form: an encoder layer with one more attention
# as in: d2l.ai-like, a decoder block beside the encoder block; here by inheritance
# verdict: right
class DecoderLayer(EncoderLayer):
    def __init__(self, config):
        super().__init__(config)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        x = self.residual_3(x, self.feed_forward)
        return x


# form: masks of ones where there is none
# as in: ChatGPT-like code that fills in every default
# verdict: right
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        batch_size, tgt_len, _ = x.size()
        src_len = memory.size(1)
        if target_mask is None:
            target_mask = torch.ones(tgt_len, tgt_len, dtype=torch.bool, device=x.device)
        if source_mask is None:
            source_mask = x.new_ones((batch_size, 1, src_len), dtype=torch.bool)

        # 1. Masked self-attention
        x = self.residual_1(
            x, lambda normed: self.self_attention(query=normed, key=normed, value=normed, mask=target_mask)
        )
        # 2. Encoder-decoder attention
        x = self.residual_2(
            x, lambda normed: self.cross_attention(query=normed, key=memory, value=memory, mask=source_mask)
        )
        # 3. Position-wise feed-forward
        return self.residual_3(x, lambda normed: self.feed_forward(normed))


# form: row by row of the target
# as in: typical homework, a loop over the time steps
# verdict: right
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        def attend(y):
            if target_mask is None:
                rows = [None] * y.size(1)
            else:
                rows = target_mask.split(1, dim=-2)
            steps = y.split(1, dim=1)
            return torch.cat(
                [self.self_attention(q, y, y, row) for q, row in zip(steps, rows)], dim=1
            )

        x = self.residual_1(x, attend)
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


# form: the arithmetic of both norms in one method
# as in: HF transformers, BartDecoderLayer and its pre-norm cousins: residual = hidden_states
# verdict: right
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.normalize_before = config.pre_norm
        self.dropout = config.dropout
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model)
        self.residual_2 = ResidualSublayer(config.d_model)
        self.residual_3 = ResidualSublayer(config.d_model)

    def _block(self, hidden_states, norm, function):
        residual = hidden_states
        if self.normalize_before:
            hidden_states = norm(hidden_states)
        hidden_states = function(hidden_states)
        hidden_states = F.dropout(hidden_states, p=self.dropout, training=self.training)
        hidden_states = residual + hidden_states
        return hidden_states if self.normalize_before else norm(hidden_states)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        steps = [
            (self.residual_1.norm, lambda y: self.self_attention(y, y, y, target_mask)),
            (self.residual_2.norm, lambda y: self.cross_attention(y, memory, memory, source_mask)),
            (self.residual_3.norm, self.feed_forward),
        ]
        for norm, function in steps:
            x = self._block(x, norm, function)
        return x


# form: the arguments of cross-attention in PyTorch's order turned round
# as in: typical homework, keyword arguments with query and key confused
# verdict: wrong
# loses: decoder-layer-values
# named: MemoryAsQuery
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def cross(self, y, memory, mask):
        return self.cross_attention(value=y, key=y, query=memory, mask=mask)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross(y, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


# form: memory as query and key, the decoder as value
# as in: typical homework, "Q and K from the encoder, V from the decoder" out of figure 1
# verdict: wrong
# loses: decoder-layer-values
# named: MemoryAsQueryAndKey
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(memory, memory, y, source_mask))
        return self.residual_3(x, self.feed_forward)


# form: a causal mask of its own, whatever is handed in
# as in: minGPT, CausalSelfAttention: the mask is built in
# verdict: wrong
# loses: decoder-layer-values
# named: AlwaysCausal
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        look_ahead = torch.tril(torch.ones(x.size(1), x.size(1), device=x.device)).bool()
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, look_ahead))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


# form: the Annotated Transformer's names for the attentions
# as in: The Annotated Transformer, DecoderLayer: self_attn, src_attn
# verdict: wrong
# loses: decoder-layer-parameters, decoder-layer-values
# named: -
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.src_attn = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.sublayer = nn.ModuleList(
            [ResidualSublayer(config.d_model, config.dropout, config.pre_norm) for _ in range(3)]
        )

    def forward(self, x, memory, target_mask=None, source_mask=None):
        m = memory
        x = self.sublayer[0](x, lambda x: self.self_attn(x, x, x, target_mask))
        x = self.sublayer[1](x, lambda x: self.src_attn(x, m, m, source_mask))
        return self.sublayer[2](x, self.feed_forward)


# form: one attention for both, by the same variable
# as in: typical homework, attn = MultiHeadAttention(...) at the top and used twice
# verdict: wrong
# loses: decoder-layer-parameters
# named: OneAttentionForBoth
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        attn = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.self_attention, self.cross_attention = attn, attn
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


# form: two residuals for three sub-layers
# as in: typical homework, the encoder layer copied and an attention put in
# verdict: wrong
# loses: decoder-layer-parameters, decoder-layer-values
# named: FirstResidualTwice
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_1(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_2(x, self.feed_forward)


# form: everything pre-norm, the memory too
# as in: typical homework, q, k, v = norm(x), norm(m), norm(m)
# verdict: wrong
# loses: decoder-layer-pre-norm
# named: MemoryNormalisedAgain
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.pre_norm = config.pre_norm
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        m = self.residual_2.norm(memory) if self.pre_norm else memory
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, m, m, source_mask))
        return self.residual_3(x, self.feed_forward)


# form: raw tensors in both attentions
# as in: typical homework, lambdas without a use for their argument
# verdict: wrong
# loses: decoder-layer-pre-norm
# named: RawQueries, RawSelfAttention
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        x1 = self.residual_1(x, lambda _: self.self_attention(x, x, x, target_mask))
        x2 = self.residual_2(x1, lambda _: self.cross_attention(x1, memory, memory, source_mask))
        return self.residual_3(x2, self.feed_forward)


# form: one mask for both attentions
# as in: typical homework: tgt_mask = src_mask & tgt_mask
# verdict: wrong
# loses: decoder-layer-masks
# named: OneMaskForBoth
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        mask = target_mask
        if target_mask is not None and source_mask is not None:
            mask = target_mask & source_mask
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


# form: cross-attention never masked, memory under no_grad
# as in: a habit from frozen image encoders
# verdict: wrong
# loses: decoder-layer-masks, decoder-layer-gradients
# named: CrossAttentionUnmasked, MemoryDetached
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        with torch.no_grad():
            encoded = memory.clone()
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, encoded, encoded))
        return self.residual_3(x, self.feed_forward)


# form: attention without a dropout, residuals with attention's
# as in: typical homework, the two dropouts of a configuration confused
# verdict: wrong
# loses: decoder-layer-dropout
# named: DropoutsSwapped
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        p, q = config.attention_dropout, config.dropout
        self.self_attention = MultiHeadAttention(config.d_model, config.h, q)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, q)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, p, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, p, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, p, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


# form: masks by position in the other order
# as in: bentrevett/pytorch-seq2seq, DecoderLayer.forward(trg, enc_src, trg_mask, src_mask), mixed up
# verdict: wrong
# loses: decoder-layer-masks
# named: MasksSwapped
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, trg, enc_src, src_mask=None, trg_mask=None):
        trg = self.residual_1(trg, lambda y: self.self_attention(y, y, y, trg_mask))
        trg = self.residual_2(trg, lambda y: self.cross_attention(y, enc_src, enc_src, src_mask))
        return self.residual_3(trg, self.feed_forward)


# form: float32 inside
# as in: HF transformers, hidden_states.to(torch.float32) in half-precision models
# verdict: wrong
# loses: decoder-layer-gradients
# named: -
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward).float()


# form: a third norm after pre-norm sub-layers, and dropout in the network
# as in: typical homework, nn.Sequential(FeedForward, nn.Dropout) around a part that is dropped anyway
# verdict: wrong
# loses: decoder-layer-dropout, decoder-layer-parameters
# named: -
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = nn.Sequential(
            FeedForward(config.d_model, config.d_ff), nn.Dropout(config.dropout)
        )
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.norm = LayerNorm(config.d_model)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.norm(self.residual_3(x, self.feed_forward))


# form: the memory is added, not x
# as in: typical homework, the residual of cross-attention around the wrong tensor
# verdict: wrong
# loses: decoder-layer-values
# named: -
class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(memory, lambda m: self.cross_attention(x, m, m, source_mask))
        return self.residual_3(x, self.feed_forward)
