"""Sets whose pictures are files of their own: one folder per class, COCO, YOLO, Pascal VOC.

A label is a class index, or in a set of boxes a list of [class index, x0, y0, x1, y1] in pixels, as in a raw set.
"""

import csv
import glob
import io
import json
import os
import xml.etree.ElementTree

from . import picture
from .base import DataError, Sample, SampleSet


class FileSet(SampleSet):
    """A set that is a list of (file below the set, what its label is made of). A reader fills in `_list`, `_label`."""

    def _open(self):
        self._items = self._list()

    def __len__(self):
        return len(self._items)

    def _read(self, index):
        name, what = self._items[index]
        # A set comes from elsewhere: it must not reach a file outside of it.
        if os.path.isabs(name) or ".." in name.split("/"):
            raise DataError("%s: sample %d leaves the set: %r" % (self.path, index, name))
        image_bytes = self._bytes(name)
        return Sample(image_bytes, self._label(what, image_bytes), name)

    def _label(self, what, image_bytes):
        return what

    def _bytes(self, name):
        try:
            with io.open(os.path.join(self.path, name), "rb") as stream:
                return stream.read()
        except OSError as error:
            raise DataError("cannot read %s: %s" % (name, error))

    def _text(self, name):
        try:
            return self._bytes(name).decode("utf-8")
        except UnicodeDecodeError:
            raise DataError("%s is not UTF-8" % name)

    def _only(self, pattern):
        """The one file that looks like this, relative to the set."""
        found = glob.glob(os.path.join(glob.escape(self.path), pattern))
        if len(found) != 1:
            raise DataError("%s holds %d files like %s" % (self.path, len(found), pattern))
        return os.path.relpath(found[0], self.path).replace(os.sep, "/")


class FolderSet(FileSet):
    """samples/<folder>/<number>.jpg; names.csv says whose folder it is (docs/formats/sets.md)."""

    format = "folder"

    def _list(self):
        items = []
        for row in csv.DictReader(io.StringIO(self._text("names.csv"), newline="")):
            folder = "samples/" + row["folder"]
            for name in os.listdir(os.path.join(self.path, folder)):
                items.append((folder + "/" + name, int(row["index"])))
        return sorted(items, key=lambda item: os.path.basename(item[0]))


class CocoSet(FileSet):
    format = "coco"

    def _list(self):
        name = self._only("annotations/instances_*.json")
        folder = "images/" + os.path.basename(name)[len("instances_"):-len(".json")] + "/"
        try:
            whole = json.loads(self._text(name))
            boxes = {image["id"]: [] for image in whole["images"]}
            for one in whole["annotations"]:
                x, y, width, height = one["bbox"]
                boxes[one["image_id"]].append([one["category_id"] - 1, x, y, x + width, y + height])
            return [(folder + image["file_name"], boxes[image["id"]]) for image in whole["images"]]
        except (ValueError, KeyError, TypeError) as error:
            raise DataError("%s: %s is no instances file of COCO: %r" % (self.path, name, error))


class YoloSet(FileSet):
    format = "yolo"

    def _list(self):
        name = self._only("*.txt")
        items = []
        for line in self._text(name).splitlines():
            image = os.path.normpath(line).replace(os.sep, "/")
            items.append((image, "labels/" + image[len("images/"):].rsplit(".", 1)[0] + ".txt"))
        return items

    def _label(self, what, image_bytes):
        boxes = []
        for number, line in enumerate(self._text(what).splitlines(), 1):
            try:
                cls, x, y, width, height = line.split()
                x, y, dx, dy = float(x), float(y), float(width) / 2, float(height) / 2
                boxes.append((int(cls), x - dx, y - dy, x + dx, y + dy))
            except ValueError:
                raise DataError("%s: line %d is not `class x y width height`" % (what, number))
        return picture.in_pixels(boxes, *picture.size(image_bytes))


class VocSet(FileSet):
    """Boxes are whole pixels: Pascal VOC counts from 1, the last ones inside."""

    format = "voc"

    def _list(self):
        names = self._text(self._only("ImageSets/Main/*.txt")).split()
        return [self._item("Annotations/%s.xml" % name) for name in names]

    def _item(self, name):
        try:
            tree = xml.etree.ElementTree.fromstring(self._bytes(name))
            boxes = [self._box(one) for one in tree.findall("object")]
            return "JPEGImages/" + tree.findtext("filename"), boxes
        except (xml.etree.ElementTree.ParseError, ValueError, TypeError) as error:
            raise DataError("%s is no annotation of Pascal VOC: %s" % (name, error))

    def _box(self, one):
        x0, y0, x1, y1 = (int(one.findtext("bndbox/" + edge)) for edge in ("xmin", "ymin", "xmax", "ymax"))
        return [self.classes.index(one.findtext("name")), x0 - 1, y0 - 1, x1, y1]
