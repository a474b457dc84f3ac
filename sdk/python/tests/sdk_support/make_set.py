#!/usr/bin/env python3
"""Make train and val sets from a folder of class folders, without AVA: make_set.py FOLDER OUT recordio|raw|lmdb [VAL_PERCENT]."""

import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from sdk_support import writers


def main():
    folder, out, kind = sys.argv[1:4]
    percent = int(sys.argv[4]) if len(sys.argv) > 4 else 30
    classes = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)))
    samples = []
    for label, name in enumerate(classes):
        for file_name in sorted(os.listdir(os.path.join(folder, name))):
            with open(os.path.join(folder, name, file_name), "rb") as stream:
                samples.append((stream.read(), label))
    random.Random(0).shuffle(samples)
    cut = len(samples) * percent // 100
    for part, chosen in (("val", samples[:cut]), ("train", samples[cut:])):
        directory = os.path.join(out, part)
        if kind == "lmdb":
            writers.write_lmdb(directory, [(b"%08d" % n, writers.encoded_datum(p, l)) for n, (p, l) in enumerate(chosen)])
            writers.write_labels(directory, classes)
        else:
            {"recordio": writers.write_recordio, "raw": writers.write_raw}[kind](directory, chosen, classes)
        print("%s: %d samples" % (directory, len(chosen)))


if __name__ == "__main__":
    main()
