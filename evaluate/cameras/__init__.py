"""Videos and network cameras to test with."""
