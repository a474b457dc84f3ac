"""Read sets of original images: samples/index.lst and the files it names (Source: formats.md 8)."""

import array
import io
import json
import os

from .base import DataError, Sample, SampleSet, map_file


class RawSet(SampleSet):
    format = "raw"

    def _open(self):
        self._name = os.path.join(self.path, "samples", "index.lst")
        self._lines = map_file(self._name)
        self._offsets = array.array("Q")
        begin = 0
        while begin < len(self._lines):
            end = self._lines.find(b"\n", begin)
            end = len(self._lines) if end < 0 else end
            if self._lines[begin:end].strip():
                self._offsets.append(begin)
            begin = end + 1

    def __len__(self):
        return len(self._offsets)

    def _read(self, index):
        begin = self._offsets[index]
        end = self._lines.find(b"\n", begin)
        line = self._lines[begin:] if end < 0 else self._lines[begin:end]
        try:
            item = json.loads(line.decode("utf-8"))
            url, label = item["url"], item["label"]
        except (ValueError, KeyError, TypeError):
            raise DataError("%s: entry %d is not {\"url\":...,\"label\":...}" % (self._name, index))
        # A set comes from elsewhere: its list must not reach a file outside of it.
        if not isinstance(url, str) or os.path.isabs(url) or ".." in url.split("/"):
            raise DataError("%s: entry %d leaves the set: %r" % (self._name, index, url))
        try:
            with io.open(os.path.join(self.path, url), "rb") as stream:
                return Sample(stream.read(), label, url)
        except OSError as error:
            raise DataError("%s: entry %d: %s" % (self._name, index, error))
