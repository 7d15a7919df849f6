"""Other right ways to write assignment 4: encoder, decoder, Transformer."""
