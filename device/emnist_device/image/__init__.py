"""File -> pixels: paths, headers, limits, decoding, turning."""
