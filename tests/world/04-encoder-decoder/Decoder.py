"""Forms in which public code writes the decoder."""


# form: clones by deepcopy
# as in: The Annotated Transformer, clones(module, N)
# verdict: right
from copy import deepcopy


class Decoder(nn.Module):
    "Generic N layer decoder with masking."

    def __init__(self, config):
        super(Decoder, self).__init__()
        layer = DecoderLayer(config)
        self.layers = nn.ModuleList([deepcopy(layer) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, target_mask, source_mask)
        return self.norm(x)


# form: norm=None without pre-norm, arguments by name
# as in: PyTorch, nn.TransformerDecoder
# verdict: right
class Decoder(nn.Module):
    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.norm = None
        if config.pre_norm:
            self.norm = LayerNorm(config.d_model)
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.num_layers = config.N

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        target_mask: Tensor | None = None,
        source_mask: Tensor | None = None,
    ) -> Tensor:
        output = x
        for mod in self.layers:
            output = mod(output, memory, source_mask=source_mask, target_mask=target_mask)
        return output if self.norm is None else self.norm(output)


# form: nn.Sequential as a container
# as in: d2l.ai, TransformerDecoder: self.blks = nn.Sequential(), run in a loop
# verdict: right
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.Sequential(*[DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Sequential()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for i, blk in enumerate(self.layers):
            x = blk(x, memory, target_mask, source_mask)
        return self.norm(x)


# form: an encoder with other layers
# as in: typical homework, inheritance
# verdict: right
class Decoder(Encoder):
    def __init__(self, config):
        super().__init__(config)
        del self.layers
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.N))
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, target_mask, source_mask)
        return self.norm(x)


# form: partial applications, folded
# as in: functional style, functools
# verdict: right
from functools import partial, reduce


class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm = (LayerNorm if config.pre_norm else nn.Identity)(config.d_model)
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])

    def forward(self, x, memory, target_mask=None, source_mask=None):
        given = {"memory": memory, "target_mask": target_mask, "source_mask": source_mask}
        steps = [partial(layer, **given) for layer in self.layers]
        return self.norm(reduce(lambda state, step: step(state), steps, x))


# form: masks as keyword arguments in a bag
# as in: x-transformers, AttentionLayers: layers in a list of tuples (style)
# verdict: right
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.depth = config.N
        self.layers = nn.ModuleList([])
        for _ in range(self.depth):
            self.layers.append(DecoderLayer(config))
        self.norm = nn.Identity() if not config.pre_norm else LayerNorm(config.d_model)

    def forward(self, x, memory, *masks, **named_masks):
        i = 0
        while i < self.depth:
            x = self.layers[i](x, memory, *masks, **named_masks)
            i += 1
        return self.norm(x)


# form: all states collected, the last one normalised
# as in: fairseq, TransformerDecoder: inner_states = [x]
# verdict: right
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([])
        self.layers.extend([self.build_decoder_layer(config) for _ in range(config.N)])
        self.num_layers = len(self.layers)
        self.layer_norm_last = config.pre_norm
        if config.pre_norm:
            self.norm = LayerNorm(config.d_model)

    def build_decoder_layer(self, config):
        return DecoderLayer(config)

    def forward(self, prev, encoder_out, target_mask=None, source_mask=None):
        inner_states = [prev]
        for idx, layer in enumerate(self.layers):
            inner_states.append(layer(inner_states[idx], encoder_out, target_mask, source_mask))
        x = inner_states[-1]
        return self.norm(x) if self.layer_norm_last else x


# form: a norm on top, always
# as in: The Annotated Transformer, Decoder: self.norm = LayerNorm(layer.size)
# verdict: wrong
# loses: decoder-final-norm
# named: DecoderFinalNormAlways
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, target_mask, source_mask)
        return self.norm(x)


# form: no norm on top
# as in: hyunwoongko/transformer, Decoder: layers, then the linear map
# verdict: wrong
# loses: decoder-final-norm, decoder-parameters
# named: NoDecoderFinalNorm
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, target_mask, source_mask)
        return x


# form: a norm that is built and forgotten
# as in: typical homework, a constructor copied from the encoder and a forward from the paper
# verdict: wrong
# loses: decoder-final-norm
# named: DecoderFinalNormForgotten
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        out = x
        for layer in self.layers:
            out = layer(out, memory, target_mask, source_mask)
        self.norm(out)
        return out


# form: the source mask second, as in the other repository
# as in: bentrevett/pytorch-seq2seq and others hand on (trg, enc_src, trg_mask, src_mask) in various orders
# verdict: wrong
# loses: decoder-masks
# named: MasksHandedOnSwapped
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        src_mask, tgt_mask = source_mask, target_mask
        for layer in self.layers:
            x = layer(x, memory, src_mask, tgt_mask)
        return self.norm(x)


# form: the arguments of the Annotated Transformer
# as in: The Annotated Transformer, Decoder.forward(x, memory, src_mask, tgt_mask)
# verdict: wrong
# loses: decoder-masks
# named: MasksHandedOnSwapped
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, src_mask=None, tgt_mask=None):
        for layer in self.layers:
            x = layer(x, memory, tgt_mask, src_mask)
        return self.norm(x)


# form: masks lost after the first layer
# as in: typical homework, the first layer apart from the others
# verdict: wrong
# loses: decoder-masks
# named: MasksInTheFirstDecoderLayerOnly
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        first, *others = self.layers
        x = first(x, memory, target_mask, source_mask)
        for layer in others:
            x = layer(x, memory)
        return self.norm(x)


# form: memory and x change places from layer to layer
# as in: typical homework, x, memory = layer(...), x
# verdict: wrong
# loses: decoder-values
# named: -
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x, memory = layer(x, memory, target_mask, source_mask), x
        return self.norm(x)


# form: a memory that is overwritten, under the mask of the source
# as in: typical homework, one variable for the output of every layer
# verdict: wrong
# loses: decoder-values
# named: MemoryOverwritten
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = memory = layer(x, memory, target_mask, source_mask)
        return self.norm(x)


# form: an encoder layer in the decoder
# as in: a decoder-only model: GPT-like blocks are encoder layers with a mask
# verdict: wrong
# loses: decoder-values, decoder-parameters
# named: -
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, target_mask)
        return self.norm(x)


# form: one layer for all, and swapped masks
# as in: typical homework, nn.ModuleList([layer] * N)
# verdict: wrong
# loses: decoder-parameters, decoder-masks
# named: SameDecoderLayerNTimes, MasksHandedOnSwapped
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        layer = DecoderLayer(config)
        self.layers = nn.ModuleList()
        for _ in range(config.N):
            self.layers.append(layer)
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, source_mask, target_mask)
        return self.norm(x)


# form: layers in a tuple, and the target mask left out
# as in: Stack Overflow, why are my parameters not in model.parameters()?
# verdict: wrong
# loses: decoder-parameters, decoder-masks
# named: DecoderLayersInAPlainList, TargetMaskNotHandedOn
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = tuple(DecoderLayer(config) for _ in range(config.N))
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            x = layer(x, memory, None, source_mask)
        return self.norm(x)


# form: layers left out at random in training
# as in: fairseq, LayerDrop (decoder_layerdrop)
# verdict: wrong
# loses: decoder-values
# named: -
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.p = config.dropout
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        for layer in self.layers:
            if self.training and torch.rand(()) < self.p:
                continue
            x = layer(x, memory, target_mask, source_mask)
        return self.norm(x)


# form: the output layer in the decoder
# as in: hyunwoongko/transformer, Decoder: self.linear = nn.Linear(d_model, dec_voc_size)
# verdict: wrong
# loses: decoder-values, decoder-parameters
# named: -
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()
        self.linear = nn.Linear(config.d_model, config.target_vocabulary)

    def forward(self, trg, enc_src, trg_mask=None, src_mask=None):
        for layer in self.layers:
            trg = layer(trg, enc_src, trg_mask, src_mask)
        output = self.linear(self.norm(trg))
        return output


# form: layers that run backwards
# as in: typical homework, layers.pop() style loops
# verdict: wrong
# loses: decoder-values
# named: DecoderLayersBackwards
class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        todo = list(self.layers)
        while todo:
            x = todo.pop()(x, memory, target_mask, source_mask)
        return self.norm(x)
