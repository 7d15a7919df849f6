"""Ways to get embeddings and logits wrong (right: `solutions.model.embeddings`)."""

from solutions.misconceptions import misconception
from solutions.model.embeddings import TokenEmbedding

misconception(
    TokenEmbedding,
    "EmbeddingNotScaled",
    did="You do not multiply the embeddings by sqrt(d_model).",
    causes="The size of the positional encoding does not depend on d_model, so the words would "
    "be too small next to it.",
    fix="Multiply the looked-up rows by the square root of d_model.",
    section="positional-encoding.html#pos-scale",
    caught_by="embedding-lookup",
    change={" * self.scale": ""},
)

misconception(
    TokenEmbedding,
    "EmbeddingDivided",
    did="You divide the embeddings by sqrt(d_model).",
    causes="Attention divides its scores by a root, but embeddings must become larger, not "
    "smaller.",
    fix="Multiply by sqrt(d_model).",
    section="positional-encoding.html#pos-scale",
    caught_by="embedding-lookup",
    change={"* self.scale": "/ self.scale"},
)

misconception(
    TokenEmbedding,
    "EmbeddingTimesWidth",
    did="You multiply the embeddings by d_model, not by its square root.",
    causes="The words become so large that the positions next to them hardly count.",
    fix="Take the square root of d_model as the factor.",
    section="positional-encoding.html#pos-scale",
    caught_by="embedding-lookup",
    change={"math.sqrt(d_model)": "d_model"},
)

misconception(
    TokenEmbedding,
    "EmbeddingTimesRootOfVocabulary",
    did="You multiply the embeddings by the square root of the vocabulary size.",
    causes="The size of the words then depends on the vocabulary and no longer matches the "
    "positions.",
    fix="Use sqrt(d_model), the root of the width of a row.",
    section="positional-encoding.html#pos-scale",
    caught_by="embedding-lookup",
    change={"math.sqrt(d_model)": "math.sqrt(vocabulary_size)"},
)

misconception(
    TokenEmbedding,
    "LogitsScaled",
    did="You multiply the logits by sqrt(d_model) too.",
    causes="The factor is for the lookup only. Here it makes the first loss much too large.",
    fix="Use the embedding matrix as it is in to_logits.",
    section="positional-encoding.html#pos-logits",
    caught_by="embedding-logits",
    change={
        "F.linear(x, self.embedding.weight)": "F.linear(x, self.embedding.weight) * self.scale",
    },
)

misconception(
    TokenEmbedding,
    "LogitsDivided",
    did="You divide the logits by sqrt(d_model).",
    causes="Some later models do so, but the paper's linear map is the embedding matrix as it is.",
    fix="Remove the factor from to_logits.",
    section="positional-encoding.html#pos-logits",
    caught_by="embedding-logits",
    change={
        "F.linear(x, self.embedding.weight)": "F.linear(x, self.embedding.weight) / self.scale",
    },
)

misconception(
    TokenEmbedding,
    "LogitsAreProbabilities",
    did="Your to_logits returns probabilities.",
    causes="The loss applies the softmax itself, so it would be applied twice.",
    fix="Return the values before the softmax.",
    section="positional-encoding.html#pos-logits",
    caught_by="embedding-logits",
    change={
        "F.linear(x, self.embedding.weight)": "F.linear(x, self.embedding.weight).softmax(dim=-1)",
    },
)

misconception(
    TokenEmbedding,
    "LogitsAreLogProbabilities",
    did="Your to_logits returns log-probabilities: you apply log_softmax in it.",
    causes="The loss applies log_softmax itself. Logits are the values before it.",
    fix="Remove log_softmax from to_logits.",
    section="positional-encoding.html#pos-logits",
    caught_by="embedding-logits",
    change={
        "F.linear(x, self.embedding.weight)": (
            "F.linear(x, self.embedding.weight).log_softmax(dim=-1)"
        ),
    },
)

misconception(
    TokenEmbedding,
    "LogitsUntied",
    did="You compute the logits with a second matrix.",
    causes="The paper shares one matrix, so your layer has a parameter too many.",
    fix="Use self.embedding.weight itself in to_logits.",
    section="positional-encoding.html#pos-logits",
    caught_by="embedding-tied",
    change={
        "self.embedding = nn.Embedding(vocabulary_size, d_model)": (
            "self.embedding = nn.Embedding(vocabulary_size, d_model)\n"
            "        self.projection = nn.Linear(d_model, vocabulary_size, bias=False)"
        ),
        "F.linear(x, self.embedding.weight)": "self.projection(x)",
    },
)

misconception(
    TokenEmbedding,
    "LookupCutsTheGradient",
    did="You cut the gradient of the lookup, with weight.data or detach().",
    causes="The numbers are right, but the embeddings learn nothing from the sentences that they "
    "encode.",
    fix="Look the tokens up with self.embedding, and do not detach the result.",
    section="positional-encoding.html#pos-embedding",
    caught_by="embedding-gradients",
    change={"self.embedding(tokens)": "self.embedding(tokens).detach()"},
)

misconception(
    TokenEmbedding,
    "LogitsCutTheGradient",
    did="Your to_logits uses a copy of the matrix (`weight.data`, `detach()`, or `clone` in the "
    "constructor).",
    causes="The logits are right, but the embeddings learn nothing from them.",
    fix="Use the parameter itself: self.embedding.weight.",
    section="positional-encoding.html#pos-logits",
    caught_by="embedding-gradients",
    change={"F.linear(x, self.embedding.weight)": "F.linear(x, self.embedding.weight.detach())"},
)

misconception(
    TokenEmbedding,
    "WeightScaledAtEachCall",
    did="You multiply the matrix itself by sqrt(d_model) in forward.",
    causes="It grows with every call, so only the first result is right.",
    fix="Multiply the rows that you have looked up, not the matrix.",
    section="positional-encoding.html#pos-scale",
    caught_by="embedding-lookup",
    change={
        "return self.embedding(tokens) * self.scale": (
            "with torch.no_grad():\n"
            "            self.embedding.weight *= self.scale\n"
            "        return self.embedding(tokens)"
        ),
    },
)

misconception(
    TokenEmbedding,
    "EmbeddingAnyId",
    did="You do not check the token ids.",
    causes="For an id beyond the vocabulary nn.Embedding raises an IndexError that does not "
    "name the id. The docstring promises a ValueError.",
    fix="Call require_known_tokens(tokens, self.embedding.num_embeddings) first.",
    section="positional-encoding.html#pos-embedding",
    caught_by="embedding-lookup",
    change={
        ("        require_known_tokens(tokens, self.embedding.num_embeddings)\n"): "",
    },
)

misconception(
    TokenEmbedding,
    "LogitsWithABias",
    did="You add a bias to the logits.",
    causes="The paper's linear map is the embedding matrix alone, so your layer has a "
    "parameter too many.",
    fix="Remove the bias.",
    section="positional-encoding.html#pos-logits",
    caught_by="embedding-tied",
    change={
        "self.embedding = nn.Embedding(vocabulary_size, d_model)": (
            "self.embedding = nn.Embedding(vocabulary_size, d_model)\n"
            "        self.bias = nn.Parameter(torch.zeros(vocabulary_size))"
        ),
        "F.linear(x, self.embedding.weight)": "F.linear(x, self.embedding.weight, self.bias)",
    },
)

misconception(
    TokenEmbedding,
    "RowsFromStandardNormal",
    did="Your embedding matrix starts from N(0, 1), which is the default of nn.Embedding.",
    causes="After the factor sqrt(d_model) the words are much larger than the positions, and "
    "the first loss is much too large.",
    fix="Start the rows from N(0, 1 / d_model), as the given constructor does.",
    section="positional-encoding.html#pos-scale",
    caught_by="embedding-tied",
    change={
        ("        nn.init.normal_(self.embedding.weight, std=d_model**-0.5)\n"): "",
    },
)

misconception(
    TokenEmbedding,
    "RowsFromPositiveNumbers",
    did="Your first rows contain no negative numbers.",
    causes="They have the right spread, but a mean far from 0: all words look alike at first and "
    "have nearly the same logit.",
    fix="Draw them from N(0, 1 / d_model), as the given constructor does.",
    section="positional-encoding.html#pos-embedding",
    caught_by="embedding-tied",
    change={
        "nn.init.normal_(self.embedding.weight, std=d_model**-0.5)": (
            "nn.init.uniform_(self.embedding.weight, 0, (12 / d_model) ** 0.5)"
        ),
    },
)

misconception(
    TokenEmbedding,
    "PaddingRowNotTrained",
    did="You set padding_idx in nn.Embedding.",
    causes="That row gets no gradient from the lookup. Here id 0 is a word like any other: "
    "the masks take care of the padding.",
    fix="Leave padding_idx out.",
    section="positional-encoding.html#pos-embedding",
    caught_by="embedding-gradients",
    change={
        "nn.Embedding(vocabulary_size, d_model)": (
            "nn.Embedding(vocabulary_size, d_model, padding_idx=0)"
        ),
    },
)

misconception(
    TokenEmbedding,
    "LogitsTransposed",
    did="You multiply the matrix by the transposed x.",
    causes="Your logits have the shape (B, V, T), so the words of the vocabulary are not in "
    "the last axis.",
    fix="Multiply x by the transposed matrix, or use F.linear.",
    section="positional-encoding.html#pos-logits",
    caught_by="embedding-logits",
    change={
        "F.linear(x, self.embedding.weight)": "self.embedding.weight @ x.transpose(-2, -1)",
    },
)
