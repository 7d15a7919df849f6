"""Ways to get the cache wrong (right: `solutions.decoding.kv_cache`)."""

import torch

from solutions.decoding.kv_cache import SelfAttentionCache, attend, keys_and_values
from solutions.misconceptions import misconception


@misconception(
    "SelfAttentionCache",
    caught_by="cache-written",
    section="decoding.html#decode-cache",
    sentence="Your cache never keeps what it computes: each token sees only itself, and all that "
    "was written before is forgotten.",
)
class CacheKeepsNothing(SelfAttentionCache):
    def step(self, x):
        keys, values = keys_and_values(self.attention, x, self.keys.size(1))
        return attend(self.attention, x, keys, values)


@misconception(
    "SelfAttentionCache",
    caught_by="cache-written",
    section="decoding.html#decode-cache",
    sentence="Your cache keeps the newest token only: it puts its key and value in the place of "
    "the earlier ones, and every token sees just the one before it and itself.",
)
class CacheKeepsTheNewestOnly(SelfAttentionCache):
    def step(self, x):
        key, value = keys_and_values(self.attention, x, self.keys.size(1))
        keys = torch.cat([self.keys, key], dim=2)
        values = torch.cat([self.values, value], dim=2)
        self.keys, self.values = key, value
        return attend(self.attention, x, keys, values)


@misconception(
    "SelfAttentionCache",
    caught_by="cache-written",
    section="decoding.html#decode-cache",
    sentence="Your cache reads before it writes: a token sees those before it but not itself, and "
    "the first one sees nothing.",
)
class CacheBlindToTheNewest(SelfAttentionCache):
    def step(self, x):
        keys, values = self.keys, self.values
        key, value = keys_and_values(self.attention, x, keys.size(1))
        self.keys = torch.cat([keys, key], dim=2)
        self.values = torch.cat([values, value], dim=2)
        return attend(self.attention, x, keys, values)


@misconception(
    "SelfAttentionCache",
    caught_by="cache-written",
    section="decoding.html#decode-cache",
    sentence="Your cache keeps the keys twice: what a token reads are keys, though it should find "
    "by the keys and read the values.",
)
class CacheReadsKeys(SelfAttentionCache):
    def step(self, x):
        key, _ = keys_and_values(self.attention, x, self.keys.size(1))
        self.keys = torch.cat([self.keys, key], dim=2)
        self.values = torch.cat([self.values, key], dim=2)
        return attend(self.attention, x, self.keys, self.values)


@misconception(
    "SelfAttentionCache",
    caught_by="cache-reorder",
    section="decoding.html#decode-cache",
    sentence="Your cache reorders nothing that was written: after a step of beam search a row goes "
    "on with the keys and values of another hypothesis.",
)
class CacheForgetsToReorder(SelfAttentionCache):
    def reorder(self, rows):
        self.keys, self.values = self.keys[: len(rows)], self.values[: len(rows)]


@misconception(
    "SelfAttentionCache",
    caught_by="cache-reorder",
    section="decoding.html#decode-cache",
    sentence="Your cache reorders the keys and not the values: a hypothesis is found by its own "
    "keys and read from another one's values.",
)
class CacheReordersOnlyKeys(SelfAttentionCache):
    def reorder(self, rows):
        self.keys, self.values = self.keys[rows], self.values[: len(rows)]


@misconception(
    "SelfAttentionCache",
    caught_by="cache-reorder",
    section="decoding.html#decode-cache",
    sentence="Your reorder works the wrong way round: it sends row i to the place rows[i]. The new "
    "row i is what row rows[i] was: index with `rows`.",
)
class CacheReordersBackwards(SelfAttentionCache):
    def reorder(self, rows):
        order = rows.argsort()
        self.keys, self.values = self.keys[order], self.values[order]
