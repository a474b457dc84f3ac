"""Decode the protobuf message tf.train.Example, without TensorFlow and without a protobuf library."""

import struct

from .base import DataError
from .datum import fields, varint

_BYTES, _FLOATS, _INTS = 1, 2, 3


def read_example(message, name="record"):
    """Return {feature: list of bytes, floats or ints}. Errors: DataError."""
    found = {}
    try:
        for _, _, features in fields(message):
            for _, _, entry in fields(features):
                parts = {field: value for field, _, value in fields(entry)}
                found[parts[1].decode("utf-8")] = _values(parts[2])
    except (KeyError, TypeError, UnicodeDecodeError, struct.error):
        raise DataError("%s: not a tf.train.Example" % name)
    return found


def _values(feature):
    for kind, _, values in fields(feature):
        return [value for _, wire, one in fields(values) for value in _unpacked(kind, wire, one)]
    return []


def _unpacked(kind, wire, value):
    """Numbers are packed, or one by one as older writers do."""
    if kind == _BYTES:
        return [value]
    if kind == _FLOATS:
        return struct.unpack("<%df" % (len(value) // 4), value)
    if wire == 0:
        return [_signed(value)]
    numbers, at = [], 0
    while at < len(value):
        number, at = varint(value, at)
        numbers.append(_signed(number))
    return numbers


def _signed(number):
    return number - (1 << 64) if number >= 1 << 63 else number
