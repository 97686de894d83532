"""What all training programs share: data, augmentation, loop, checkpoints."""
