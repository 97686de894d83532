"""The loss of a training from several sources."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="emnist_edge")  # type: ignore[untyped-decorator]
def loss_at_shares(said: Any, answers: Any) -> Any:
    """Return the cross-entropy of ``answers`` (n, C), had they been given at the class shares.

    said: (n, 2 * C), as :meth:`train.tiers.mixture.Mixture.answers`. What is larger there than all
    else is the label, also among both halves, so that Keras' accuracy is that of answers at equal
    frequencies.
    """
    classes = answers.shape[-1]
    return keras.losses.categorical_crossentropy(said[:, :classes], answers * said[:, classes:])
