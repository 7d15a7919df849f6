"""Ways to get embeddings and logits wrong (right: `solutions.model.embeddings`)."""

import math

import torch.nn.functional as F
from torch import Tensor, nn

from solutions.misconceptions import misconception
from solutions.model.embeddings import TokenEmbedding, require_known_tokens


@misconception(
    "TokenEmbedding",
    caught_by="embedding-lookup",
    section="positional-encoding.html#pos-scale",
    sentence="Your embedding is not multiplied by sqrt(d_model): next to the positional encoding, "
    "whose size does not depend on d_model, the words would be a whisper.",
)
class EmbeddingNotScaled(TokenEmbedding):
    def forward(self, tokens: Tensor) -> Tensor:
        require_known_tokens(tokens, self.embedding.num_embeddings)
        return self.embedding(tokens)


@misconception(
    "TokenEmbedding",
    caught_by="embedding-lookup",
    section="positional-encoding.html#pos-scale",
    sentence="You divide by sqrt(d_model). That is the factor of attention's scores; embeddings "
    "are multiplied by it.",
)
class EmbeddingDivided(TokenEmbedding):
    def forward(self, tokens: Tensor) -> Tensor:
        require_known_tokens(tokens, self.embedding.num_embeddings)
        return self.embedding(tokens) / self.scale


@misconception(
    "TokenEmbedding",
    caught_by="embedding-lookup",
    section="positional-encoding.html#pos-scale",
    sentence="You multiply by d_model, not by its root: the positions would drown under the words.",
)
class EmbeddingTimesWidth(TokenEmbedding):
    def forward(self, tokens: Tensor) -> Tensor:
        require_known_tokens(tokens, self.embedding.num_embeddings)
        return self.embedding(tokens) * self.embedding.embedding_dim


@misconception(
    "TokenEmbedding",
    caught_by="embedding-lookup",
    section="positional-encoding.html#pos-scale",
    sentence="You multiply by the root of the vocabulary's size. The factor is sqrt(d_model), the "
    "root of the width of a row.",
)
class EmbeddingTimesRootOfVocabulary(TokenEmbedding):
    def forward(self, tokens: Tensor) -> Tensor:
        require_known_tokens(tokens, self.embedding.num_embeddings)
        return self.embedding(tokens) * math.sqrt(self.embedding.num_embeddings)


@misconception(
    "TokenEmbedding",
    caught_by="embedding-logits",
    section="positional-encoding.html#pos-logits",
    sentence="Your logits are multiplied by sqrt(d_model) too. The factor is for the lookup only; "
    "the way back uses the matrix as it is.",
)
class LogitsScaled(TokenEmbedding):
    def to_logits(self, x: Tensor) -> Tensor:
        return F.linear(x, self.embedding.weight * self.scale)


@misconception(
    "TokenEmbedding",
    caught_by="embedding-logits",
    section="positional-encoding.html#pos-logits",
    sentence="You divide the logits by sqrt(d_model). Some later models do; the paper's linear map "
    "is the embedding matrix as it is.",
)
class LogitsDivided(TokenEmbedding):
    def to_logits(self, x: Tensor) -> Tensor:
        return F.linear(x, self.embedding.weight) / self.scale


@misconception(
    "TokenEmbedding",
    caught_by="embedding-logits",
    section="positional-encoding.html#pos-logits",
    sentence="Your to_logits returns probabilities. The softmax is the loss's business: logits are "
    "what comes before it.",
)
class LogitsAreProbabilities(TokenEmbedding):
    def to_logits(self, x: Tensor) -> Tensor:
        return F.linear(x, self.embedding.weight).softmax(dim=-1)


@misconception(
    "TokenEmbedding",
    caught_by="embedding-logits",
    section="positional-encoding.html#pos-logits",
    sentence="Your to_logits returns log-probabilities: there is a log_softmax in it. The loss "
    "applies that itself; logits are what comes before.",
)
class LogitsAreLogProbabilities(TokenEmbedding):
    def to_logits(self, x: Tensor) -> Tensor:
        return F.linear(x, self.embedding.weight).log_softmax(dim=-1)


@misconception(
    "TokenEmbedding",
    caught_by="embedding-tied",
    section="positional-encoding.html#pos-logits",
    sentence="Your logits come from a second matrix. The paper shares one: to_logits must use "
    "embedding.weight itself, so that your layer has no other parameter.",
)
class LogitsUntied(TokenEmbedding):
    def __init__(self, vocabulary_size: int, d_model: int):
        nn.Module.__init__(self)
        self.scale = math.sqrt(d_model)
        self.embedding = nn.Embedding(vocabulary_size, d_model)
        self.projection = nn.Linear(d_model, vocabulary_size, bias=False)
        nn.init.normal_(self.embedding.weight, std=d_model**-0.5)

    def to_logits(self, x: Tensor) -> Tensor:
        return self.projection(x)


@misconception(
    "TokenEmbedding",
    caught_by="embedding-gradients",
    section="positional-encoding.html#pos-embedding",
    sentence="Your lookup goes through weight.data or detach(): the numbers are right, but the "
    "embeddings would never be trained.",
)
class LookupCutsTheGradient(TokenEmbedding):
    def forward(self, tokens: Tensor) -> Tensor:
        require_known_tokens(tokens, self.embedding.num_embeddings)
        return F.embedding(tokens, self.embedding.weight.detach()) * self.scale


@misconception(
    "TokenEmbedding",
    caught_by="embedding-gradients",
    section="positional-encoding.html#pos-logits",
    sentence="Your to_logits uses a copy of the matrix (`weight.data`, `detach()` or `clone` in "
    "the constructor): the softmax then teaches the embeddings nothing.",
)
class LogitsCutTheGradient(TokenEmbedding):
    def to_logits(self, x: Tensor) -> Tensor:
        return F.linear(x, self.embedding.weight.detach())
