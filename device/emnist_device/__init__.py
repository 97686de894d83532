"""What runs on the device: picture -> ink -> glyphs -> probabilities -> text."""

from emnist_device.decoding import Decoding
from emnist_device.page import Alternative, Character, Line, Page, Word
from emnist_device.reader import Reader

__all__ = ["Alternative", "Character", "Decoding", "Line", "Page", "Reader", "Word"]
