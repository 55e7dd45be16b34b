"""Completes packed BMPs that end before their last pixel, which is no damage."""

from os import SEEK_CUR
from typing import Any

from PIL import Image
from PIL.BmpImagePlugin import BmpRleDecoder

END_OF_BITMAP = b"\0\1"


class Padded(BmpRleDecoder):
    """Fills up what follows the end-of-bitmap code with the first colour, as for a skipped row."""

    def set_as_raw(
        self, data: bytes | bytearray, rawmode: str | None = None, extra: tuple[Any, ...] = ()
    ) -> None:
        """Take over what was unpacked."""
        file: Any = self.fd
        file.seek(-len(END_OF_BITMAP), SEEK_CUR)
        if file.read(len(END_OF_BITMAP)) == END_OF_BITMAP:
            data = data.ljust(self.state.xsize * self.state.ysize, b"\0")
        super().set_as_raw(data, rawmode, extra)


def accept_early_ends() -> None:
    """Let Pillow read such files."""
    Image.register_decoder("bmp_rle", Padded)
