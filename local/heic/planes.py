"""Splits a picture into planes of samples, and predicts each block from those before it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from local.heic.headers import Coding
from local.heic.residual import Residual
from local.heic.transform import Quantiser

# What QP chroma has at the luma's 30 to 43 (table 8-10).
CHROMA_QP = (29, 30, 31, 32, 33, 33, 34, 34, 35, 35, 36, 36, 37, 37)
MIDDLE = 128


@dataclass
class Plane:
    """A plane's samples, and of what a decoder has of them the edges that predict the next."""

    rows: list[bytes]
    size: int
    quantiser: Quantiser
    residual: Residual
    above: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    @property
    def width(self) -> int:
        return len(self.rows[0])

    @property
    def height(self) -> int:
        return len(self.rows)

    def coded(self, column: int, row: int) -> list[int]:
        """Return the levels of a block; remember its edges as decoded."""
        x, size = column * self.size, self.size
        left, above = self._neighbours(column, row)
        mean = (sum(left) + sum(above) + size) // (2 * size)
        predicted = self._predicted(left, above, mean)
        block = self.rows[row * size : (row + 1) * size]
        levels = self.quantiser.levels(
            [
                [sample - guess for sample, guess in zip(line[x : x + size], guesses, strict=True)]
                for line, guesses in zip(block, predicted, strict=True)
            ]
        )
        self._remember(x, levels, predicted[-1], [line[-1] for line in predicted])
        return levels

    def _neighbours(self, column: int, row: int) -> tuple[list[int], list[int]]:
        """Return the samples left and above; what there is stands in for others (8.4.4.2.2)."""
        if not self.above:
            self.above = [MIDDLE] * self.width
        above = self.above[column * self.size : (column + 1) * self.size] if row else []
        left = self.left if column else []
        if not left and not above:
            return [MIDDLE] * self.size, [MIDDLE] * self.size
        return left or above[:1] * self.size, above or left[:1] * self.size

    def _predicted(self, left: list[int], above: list[int], mean: int) -> list[list[int]]:
        """Return the prediction; luma's is smoothed at its edges (8.4.4.2.5)."""
        lines = [[mean] * self.size for _ in range(self.size)]
        if self.residual.luma:
            lines[0] = [each + 3 * mean + 2 >> 2 for each in above]
            for line, each in zip(lines, left, strict=True):
                line[0] = each + 3 * mean + 2 >> 2
            lines[0][0] = left[0] + 2 * mean + above[0] + 2 >> 2
        return lines

    def _remember(self, x: int, levels: list[int], bottom: list[int], right: list[int]) -> None:
        if any(levels):
            below, beside = self.quantiser.edges(levels)
            bottom = _clipped(bottom, below)
            right = _clipped(right, beside)
        self.above[x : x + self.size], self.left = bottom, right


def _clipped(predicted: list[int], difference: list[int]) -> list[int]:
    return [max(0, min(255, sum(pair))) for pair in zip(predicted, difference, strict=True)]


def planes(picture: Image.Image, coding: Coding) -> list[Plane]:
    """Return luma, and chroma at half its size if it is coded."""
    width, height = coding.coded
    luma, *chroma = picture.convert("YCbCr").split() if coding.chroma else [picture.convert("L")]
    qp = coding.qp
    chroma_qp = qp if qp < 30 else qp - 6 if qp > 43 else CHROMA_QP[qp - 30]
    made = [Plane(list(_rows(luma, width, height)), 16, Quantiser(16, qp), Residual(16, True))]
    for each in chroma:
        rows = list(_rows(each.reduce(2), width // 2, height // 2))
        made.append(Plane(rows, 8, Quantiser(8, chroma_qp), Residual(8, False)))
    return made


def _rows(plane: Image.Image, width: int, height: int) -> Iterator[bytes]:
    """Yield the samples line by line; the last ones go on as far as is coded."""
    samples = plane.tobytes()
    for y in range(height):
        at = min(y, plane.height - 1) * plane.width
        line = samples[at : at + plane.width]
        yield line + line[-1:] * (width - plane.width)
