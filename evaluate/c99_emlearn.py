"""Forests as emlearn makes C of them, by a Python that has it and the same scikit-learn."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import joblib

from evaluate.other_python import run_python

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.ensemble import RandomForestClassifier


@dataclass(frozen=True)
class Variant:
    """A way to call emlearn.

    leaf_bits: of each class in a leaf; 0 has each tree vote for one class, as emlearn does unless
    told. raised: give thresholds as the next whole numbers above them. scikit-learn's pixels go
    left up to the threshold, emlearn's below it, and it cuts thresholds to whole numbers: pixels of
    just that level go the other way.
    """

    name: str
    leaf_bits: int
    raised: bool


DEFAULT = Variant("emlearn", 0, raised=False)
RAISED = Variant("emlearn, thresholds raised", 0, raised=True)
SOFT = Variant("emlearn, thresholds raised, 8-bit leaves", 8, raised=True)

_CONVERT = """
import json, sys, warnings, joblib, emlearn
import numpy as np
warnings.simplefilter("ignore")
forest, variants = sys.argv[1:]
for target, variant in json.loads(variants):
    trees = joblib.load(forest)
    for estimator in trees.estimators_ if variant["raised"] else []:
        threshold = estimator.tree_.threshold
        threshold[:] = np.floor(threshold) + 1
    model = emlearn.convert(trees, method="inline", leaf_bits=variant["leaf_bits"])
    model.save(name="em", file=target)
print(emlearn.includedir)
"""
_READ = """
int em_read(const uint8_t *glyph)
{
    static int16_t features[784];
    int i;
    for (i = 0; i < 784; i++) {
        features[i] = glyph[i];
    }
    return em_predict(features, 784);
}
"""


def convert(
    forest: RandomForestClassifier, variants: list[Variant], folder: Path, python: str
) -> tuple[list[Path], list[str]]:
    """Return a C file for each of ``variants`` with ``int em_read(const uint8_t glyph[784])``.

    And the compiler's options for them.
    """
    folder.mkdir()
    joblib.dump(forest, folder / "forest.joblib")
    headers = [folder / f"em{index}.h" for index in range(len(variants))]
    jobs = [(str(path), asdict(one)) for path, one in zip(headers, variants, strict=True)]
    done = run_python(python, "emlearn", _CONVERT, str(folder / "forest.joblib"), json.dumps(jobs))
    sources = [header.with_suffix(".c") for header in headers]
    for source, header in zip(sources, headers, strict=True):
        source.write_text(f'#include <stdint.h>\n#include "{header.name}"{_READ}', encoding="utf-8")
    return sources, ["-std=gnu99", "-w", f"-I{done.stdout.strip()}"]
