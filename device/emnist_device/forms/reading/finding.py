"""Picture -> which page of which form it shows, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from emnist_device.detect.sizes import to_grey
from emnist_device.forms.code import parse_code
from emnist_device.forms.registration.landmarks import landmarks_of
from emnist_device.forms.registration.markers import find_markers, read_code
from emnist_device.forms.registration.reference import Reference
from emnist_device.forms.registration.register import (
    NoSheetError,
    RefusedSheetError,
    fit_markers,
    register_by_markers,
)
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.forms.code import SheetCode
    from emnist_device.forms.model import FormPage, Template
    from emnist_device.forms.registration.landmarks import Landmarks
    from emnist_device.forms.registration.mapping import Mapping
    from emnist_device.forms.registration.register import Registered
    from emnist_device.image.limits import Limits

# Around a QR code is white, in mm; it is looked at with so many pixels to a mm.
_QUIET, _RESOLUTION = 4.0, 10.0


@dataclass(frozen=True)
class Candidate:
    """A page of a form that a picture may show."""

    template: Template
    page: FormPage
    landmarks: Landmarks
    reference: Reference | None


@dataclass(frozen=True)
class Sheet:
    """A page of a form on a picture. code: what its QR code says, if it was read."""

    candidate: Candidate
    registered: Registered
    code: SheetCode | None


class Finder(Protocol):
    """Finds a sheet on a picture."""

    def find(self, picture: NDArray[np.uint8]) -> Sheet:
        """Return it; see :meth:`SheetFinder.find`."""


class SheetFinder:
    """Finds which of several forms a picture shows.

    Args:
        templates: the forms.
        limits: what a reference picture may cost.

    Raises:
        PictureError: a reference picture cannot be read.
    """

    def __init__(self, templates: Sequence[Template], limits: Limits) -> None:
        self._candidates = []
        for template in templates:
            for page in template.pages:
                landmarks = landmarks_of(page, limits)
                reference = None if landmarks.reference is None else Reference(landmarks)
                self._candidates.append(Candidate(template, page, landmarks, reference))
        self._wanted = frozenset(
            number for each in self._candidates for number in each.landmarks.markers
        )

    def find(self, picture: NDArray[np.uint8]) -> Sheet:
        """Return the sheet on ``picture``, (H, W) or (H, W, 3) BGR uint8.

        Raises:
            PictureError: it shows none of the forms; the message says why, and names no picture.
        """
        grey = to_grey(picture)
        faults: list[PictureError] = []
        if self._wanted:
            try:
                return self._by_markers(picture, grey)
            except PictureError as error:
                faults.append(error)
        references = [each for each in self._candidates if each.reference is not None]
        found: list[Sheet] = []
        for each in references:
            try:
                registered = each.reference.register(picture)  # type: ignore[union-attr]
                found.append(Sheet(each, registered, None))
            except PictureError as error:
                faults.append(error)
        if found:
            return max(found, key=lambda sheet: sheet.registered.found)
        raise _joined(faults, len(self._candidates))

    def _by_markers(self, picture: NDArray[np.uint8], grey: NDArray[np.uint8]) -> Sheet:
        """Return the sheet that the markers of ``picture`` are of; raises as :meth:`find`."""
        markers = find_markers(grey, self._wanted)
        marked = [each for each in self._candidates if each.landmarks.markers]
        near: list[tuple[float, Candidate, Mapping]] = []
        faults: list[PictureError] = []
        for each in marked:
            try:
                mapping, off = fit_markers(each.landmarks, markers, grey.shape)
                near.append((off, each, mapping))
            except PictureError as error:
                faults.append(error)
        if not near:
            raise _clearest(faults)
        near.sort(key=lambda one: one[0])
        try:
            return self._among(picture, grey, near, markers)
        except PictureError as error:
            _, nearest, mapping = near[0]
            corners = mapping.place(nearest.landmarks.corners)
            raise RefusedSheetError(
                str(error), tuple((x, y) for x, y in corners.tolist())
            ) from error

    def _among(
        self,
        picture: NDArray[np.uint8],
        grey: NDArray[np.uint8],
        near: list[tuple[float, Candidate, Mapping]],
        markers: dict[int, list[NDArray[np.float64]]],
    ) -> Sheet:
        """Return which of the pages ``near`` it is, the nearest first; raises as :meth:`find`."""
        code = self._code(grey, near)
        if code is not None:
            near = [one for one in near if _is(one[1], code)]
            if not near:
                raise PictureError(
                    f"is a sheet of the form {code.form}, page {code.page}, which is not among "
                    "those that are read: name its template as well"
                )
            near = [one for one in near if one[1].template.digest.upper() == code.digest] or near
            _check_version(near[0][1], code)
        found: list[Sheet] = []
        faults: list[PictureError] = []
        for _, each, _ in near:
            try:
                registered = register_by_markers(
                    picture, each.landmarks, markers, coded=code is not None
                )
                found.append(Sheet(each, registered, code))
            except PictureError as error:
                faults.append(error)
        if not found:
            raise _clearest(faults)
        return max(found, key=lambda sheet: sheet.registered.found)

    def _code(
        self, grey: NDArray[np.uint8], near: list[tuple[float, Candidate, Mapping]]
    ) -> SheetCode | None:
        """Return what the QR code says that is where the pages ``near`` have one."""
        tried: set[tuple[float, ...]] = set()
        for _, each, mapping in near:
            area = each.page.code
            if area is None:
                continue
            place = tuple(
                each.landmarks.unit * at for at in area.grown(_QUIET / each.landmarks.unit)
            )
            key = (*each.landmarks.size, *place)
            if key in tried:
                continue
            tried.add(key)
            x, y, width, height = place
            window = mapping.cut(grey, (x, y, x + width, y + height), _RESOLUTION, fine=True)
            code = parse_code(read_code(window))
            if code is not None:
                return code
        return None


def _is(candidate: Candidate, code: SheetCode) -> bool:
    return (candidate.template.form.upper(), candidate.page.number) == (code.form, code.page)


def _check_version(candidate: Candidate, code: SheetCode) -> None:
    """Raise :class:`PictureError` where the form was printed from another template."""
    if candidate.template.digest.upper() != code.digest:
        raise PictureError(
            f"was printed from another version of the form {code.form} ({code.digest}, and "
            f"{candidate.template.path.name} is {candidate.template.digest.upper()}); read it "
            "with that"
        )


def _joined(faults: list[PictureError], count: int) -> PictureError:
    """Return why a picture shows none of ``count`` pages."""
    if len(faults) == 1:
        return faults[0]
    words = f"shows none of {count} pages of forms: {faults[0]}"
    if isinstance(faults[0], RefusedSheetError):
        return RefusedSheetError(words, faults[0].corners)
    nothing = all(isinstance(fault, NoSheetError) for fault in faults)
    return NoSheetError(words) if nothing else PictureError(words)


def _clearest(faults: list[PictureError]) -> PictureError:
    """Return the fault that tells most: the last one, of the page that came nearest."""
    return faults[-1]
