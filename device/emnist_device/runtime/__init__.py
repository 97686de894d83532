"""Model files run: LiteRT for networks, onnxruntime for forests."""
