"""What runs on the device: picture -> ink -> glyphs -> probabilities -> text."""

from __future__ import annotations

import os

from emnist_device.image.limits import DEFAULTS

# OpenCV looks for its own limits when it is loaded, and every part of this package comes after this
# line. Processes of ours are told anew: theirs may be others.
for _name, _value in DEFAULTS.for_opencv().items():
    os.environ.setdefault(_name, _value)
