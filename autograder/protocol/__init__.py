"""What crosses between the checker and a student's process, and in what form.

1. `framing`: length-prefixed frames, a JSON header and tensors in the safetensors format.
2. `codec`: Python values as JSON and tensors, and back.
3. `shared_state`: tensors, arrays and containers that both sides hold.
"""
