"""Headers of the formats that are read, a module each."""
