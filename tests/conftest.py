"""What holds for every test."""

import torch
from hypothesis import settings

# The same examples every time, and no clock: a busy machine must not fail a test.
settings.register_profile("course", deadline=None, derandomize=True, database=None)
settings.load_profile("course")

# The tensors are tiny: more threads only wait for each other, and workers share the cores.
torch.set_num_threads(1)
