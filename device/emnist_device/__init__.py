"""What runs on the device: picture -> ink -> glyphs -> probabilities -> text."""

from emnist_device.page import Alternative, Character, Line, Page
from emnist_device.reader import Reader

__all__ = ["Alternative", "Character", "Line", "Page", "Reader"]
