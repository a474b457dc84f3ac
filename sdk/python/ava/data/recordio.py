"""Read MXNet RecordIO sets: cache/data.rec with cache/data.idx (Source: formats.md 5)."""

import array
import io
import os
import struct

from .base import DataError, Sample, SampleSet, map_file, whole
from .picture import in_pixels, size

MAGIC = 0xCED7230A
MAGIC_BYTES = struct.pack("<I", MAGIC)
_HEAD = struct.Struct("<II")
_IMAGE_HEAD = struct.Struct("<IfQQ")
_LENGTH_MASK = (1 << 29) - 1


def read_record(data, offset, name="data.rec"):
    """Return (payload, offset of the next record). Errors: DataError at a damaged record.

    A payload that contained the magic word was cut there: the parts are joined with the word put back.
    """
    start = offset
    parts = []
    while True:
        if offset + _HEAD.size > len(data):
            raise DataError("%s: the record at byte %d is cut off" % (name, start))
        magic, lrec = _HEAD.unpack_from(data, offset)
        flag, length = lrec >> 29, lrec & _LENGTH_MASK
        if magic != MAGIC:
            raise DataError("%s: no record begins at byte %d" % (name, offset))
        if flag not in ((2, 3) if parts else (0, 1)):
            raise DataError("%s: the record at byte %d has its parts in the wrong order" % (name, start))
        begin = offset + _HEAD.size
        if begin + length > len(data):
            raise DataError("%s: the record at byte %d is longer than the file" % (name, start))
        parts.append(data[begin:begin + length])
        offset = begin + (length + 3) // 4 * 4
        if flag in (0, 3):
            return MAGIC_BYTES.join(parts), offset


def unpack_image(payload, name="data.rec"):
    """Split an image record into its Sample: label an int, or the tuple of labels of a detection record."""
    if len(payload) < _IMAGE_HEAD.size:
        raise DataError("%s: a record of %d bytes is no image record" % (name, len(payload)))
    flag, label, number, _ = _IMAGE_HEAD.unpack_from(payload)
    if flag == 0:
        return Sample(payload[_IMAGE_HEAD.size:], whole(label), number)
    end = _IMAGE_HEAD.size + 4 * flag
    if len(payload) < end:
        raise DataError("%s: record %d is shorter than its %d labels" % (name, number, flag))
    return Sample(payload[end:], struct.unpack_from("<%df" % flag, payload, _IMAGE_HEAD.size), number)


def boxes_of(sample):
    """The boxes of a detection record, [class index, x0, y0, x1, y1] in pixels of its picture. Errors: DataError."""
    values = sample.label
    if not isinstance(values, tuple) or len(values) < 2 or values[0] < 2 or values[1] < 5:
        raise DataError("record %s has no vector of boxes" % sample.id)
    head, width = int(values[0]), int(values[1])
    if (len(values) - head) % width != 0:
        raise DataError("record %s: its vector of boxes is cut off" % sample.id)
    boxes = [(int(values[at]),) + values[at + 1:at + 5] for at in range(head, len(values), width)]
    return in_pixels(boxes, *size(sample.image_bytes))


class RecordioSet(SampleSet):
    format = "recordio"

    def _open(self):
        self._name = os.path.join(self.path, "cache", "data.rec")
        self._data = map_file(self._name)
        index = os.path.join(self.path, "cache", "data.idx")
        self._offsets = self._read_index(index) if os.path.exists(index) else self._scan()

    def __len__(self):
        return len(self._offsets)

    def _read(self, index):
        payload, _ = read_record(self._data, self._offsets[index], self._name)
        return unpack_image(payload, self._name)

    @staticmethod
    def _read_index(path):
        offsets = array.array("Q")
        with io.open(path, encoding="ascii") as stream:
            for number, line in enumerate(stream, 1):
                fields = line.split("\t")
                try:
                    offsets.append(int(fields[1]))
                except (IndexError, ValueError, OverflowError):
                    raise DataError("%s: line %d is not `key<TAB>offset`" % (path, number))
        return offsets

    def _scan(self):
        offsets, offset = array.array("Q"), 0
        while offset < len(self._data):
            offsets.append(offset)
            _, offset = read_record(self._data, offset, self._name)
        return offsets
