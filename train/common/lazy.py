"""Keras, loaded when something of it is first used.

It takes seconds, and TensorFlow below it writes to the log: ``--help``, usage errors and data that
is missing do without. Modules that derive classes from Keras' import it themselves, and are
imported where they are used.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Warnings and errors of TensorFlow, not what it says of itself; read when it is loaded.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")

if TYPE_CHECKING:
    import keras as keras  # noqa: PLC0414  # for whoever imports it from here
else:

    class _Keras:
        def __getattr__(self, name: str) -> Any:
            import keras

            return getattr(keras, name)

    keras = _Keras()
