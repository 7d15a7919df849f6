"""Forms in which public code writes the whole model."""


# form: everything in make_model's order, all matrices by Glorot
# as in: The Annotated Transformer, make_model: for p in model.parameters(): if p.dim() > 1
# verdict: right
class Transformer(nn.Module):
    def __init__(self, config):
        super(Transformer, self).__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        if config.share_embeddings:
            self.source_embedding = self.target_embedding
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def forward(self, source, target):
        "Take in and process source and target sequences."
        require_pairs(source, target)
        memory, src_mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, src_mask))

    def encode(self, source):
        require_words(source)
        src_mask = (source != self.config.pad_id).unsqueeze(-2)
        return self.encoder(self.source_positions(self.source_embedding(source)), src_mask), src_mask

    def decode(self, target, memory, source_mask):
        tgt_mask = (target != self.config.pad_id).unsqueeze(-2)
        size = target.size(-1)
        subsequent = torch.triu(torch.ones(1, size, size, device=target.device), diagonal=1) == 0
        tgt_mask = tgt_mask & subsequent
        return self.decoder(
            self.target_positions(self.target_embedding(target)), memory, tgt_mask, source_mask
        )


# form: a linear map tied to the target's matrix
# as in: the paper's tied projection; jadore801120: trg_word_prj.weight = trg_word_emb.weight
# verdict: right
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        if config.share_embeddings:
            self.source_embedding = self.target_embedding
        pos = PositionalEncoding if config.positions == "sinusoidal" else LearnedPositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.projection = nn.Linear(config.d_model, config.target_vocabulary, bias=False)
        self.projection.weight = self.target_embedding.embedding.weight

    def forward(self, source, target):
        require_pairs(source, target)
        memory, source_mask = self.encode(source)
        return self.projection(self.decode(target, memory, source_mask))

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        x = self.source_positions(self.source_embedding(source))
        return self.encoder(x, mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)


# form: one matrix by assigning the weight
# as in: HF transformers, tie_weights: output_embeddings.weight = input_embeddings.weight
# verdict: right
class Transformer(nn.Module):
    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        vocabularies = {"source": config.source_vocabulary, "target": config.target_vocabulary}
        kinds = {"sinusoidal": PositionalEncoding, "learned": LearnedPositionalEncoding}
        for side, size in vocabularies.items():
            self.add_module(f"{side}_embedding", TokenEmbedding(size, config.d_model))
            kind = kinds[config.positions](config.d_model, config.dropout, config.max_length)
            self.add_module(f"{side}_positions", kind)
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        self.tie_weights()
        self.apply(self._init_weights)

    def tie_weights(self):
        if self.config.share_embeddings:
            self.source_embedding.embedding.weight = self.target_embedding.embedding.weight

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            torch.nn.init.normal_(module.weight, mean=0.0, std=0.02)
            if getattr(module, "bias", None) is not None:
                torch.nn.init.zeros_(module.bias)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        hidden = self.source_embedding(source)
        hidden = self.source_positions(hidden)
        return self.encoder(hidden, mask), mask

    def decode(self, target: Tensor, memory: Tensor, source_mask: Tensor) -> Tensor:
        causal_and_padding = target_mask(target, self.config.pad_id)
        hidden = self.target_embedding(target)
        hidden = self.target_positions(hidden)
        return self.decoder(hidden, memory, causal_and_padding, source_mask)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        require_pairs(source, target)
        memory, source_mask = self.encode(source)
        hidden = self.decode(target, memory, source_mask)
        logits = self.target_embedding.to_logits(hidden)
        return logits


# form: errors raised by hand, the logits by F.linear
# as in: HF transformers and fairseq, F.linear(x, self.embed_tokens.weight)
# verdict: right
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        c = config
        self.target_embedding = TokenEmbedding(c.target_vocabulary, c.d_model)
        self.source_embedding = (
            TokenEmbedding(c.source_vocabulary, c.d_model)
            if not c.share_embeddings
            else self.target_embedding
        )
        if c.positions == "learned":
            make = lambda: LearnedPositionalEncoding(c.d_model, c.dropout, c.max_length)
        else:
            make = lambda: PositionalEncoding(c.d_model, c.dropout, c.max_length)
        self.source_positions, self.target_positions = make(), make()
        self.encoder = Encoder(c)
        self.decoder = Decoder(c)

    def forward(self, source, target):
        if len(source) != len(target):
            raise ValueError("batch sizes of source and target differ")
        memory, source_mask = self.encode(source)
        x = self.decode(target, memory, source_mask)
        return F.linear(x, self.target_embedding.embedding.weight)

    def encode(self, source):
        if source.shape[1] < 1:
            raise ValueError("empty source")
        source_mask = source.ne(self.config.pad_id)[:, None, :]
        x = self.source_embedding(source)
        x = self.source_positions(x)
        return self.encoder(x, source_mask), source_mask

    def decode(self, target, memory, source_mask):
        T = target.shape[1]
        no_peek = torch.full((T, T), True, device=target.device).tril()
        target_pad = target.ne(self.config.pad_id)[:, None, :].expand(-1, T, -1)
        x = self.target_embedding(target)
        x = self.target_positions(x)
        return self.decoder(x, memory, torch.logical_and(target_pad, no_peek), source_mask)


# form: one half as a helper class, handed two times
# as in: OpenNMT-py-like Embeddings class for word and position
# verdict: right
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        self.target_embedding = self.source_embedding
        if not config.share_embeddings:
            self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_positions = self._positions()
        self.target_positions = self._positions()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.encoder.compile(backend="eager", dynamic=True)

    def _positions(self):
        c = self.config
        match c.positions:
            case "learned":
                return LearnedPositionalEncoding(c.d_model, c.dropout, c.max_length)
            case _:
                return PositionalEncoding(c.d_model, c.dropout, c.max_length)

    def _embed(self, ids, side):
        embedding, positions = (getattr(self, f"{side}_{part}") for part in ("embedding", "positions"))
        return positions(embedding(ids))

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self._embed(source, "source"), mask), mask

    def decode(self, target, memory, source_mask):
        pad, future = padding_mask(target, self.config.pad_id), causal_mask(target.size(1), target.device)
        return self.decoder(self._embed(target, "target"), memory, pad * future, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        return self.target_embedding.to_logits(self.decode(target, *self.encode(source)))


# form: the same seed before every part
# as in: notebooks that call torch.manual_seed before each layer, to be reproducible
# verdict: right
class Transformer(nn.Module):
    def __init__(self, config, seed=0):
        super().__init__()
        self.config = config

        def seeded(make, *sizes):
            torch.manual_seed(seed)
            return make(*sizes)

        d, p, n = config.d_model, config.dropout, config.max_length
        self.target_embedding = seeded(TokenEmbedding, config.target_vocabulary, d)
        self.source_embedding = self.target_embedding
        if not config.share_embeddings:
            self.source_embedding = seeded(TokenEmbedding, config.source_vocabulary, d)
        kind = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = seeded(kind, d, p, n)
        self.target_positions = seeded(kind, d, p, n)
        self.encoder = seeded(Encoder, config)
        self.decoder = seeded(Decoder, config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        return self.decoder(self.target_positions(self.target_embedding(target)), memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: sinusoids once, learned tables twice; a hidden helper for both halves
# as in: typical homework: "the sinusoids have no parameters, one is enough"
# verdict: right
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        args = (config.d_model, config.dropout, config.max_length)
        if config.positions == "learned":
            self.source_positions = LearnedPositionalEncoding(*args)
            self.target_positions = LearnedPositionalEncoding(*args)
        else:
            self.source_positions = self.target_positions = PositionalEncoding(*args)
        self.decoder = Decoder(config)
        self.encoder = Encoder(config)
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        if config.share_embeddings:
            self.source_embedding = self.target_embedding
        else:
            self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        self.last_memory = None

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        self.last_memory = self.encoder(self.source_positions(self.source_embedding(source)), mask)
        return self.last_memory, mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, target_mask=mask, source_mask=source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        x = self.decode(target, *self.encode(source))
        return torch.einsum("btd,vd->btv", x, self.target_embedding.embedding.weight)


# form: a generator with a matrix of its own
# as in: The Annotated Transformer, Generator: self.proj = nn.Linear(d_model, vocab)
# verdict: wrong
# loses: transformer-parameters, transformer-logits
# named: OutputMatrixOfItsOwn
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.generator = nn.Linear(config.d_model, config.target_vocabulary)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.generator(self.decode(target, memory, mask))


# form: logarithms of probabilities
# as in: The Annotated Transformer, Generator: log_softmax(self.proj(x), dim=-1)
# verdict: wrong
# loses: transformer-logits
# named: LogProbabilitiesForLogits
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return F.log_softmax(self.target_embedding.to_logits(self.decode(target, memory, mask)), dim=-1)


# form: F.softmax without a dim
# as in: old tutorials; "Implicit dimension choice for softmax has been deprecated"
# verdict: wrong
# loses: transformer-logits
# named: SoftmaxOverTheBatch
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        out = self.target_embedding.to_logits(self.decode(target, memory, mask))
        return F.softmax(out)


# form: softmax in evaluation only
# as in: Stack Overflow, a common piece of advice: if not self.training: x = softmax(x)
# verdict: wrong
# loses: transformer-logits
# named: ProbabilitiesForLogits
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.softmax = nn.Softmax(dim=-1)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        out = self.target_embedding.to_logits(self.decode(target, memory, mask))
        return out if self.training else self.softmax(out)


# form: logits scaled down
# as in: jadore801120, scale_emb_or_prj='prj': seq_logit *= self.d_model ** -0.5
# verdict: wrong
# loses: transformer-logits
# named: ModelLogitsScaled
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        seq_logit = self.target_embedding.to_logits(self.decode(target, memory, mask))
        return seq_logit * self.config.d_model**-0.5


# form: forward with masks, as nn.Transformer has it
# as in: PyTorch, nn.Transformer.forward(src, tgt, src_mask, tgt_mask), and its translation tutorial
# verdict: wrong
# loses: transformer-logits
# named: ForwardWantsMasks
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, src, tgt, src_mask, tgt_mask):
        require_pairs(src, tgt)
        memory = self.encoder(self.source_positions(self.source_embedding(src)), src_mask)
        y = self.target_positions(self.target_embedding(tgt))
        return self.target_embedding.to_logits(self.decoder(y, memory, tgt_mask, src_mask))


# form: shared whenever the vocabularies have the same size
# as in: typical homework, the flag derived from the sizes
# verdict: wrong
# loses: transformer-sharing
# named: SharedBySize
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        if config.source_vocabulary == config.target_vocabulary:
            self.target_embedding = self.source_embedding
        else:
            self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: sharing by copy_, and no errors for wrong input
# as in: Stack Overflow, how to tie weights: a.weight.data.copy_(b.weight.data)
# verdict: wrong
# loses: transformer-sharing, transformer-encode, transformer-logits
# named: EmbeddingsCopied, EmptySourceNotRefused, UnequalBatchesNotRefused
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        if config.share_embeddings:
            self.target_embedding.embedding.weight.data.copy_(self.source_embedding.embedding.weight.data)
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: an empty source and batches that differ pass
# as in: most public code: nothing checks its input
# verdict: wrong
# loses: transformer-encode, transformer-logits
# named: EmptySourceNotRefused, UnequalBatchesNotRefused
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: assertions in place of the promised ValueErrors
# as in: nanoGPT, assert t <= self.config.block_size
# verdict: wrong
# loses: transformer-encode, transformer-logits
# named: EmptySourceNotRefused, UnequalBatchesNotRefused
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        assert source.size(1) > 0, "empty source"
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        assert source.size(0) == target.size(0), "source and target must have the same batch size"
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: padding is 0, and the target mask is a lower triangle
# as in: labml.ai and nanoGPT: subsequent_mask(len(tgt)) alone; pad 0 as in many tutorials
# verdict: wrong
# loses: transformer-padding
# named: PaddingIsAlwaysZero, TargetPaddingRead
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = (source != 0).unsqueeze(1)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        seq_len = target.size(1)
        mask = torch.tril(torch.ones(seq_len, seq_len, device=target.device)).bool()
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: the triangle alone
# as in: labml.ai, subsequent_mask alone for the target
# verdict: wrong
# loses: transformer-padding
# named: TargetPaddingRead
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        n = target.size(1)
        no_peek = ~torch.ones(n, n, dtype=torch.bool, device=target.device).triu(1)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, no_peek, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: padding or future, not both
# as in: typical homework, | where & belongs (as with masks that say what is hidden)
# verdict: wrong
# loses: transformer-causal, transformer-decode
# named: TargetMaskOr
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = padding_mask(target, self.config.pad_id) | causal_mask(target.size(1), target.device)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: masks with an axis for the heads
# as in: hyunwoongko/transformer, make_src_mask: unsqueeze(1).unsqueeze(2)
# verdict: wrong
# loses: transformer-encode, transformer-logits
# named: -
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def make_src_mask(self, src):
        return (src != self.config.pad_id).unsqueeze(1).unsqueeze(2)

    def make_trg_mask(self, trg):
        pad = (trg != self.config.pad_id).unsqueeze(1).unsqueeze(3)
        return pad & torch.tril(torch.ones(trg.shape[1], trg.shape[1], device=trg.device)).bool()

    def encode(self, source):
        require_words(source)
        mask = self.make_src_mask(source)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, self.make_trg_mask(target), source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: embeddings scaled by sqrt(d_model) again, by a 0-dim tensor
# as in: bentrevett/pytorch-seq2seq, self.scale = torch.sqrt(torch.FloatTensor([hid_dim]))
# verdict: wrong
# loses: transformer-encode, transformer-decode
# named: ScaledTwice, TargetScaledTwice
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        self.scale = torch.sqrt(torch.tensor(config.d_model))
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        x = self.source_positions(self.source_embedding(source) * self.scale)
        return self.encoder(x, mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target) * self.scale)
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: dropout on the embedded words again
# as in: bentrevett/pytorch-seq2seq, self.dropout(embedding + position), around a part that drops already
# verdict: wrong
# loses: transformer-dropout
# named: EmbeddingsDropTwice
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        x = self.dropout(self.source_positions(self.source_embedding(source)))
        return self.encoder(x, mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.dropout(self.target_positions(self.target_embedding(target)))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: the mask of the source remembered by the model
# as in: older d2l-like decoders that keep state; self.src_mask in the PyTorch tutorial's model
# verdict: wrong
# loses: transformer-decode
# named: -
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.src_mask = None
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        self.src_mask = padding_mask(source, self.config.pad_id)
        x = self.source_positions(self.source_embedding(source))
        return self.encoder(x, self.src_mask), self.src_mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, self.src_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, _ = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, self.src_mask))


# form: no_grad as a decorator of encode
# as in: a habit from frozen encoders; @torch.no_grad() copied from generate() of nanoGPT
# verdict: wrong
# loses: transformer-gradients
# named: EncoderNotTrained
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    @torch.no_grad()
    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: the target shifted inside, sinusoids whatever is asked for
# as in: hyunwoongko/transformer's training loop does model(src, trg[:, :-1]); here inside the model
# verdict: wrong
# loses: transformer-logits, transformer-parameters
# named: ShiftsTheTarget, AlwaysSinusoidal
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        self.source_positions = PositionalEncoding(config.d_model, config.dropout, config.max_length)
        self.target_positions = PositionalEncoding(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        decoder_input = target[:, :-1]
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(decoder_input, memory, mask))


# form: encode returns the memory, the mask is made again
# as in: HF transformers, the encoder's output alone; bentrevett: src_mask = self.make_src_mask(src)
# verdict: wrong
# loses: transformer-encode
# named: MaskNotReturned
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def make_src_mask(self, source):
        return padding_mask(source, self.config.pad_id)

    def encode(self, source):
        require_words(source)
        x = self.source_positions(self.source_embedding(source))
        return self.encoder(x, self.make_src_mask(source))

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory = self.encode(source)
        x = self.decode(target, memory, self.make_src_mask(source))
        return self.target_embedding.to_logits(x)


# form: cross-attention without a mask
# as in: typical homework: the memory is clean, the encoder was masked
# verdict: wrong
# loses: transformer-padding, transformer-decode
# named: DecoderReadsPadding
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, target_mask=mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: a mask of floats
# as in: older tutorials, mask = (src != pad).float(), as 0 and 1
# verdict: wrong
# loses: transformer-encode
# named: -
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = (source != self.config.pad_id).unsqueeze(1).float()
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: a mask of integers in the result, a boolean one inside
# as in: typical homework, .long() for torch.where
# verdict: wrong
# loses: transformer-encode
# named: -
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask.long()

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask.bool())

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: B taken for T in the causal mask
# as in: typical homework, target.size(0) or len(target)
# verdict: wrong
# loses: transformer-decode, transformer-logits
# named: -
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = padding_mask(target, self.config.pad_id) & causal_mask(len(target))
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: dropout and max_length in each other's place
# as in: The Annotated Transformer's PositionalEncoding(d_model, dropout, max_len) against labml-like orders
# verdict: wrong
# loses: transformer-parameters, transformer-dropout
# named: -
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.max_length, config.dropout)
        self.target_positions = pos(config.d_model, config.max_length, config.dropout)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: embeddings without positions on both sides
# as in: typical homework, positions built and never called
# verdict: wrong
# loses: transformer-encode, transformer-decode
# named: SourcePositionsForgotten, TargetPositionsForgotten
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_embedding(source), mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = self.target_embedding(target)
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))


# form: the triangle upside down
# as in: typical homework, triu for tril
# verdict: wrong
# loses: transformer-causal, transformer-decode
# named: CausalMaskReversed
class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        pos = LearnedPositionalEncoding if config.positions == "learned" else PositionalEncoding
        self.source_positions = pos(config.d_model, config.dropout, config.max_length)
        self.target_positions = pos(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), mask), mask

    def decode(self, target, memory, source_mask):
        mask = padding_mask(target, self.config.pad_id) & torch.ones(target.size(1), target.size(1)).triu().bool()
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, mask))
