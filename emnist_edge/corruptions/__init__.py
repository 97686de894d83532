"""EMNIST-C: altered images, to see how a classifier falls with what pen, paper and camera do.

After Hendrycks and Dietterich 2019, "Benchmarking neural network robustness to common corruptions
and perturbations" (arXiv 1903.12261), and MNIST-C (Mu and Gilmer 2019, arXiv 1906.02337): 17 kinds
of five strengths each, chosen for what reaches a reader of hand-printed characters:

- sensor and lens: ``noise``, ``impulse``, ``blur``, ``defocus``, ``motion``, and ``pixelation``, as
  both have them. Shot and speckle noise are left out, which on ink and paper look as Gaussian noise
  does; glass blur and weather, which are not where paper is; JPEG, whose blocks of 8x8 pixels are a
  third of such an image: whole pages go through that.
- light: ``contrast``.
- placing: ``rotation``, ``shear``, ``scale`` and ``translation``, as MNIST-C has them.
- pen and paper: ``rule``, ``spatter`` and ``scribble``, which MNIST-C has as stripe, spatter and
  zigzag; ``thickness`` of the pen, ``fade`` of its ink, and ``occlusion``.

``fade`` and ``defocus`` are new: figures of means over kinds were published before they came, and
are of the other 15, :data:`COUNTED`, ever since.

What is drawn for an image depends on the seed, the kind and the image's number alone: neither on
the strength, nor on the batch or the machine.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.corruptions import lens, marks, placing
from emnist_edge.corruptions.draws import Draws

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_edge.corruptions.sampling import Images

#: Strengths of each kind, from mild to harsh.
STRENGTHS = range(1, 6)


@dataclass(frozen=True)
class Corruption:
    """A kind: what it does, how much at strengths 1 to 5, and in what unit (for 28x28 images).

    new: it came after means over kinds were published, and stands beside them.
    """

    apply: Callable[[Images, float, Draws], Images]
    unit: str
    amounts: tuple[float, ...]
    new: bool = False


CORRUPTIONS = {
    "noise": Corruption(lens.noise, "grey levels of 255", (16, 32, 48, 64, 96)),
    "impulse": Corruption(lens.impulse, "of the pixels", (0.02, 0.05, 0.1, 0.15, 0.25)),
    "blur": Corruption(lens.blur, "pixels (sigma)", (0.6, 0.9, 1.2, 1.6, 2.0)),
    "motion": Corruption(lens.motion, "pixels", (2, 3.5, 5, 6.5, 8)),
    "pixelation": Corruption(lens.pixelation, "times as small", (2, 2.5, 3, 3.5, 4)),
    "contrast": Corruption(lens.contrast, "of the contrast left", (0.7, 0.5, 0.35, 0.2, 0.1)),
    "rotation": Corruption(placing.rotation, "degrees", (8, 16, 24, 32, 45)),
    "shear": Corruption(placing.shear, "tangent of the slant", (0.15, 0.3, 0.45, 0.6, 0.75)),
    "scale": Corruption(placing.scale, "of the size left", (0.9, 0.8, 0.7, 0.6, 0.5)),
    "translation": Corruption(placing.translation, "pixels", (1, 2, 3, 4, 6)),
    "thickness": Corruption(marks.thickness, "pixels more on a side", (0.5, 1, 1.5, 2, 2.5)),
    "rule": Corruption(marks.rule, "pixels wide", (0.5, 1, 1.5, 2, 3)),
    "spatter": Corruption(marks.spatter, "spots", (2, 4, 7, 10, 14)),
    "scribble": Corruption(marks.scribble, "lines across", (1, 2, 3, 4, 5)),
    "occlusion": Corruption(marks.occlusion, "pixels (side of a square)", (4, 6, 8, 10, 12)),
    # What "contrast" leaves at the same strength; the last is below the 48 of 255 up to which
    # networks of the tiers take a pixel for paper.
    "fade": Corruption(marks.fade, "of the ink left", (0.7, 0.5, 0.35, 0.2, 0.1), new=True),
    # Disks that spread ink as far as "blur" does at the same strength: half a radius is a sigma.
    "defocus": Corruption(lens.defocus, "pixels (radius)", (1.2, 1.8, 2.4, 3.2, 4.0), new=True),
}
#: Kinds that means over kinds are of.
COUNTED = tuple(kind for kind, corruption in CORRUPTIONS.items() if not corruption.new)


def corrupt(images: Images, kind: str, strength: int, seed: int, first: int = 0) -> Images:
    """Alter ``images`` (N, H, W) uint8, ink 255 on 0; shape and type stay.

    ``kind`` is a key of ``CORRUPTIONS``, ``strength`` is 1 to 5, ``first`` the number of the first
    image within the set that these are part of. Raises :class:`ValueError` for another kind or
    strength.
    """
    if kind not in CORRUPTIONS or strength not in STRENGTHS:
        raise ValueError(f"there is no {kind!r} of strength {strength}")
    corruption = CORRUPTIONS[kind]
    # Streams are numbered in the order of the kinds.
    draws = Draws(seed, list(CORRUPTIONS).index(kind), first, len(images))
    return corruption.apply(images, corruption.amounts[strength - 1], draws)


def version(kind: str) -> str:
    """Return what tells ``kind`` as it is from any other version of it: 16 hexadecimal digits.

    Of the SHA-256 of what it makes, in all strengths, of 28x28 images that whole numbers alone
    make: the same on every machine. Raises :class:`ValueError` for another kind.
    """
    n, y, x = np.ogrid[:12, :28, :28]
    ring = abs((x - 13) ** 2 + (y - 12 - n % 3) ** 2 - 60 - 5 * n) < 24
    images = np.where(ring, 255 - 3 * ((x + y) % 5), 0).astype(np.uint8)
    altered = b"".join(corrupt(images, kind, strength, 1).tobytes() for strength in STRENGTHS)
    return hashlib.sha256(altered).hexdigest()[:16]
