"""What every formatted set has in common: a length, samples by number, iteration, class names."""

import collections
import io
import os

Sample = collections.namedtuple("Sample", "image_bytes label id")
Sample.__doc__ = """One sample: the image file's bytes, the class index (a tuple of floats in a detection set), the id."""


class DataError(Exception):
    """A set that is not there, or whose files are damaged; the text names the file and the place."""


class SampleSet(object):
    """A formatted set. A reader fills in `format`, `_open`, `__len__` and `_read`.

    Thread: reading is safe from several threads; after a fork the child may go on reading; pickling reopens the files.
    """

    format = None

    def __init__(self, path):
        self.path = os.path.abspath(path)
        self.classes = read_classes(os.path.join(self.path, "labels.csv"))
        self._open()

    def __getitem__(self, index):
        count = len(self)
        if index < 0:
            index += count
        if not 0 <= index < count:
            raise IndexError("sample %d of %d" % (index, count))
        return self._read(index)

    def __iter__(self):
        for index in range(len(self)):
            yield self._read(index)

    def __reduce__(self):
        return type(self), (self.path,)

    def __repr__(self):
        return "<%s set of %d samples in %s>" % (self.format, len(self), self.path)


def read_classes(path):
    """Read the class names of labels.csv; [] when there is no such file.

    A line is the bare name, commas and all; or `index,name` when every line begins with its own number (formats.md 9).
    """
    try:
        with io.open(path, encoding="utf-8-sig", newline="\n") as stream:
            lines = [line.rstrip("\r\n") for line in stream]
    except FileNotFoundError:
        return []
    if lines and all(line.split(",", 1)[0] == str(number) and "," in line for number, line in enumerate(lines)):
        return [line.split(",", 1)[1] for line in lines]
    return lines


def map_file(path):
    """Map a file into memory, read-only; b"" when it is empty. Errors: DataError."""
    import mmap
    try:
        with io.open(path, "rb") as stream:
            if os.fstat(stream.fileno()).st_size == 0:
                return b""
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise DataError("cannot read %s: %s" % (path, error))


def whole(number):
    """Return an int for 3.0, the float for 3.5."""
    return int(number) if number == int(number) else number
