from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from export.c99.host import find_compiler
from tests.export.c99.building import build_library

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.export.c99.built import Built


@pytest.fixture(scope="session")
def compiler() -> str:
    """A C compiler of this machine."""
    found = find_compiler()
    if found is None:
        pytest.skip("no C compiler: install gcc or clang")
    return found


@pytest.fixture(scope="session")
def noise() -> NDArray[np.uint8]:
    """Pictures (24, 28, 28) of which half are noise and half are of few grey levels."""
    random = np.random.default_rng(7)
    pixels = random.integers(0, 256, (24, 28, 28))
    pixels[12:] = np.kron(random.integers(0, 3, (12, 7, 7)), np.ones((4, 4), int)) * 127
    return pixels.astype(np.uint8)


@pytest.fixture(scope="session")
def tiny(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The C of tiny as a library of this machine."""
    return build_library(compiler, tmp_path_factory.mktemp("c99"))
