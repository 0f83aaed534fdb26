"""The eyes: networks with their cards, run by onnxruntime, and the reader that counts letters."""
