"""Read a formatted set: ava.data.open("/workspace/data/train") finds out its format and gives its samples.

    train = ava.data.open("/workspace/data/train")
    picture, label, name = train[0]            # bytes of the image file, class index, id
    len(train), train.classes, train.format

A set has random access and can be iterated, so a PyTorch DataLoader takes it (or a thin wrapper) as it is. Where a picture
has boxes, `label` is a list of [class index, x0, y0, x1, y1] in pixels; of RecordIO it is MXNet's vector, and
ava.data.boxes_of(sample) gives such a list. Where it has several classes, `label` is the list of their indices; of
RecordIO a number 1 or 0 for each class.
Source: docs/formats/sets.md.
"""

import glob
import os

from .base import DataError, Sample, SampleSet, read_classes
from .files import CocoSet, FolderSet, VocSet, YoloSet
from .lmdb import LmdbSet
from .raw import RawSet
from .recordio import RecordioSet, boxes_of
from .shards import MdsSet, TfrecordSet, WebdatasetSet

__all__ = ["CocoSet", "DataError", "FolderSet", "LmdbSet", "MdsSet", "RawSet", "RecordioSet", "Sample", "SampleSet",
           "TfrecordSet", "VocSet", "WebdatasetSet", "YoloSet", "boxes_of", "open", "read_classes"]

# What a set directory holds -> its reader; the first that is there wins.
READERS = (
    ("cache/data.rec", RecordioSet),
    ("cache/data.mdb", LmdbSet),
    ("samples/index.lst", RawSet),
    ("cache/*.tfrecord", TfrecordSet),
    ("cache/*.tar", WebdatasetSet),
    ("cache/index.json", MdsSet),
    ("names.csv", FolderSet),
    ("annotations/instances_*.json", CocoSet),
    ("data.yaml", YoloSet),
    ("ImageSets/Main/*.txt", VocSet),
)


def open(path):  # named as a person would call it: ava.data.open
    """Open the set in this directory. Errors: DataError (no set there, or a damaged one)."""
    for pattern, reader in READERS:
        if glob.glob(os.path.join(glob.escape(path), pattern)):
            return reader(path)
    raise DataError("no formatted set in %s: none of %s is there" % (path, ", ".join(name for name, _ in READERS)))
