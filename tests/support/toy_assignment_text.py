"""A course of one exercise, small enough to be broken on purpose: its reference and its text."""

from pathlib import Path

REFERENCE = '''
"""How to add."""

from types import SimpleNamespace


def require_tensor(x):
    """Given to students."""
    if not hasattr(x, "shape"):
        raise ValueError("x must be a tensor")


def add(x, y):
    """Add two tensors."""
    require_tensor(x)
    total_of_both = x + y
    return total_of_both


def subtracts(x, y):
    return x - y


def mistakes_of(reference):
    return [
        SimpleNamespace(
            name="subtracts", replaces="add", did="You subtract.", causes="It is too small.",
            fix="Add.", section="sums.html#minus", implementation=subtracts,
            source="def add(x, y):\\n    return x - y\\n",
        )
    ]
'''

TEXT = """---
title: Sums
read: sums.html
book_url: https://example.org
preamble: |
  import torch

  import sums_right
  from autograder.checks import Draw, agree, case
  from sums_right import mistakes_of
---
# Sums for {points} points

Read [the chapter](book:sums.html).

```{given}
import torch
```

```{checks}
```

```{given} sums_right.require_tensor
```

```{exercise} add
title: Add
reference: sums_right.add
difficulty: 1
importance: 2
minutes: 5
docs:
  torch.add: https://docs.pytorch.org/add
```

```{stub}
```

```{hint} Hint 1
Look at [plus](book:sums.html#plus).
```

```{instant}
names = ["the sum"]
cases = [case("1 and 2", torch.tensor([1.0]), torch.tensor([2.0]))]
```

```{try}
torch.ones(2) + 1
```

```{test} add-values
:points: 2
:tests: Adds whatever is drawn.
numbers = [case("three numbers", draw.normal(3), draw.normal(3))]
agree(add, sums_right.add, numbers, mistakes_of(sums_right.add))
```
"""


def write_course(folder: Path, text: str = TEXT) -> Path:
    """Write the reference and the text below `folder`; return the path of the text."""
    (folder / "sums_right.py").write_text(REFERENCE)
    path = folder / "exercises" / "01-sums" / "sums.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
