"""Ways to get the cache wrong (right: `solutions.decoding.kv_cache`)."""

from solutions.decoding.kv_cache import SelfAttentionCache
from solutions.misconceptions import misconception

misconception(
    SelfAttentionCache,
    "CacheKeepsNothing",
    did="Your cache never stores the keys and values that it computes.",
    causes="Each token sees only itself, and everything that was written before is forgotten.",
    fix="Append the new key and value to self.keys and self.values.",
    section="decoding.html#decode-cache",
    caught_by="cache-written",
    change={
        (
            "        self.keys = torch.cat([self.keys, key], dim=2)\n"
            "        self.values = torch.cat([self.values, value], dim=2)\n"
        ): "",
        "attend(self.attention, x, self.keys, self.values)": (
            "attend(self.attention, x, key, value)"
        ),
    },
)

misconception(
    SelfAttentionCache,
    "CacheKeepsTheNewestOnly",
    did="Your cache stores only the newest key and value.",
    causes="They replace the earlier ones, so each token sees just itself and the token before it.",
    fix="Store the concatenated keys and values.",
    section="decoding.html#decode-cache",
    caught_by="cache-written",
    change={
        "self.keys = torch.cat([self.keys, key], dim=2)": (
            "keys = torch.cat([self.keys, key], dim=2)"
        ),
        "self.values = torch.cat([self.values, value], dim=2)": (
            "values = torch.cat([self.values, value], dim=2)\n"
            "        self.keys, self.values = key, value"
        ),
        "attend(self.attention, x, self.keys, self.values)": (
            "attend(self.attention, x, keys, values)"
        ),
    },
)

misconception(
    SelfAttentionCache,
    "CacheBlindToTheNewest",
    did="Your cache attends before it stores the new key and value.",
    causes="A token sees the tokens before it but not itself, and the first token sees nothing.",
    fix="Append the new key and value first, then attend.",
    section="decoding.html#decode-cache",
    caught_by="cache-written",
    change={
        "        key, value = keys": (
            "        output = attend(self.attention, x, self.keys, self.values)\n"
            "        key, value = keys"
        ),
        "return attend(self.attention, x, self.keys, self.values)": "return output",
    },
)

misconception(
    SelfAttentionCache,
    "CacheReadsKeys",
    did="You append the key to the values, too.",
    causes="A token should find the others by their keys and read their values, but yours reads "
    "keys.",
    fix="Append the value to self.values.",
    section="decoding.html#decode-cache",
    caught_by="cache-written",
    change={"torch.cat([self.values, value], dim=2)": "torch.cat([self.values, key], dim=2)"},
)

misconception(
    SelfAttentionCache,
    "CacheForgetsToReorder",
    did="Your cache does not reorder what was written.",
    causes="After a step of beam search, a row continues with the keys and values of another "
    "hypothesis.",
    fix="Index both tensors with `rows`.",
    section="decoding.html#decode-cache",
    caught_by="cache-reorder",
    change={
        "self.keys[rows], self.values[rows]": "self.keys[: len(rows)], self.values[: len(rows)]"
    },
)

misconception(
    SelfAttentionCache,
    "CacheReordersOnlyKeys",
    did="Your cache reorders the keys but not the values.",
    causes="A hypothesis is found by its own keys, but what is read are the values of another one.",
    fix="Index the values with `rows` as well.",
    section="decoding.html#decode-cache",
    caught_by="cache-reorder",
    change={"self.values[rows]": "self.values[: len(rows)]"},
)

misconception(
    SelfAttentionCache,
    "CacheReordersBackwards",
    did="Your reorder works in the wrong direction.",
    causes="It sends row i to place rows[i], but the new row i should be the old row rows[i].",
    fix="Index with `rows` directly.",
    section="decoding.html#decode-cache",
    caught_by="cache-reorder",
    change={
        "        self.keys, self.values = self.keys[rows], self.values[rows]": (
            "        keys, values = self.keys.clone(), self.values.clone()\n"
            "        keys[rows], values[rows] = self.keys, self.values\n"
            "        self.keys, self.values = keys, values"
        )
    },
)

misconception(
    SelfAttentionCache,
    "CacheJoinsHeads",
    did="You join the new key to the earlier ones along the heads.",
    causes="Keys are (R, h, t, d_k), so your layer gets more heads with each token instead of "
    "more positions.",
    fix="Concatenate with dim=2.",
    section="decoding.html#decode-cache",
    caught_by="cache-written",
    change={
        "self.keys = torch.cat([self.keys, key], dim=2)": (
            "self.keys = torch.cat([self.keys, key], dim=1)"
        ),
        "self.values = torch.cat([self.values, value], dim=2)": (
            "self.values = torch.cat([self.values, value], dim=1)"
        ),
    },
)

misconception(
    SelfAttentionCache,
    "CacheKeepsTheInput",
    did="You store the input of the layer instead of its keys and values.",
    causes="The projections W_k and W_v are missing.",
    fix="Store what keys_and_values returns.",
    section="decoding.html#decode-cache",
    caught_by="cache-written",
    change={
        "key, value = keys_and_values(self.attention, x, self.keys.size(1))": (
            "key = value = x.unflatten(-1, (self.keys.size(1), -1)).transpose(1, 2)"
        ),
    },
)

misconception(
    SelfAttentionCache,
    "CacheMasksTheFuture",
    did="You use a causal mask although there is only one query.",
    causes="A causal mask of one row shows the first position only, so the newest token sees "
    "nothing but the first.",
    fix="Attend without a mask, because no future positions are stored.",
    section="decoding.html#decode-cache",
    caught_by="cache-written",
    change={
        "return attend(self.attention, x, self.keys, self.values)": (
            "first = torch.arange(self.keys.size(2)) == 0\n"
            "        return attend(self.attention, x, self.keys, self.values, "
            "first.expand(1, 1, 1, -1))"
        ),
    },
)

misconception(
    SelfAttentionCache,
    "CacheReordersHeads",
    did="Your `rows` index the heads.",
    causes="The keys are (R, h, t, d_k), and the second axis is that of the heads.",
    fix="Index the first axis: self.keys[rows].",
    section="decoding.html#decode-cache",
    caught_by="cache-reorder",
    change={"self.keys[rows], self.values[rows]": "self.keys[:, rows], self.values[:, rows]"},
)

misconception(
    SelfAttentionCache,
    "CacheUnderAnotherName",
    did="You store the keys and values under another name than keys and values.",
    causes="The attributes are part of the contract: a caller who reads them finds them empty.",
    fix="Assign the concatenated tensors to self.keys and self.values.",
    section="decoding.html#decode-cache",
    caught_by="cache-reorder",
    change={
        (
            "        self.keys = torch.cat([self.keys, key], dim=2)\n"
            "        self.values = torch.cat([self.values, value], dim=2)\n"
            "        return attend(self.attention, x, self.keys, self.values)\n"
        ): (
            '        before = getattr(self, "written", (self.keys, self.values))\n'
            "        pairs = zip(before, (key, value))\n"
            "        self.written = [torch.cat(pair, dim=2) for pair in pairs]\n"
            "        return attend(self.attention, x, *self.written)\n"
        ),
        "self.keys, self.values = self.keys[rows], self.values[rows]": (
            "self.written = [kept[rows] for kept in self.written]"
        ),
    },
)

misconception(
    SelfAttentionCache,
    "CacheDropsTheTokenAxis",
    did="Your step returns (R, d_model), without the axis of the tokens.",
    causes="The residual connection around it has (R, 1, d_model), so the sum broadcasts to a "
    "wrong shape.",
    fix="Return what attend returns: (R, 1, d_model).",
    section="decoding.html#decode-cache",
    caught_by="cache-written",
    change={
        "return attend(self.attention, x, self.keys, self.values)": (
            "return attend(self.attention, x, self.keys, self.values).squeeze(1)"
        ),
    },
)

misconception(
    SelfAttentionCache,
    "CacheKeepsTheNumberOfRows",
    did="Your reorder writes into the old tensors, which always have the same number of rows.",
    causes="When sentences end there are fewer rows, and a beam search begins with more, so your "
    "code raises an exception.",
    fix="Assign new tensors: self.keys = self.keys[rows], and the values likewise.",
    section="decoding.html#decode-cache",
    caught_by="cache-reorder",
    change={
        "self.keys, self.values = self.keys[rows], self.values[rows]": (
            "self.keys[:], self.values[:] = self.keys[rows], self.values[rows]"
        ),
    },
)
