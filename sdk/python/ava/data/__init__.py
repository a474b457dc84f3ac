"""Read a formatted set: ava.data.open("/workspace/data/train") finds out its format and gives its samples.

    train = ava.data.open("/workspace/data/train")
    picture, label, name = train[0]            # bytes of the image file, class index, id
    len(train), train.classes, train.format

A set has random access and can be iterated, so a PyTorch DataLoader takes it (or a thin wrapper) as it is.
Source: formats.md 4.1 for the directory, 5 and 6 and 8 for the formats, 9 for labels.csv.
"""

import os

from .base import DataError, Sample, SampleSet, read_classes
from .lmdb import LmdbSet
from .raw import RawSet
from .recordio import RecordioSet

__all__ = ["DataError", "LmdbSet", "RawSet", "RecordioSet", "Sample", "SampleSet", "open", "read_classes"]

# What a set directory holds -> its reader; the first that is there wins.
READERS = (
    (os.path.join("cache", "data.rec"), RecordioSet),
    (os.path.join("cache", "data.mdb"), LmdbSet),
    (os.path.join("samples", "index.lst"), RawSet),
)


def open(path):  # named as a person would call it: ava.data.open
    """Open the set in this directory. Errors: DataError (no set there, or a damaged one)."""
    for name, reader in READERS:
        if os.path.isfile(os.path.join(path, name)):
            return reader(path)
    raise DataError("no formatted set in %s: none of %s is there" % (path, ", ".join(name for name, _ in READERS)))
