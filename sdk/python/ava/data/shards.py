"""Sets in shards: TFRecord, WebDataset, MDS. Shards are mapped into memory, and samples found by number.

A label is a class index, a list of them, or a list of boxes [class index, x0, y0, x1, y1] in pixels, as in a raw set.
Checksums of TFRecord are not computed here: `ava data verify` proves files.
"""

import glob
import json
import os
import struct
import tarfile

from .base import DataError, Sample, SampleSet, map_file
from .picture import in_pixels
from .tf_example import read_example


class ShardSet(SampleSet):
    """A reader fills in `ending`, `_scan` (yield the place of each sample of a shard) and `_sample`."""

    ending = None

    def _open(self):
        names = glob.glob(os.path.join(glob.escape(self.path), "cache", "*" + self.ending))
        self._names = sorted(names, key=lambda name: (len(name), name))  # numbers outgrow their width
        self._shards = [map_file(name) for name in self._names]
        self._places = []
        for shard, name in enumerate(self._names):
            self._places.extend((shard, place) for place in self._scan(shard, name))

    def __len__(self):
        return len(self._places)

    def _read(self, index):
        shard, place = self._places[index]
        return self._sample(index, self._shards[shard], self._names[shard], place)


class TfrecordSet(ShardSet):
    format = "tfrecord"
    ending = ".tfrecord"

    def _scan(self, shard, name):
        data, at = self._shards[shard], 0
        while at < len(data):
            if at + 12 > len(data):
                raise DataError("%s: the record at byte %d is cut off" % (name, at))
            length, = struct.unpack_from("<Q", data, at)
            if at + 16 + length > len(data):
                raise DataError("%s: the record at byte %d is longer than the file" % (name, at))
            yield at + 12, length
            at += 16 + length

    def _sample(self, index, data, name, place):
        at, length = place
        features = read_example(data[at:at + length], name)
        try:
            image_bytes, = features["image/encoded"]
            if "image/class/label" in features:
                label = features["image/class/label"]
                label = label[0] if len(label) == 1 and not self._has_several() else label
            else:
                edges = [features.get("image/object/bbox/" + edge, []) for edge in ("xmin", "ymin", "xmax", "ymax")]
                boxes = list(zip(features.get("image/object/class/label", []), *edges))
                label = in_pixels(boxes, features["image/width"][0], features["image/height"][0])
        except (KeyError, ValueError, IndexError):
            raise DataError("%s: sample %d is no picture with a label" % (name, index))
        return Sample(image_bytes, label, index)

    def _has_several(self):
        """Whether the set gives lists of classes: its own description says so."""
        if not hasattr(self, "_several"):
            self._several = task_of(self.path) == "multi_label"
        return self._several


class WebdatasetSet(ShardSet):
    format = "webdataset"
    ending = ".tar"

    def _scan(self, shard, name):
        picture = None
        if self._shards[shard][-1024:].strip(b"\0") or len(self._shards[shard]) < 1024:
            raise DataError("%s is cut off: a tar ends in two empty blocks" % name)
        try:
            with tarfile.open(name, "r:") as archive:
                for member in archive:
                    stem, ending = os.path.splitext(member.name)
                    if ending in (".cls", ".json"):
                        if picture is None or picture[0] != stem:
                            raise DataError("%s: %s has no picture before it" % (name, member.name))
                        yield picture[1:] + (ending, member.offset_data, member.size)
                    else:
                        picture = stem, member.offset_data, member.size
        except (tarfile.TarError, OSError) as error:
            raise DataError("cannot read %s: %s" % (name, error))

    def _sample(self, index, data, name, place):
        at, size, ending, label_at, label_size = place
        text = data[label_at:label_at + label_size]
        try:
            label = int(text) if ending == ".cls" else labels_of(json.loads(text.decode("utf-8"))["label"][0]["data"])
        except (ValueError, KeyError, IndexError, TypeError):
            raise DataError("%s: the label of sample %d cannot be read" % (name, index))
        return Sample(data[at:at + size], label, index)


class MdsSet(ShardSet):
    format = "mds"
    ending = ".mds"

    def _open(self):
        with open(os.path.join(self.path, "cache", "index.json"), encoding="utf-8") as stream:
            self._columns = json.load(stream)["shards"][0]["column_encodings"]
        super(MdsSet, self)._open()

    def _scan(self, shard, name):
        data = self._shards[shard]
        count, = struct.unpack_from("<I", data, 0)
        offsets = struct.unpack_from("<%dI" % (count + 1), data, 4)
        if offsets[-1] > len(data):
            raise DataError("%s is cut off" % name)
        return zip(offsets, offsets[1:])

    def _sample(self, index, data, name, place):
        begin, end = place
        fixed = "int" in self._columns
        heads = 4 if fixed else 8
        size, = struct.unpack_from("<I", data, begin)
        image_at, label_at = begin + heads, begin + heads + size
        if label_at > end:
            raise DataError("%s: sample %d is cut off" % (name, index))
        if fixed:
            label, = struct.unpack_from("<q", data, label_at)
        else:
            label = labels_of(json.loads(data[label_at:end].decode("utf-8")))
        return Sample(data[image_at:label_at], label, index)


def task_of(path):
    """The task that ava-batch.json names; "" where there is none."""
    try:
        with open(os.path.join(path, "ava-batch.json"), encoding="utf-8") as stream:
            return json.load(stream)["plan"].get("task", "")
    except (OSError, ValueError, KeyError):
        return ""


def labels_of(data):
    """Entries of an AVA list with `class_index`: classes, or boxes where the entries have some."""
    labels = []
    for entry in data:
        points = entry.get("bbox")
        if points is None:
            labels.append(entry["class_index"])
            continue
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        labels.append([entry["class_index"]] + (entry.get("box") or [min(xs), min(ys), max(xs), max(ys)]))
    return labels
