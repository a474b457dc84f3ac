"""Decode the protobuf message caffe.Datum (Source: formats.md 6.3), without a protobuf library."""

import collections
import struct

from .base import DataError

Datum = collections.namedtuple("Datum", "channels height width data label float_data encoded")

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def decode_datum(message):
    """Decode one Datum; unknown fields are skipped. Errors: DataError."""
    numbers = {1: 0, 2: 0, 3: 0, 5: 0, 7: 0}
    data, floats = b"", []
    for field, kind, value in fields(message):
        if field in numbers and kind == _VARINT:
            numbers[field] = value
        elif field == 4 and kind == _BYTES:
            data = value
        elif field == 6 and kind == _FIXED32:
            floats.append(struct.unpack("<f", value)[0])
        elif field == 6 and kind == _BYTES:  # packed, as newer writers do
            floats.extend(struct.unpack("<%df" % (len(value) // 4), value))
    signed = {field: value - (1 << 64) if value >= 1 << 63 else value for field, value in numbers.items()}
    return Datum(signed[1], signed[2], signed[3], data, signed[5], floats, bool(signed[7]))


def image_bytes(datum):
    """Return the picture as an image file: the encoded one as it is, raw pixels as PGM or PPM.

    Raw pixels are stored as planes, blue first; PPM wants red, green, blue per pixel.
    """
    if datum.encoded:
        return datum.data
    plane = datum.height * datum.width
    if datum.channels not in (1, 3) or plane <= 0 or len(datum.data) != datum.channels * plane:
        raise DataError("a raw picture of %d x %d x %d has %d bytes"
                        % (datum.channels, datum.height, datum.width, len(datum.data)))
    head = ("P%d %d %d 255\n" % (5 if datum.channels == 1 else 6, datum.width, datum.height)).encode("ascii")
    if datum.channels == 1:
        return head + datum.data
    pixels = bytearray(3 * plane)
    for channel in range(3):
        pixels[2 - channel::3] = datum.data[channel * plane:(channel + 1) * plane]
    return head + bytes(pixels)


def fields(message):
    position, end = 0, len(message)
    while position < end:
        key, position = varint(message, position)
        field, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, position = varint(message, position)
        elif kind in (_FIXED32, _FIXED64, _BYTES):
            if kind == _BYTES:
                size, position = varint(message, position)
            else:
                size = 4 if kind == _FIXED32 else 8
            value = message[position:position + size]
            position += size
        else:
            raise DataError("byte %d is no protobuf field" % position)
        if position > end:
            raise DataError("a protobuf field is cut off at byte %d" % end)
        yield field, kind, value


def varint(message, position):
    result = shift = 0
    while True:
        if position >= len(message) or shift > 63:
            raise DataError("a protobuf number is cut off at byte %d" % position)
        byte = message[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & 0xFFFFFFFFFFFFFFFF, position
        shift += 7
