"""The readers against the vectors of formats.md and against sets written by another hand."""

import os
import pickle
import random
import shutil
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import ava.data
from ava.data import datum, lmdb, recordio
from sdk_support import writers

try:
    import lmdb as python3_lmdb
except ImportError:
    python3_lmdb = None


def raw(text):
    return bytes.fromhex(text.replace(" ", ""))


class SetCase(unittest.TestCase):
    def setUp(self):
        self.dir = os.path.join(tempfile.mkdtemp(), "set")
        self.addCleanup(shutil.rmtree, os.path.dirname(self.dir))

    def write(self, name, data):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(data)
        return path


class RecordIo(SetCase):
    FRAMES = (  # formats.md 5.1
        ("", "0a23d7ce00000000"),
        ("41414141 0a23d7ce 4242", "0a23d7ce0400002041414141 0a23d7ce0200006042420000"),
        ("0a23d7ce 42", "0a23d7ce00000020 0a23d7ce0100006042000000"),
        ("41414141 0a23d7ce", "0a23d7ce0400002041414141 0a23d7ce00000060"),
        ("0a23d7ce 0a23d7ce", "0a23d7ce00000020 0a23d7ce00000040 0a23d7ce00000060"),
        ("0a23d7ce", "0a23d7ce00000020 0a23d7ce00000060"),
        ("41 0a23d7ce 424242", "0a23d7ce08000000 410a23d7ce424242"),
    )

    def test_frames_read_as_the_vectors_say(self):
        for payload, frame in self.FRAMES:
            self.assertEqual(recordio.read_record(raw(frame), 0), (raw(payload), len(raw(frame))))
            self.assertEqual(writers.record(raw(payload)), raw(frame))

    def test_image_records_read_as_the_vectors_say(self):
        plain = raw("0a23d7ce 1d000000 00000000 00006041 2026330100000000 0000000000000000 4142434445 000000")
        self.assertEqual(recordio.unpack_image(recordio.read_record(plain, 0)[0]), (b"ABCDE", 14, 20129312))
        boxes = raw("0a23d7ce 36000000 07000000 00000000 0700000000000000 0000000000000000 00000040 0000a040"
                    "0000803f 0000803e 0000003f 0000403f 0000803f 5859 0000")
        self.assertEqual(recordio.unpack_image(recordio.read_record(boxes, 0)[0]),
                         (b"XY", (2, 5, 1, .25, .5, .75, 1), 7))

    def test_a_set_gives_its_samples_by_number_and_in_order(self):
        samples = [(b"x" * n + writers.MAGIC * (n % 3), n % 2) for n in range(9)]
        writers.write_recordio(self.dir, samples, ["甲,乙", "b"])
        data = ava.data.open(self.dir)
        self.assertEqual((data.format, len(data), data.classes), ("recordio", 9, ["甲,乙", "b"]))
        self.assertEqual([(s.image_bytes, s.label) for s in data], samples)
        self.assertEqual(data[8], (samples[8][0], 0, 8))
        self.assertEqual(data[-1], data[8])
        self.assertRaises(IndexError, lambda: data[9])
        self.assertEqual(pickle.loads(pickle.dumps(data))[3], data[3])

    def test_without_an_index_the_records_are_counted(self):
        writers.write_recordio(self.dir, [(b"a", 0), (writers.MAGIC, 1)], ["a", "b"], index=False)
        self.assertEqual([s.image_bytes for s in ava.data.open(self.dir)], [b"a", writers.MAGIC])

    def test_damage_is_said_with_its_place(self):
        self.write("cache/data.rec", writers.record(writers.image_record(0, 0, b"abc"))[:-6])
        self.write("cache/data.idx", b"0\t0\n")
        with self.assertRaisesRegex(ava.data.DataError, "byte 0 is longer than the file"):
            ava.data.open(self.dir)[0]
        self.write("cache/data.idx", b"0\t4\n")
        with self.assertRaisesRegex(ava.data.DataError, "no record begins at byte 4"):
            ava.data.open(self.dir)[0]
        self.write("cache/data.idx", b"nonsense\n")
        with self.assertRaisesRegex(ava.data.DataError, "line 1"):
            ava.data.open(self.dir)

    def test_an_empty_set_is_a_set(self):
        self.write("cache/data.rec", b"")
        self.write("cache/data.idx", b"")
        self.assertEqual(list(ava.data.open(self.dir)), [])


class Datum(unittest.TestCase):
    def test_vectors(self):  # formats.md 6.3
        plain = datum.decode_datum(raw("0803 1001 1802 2206 ff0000800a14 2807"))
        self.assertEqual(plain, (3, 1, 2, raw("ff0000800a14"), 7, [], False))
        encoded = datum.decode_datum(raw("2204ffd8ffd9 2807 3801"))
        self.assertEqual((encoded.data, encoded.label, encoded.encoded), (raw("ffd8ffd9"), 7, True))
        self.assertEqual(datum.decode_datum(raw("2204ffd8ffd9 28ffffffffffffffffff01 3801")).label, -1)
        self.assertEqual(datum.decode_datum(raw("2204ffd8ffd9 2800 350000803e 350000803f 3801")).float_data, [0.25, 1.0])

    def test_raw_pixels_become_a_picture_file(self):
        plain = datum.decode_datum(raw("0803 1001 1802 2206 ff0000800a14 2807"))
        self.assertEqual(datum.image_bytes(plain), b"P6 2 1 255\n" + bytes([10, 0, 255, 20, 128, 0]))

    def test_what_is_cut_off_is_refused(self):
        for text in ("22", "2204ffd8", "28ff", "0f"):
            self.assertRaises(ava.data.DataError, datum.decode_datum, raw(text))


@unittest.skipIf(python3_lmdb is None, "python3-lmdb writes the sets of these tests and is not installed")
class Lmdb(SetCase):
    def agree(self, pairs, **options):
        """Write the pairs with LMDB itself; the pure reader must give back exactly what LMDB gives back."""
        writers.write_lmdb(self.dir, pairs, **options)
        environment = lmdb.Environment(os.path.join(self.dir, "cache", "data.mdb"))
        with python3_lmdb.open(os.path.join(self.dir, "cache"), readonly=True, lock=False) as truth:
            with truth.begin() as transaction:
                expected = [(bytes(k), bytes(v)) for k, v in transaction.cursor()]
                depth = transaction.stat()["depth"] if expected else 0
        self.assertEqual(environment.entries, len(expected))
        self.assertEqual(list(environment.items()), expected)
        picks = random.Random(1).sample(range(len(expected)), min(50, len(expected)))
        self.assertEqual([environment.at(n) for n in picks], [expected[n] for n in picks])
        return depth

    def test_sizes_from_none_to_overflow_pages(self):
        for count, sizes in ((0, [0]), (1, [1]), (3, [0, 5, 100]), (200, [10, 2000]), (60, [4080, 4097, 70000, 5])):
            with self.subTest(count=count, sizes=sizes):
                self.setUp()
                self.agree([(b"%08d_a" % n, os.urandom(sizes[n % len(sizes)])) for n in range(count)])

    def test_many_branch_levels(self):
        long_keys = [(b"%08d_" % n + b"k" * 480, b"v%d" % n) for n in range(4000)]
        self.assertGreaterEqual(self.agree(long_keys), 4)

    def test_keys_written_in_any_order_and_overwritten(self):
        numbers = list(range(3000)) * 2
        random.Random(2).shuffle(numbers)
        self.agree([(b"%08d" % n, os.urandom(n % 300)) for n in numbers], commit_every=37)

    def test_a_set_of_datums(self):
        pictures = [bytes([n]) * (n * 400) for n in range(30)]
        writers.write_lmdb(self.dir, [(("%08d_图/%d.jpg" % (n, n)).encode(), writers.encoded_datum(p, n % 3))
                                      for n, p in enumerate(pictures)])
        writers.write_labels(self.dir, ["a", "b", "c"])
        data = ava.data.open(self.dir)
        self.assertEqual((data.format, len(data), data.classes), ("lmdb", 30, ["a", "b", "c"]))
        self.assertEqual(data[12], (pictures[12], 0, "00000012_图/12.jpg"))
        self.assertEqual([s.image_bytes for s in data], pictures)
        self.assertEqual(pickle.loads(pickle.dumps(data))[29], data[29])

    def test_damage_is_said(self):
        writers.write_lmdb(self.dir, [(b"%08d" % n, b"x" * 9000) for n in range(20)])
        path = os.path.join(self.dir, "cache", "data.mdb")
        with open(path, "r+b") as stream:
            stream.truncate(5 * 4096)
        with self.assertRaisesRegex(ava.data.DataError, "cut off"):
            list(ava.data.open(self.dir))
        self.write("cache/data.mdb", b"\0" * 8192)
        with self.assertRaisesRegex(ava.data.DataError, "not an LMDB file"):
            ava.data.open(self.dir)


class RawImages(SetCase):
    def test_samples(self):
        samples = [(b"one", 0), (b"two", 1)]
        writers.write_raw(self.dir, samples, ["x", "y"])
        data = ava.data.open(self.dir)
        self.assertEqual((data.format, len(data), data.classes), ("raw", 2, ["x", "y"]))
        self.assertEqual(data[1], (b"two", 1, "samples/000001.png"))
        self.assertEqual([(s.image_bytes, s.label) for s in data], samples)

    def test_a_list_that_leaves_the_set_is_refused(self):
        self.write("samples/index.lst", b'{"url":"../../etc/passwd","label":0}\n{"url":"/etc/passwd","label":0}\nx\n')
        data = ava.data.open(self.dir)
        for index, words in enumerate(("leaves the set", "leaves the set", "is not {")):
            self.assertRaisesRegex(ava.data.DataError, words, lambda: data[index])


class Directory(SetCase):
    def test_no_set_there(self):
        with self.assertRaisesRegex(ava.data.DataError, "no formatted set"):
            ava.data.open(self.dir)

    def test_label_files(self):  # formats.md 9
        for text, names in (("", []), ("a\nb\n", ["a", "b"]), ("a, b\n0\n", ["a, b", "0"]),
                            ("0,cat\n1,dog\n", ["cat", "dog"]), ("0,cat\n5,dog\n", ["0,cat", "5,dog"]), ("狗\n猫", ["狗", "猫"])):
            self.assertEqual(ava.data.read_classes(self.write("labels.csv", text.encode())), names)


if __name__ == "__main__":
    unittest.main()
