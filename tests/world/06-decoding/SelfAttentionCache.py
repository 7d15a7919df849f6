"""Forms in which public code keeps keys and values."""


# form: cat along the tokens
# as in: HF transformers, DynamicCache.update: torch.cat([...], dim=-2)
# verdict: right
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        k, v = keys_and_values(self.attention, x, self.keys.shape[1])
        self.keys = torch.cat([self.keys, k], dim=-2)
        self.values = torch.cat([self.values, v], dim=-2)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        self.keys = self.keys.index_select(0, rows)
        self.values = self.values.index_select(0, rows)


# form: a loop over the two names
# as in: fairseq, reorder_incremental_state: input_buffer[k].index_select(0, new_order)
# verdict: right
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x: Tensor) -> Tensor:
        new = dict(zip(("keys", "values"), keys_and_values(self.attention, x, self.keys.size(1))))
        for name in new:
            setattr(self, name, torch.cat((getattr(self, name), new[name]), 2))
        return attend(self.attention, x, self.keys, self.values, mask=None)

    def reorder(self, rows: Tensor) -> None:
        for name in ("keys", "values"):
            setattr(self, name, getattr(self, name)[rows])


# form: the attention written out
# as in: nanoGPT-like caches: att = (q @ k.transpose(-2, -1)) * scale
# verdict: right
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        R, h = x.size(0), self.keys.size(1)
        q, k, v = (w(x).view(R, 1, h, -1).transpose(1, 2) for w in (self.attention.W_q, self.attention.W_k, self.attention.W_v))
        self.keys, self.values = torch.cat([self.keys, k], 2), torch.cat([self.values, v], 2)
        att = (q @ self.keys.transpose(-2, -1)) / torch.sqrt(torch.tensor(q.size(-1)))
        y = att.softmax(dim=-1) @ self.values
        return self.attention.W_o(y.transpose(1, 2).reshape(R, 1, -1))

    def reorder(self, rows):
        self.keys, self.values = self.keys[rows], self.values[rows]


# form: keys and values in one tensor, attributes as properties
# as in: packed caches (past_key_values stacked)
# verdict: right
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(2, rows, h, 0, attention.W_k.out_features // h)
        self.attention, self.both = attention, nothing

    @property
    def keys(self):
        return self.both[0]

    @property
    def values(self):
        return self.both[1]

    def step(self, x):
        pair = torch.stack(keys_and_values(self.attention, x, self.both.size(2)))
        self.both = torch.cat([self.both, pair], dim=3)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        self.both = self.both[:, rows]


# form: a list of steps, joined when read
# as in: typical homework, append and torch.cat
# verdict: right
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        history_k, history_v = [self.keys], [self.values]
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        history_k.append(key)
        history_v.append(value)
        self.keys, self.values = torch.cat(history_k, dim=2), torch.cat(history_v, dim=2)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        index = rows.tolist()
        self.keys = torch.stack([self.keys[i] for i in index]) if index else self.keys[:0]
        self.values = torch.stack([self.values[i] for i in index]) if index else self.values[:0]


# form: joined along the heads
# as in: typical homework, dim=1
# verdict: wrong
# loses: cache-written
# named: CacheJoinsHeads
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        self.keys = torch.cat([self.keys, key], dim=1)
        self.values = torch.cat([self.values, value], dim=1)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        self.keys, self.values = self.keys[rows], self.values[rows]


# form: the newest first
# as in: typical homework, cat([new, old])
# verdict: right
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        self.keys = torch.cat([key, self.keys], dim=2)
        self.values = torch.cat([value, self.values], dim=2)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        self.keys, self.values = self.keys[rows], self.values[rows]


# form: reads, then writes
# as in: typical homework, the cache is updated at the end
# verdict: wrong
# loses: cache-written
# named: CacheBlindToTheNewest
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        output = attend(self.attention, x, self.keys, self.values)
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        self.keys = torch.cat([self.keys, key], dim=2)
        self.values = torch.cat([self.values, value], dim=2)
        return output

    def reorder(self, rows):
        self.keys, self.values = self.keys[rows], self.values[rows]


# form: local variables, nothing kept
# as in: typical homework, self. forgotten
# verdict: wrong
# loses: cache-written
# named: CacheKeepsNothing
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        keys = torch.cat([self.keys, key], dim=2)
        values = torch.cat([self.values, value], dim=2)
        return attend(self.attention, x, keys, values)

    def reorder(self, rows):
        self.keys, self.values = self.keys[rows], self.values[rows]


# form: the input kept in place of keys
# as in: typical homework: x is appended, and projected once more
# verdict: wrong
# loses: cache-written
# named: CacheKeepsTheInput
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        h = self.keys.size(1)
        heads = split_heads(x, h)
        self.keys = torch.cat([self.keys, heads], dim=2)
        self.values = torch.cat([self.values, heads], dim=2)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        self.keys, self.values = self.keys[rows], self.values[rows]


# form: reorder returns, and changes nothing
# as in: typical homework, index_select without an assignment
# verdict: wrong
# loses: cache-reorder
# named: CacheForgetsToReorder
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        self.keys = torch.cat([self.keys, key], dim=2)
        self.values = torch.cat([self.values, value], dim=2)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        return self.keys.index_select(0, rows), self.values.index_select(0, rows)


# form: rows on the wrong axis
# as in: typical homework, [:, rows]
# verdict: wrong
# loses: cache-reorder
# named: CacheReordersHeads
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        self.keys = torch.cat([self.keys, key], dim=2)
        self.values = torch.cat([self.values, value], dim=2)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        self.keys = self.keys[:, rows]
        self.values = self.values[:, rows]


# form: keys reordered, values forgotten
# as in: typical homework, one line copied too few
# verdict: wrong
# loses: cache-reorder
# named: CacheReordersOnlyKeys
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        self.keys = torch.cat([self.keys, key], dim=2)
        self.values = torch.cat([self.values, value], dim=2)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        self.keys = self.keys[rows]


# form: scattered to their new places
# as in: typical homework, new[rows] = old
# verdict: wrong
# loses: cache-reorder
# named: CacheReordersBackwards
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        self.keys = torch.cat([self.keys, key], dim=2)
        self.values = torch.cat([self.values, value], dim=2)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        keys, values = self.keys.clone(), self.values.clone()
        keys[rows], values[rows] = self.keys, self.values
        self.keys, self.values = keys, values


# form: a causal mask on one query
# as in: a common mistake with F.scaled_dot_product_attention(is_causal=True) and a cache
# verdict: wrong
# loses: cache-written
# named: CacheMasksTheFuture
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        self.keys = torch.cat([self.keys, key], dim=2)
        self.values = torch.cat([self.values, value], dim=2)
        query = split_heads(self.attention.W_q(x), self.keys.size(1))
        heads = F.scaled_dot_product_attention(query, self.keys, self.values, is_causal=True)
        return self.attention.W_o(merge_heads(heads))

    def reorder(self, rows):
        self.keys, self.values = self.keys[rows], self.values[rows]


# form: values forgotten in the cat, and no reorder
# as in: typical homework, two mistakes
# verdict: wrong
# loses: cache-written, cache-reorder
# named: CacheForgetsToReorder, CacheKeepsTheNewestOnly
class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x):
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        self.keys = torch.cat([self.keys, key], dim=2)
        self.values = value.expand_as(self.keys)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        pass
