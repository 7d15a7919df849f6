"""Ways to get the whole model wrong (right: `solutions.model.transformer`)."""

import math

import torch
from torch import nn

from solutions.misconceptions import misconception
from solutions.model.config import TransformerConfig
from solutions.model.decoder import Decoder
from solutions.model.embeddings import TokenEmbedding
from solutions.model.encoder import Encoder
from solutions.model.masks import causal_mask, padding_mask, target_mask
from solutions.model.positional import LearnedPositionalEncoding, PositionalEncoding
from solutions.model.transformer import Transformer, require_pairs, require_words

# ---- Transformer: the parts ----------------------------------------------------------------------


@misconception(
    "Transformer",
    caught_by="transformer-sharing",
    section="encoder-decoder.html#model-sharing",
    sentence="Your model ignores config.share_embeddings: source and target have a matrix each, "
    "though they share one vocabulary.",
)
class EmbeddingsNotShared(Transformer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        encoding = {"sinusoidal": PositionalEncoding, "learned": LearnedPositionalEncoding}
        positions = encoding[config.positions]
        self.source_positions = positions(config.d_model, config.dropout, config.max_length)
        self.target_positions = positions(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)


@misconception(
    "Transformer",
    caught_by="transformer-sharing",
    section="encoder-decoder.html#model-sharing",
    sentence="You copy the numbers of one embedding into the other. They are equal only until the "
    "first step of training: to share a matrix, use one and the same object.",
)
class EmbeddingsCopied(Transformer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        if config.share_embeddings:
            self.source_embedding.load_state_dict(self.target_embedding.state_dict())
        encoding = {"sinusoidal": PositionalEncoding, "learned": LearnedPositionalEncoding}
        positions = encoding[config.positions]
        self.source_positions = positions(config.d_model, config.dropout, config.max_length)
        self.target_positions = positions(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)


# Before AlwaysShared, which does the same in `decode`.
@misconception(
    "Transformer",
    caught_by="transformer-decode",
    section="encoder-decoder.html#model-sharing",
    sentence="You embed the target with the source's matrix: the same id is another word there.",
)
class TargetEmbeddedAsSource(Transformer):
    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.source_embedding(target))
        return self.decoder(x, memory, mask, source_mask)


@misconception(
    "Transformer",
    caught_by="transformer-sharing",
    section="encoder-decoder.html#model-sharing",
    sentence="Your source and target always share one embedding. With two vocabularies the same id "
    "means two different words: share only if config.share_embeddings.",
)
class AlwaysShared(Transformer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = self.target_embedding
        encoding = {"sinusoidal": PositionalEncoding, "learned": LearnedPositionalEncoding}
        positions = encoding[config.positions]
        self.source_positions = positions(config.d_model, config.dropout, config.max_length)
        self.target_positions = positions(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)


@misconception(
    "Transformer",
    caught_by="transformer-parameters",
    section="encoder-decoder.html#model-sharing",
    sentence="Your logits come from a matrix of their own, `output`. The paper uses the target "
    "embedding's: target_embedding.to_logits.",
)
class OutputMatrixOfItsOwn(Transformer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        encoding = {"sinusoidal": PositionalEncoding, "learned": LearnedPositionalEncoding}
        positions = encoding[config.positions]
        self.source_positions = positions(config.d_model, config.dropout, config.max_length)
        self.target_positions = positions(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.output = nn.Linear(config.d_model, config.target_vocabulary)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, source_mask = self.encode(source)
        return self.output(self.decode(target, memory, source_mask))


@misconception(
    "Transformer",
    caught_by="transformer-parameters",
    section="encoder-decoder.html#model-positions",
    sentence="Your model ignores config.positions: it always adds the sinusoids, and a learned "
    "table never comes into being.",
)
class AlwaysSinusoidal(Transformer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        self.source_positions = PositionalEncoding(
            config.d_model, config.dropout, config.max_length
        )
        self.target_positions = PositionalEncoding(
            config.d_model, config.dropout, config.max_length
        )
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)


# Before OneTableOfPositions, which does the same in `decode`.
@misconception(
    "Transformer",
    caught_by="transformer-decode",
    section="encoder-decoder.html#model-positions",
    sentence="Your decoder uses the source's positions. With sinusoids that is the same table; "
    "learned ones are two tables, and yours for the target is never trained.",
)
class SourcePositionsOnTheTarget(Transformer):
    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.source_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)


@misconception(
    "Transformer",
    caught_by="transformer-parameters",
    section="encoder-decoder.html#model-positions",
    sentence="Your source and your target share one table of learned positions. The contract has "
    "two, source_positions and target_positions.",
)
class OneTableOfPositions(Transformer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        encoding = {"sinusoidal": PositionalEncoding, "learned": LearnedPositionalEncoding}
        positions = encoding[config.positions]
        self.source_positions = positions(config.d_model, config.dropout, config.max_length)
        self.target_positions = self.source_positions
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)


@misconception(
    "Transformer",
    caught_by="transformer-dropout",
    section="encoder-decoder.html#model-dropout",
    sentence="Your positional encodings are built without config.dropout: section 5.4 drops "
    "features of the sums of embeddings and positions too.",
)
class EmbeddingDropoutIgnored(Transformer):
    def __init__(self, config):
        nn.Module.__init__(self)
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        encoding = {"sinusoidal": PositionalEncoding, "learned": LearnedPositionalEncoding}
        positions = encoding[config.positions]
        self.source_positions = positions(config.d_model, max_length=config.max_length)
        self.target_positions = positions(config.d_model, max_length=config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)


# ---- Transformer: encode -------------------------------------------------------------------------


@misconception(
    "Transformer",
    caught_by="transformer-encode",
    section="encoder-decoder.html#model-positions",
    sentence="You never add the source's positions: your encoder sees a set of words, and the "
    "source means the same in any order.",
)
class SourcePositionsForgotten(Transformer):
    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_embedding(source), mask), mask


@misconception(
    "Transformer",
    caught_by="transformer-encode",
    section="encoder-decoder.html#model-positions",
    sentence="You multiply the embedding by sqrt(d_model) once more. TokenEmbedding does that "
    "already.",
)
class ScaledTwice(Transformer):
    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        x = self.source_embedding(source) * math.sqrt(self.config.d_model)
        return self.encoder(self.source_positions(x), mask), mask


@misconception(
    "Transformer",
    caught_by="transformer-encode",
    section="encoder-decoder.html#model-transformer",
    sentence="Your memory is the embedded source: the encoder never runs, and cross-attention "
    "reads words that know nothing of each other.",
)
class EncoderSkipped(Transformer):
    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.source_positions(self.source_embedding(source)), mask


@misconception(
    "Transformer",
    caught_by="transformer-encode",
    section="encoder-decoder.html#model-transformer",
    sentence="You return the memory alone. Whoever decodes needs the mask too, and the memory no "
    "longer shows where the padding was: return both.",
)
class MaskNotReturned(Transformer):
    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        x = self.source_positions(self.source_embedding(source))
        return self.encoder(x, mask)


@misconception(
    "Transformer",
    caught_by="transformer-padding",
    section="encoder-decoder.html#model-padding",
    sentence="Your encoder gets no mask: the words of the source read its padding, and a sentence "
    "means something else beside a longer one.",
)
class EncoderReadsPadding(Transformer):
    def encode(self, source):
        require_words(source)
        x = self.source_positions(self.source_embedding(source))
        return self.encoder(x), padding_mask(source, self.config.pad_id)


@misconception(
    "Transformer",
    caught_by="transformer-padding",
    section="encoder-decoder.html#model-padding",
    sentence="You look for padding with id 0, not with config.pad_id: real words with id 0 are "
    "hidden, and the padding is read.",
)
class PaddingIsAlwaysZero(Transformer):
    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, 0)
        x = self.source_positions(self.source_embedding(source))
        return self.encoder(x, mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, 0)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)


# ---- Transformer: decode -------------------------------------------------------------------------


@misconception(
    "Transformer",
    caught_by="transformer-decode",
    section="encoder-decoder.html#model-positions",
    sentence="You never add the target's positions: your decoder does not know where it is.",
)
class TargetPositionsForgotten(Transformer):
    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        return self.decoder(self.target_embedding(target), memory, mask, source_mask)


@misconception(
    "Transformer",
    caught_by="transformer-decode",
    section="encoder-decoder.html#model-transformer",
    sentence="Your decoder gets the embedded target in place of the memory: it never reads the "
    "source, and learns a language model of the target side.",
)
class MemoryNotPassedOn(Transformer):
    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, x, mask, mask)


@misconception(
    "Transformer",
    caught_by="transformer-decode",
    section="encoder-decoder.html#model-transformer",
    sentence="Your decode returns logits. It is to stop before them, so that a caller can skip "
    "those of padding, or all but the last; forward makes them.",
)
class LogitsInDecode(Transformer):
    def forward(self, source, target):
        require_pairs(source, target)
        memory, source_mask = self.encode(source)
        return self.decode(target, memory, source_mask)

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.target_embedding.to_logits(self.decoder(x, memory, mask, source_mask))


@misconception(
    "Transformer",
    caught_by="transformer-decode",
    section="encoder-decoder.html#model-masks",
    sentence="You build the mask of the cross-attention from the target. Its keys are the "
    "source's: use the mask that encode returned.",
)
class SourceMaskFromTheTarget(Transformer):
    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, padding_mask(target, self.config.pad_id))


@misconception(
    "Transformer",
    caught_by="transformer-padding",
    section="encoder-decoder.html#model-padding",
    sentence="Your cross-attention gets no mask: the decoder reads the padding of the source.",
)
class DecoderReadsPadding(Transformer):
    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask)


@misconception(
    "Transformer",
    caught_by="transformer-padding",
    section="encoder-decoder.html#model-padding",
    sentence="Your target mask is the causal mask alone. Behind the padding at a sentence's end "
    "nothing shows, but padding before or inside a target is read.",
)
class TargetPaddingRead(Transformer):
    def decode(self, target, memory, source_mask):
        mask = causal_mask(target.size(1), target.device)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)


@misconception(
    "Transformer",
    caught_by="transformer-causal",
    section="encoder-decoder.html#model-causality",
    sentence="Your target mask hides padding but not the future: in training the model copies the "
    "next word from its input, and has nothing to copy when it writes.",
)
class CausalityForgotten(Transformer):
    def decode(self, target, memory, source_mask):
        mask = padding_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)


# ---- Transformer: forward ------------------------------------------------------------------------


@misconception(
    "Transformer",
    caught_by="transformer-logits",
    section="encoder-decoder.html#model-logits",
    sentence="You return probabilities: a softmax over the logits. The loss takes logits and does "
    "its own softmax; two of them flatten every prediction.",
)
class ProbabilitiesForLogits(Transformer):
    def forward(self, source, target):
        require_pairs(source, target)
        memory, source_mask = self.encode(source)
        logits = self.target_embedding.to_logits(self.decode(target, memory, source_mask))
        return logits.softmax(dim=-1)


@misconception(
    "Transformer",
    caught_by="transformer-logits",
    section="encoder-decoder.html#model-sharing",
    sentence="Your logits come from the source's embedding: they are over the words of the wrong "
    "language.",
)
class LogitsOverTheSource(Transformer):
    def forward(self, source, target):
        require_pairs(source, target)
        memory, source_mask = self.encode(source)
        return self.source_embedding.to_logits(self.decode(target, memory, source_mask))


@misconception(
    "Transformer",
    caught_by="transformer-logits",
    section="encoder-decoder.html#model-logits",
    sentence="You cut off the last target token inside forward. Shifting is the batch's work: "
    "there is one row of logits for every token that comes in.",
)
class ShiftsTheTarget(Transformer):
    def forward(self, source, target):
        require_pairs(source, target)
        memory, source_mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target[:, :-1], memory, source_mask))


@misconception(
    "Transformer",
    caught_by="transformer-logits",
    section="encoder-decoder.html#model-logits",
    sentence="You return the logits of the last position alone. Training learns from every "
    "position of a sentence at once.",
)
class LastLogitsOnly(Transformer):
    def forward(self, source, target):
        require_pairs(source, target)
        memory, source_mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, source_mask)[:, -1])


@misconception(
    "Transformer",
    caught_by="transformer-logits",
    section="encoder-decoder.html#model-transformer",
    sentence="Your forward wants masks as well, and is called with two batches of ids: it raises a "
    "TypeError. The model knows its pad_id and makes its masks itself.",
)
class ForwardWantsMasks(Transformer):
    def forward(self, source, target, source_mask, target_mask):  # type: ignore[override]  # the mistake
        x = self.source_positions(self.source_embedding(source))
        y = self.target_positions(self.target_embedding(target))
        y = self.decoder(y, self.encoder(x, source_mask), target_mask, source_mask)
        return self.target_embedding.to_logits(y)


@misconception(
    "Transformer",
    caught_by="transformer-logits",
    section="encoder-decoder.html#model-transformer",
    sentence="You hand source and target to each other's half: the encoder reads the target, and "
    "the decoder is to continue the source.",
)
class SourceAndTargetSwapped(Transformer):
    def forward(self, source, target):
        require_pairs(source, target)
        memory, target_side = self.encode(target)
        return self.target_embedding.to_logits(self.decode(source, memory, target_side))


@misconception(
    "Transformer",
    caught_by="transformer-gradients",
    section="encoder-decoder.html#model-transformer",
    sentence="You encode under torch.no_grad(): the output is right, and the encoder never learns "
    "anything.",
)
class EncoderNotTrained(Transformer):
    def forward(self, source, target):
        require_pairs(source, target)
        with torch.no_grad():
            memory, source_mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, source_mask))


# ---- counting ------------------------------------------------------------------------------------


@misconception(
    "count_parameters",
    caught_by="count-parameters",
    section="encoder-decoder.html#model-counting",
    sentence="You count the tensors, not the numbers in them: numel() says how many there are.",
)
def counts_tensors(model):
    return sum(1 for p in model.parameters() if p.requires_grad)


@misconception(
    "count_parameters",
    caught_by="count-parameters",
    section="encoder-decoder.html#model-counting",
    sentence="You count parameters that are frozen too: those with requires_grad=False are not "
    "trained.",
)
def counts_what_is_frozen(model):
    return sum(p.numel() for p in model.parameters())


@misconception(
    "count_parameters",
    caught_by="count-parameters",
    section="encoder-decoder.html#model-counting",
    sentence="You count what is saved: in a state_dict a shared matrix stands once under each of "
    "its names, and buffers stand there too.",
)
def counts_what_is_saved(model):
    return sum(x.numel() for x in model.state_dict().values())


@misconception(
    "predicted_parameters",
    caught_by="predicted-parameters",
    section="encoder-decoder.html#model-counting",
    sentence="You give biases to attention's projections. The paper's have none: four matrices, "
    "4 * d_model**2 numbers.",
)
def predicts_biases_in_attention(config: TransformerConfig):
    d, d_ff = config.d_model, config.d_ff
    attention, network, norm = 4 * d * (d + 1), 2 * d * d_ff + d_ff + d, 2 * d
    layers = config.N * (3 * attention + 2 * network + 5 * norm)
    rows = config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return layers + 2 * norm * config.pre_norm + rows * d


@misconception(
    "predicted_parameters",
    caught_by="predicted-parameters",
    section="encoder-decoder.html#model-counting",
    sentence="You forget the biases of the feed-forward network: d_ff numbers in its first map, "
    "d_model in its second.",
)
def predicts_no_biases(config: TransformerConfig):
    d, d_ff = config.d_model, config.d_ff
    attention, network, norm = 4 * d * d, 2 * d * d_ff, 2 * d
    layers = config.N * (3 * attention + 2 * network + 5 * norm)
    rows = config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return layers + 2 * norm * config.pre_norm + rows * d


@misconception(
    "predicted_parameters",
    caught_by="predicted-parameters",
    section="encoder-decoder.html#model-counting",
    sentence="You forget the layer norms: a gain and a bias for each of an encoder layer's two "
    "and a decoder layer's three sub-layers, and the last norms with pre-norm.",
)
def predicts_no_norms(config: TransformerConfig):
    d, d_ff = config.d_model, config.d_ff
    attention, network = 4 * d * d, 2 * d * d_ff + d_ff + d
    layers = config.N * (3 * attention + 2 * network)
    rows = config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return layers + rows * d


@misconception(
    "predicted_parameters",
    caught_by="predicted-parameters",
    section="encoder-decoder.html#model-counting",
    sentence="You count a decoder layer as an encoder layer. It has a second attention and a third "
    "norm.",
)
def predicts_equal_halves(config: TransformerConfig):
    d, d_ff = config.d_model, config.d_ff
    attention, network, norm = 4 * d * d, 2 * d * d_ff + d_ff + d, 2 * d
    layers = 2 * config.N * (attention + network + 2 * norm)
    rows = config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return layers + 2 * norm * config.pre_norm + rows * d


@misconception(
    "predicted_parameters",
    caught_by="predicted-parameters",
    section="encoder-decoder.html#model-counting",
    sentence="You multiply attention by the number of heads. Heads cut the same matrices into "
    "pieces; more of them need no more numbers.",
)
def predicts_more_for_more_heads(config: TransformerConfig):
    d, d_ff = config.d_model, config.d_ff
    attention, network, norm = 4 * d * d * config.h, 2 * d * d_ff + d_ff + d, 2 * d
    layers = config.N * (3 * attention + 2 * network + 5 * norm)
    rows = config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return layers + 2 * norm * config.pre_norm + rows * d


@misconception(
    "predicted_parameters",
    caught_by="predicted-parameters",
    section="encoder-decoder.html#model-final-norm",
    sentence="You forget the last norms: with pre-norm encoder and decoder have one each on top.",
)
def predicts_no_last_norms(config: TransformerConfig):
    d, d_ff = config.d_model, config.d_ff
    attention, network, norm = 4 * d * d, 2 * d * d_ff + d_ff + d, 2 * d
    layers = config.N * (3 * attention + 2 * network + 5 * norm)
    rows = config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return layers + rows * d


@misconception(
    "predicted_parameters",
    caught_by="predicted-embeddings",
    section="encoder-decoder.html#model-sharing",
    sentence="You count a matrix for the logits. They are made with the target embedding's, which "
    "you have counted already.",
)
def predicts_an_output_matrix(config: TransformerConfig):
    d, d_ff = config.d_model, config.d_ff
    attention, network, norm = 4 * d * d, 2 * d * d_ff + d_ff + d, 2 * d
    layers = config.N * (3 * attention + 2 * network + 5 * norm)
    rows = 2 * config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return layers + 2 * norm * config.pre_norm + rows * d


@misconception(
    "predicted_parameters",
    caught_by="predicted-embeddings",
    section="encoder-decoder.html#model-sharing",
    sentence="You count two embeddings whatever config.share_embeddings says: a shared matrix is "
    "there once.",
)
def predicts_two_embeddings(config: TransformerConfig):
    d, d_ff = config.d_model, config.d_ff
    attention, network, norm = 4 * d * d, 2 * d * d_ff + d_ff + d, 2 * d
    layers = config.N * (3 * attention + 2 * network + 5 * norm)
    rows = config.target_vocabulary + config.source_vocabulary
    rows += 2 * config.max_length if config.positions == "learned" else 0
    return layers + 2 * norm * config.pre_norm + rows * d


@misconception(
    "predicted_parameters",
    caught_by="predicted-embeddings",
    section="encoder-decoder.html#model-positions",
    sentence="You forget the tables of learned positions: one for the source and one for the "
    "target, with config.max_length rows each.",
)
def predicts_no_tables_of_positions(config: TransformerConfig):
    d, d_ff = config.d_model, config.d_ff
    attention, network, norm = 4 * d * d, 2 * d * d_ff + d_ff + d, 2 * d
    layers = config.N * (3 * attention + 2 * network + 5 * norm)
    rows = config.target_vocabulary
    rows += 0 if config.share_embeddings else config.source_vocabulary
    return layers + 2 * norm * config.pre_norm + rows * d


@misconception(
    "predicted_parameters",
    caught_by="predicted-embeddings",
    section="encoder-decoder.html#model-positions",
    sentence="You count tables for the sinusoids as well. They are computed, not trained: only "
    "learned positions have parameters.",
)
def predicts_tables_for_sinusoids(config: TransformerConfig):
    d, d_ff = config.d_model, config.d_ff
    attention, network, norm = 4 * d * d, 2 * d * d_ff + d_ff + d, 2 * d
    layers = config.N * (3 * attention + 2 * network + 5 * norm)
    rows = config.target_vocabulary + 2 * config.max_length
    rows += 0 if config.share_embeddings else config.source_vocabulary
    return layers + 2 * norm * config.pre_norm + rows * d
