"""Read LMDB sets: cache/data.mdb with one caffe.Datum per key (Source: formats.md 6; page layout of LMDB 0.9).

A walker over the B+ tree of the unnamed database, in pure Python over a memory map: python3-lmdb need not be there.
It takes no lock, which is right for a set: nobody writes to it any more.
"""

import array
import bisect
import os
import struct

from . import datum
from .base import DataError, Sample, SampleSet, map_file

MAGIC = 0xBEEFC0DE
VERSION = 1
PAGE_HEAD = 16
BRANCH, LEAF, OVERFLOW, META = 0x01, 0x02, 0x04, 0x08
BIG_DATA, SUB_DATA, DUP_DATA = 0x01, 0x02, 0x04
NO_PAGE = 0xFFFFFFFFFFFFFFFF
_PAGE = struct.Struct("<QHHHH")     # page number, pad, flags, lower, upper
_NODE = struct.Struct("<HHHH")      # lo, hi, flags, key size
_META = struct.Struct("<IIQQ48s48sQQ")  # magic, version, address, map size, free db, main db, last page, transaction
_DB = struct.Struct("<IHHQQQQQ")    # pad (page size), flags, depth, branch, leaf, overflow pages, entries, root
_MOST_DEPTH = 32


class Environment(object):
    """The key-value pairs of a data.mdb file, in key order and by position."""

    def __init__(self, path):
        self._name = path
        self._data = map_file(path)
        self._page_size, self._depth, self.entries, self._root = self._newest_meta()
        self._leaves = None
        self._ends = None

    def items(self):
        """Yield (key, value) in key order."""
        for page in self._leaf_pages():
            for node in range(self._count(page)):
                yield self._item(page, node)

    def at(self, position):
        """Return the (key, value) at this position in key order. Cost: O(log pages), after one walk over the leaf pages."""
        if self._leaves is None:
            leaves, ends, total = array.array("Q"), array.array("Q"), 0
            for page in self._leaf_pages():
                total += self._count(page)
                leaves.append(page)
                ends.append(total)
            if total != self.entries:
                raise DataError("%s: %d entries are announced, %d are there" % (self._name, self.entries, total))
            self._ends, self._leaves = ends, leaves  # leaves last: it is what other threads look at
        leaf = bisect.bisect_right(self._ends, position)
        before = self._ends[leaf - 1] if leaf else 0
        return self._item(self._leaves[leaf], position - before)

    def _newest_meta(self):
        """Return (page size, depth, entries, root) of the newer of the two meta pages that is whole."""
        first = self._meta(0)
        if first is None:
            raise DataError("%s is not an LMDB file" % self._name)
        page_size = first[0]
        if page_size < 512 or page_size & (page_size - 1):
            raise DataError("%s: a page size of %d is impossible" % (self._name, page_size))
        second = self._meta(page_size)
        newest = second if second is not None and second[1] > first[1] else first
        return page_size, newest[2], newest[3], newest[4]

    def _meta(self, offset):
        if offset + PAGE_HEAD + _META.size > len(self._data):
            return None
        if not _PAGE.unpack_from(self._data, offset)[2] & META:
            return None
        magic, version, _, _, free, main, _, transaction = _META.unpack_from(self._data, offset + PAGE_HEAD)
        if magic != MAGIC or version != VERSION:
            return None
        page_size = _DB.unpack(free)[0]
        _, flags, depth, _, _, _, entries, root = _DB.unpack(main)
        if flags & DUP_DATA:
            raise DataError("%s has keys with several values, which no set has" % self._name)
        return page_size, transaction, depth, entries, root

    def _leaf_pages(self):
        """Yield the offsets of the leaf pages in key order."""
        if self._root == NO_PAGE:
            return
        stack = [(self._root, 1)]
        while stack:
            number, depth = stack.pop()
            if depth > _MOST_DEPTH:
                raise DataError("%s: the tree is deeper than it can be" % self._name)
            page = number * self._page_size
            flags = self._page_flags(page)
            if flags & LEAF:
                yield page
            elif flags & BRANCH:
                for node in reversed(range(self._count(page))):
                    lo, hi, high, _ = _NODE.unpack_from(self._data, self._node(page, node))
                    stack.append((lo | hi << 16 | high << 32, depth + 1))
            else:
                raise DataError("%s: page %d is no page of the tree" % (self._name, number))

    def _page_flags(self, page):
        if page + self._page_size > len(self._data):
            raise DataError("%s is cut off: page %d is missing" % (self._name, page // self._page_size))
        return _PAGE.unpack_from(self._data, page)[2]

    def _count(self, page):
        return (_PAGE.unpack_from(self._data, page)[3] - PAGE_HEAD) // 2

    def _node(self, page, index):
        offset = struct.unpack_from("<H", self._data, page + PAGE_HEAD + 2 * index)[0]
        if not PAGE_HEAD <= offset <= self._page_size - _NODE.size:
            raise DataError("%s: page %d is damaged" % (self._name, page // self._page_size))
        return page + offset

    def _item(self, page, index):
        node = self._node(page, index)
        lo, hi, flags, key_size = _NODE.unpack_from(self._data, node)
        size = lo | hi << 16
        begin = node + _NODE.size + key_size
        key = self._data[node + _NODE.size:begin]
        if flags & SUB_DATA:
            raise DataError("%s holds named databases, which no set has" % self._name)
        if flags & BIG_DATA:
            overflow = struct.unpack_from("<Q", self._data, begin)[0] * self._page_size
            if not self._page_flags(overflow) & OVERFLOW:
                raise DataError("%s: the value of key %r is lost" % (self._name, bytes(key)))
            begin = overflow + PAGE_HEAD
        if begin + size > len(self._data):
            raise DataError("%s is cut off in the value of key %r" % (self._name, bytes(key)))
        return bytes(key), self._data[begin:begin + size]


class LmdbSet(SampleSet):
    format = "lmdb"

    def _open(self):
        self._name = os.path.join(self.path, "cache", "data.mdb")
        self._environment = Environment(self._name)

    def __len__(self):
        return self._environment.entries

    def __iter__(self):
        for key, value in self._environment.items():
            yield self._sample(key, value)

    def _read(self, index):
        return self._sample(*self._environment.at(index))

    def _sample(self, key, value):
        name = key.decode("utf-8", "replace")
        try:
            message = datum.decode_datum(value)
            label = message.label if not message.float_data else tuple(message.float_data)
            return Sample(datum.image_bytes(message), label, name)
        except DataError as error:
            raise DataError("%s: key %s: %s" % (self._name, name, error))
