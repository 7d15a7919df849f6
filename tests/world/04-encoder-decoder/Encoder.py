"""Forms in which public code writes the encoder."""


# form: clones by deepcopy
# as in: The Annotated Transformer, clones(module, N); PyTorch's _get_clones
# verdict: right
import copy


def clones(module, N):
    "Produce N identical layers."
    return nn.ModuleList([copy.deepcopy(module) for _ in range(N)])


class Encoder(nn.Module):
    def __init__(self, config):
        super(Encoder, self).__init__()
        self.layers = clones(EncoderLayer(config), config.N)
        self.norm = LayerNorm(config.d_model) if config.pre_norm else (lambda x: x)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


# form: norm=None without pre-norm
# as in: PyTorch, nn.TransformerEncoder: if self.norm is not None
# verdict: right
class Encoder(nn.Module):
    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.norm = LayerNorm(config.d_model) if config.pre_norm else None
        self.num_layers = config.N
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(self.num_layers)])

    def forward(self, src: Tensor, mask: Tensor | None = None) -> Tensor:
        output = src
        for mod in self.layers:
            output = mod(output, mask)
        if self.norm is not None:
            output = self.norm(output)
        return output


# form: nn.Sequential as a container, run by hand
# as in: d2l.ai, TransformerEncoder: self.blks = nn.Sequential() and add_module
# verdict: right
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.Sequential()
        for i in range(config.N):
            self.layers.add_module(str(i), EncoderLayer(config))
        if config.pre_norm:
            self.norm = LayerNorm(config.d_model)
        self.pre_norm = config.pre_norm

    def forward(self, X, mask=None):
        for blk in self.layers:
            X = blk(X, mask)
        if self.pre_norm:
            X = self.norm(X)
        return X


# form: a dictionary of layers by number
# as in: nanoGPT, nn.ModuleDict for the parts of a model (style)
# verdict: right
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleDict({str(i): EncoderLayer(config) for i in range(config.N)})
        self.norm = {True: LayerNorm, False: nn.Identity}[config.pre_norm](config.d_model)

    def forward(self, x, mask=None):
        for name in sorted(self.layers, key=int):
            x = self.layers[name].forward(x, mask)
        return self.norm(x)


# form: all states kept, the last one returned
# as in: fairseq, TransformerEncoder: encoder_states
# verdict: right
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([])
        self.layers.extend([self.build_encoder_layer(config) for i in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else None
        self.encoder_states = []

    def build_encoder_layer(self, config):
        return EncoderLayer(config)

    def forward(self, x, mask=None):
        self.encoder_states = []
        for layer in self.layers:
            x = layer(x, mask)
            self.encoder_states.append(x)
        if self.norm is not None:
            x = self.norm(x)
        return x


# form: one layer and the rest, by recursion
# as in: Stack Overflow, functional composition of modules
# verdict: right
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Sequential()
        self.layers = nn.ModuleList()
        while len(self.layers) < config.N:
            self.layers.append(EncoderLayer(config))

    def forward(self, x, mask=None):
        def run(i, y):
            return y if i == len(self.layers) else run(i + 1, self.layers[i](y, mask))

        return self.norm(run(0, x))


# form: checkpoints in training only
# as in: HF transformers, if self.gradient_checkpointing and self.training
# verdict: right
import torch.utils.checkpoint as cp


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.gradient_checkpointing = True
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, hidden_states, mask=None):
        for layer_module in self.layers:
            if self.gradient_checkpointing and self.training:
                hidden_states = cp.checkpoint(layer_module, hidden_states, mask, use_reentrant=False)
            else:
                hidden_states = layer_module(hidden_states, mask)
        return self.norm(hidden_states)


# form: the encoder is its list of layers
# as in: a habit from Keras, subclasses of containers
# verdict: right
class Stack(nn.Module):
    """N layers of one class, and a norm on top."""

    def __init__(self, layer_class, n, top=None):
        super().__init__()
        self.layers = nn.ModuleList(layer_class() for _ in range(n))
        if top is not None:
            self.norm = top

    def forward(self, x, *args, **kwargs):
        for layer in self.layers:
            x = layer(x, *args, **kwargs)
        return getattr(self, "norm", nn.Identity())(x)


class Encoder(Stack):
    def __init__(self, config):
        top = LayerNorm(config.d_model) if config.pre_norm else None
        super().__init__(lambda: EncoderLayer(config), config.N, top)


# form: a norm on top, always
# as in: The Annotated Transformer, Encoder: self.norm = LayerNorm(layer.size)
# verdict: wrong
# loses: encoder-final-norm
# named: FinalNormAlways
class Encoder(nn.Module):
    "Core encoder is a stack of N layers"

    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model)

    def forward(self, x, mask=None):
        "Pass the input (and mask) through each layer in turn."
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


# form: no norm at all
# as in: hyunwoongko/transformer, Encoder: layers and nothing after them
# verdict: wrong
# loses: encoder-final-norm, encoder-parameters
# named: NoFinalNorm
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x


# form: the condition of the norm turned round
# as in: typical homework, "post-norm needs a norm at the end"
# verdict: wrong
# loses: encoder-final-norm, encoder-parameters
# named: FinalNormReversed
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = nn.Identity() if config.pre_norm else LayerNorm(config.d_model)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


# form: clones that forget to copy
# as in: Stack Overflow, a common question: why do all my layers have the same weights?
# verdict: wrong
# loses: encoder-parameters, encoder-values
# named: SameLayerNTimes
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        layer = EncoderLayer(config)
        self.layers = nn.ModuleList([layer for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


# form: clones by a shallow copy, and a norm always
# as in: The Annotated Transformer's clones, with copy.copy for copy.deepcopy
# verdict: wrong
# loses: encoder-parameters, encoder-final-norm
# named: SameLayerNTimes, FinalNormAlways
from copy import copy


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        layer = EncoderLayer(config)
        self.layers = nn.ModuleList([copy(layer) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


# form: layers appended to a Python list
# as in: PyTorch forum, "optimizer got an empty parameter list"
# verdict: wrong
# loses: encoder-parameters, encoder-values
# named: LayersInAPlainList
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = []
        for i in range(config.N):
            self.layers.append(EncoderLayer(config))
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, mask=None):
        for i in range(len(self.layers)):
            x = self.layers[i](x, mask)
        return self.norm(x)


# form: the Sequential called with x alone
# as in: nanoGPT-like: self.layers = nn.Sequential(*[Block(...)]), x = self.layers(x)
# verdict: wrong
# loses: encoder-mask
# named: MaskForgottenByTheEncoder
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.Sequential(*[EncoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, mask=None):
        return self.norm(self.layers(x))


# form: the Sequential called with x and the mask
# as in: Stack Overflow, nn.Sequential with several inputs: forward() takes 2 positional arguments
# verdict: wrong
# loses: encoder-values, encoder-mask
# named: -
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.Sequential(*(EncoderLayer(config) for _ in range(config.N)))
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, mask=None):
        return self.norm(self.layers(x, mask))


# form: what a layer returns is not kept
# as in: typical homework, layer(x, mask) as a statement
# verdict: wrong
# loses: encoder-values
# named: LayersResultDropped
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, mask=None):
        for layer in self.layers:
            layer(x, mask)
        return self.norm(x)


# form: one layer too few
# as in: typical homework, range(1, N)
# verdict: wrong
# loses: encoder-values, encoder-parameters
# named: OneLayerTooFew
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for i in range(1, config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


# form: dropout between the layers
# as in: a habit from nn.LSTM(num_layers, dropout)
# verdict: wrong
# loses: encoder-values
# named: DropoutBetweenLayers
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = self.dropout(layer(x, mask))
        return self.norm(x)


# form: another residual around each layer
# as in: typical homework, x = x + layer(x)
# verdict: wrong
# loses: encoder-values
# named: ResidualAroundEachLayer
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = x + layer(x, mask)
        return self.norm(x)


# form: embedding and positions inside
# as in: hyunwoongko/transformer, Encoder: self.emb = TransformerEmbedding(...)
# verdict: wrong
# loses: encoder-values, encoder-parameters
# named: -
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.emb = TokenEmbedding(config.source_vocabulary, config.d_model)
        self.pos = PositionalEncoding(config.d_model, config.dropout, config.max_length)
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, s_mask=None):
        x = self.pos(self.emb(x))
        for layer in self.layers:
            x = layer(x, s_mask)
        return self.norm(x)


# form: the norm's result returned beside all states
# as in: HF transformers, BaseModelOutput as a tuple (last_hidden_state, hidden_states)
# verdict: wrong
# loses: encoder-values
# named: -
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, mask=None):
        all_hidden_states = ()
        for layer in self.layers:
            all_hidden_states = all_hidden_states + (x,)
            x = layer(x, mask)
        return self.norm(x), all_hidden_states


# form: the loop ends in its first turn, without the mask
# as in: Stack Overflow, a common question: return inside the for loop
# verdict: wrong
# loses: encoder-values, encoder-mask
# named: OnlyTheFirstLayer, MaskForgottenByTheEncoder
class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x, mask=None):
        for i, layer in enumerate(self.layers):
            x = layer(x)
            return self.norm(x)
