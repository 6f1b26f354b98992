"""The images that a user has drawn in the place of those that come with the program, as bytes and back."""

from __future__ import annotations

from collections.abc import Sequence

from digitapp.datasets.problems import Problem
from digitapp.datasets.toy import MOST_IMAGES, GridImage
from digitapp.drawing.grid import BinaryGrid
from digitapp.kept.packing import PacketError, pack, unpack


def write_images(images: Sequence[GridImage]) -> bytes:
    """Return images as a packet."""
    facts = [
        ["".join("1" if on else "0" for row in image.grid.rows for on in row), image.label, image.validates]
        for image in images
    ]
    return pack({"images": facts})


def read_images(packet: bytes, problem: Problem) -> tuple[GridImage, ...]:
    """Return the images of a packet.

    Raises
    ------
    PacketError : it was damaged, or these are no images of the problem
    """
    images: list[GridImage] = []
    try:
        for pixels, label, validates in unpack(packet)[0]["images"][:MOST_IMAGES]:
            if not 0 <= label < problem.classes or set(pixels) - {"0", "1"}:
                raise PacketError("these are no images of this problem")
            grid = BinaryGrid.from_vector([int(pixel) for pixel in pixels], *problem.shape)
            images.append(GridImage(grid, int(label), bool(validates)))
    except (KeyError, TypeError, ValueError) as error:
        raise PacketError(f"these are no images ({error})") from error
    return tuple(images)
