"""What the readers of boxes need of a picture: its size, by the head of the file."""

import struct

from .base import DataError

_NO_SIZE = (0xC4, 0xC8, 0xCC)  # JPEG markers from 0xC0 on that are no frame heads


def size(image_bytes):
    """Return (width, height) of a PNG or JPEG file, as stored. Errors: DataError."""
    if image_bytes[:8] == b"\x89PNG\r\n\x1a\n" and len(image_bytes) >= 24:
        return struct.unpack(">II", image_bytes[16:24])
    at = 2
    while image_bytes[:2] == b"\xff\xd8" and at + 9 <= len(image_bytes) and image_bytes[at:at + 1] == b"\xff":
        marker, length = struct.unpack_from(">BH", image_bytes, at + 1)
        if marker == 0xFF:  # fill
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE:
            height, width = struct.unpack_from(">HH", image_bytes, at + 5)
            return width, height
        at += 2 + length
    raise DataError("neither a PNG nor a JPEG picture with a size")


def in_pixels(boxes, width, height):
    """Boxes (class, x0, y0, x1, y1) in fractions of a picture, as boxes in pixels."""
    return [[cls, x0 * width, y0 * height, x1 * width, y1 * height] for cls, x0, y0, x1, y1 in boxes]
