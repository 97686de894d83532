"""UNIPEN's writers beside EMNIST: strokes cleaned, drawn with pens, labelled, some held back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_edge.alphabet import BYCLASS, BYMERGE, fold
from emnist_edge.alphabet import NOTHING as NO_CHARACTER
from emnist_edge.alphabet import SYMBOLS as SIGNS
from emnist_edge.dataset.emnist import Samples
from emnist_edge.dataset.unipen.cleaning import count_faults, find_faults, writer_folds
from emnist_edge.dataset.unipen.packed import digest_of, load_characters
from emnist_edge.files import writing_to, written_whole
from emnist_edge.scoring.sources import EMNIST, NOTHING, SYMBOLS, UNIPEN
from train.tiers.counters import draw_counters
from train.tiers.glyph_store import key_of, stored
from train.tiers.mixture import Mixture, class_shares, show_times
from train.tiers.nothing import draw_nothing
from train.tiers.penned import Penned
from train.tiers.symbols import compose_missing
from train.tiers.unipen_glyphs import unipen_glyphs, usual_strokes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Characters
    from train.common.data import TrainingData
    from train.tiers.mixture import Blend

# One writer in so many is held back for validation.
_FOLDS = 8
#: Of each source, so many of the glyphs to train with are kept beside those held back: int8 needs
#: some to set its ranges by.
RANGE_GLYPHS = 300


@dataclass(frozen=True)
class Glyphs:
    """Glyphs of one source: images (N, 28, 28), labels (N,) and whether each is held back (N,)."""

    source: int
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    held: NDArray[np.bool_]


def mix(data: TrainingData, folder: Path, store: Path, blend: Blend, seed: int) -> Mixture:
    """Return EMNIST's ``data`` together with what UNIPEN's writers wrote.

    Args:
        data: of EMNIST.
        folder: of UNIPEN's packed files.
        store: folder of the glyphs that were drawn, which takes long; those that are there stay.
        blend: what is mixed, and how.
        seed: of who is held back.
    """
    alphabet = BYMERGE + (SIGNS + NO_CHARACTER if blend.symbols else "")
    path = folder / "characters-train.npz"
    packed = load_characters("train", folder)
    own = Glyphs(EMNIST, data.samples.images, data.samples.labels, np.zeros(0, bool))
    joined = [own, *draw_all(packed, alphabet, store, blend, seed)]
    starts = np.cumsum([0, *(len(part.labels) for part in joined)])
    samples = Samples(
        np.concatenate([part.images for part in joined]),
        np.concatenate([part.labels for part in joined]),
        alphabet,
        data.samples.sha256,
    )
    sources = np.repeat(np.array([part.source for part in joined], np.uint8), np.diff(starts))
    kept, held = (
        [start + np.flatnonzero(part.held == apart)
         for start, part in zip(starts[1:], joined[1:], strict=False)]
        for apart in (False, True)
    )  # fmt: skip
    all_kept = np.concatenate([data.kept, *kept])
    labels_kept, sources_kept = samples.labels[all_kept], sources[all_kept]
    times = show_times(labels_kept, sources_kept, blend)
    return Mixture(
        data.split,
        samples,
        data.limit,
        all_kept,
        data.held,
        sources=sources,
        times=times,
        shares=class_shares(labels_kept, sources_kept, times, len(alphabet), blend.floor),
        written_held=np.concatenate(held),
        unipen={path.name: digest_of("characters", "train", folder)},
    )


def keep_written(mixture: Mixture, path: Path, seed: int) -> None:
    """Write to ``path`` what an export needs of the glyphs that are not of EMNIST.

    The arrays ``images`` (N, 28, 28), ``labels``, ``sources`` and ``held`` (N,): all that are held
    back, and :data:`RANGE_GLYPHS` of each source to train with.
    """
    rng = np.random.default_rng(seed)
    chosen = [mixture.written_held]
    for source in (UNIPEN, SYMBOLS, NOTHING):
        own = mixture.kept[mixture.sources[mixture.kept] == source]
        chosen.append(rng.permutation(own)[:RANGE_GLYPHS])
    indices = np.concatenate(chosen)
    with writing_to(path), written_whole(path) as part:
        np.savez_compressed(
            part,
            images=mixture.samples.images[indices],
            labels=mixture.samples.labels[indices],
            sources=mixture.sources[indices],
            held=np.arange(len(indices)) < len(mixture.written_held),
        )


def draw_all(
    packed: Characters, alphabet: str, store: Path, blend: Blend, seed: int
) -> list[Glyphs]:
    """Return the glyphs of all sources that ``blend`` has beside EMNIST, with those held back."""
    faults = find_faults(packed)
    wanted = set(BYCLASS) | set(alphabet)
    usable = np.flatnonzero((faults == "") & np.isin(packed.labels, list(wanted)))
    # Of all writers, whatever of them is used: who is held back does not go with the blend.
    apart = (writer_folds(packed.writers, _FOLDS, seed) == 0)[usable]
    characters = packed.pick(usable)
    click.echo(f"UNIPEN: {len(characters)} characters; left out: {count_faults(faults)}")
    parts = _draw_characters(characters, apart, alphabet, store / "unipen", blend)
    if blend.symbols:
        for held in (False, True):
            whose = characters.pick(np.flatnonzero(apart == held))
            composed = compose_missing(whose, seed)
            name = store / f"composed-{'held' if held else 'kept'}"
            parts += _draw_characters(composed, np.full(len(composed), held), alphabet, name, blend)
            parts += _draw_nothing(whose, alphabet, store, blend, held=held)
    return parts


def _draw_characters(
    characters: Characters,
    apart: NDArray[np.bool_],
    alphabet: str,
    name: Path,
    blend: Blend,
) -> list[Glyphs]:
    """Return glyphs of each drawing of ``characters``; those ``apart`` validate, drawn once."""
    labels = np.array([alphabet.index(fold(label)) for label in characters.labels.tolist()], "u1")
    symbol = labels >= len(BYMERGE)
    parts: list[Glyphs] = []
    for drawing in range(1, blend.drawings + 1):
        images = stored(
            name.with_name(f"{name.name}-{drawing}.npz"),
            key_of(characters, drawing, Penned()),
            lambda drawing=drawing: unipen_glyphs(characters, drawing),  # type: ignore[misc]
        )
        shown = np.ones(len(labels), bool) if drawing == 1 else ~apart
        for source, own in ((UNIPEN, ~symbol & shown), (SYMBOLS, symbol & shown)):
            parts.append(Glyphs(source, images[own], labels[own], apart[own]))
    return [part for part in parts if len(part.labels)]


def _draw_nothing(
    characters: Characters, alphabet: str, store: Path, blend: Blend, *, held: bool
) -> list[Glyphs]:
    """Return glyphs of what is no character, made of the strokes of letters and digits."""
    plain = characters.pick(np.flatnonzero(np.isin(characters.labels, list(BYCLASS))))
    count, rounds = (blend.held, 1) if held else (blend.nothings, blend.drawings)
    of_counters = round(blend.counters * count)
    parts: list[Glyphs] = []
    for drawing in range(1, rounds + 1):

        def draw(drawing: int = drawing) -> NDArray[np.uint8]:
            strokes = usual_strokes(plain)
            things = draw_nothing(strokes, count - of_counters, drawing)
            counters = draw_counters(strokes, of_counters, drawing)
            return np.concatenate([Penned().glyphs(things, drawing), counters])

        name = f"nothing-{'held' if held else 'kept'}-{drawing}.npz"
        images = stored(store / name, key_of(plain, count, of_counters, drawing, Penned()), draw)
        labels = np.full(count, alphabet.index(NO_CHARACTER), np.uint8)
        parts.append(Glyphs(NOTHING, images, labels, np.full(count, held)))
    return parts
