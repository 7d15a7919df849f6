"""Forms in which public code looks up embeddings."""


# form: np.take and ** 0.5
# as in: NumPy users; x-transformers and others write dim ** 0.5
# verdict: right
def embed(tokens, embedding):
    return np.take(embedding, tokens, axis=0) * embedding.shape[-1] ** 0.5


# form: a one-hot product
# as in: google-research/bert, embedding_lookup with use_one_hot_embeddings
# verdict: right
def embed(tokens, embedding):
    V, d_model = embedding.shape
    one_hot = np.eye(V, dtype=embedding.dtype)[tokens]
    return (one_hot @ embedding) * math.sqrt(d_model)


# form: word by word
# as in: a beginner's loops over sentences and words
# verdict: right
def embed(tokens, embedding):
    B, T = tokens.shape
    d_model = embedding.shape[1]
    out = np.empty((B, T, d_model), dtype=embedding.dtype)
    for b in range(B):
        for t in range(T):
            out[b, t] = embedding[tokens[b, t]] * math.sqrt(d_model)
    return out


# form: nested lists, made an array of the matrix's type
# as in: a comprehension over Python lists
# verdict: right
def embed(tokens, embedding):
    rows = [[embedding[token] for token in sentence] for sentence in tokens.tolist()]
    return np.array(rows, dtype=embedding.dtype) * math.sqrt(embedding.shape[1])


# form: PyTorch's F.embedding
# as in: The Annotated Transformer, Embeddings: self.lut(x) * math.sqrt(self.d_model)
# verdict: right
def embed(tokens, embedding):
    lut = torch.nn.functional.embedding(torch.tensor(tokens), torch.tensor(embedding))
    return (lut * math.sqrt(embedding.shape[-1])).numpy()


# form: np.sqrt, then back to the type of the matrix
# as in: NumPy users who mind the type, .astype
# verdict: right
def embed(tokens: np.ndarray, embedding: Array) -> Array:
    d_model: int = embedding.shape[1]
    vectors = embedding[tokens.reshape(-1)] * np.sqrt(d_model)
    return vectors.reshape(*tokens.shape, d_model).astype(embedding.dtype)


# form: scaled in place after the look-up
# as in: PyTorch habits, x *= scale on an own copy
# verdict: right
def embed(tokens, embedding):
    x = embedding[tokens]
    x *= np.sqrt(embedding.shape[-1])
    return x


# form: no factor
# as in: minGPT and BERT, wte alone
# verdict: wrong
# loses: embed-scale
# named: embed_without_the_root
def embed(tokens, embedding):
    return np.take(embedding, tokens, axis=0)


# form: np.sqrt
# as in: NumPy users; NumPy 2 keeps the float64 of np.sqrt of an int
# verdict: wrong
# loses: embed-scale
# named: embed_makes_it_wider
def embed(tokens, embedding):
    return embedding[tokens] * np.sqrt(embedding.shape[-1])


# form: np.zeros without a dtype
# as in: a beginner's loop into np.zeros, which is float64
# verdict: wrong
# loses: embed-scale
# named: embed_makes_it_wider
def embed(tokens, embedding):
    out = np.zeros((tokens.shape[0], tokens.shape[1], embedding.shape[1]))
    for i, sentence in enumerate(tokens):
        for j, token in enumerate(sentence):
            out[i, j] = embedding[token]
    return out * math.sqrt(embedding.shape[1])


# form: divided by the root
# as in: a mix-up with attention's scale
# verdict: wrong
# loses: embed-scale
# named: embed_divides
def embed(tokens, embedding):
    return embedding[tokens] * embedding.shape[1] ** -0.5


# form: the root of the length of the sentence
# as in: a slip, tokens.shape[-1]
# verdict: wrong
# loses: embed-scale
# named: embed_by_the_length
def embed(tokens, embedding):
    return embedding[tokens] * math.sqrt(tokens.shape[-1])


# form: the root of the vocabulary's size
# as in: a slip, embedding.shape[0]
# verdict: wrong
# loses: embed-scale
# named: embed_by_the_vocabulary
def embed(tokens, embedding):
    vocab_size = embedding.shape[0]
    return embedding[tokens] * vocab_size**0.5


# form: times d_model
# as in: a forgotten root
# verdict: wrong
# loses: embed-scale
# named: embed_times_the_width
def embed(tokens, embedding):
    V, d_model = embedding.shape
    return d_model * embedding[tokens]


# form: id 0 is zeros
# as in: nn.Embedding(padding_idx=0)
# verdict: wrong
# loses: embed-rows
# named: embed_padding_as_zeros
def embed(tokens, embedding):
    x = embedding[tokens] * math.sqrt(embedding.shape[-1])
    x[tokens == 0] = 0
    return x


# form: the matrix is scaled in place
# as in: a saving that spoils the caller's matrix
# verdict: wrong
# loses: embed-rows
# named: embed_spoils_the_matrix
def embed(tokens, embedding):
    np.multiply(embedding, math.sqrt(embedding.shape[1]), out=embedding)
    return embedding[tokens]


# form: columns
# as in: word2vec notation with vectors as columns, E[:, i]
# verdict: wrong
# loses: embed-rows
# named: embed_takes_columns
def embed(tokens, embedding):
    return np.take(embedding, tokens, axis=1).transpose(1, 2, 0) * math.sqrt(embedding.shape[1])


# form: np.take without an axis
# as in: np.take, whose default is the flattened array
# verdict: wrong
# loses: embed-rows
# named: embed_takes_from_the_flat_matrix
def embed(tokens, embedding):
    return np.take(embedding, tokens) * math.sqrt(embedding.shape[1])


# form: made unit vectors
# as in: a mix-up with normalized word vectors (gensim)
# verdict: wrong
# loses: embed-rows
# named: embed_of_unit_length
def embed(tokens, embedding):
    x = embedding[tokens]
    return x / np.linalg.norm(x, axis=-1, keepdims=True) * math.sqrt(embedding.shape[1])


# form: ids taken as quantities
# as in: a linear layer on the ids
# verdict: wrong
# loses: embed-rows
# named: -
def embed(tokens, embedding):
    return (tokens[..., None] * embedding[0] * math.sqrt(embedding.shape[1])).astype(embedding.dtype)


# form: two mistakes, ids from 1 and no root
# as in: homework of strangers, MATLAB and Julia habits
# verdict: wrong
# loses: embed-rows, embed-scale
# named: embed_counts_from_one, embed_times_the_width
def embed(tokens, embedding):
    return embedding[tokens - 1] * embedding.shape[1]


# form: two mistakes, a random matrix of its own, not scaled
# as in: tutorials that make nn.Embedding inside the function
# verdict: wrong
# loses: embed-rows, embed-scale
# named: embed_without_the_root
def embed(tokens, embedding):
    V, d_model = embedding.shape
    own = np.random.default_rng(0).normal(size=(V, d_model)).astype(embedding.dtype)
    return own[tokens]
