"""Data that the grader's processes exchange, and what both sides must agree on.

1. `framing`: length-prefixed frames, a JSON header and tensors in the safetensors format.
2. `messages`, `rpc_messages`: typed requests and replies.
3. `handshake`: the version check that keeps processes of different source trees apart.
4. `value_codec`: Python values as JSON and tensors, and back.
5. `shared_state`: tensors, arrays and containers that both sides hold.
6. `sandbox_spec`: isolation levels and the limits of one worker.
7. `time_limit`: a time limit for a block of code.
8. `optional_torch`: PyTorch, or what stands in for it where it is not installed.
9. `preload`: import libraries in a fork server.

It imports nothing else of the project.
"""
