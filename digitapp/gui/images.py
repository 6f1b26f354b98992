"""The only place where arrays become QImages and QImages arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage

from digitapp.inspection import colors


def rgb_image(pixels: NDArray[np.uint8]) -> QImage:
    """Return an image of colours, uint8 array of shape (rows, columns, 3). The image owns its memory."""
    rows, columns, _ = pixels.shape
    contiguous = np.ascontiguousarray(pixels)
    image = QImage(contiguous.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    # The conversion copies, which also frees the image from the array's life.
    return image.convertToFormat(QImage.Format.Format_RGB32)


def indexed_image(indices: NDArray[np.uint8], table: NDArray[np.uint8]) -> QImage:
    """Return an image of palette indices.

    Parameters
    ----------
    indices : uint8 array, shape (rows, columns)
    table : uint8 array, shape (colours, 3), at most 256 of them; no index may point past its end
    """
    rows, columns = indices.shape
    contiguous = np.ascontiguousarray(indices)
    image = QImage(contiguous.data, columns, rows, columns, QImage.Format.Format_Indexed8)
    packed = np.zeros(len(table), dtype=np.uint32)
    for shift, channel in zip((16, 8, 0), table.T, strict=True):
        packed |= channel.astype(np.uint32) << shift
    image.setColorTable((packed | 0xFF000000).tolist())
    return image.convertToFormat(QImage.Format.Format_RGB32)


def weights_image(values: ArrayLike, limit: float, theme: colors.Theme, cells: int | None = None) -> QImage:
    """Return signed values, shape (rows, columns), in the diverging map from −limit to +limit.

    Where there are fewer than rows × columns `cells`, the ground is seen through those that are left over.
    """
    image = indexed_image(colors.diverging_indices(values, limit, cells), colors.table_on((0, 0, 0), theme))
    if cells is None or cells >= image.width() * image.height():
        return image
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    for place in range(cells, image.width() * image.height()):
        image.setPixel(place % image.width(), place // image.width(), 0)
    return image


def heights_image(shares: NDArray[np.floating], theme: colors.Theme) -> QImage:
    """Return heights from 0 to 1, shape (rows, columns), in the colours of what has no sign."""
    return indexed_image(colors.height_indices(shares), colors.height_table(theme))


def ink_image(grey: ArrayLike, theme: colors.Theme) -> QImage:
    """Return ink, shape (rows, columns), 0 the empty page and 1 full ink."""
    return rgb_image(colors.ink_map(grey, theme))


def blended_image(shares: NDArray[np.floating], ground: QColor, color: QColor) -> QImage:
    """Return a picture of the mixes of two colours, shares (rows, columns): 0 gives the ground, 1 the colour."""
    ends = np.array([ground.getRgb()[:3], color.getRgb()[:3]], dtype=np.float64)  # type: ignore[index]
    pixels = ends[0] + (ends[1] - ends[0]) * shares[..., np.newaxis]
    return rgb_image(np.rint(pixels).astype(np.uint8))


def tinted_image(ink: NDArray[np.floating], colors: NDArray[np.uint8]) -> QImage:
    """Return ink in colours on a ground that can be seen through.

    Parameters
    ----------
    ink : float array, shape (rows, columns), 0 nothing and 1 the full colour
    colors : uint8 array, shape (rows, columns, 3), the colour at each pixel
    """
    rows, columns = ink.shape
    alpha = np.clip(np.nan_to_num(ink), 0, 1)
    pixels = np.empty((rows, columns, 4), np.uint8)
    pixels[..., :3] = np.rint(colors[..., ::-1] * alpha[..., np.newaxis])  # blue first, weighed by the alpha
    pixels[..., 3] = np.rint(255 * alpha)
    image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # which frees it from the array's life


def rgba_pixels(image: QImage) -> NDArray[np.uint8]:
    """Return an image's colours and opacity, uint8 array of shape (rows, columns, 4)."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4).copy()


def keep_extreme(target: QImage, image: QImage, corner: QPoint, *, lighter: bool) -> None:
    """Lay one opaque 32-bit image on another and keep of every pixel and channel the darker, or the lighter one.

    `corner` is where the image's top left pixel comes to lie; all of it must lie on the target. What
    `QPainter.CompositionMode_Darken` and `_Lighten` do, several times as fast.
    """
    below, above = (
        np.frombuffer(pixels.bits(), np.uint8).reshape(pixels.height(), pixels.bytesPerLine())
        for pixels in (target, image)
    )
    across, down = 4 * corner.x(), corner.y()
    covered = below[down : down + above.shape[0], across : across + above.shape[1]]
    (np.maximum if lighter else np.minimum)(covered, above, out=covered)
