"""Training (paper, section 5): the loss, the optimizer, and one training step.

1. `loss`: cross-entropy with label smoothing (section 5.4).
2. `optim`: Adam, the learning-rate schedule, gradient clipping, weight averaging (section 5.3).
3. `step`: the loss of a batch and of a data set, and one optimizer step.
4. `model_file`: a model's parameters and configuration in a file.
5. `fused`: the same model with faster kernels.
6. `malloc_trim`: return freed memory to the operating system in long trainings.
"""
