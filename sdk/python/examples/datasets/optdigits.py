#!/usr/bin/env python3
"""Write the 1,797 handwritten digits of UCI optdigits, which scikit-learn carries, as pictures.

    optdigits.py OUT [--scale 4] [--url-prefix PREFIX]

makes OUT/<class>/<number>.png (one folder per class: what `ava data import folder` and a folder upload take) and
OUT/digits.jsonlist (an AVA list, label "digit"). Without a prefix the URLs of the list are relative to the list; with one,
such as qiniu:///bucket/digits/, they are whole.
Needs scikit-learn, and nothing else: the PNG files are written with zlib.
"""

import argparse
import json
import os
import struct
import sys
import zlib


def png(rows):
    """Encode rows of 8-bit grey values as a PNG file."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) & 0xFFFFFFFF)

    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = b"".join(b"\0" + bytes(row) for row in rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels, 9)) + chunk(b"IEND", b"")


def enlarge(image, scale):
    """Turn the 8 x 8 values 0..16 into rows of grey 0..255, every pixel repeated `scale` times each way."""
    rows = []
    for line in image:
        row = [min(255, int(value) * 16) for value in line for _ in range(scale)]
        rows.extend([row] * scale)
    return rows


def list_line(url, name):
    """One line of an AVA list in the new form, in canonical order."""
    label = [{"name": "digit", "type": "classification", "version": "1", "data": [{"class": name}]}]
    return json.dumps({"url": url, "type": "image", "label": label}, ensure_ascii=False, separators=(",", ":")) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", help="directory to write to")
    parser.add_argument("--scale", type=int, default=4, help="enlarge the 8 x 8 pictures this many times (default 4)")
    parser.add_argument("--url-prefix", default="", help="put this before the file names in the list")
    options = parser.parse_args()
    if options.scale < 1:
        parser.error("--scale must be at least 1")
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        sys.exit("optdigits.py: scikit-learn is not installed (Debian package python3-sklearn)")

    digits = load_digits()
    lines = []
    for number, (image, target) in enumerate(zip(digits.images, digits.target)):
        name = str(int(target))
        path = "%s/%04d.png" % (name, number)
        os.makedirs(os.path.join(options.out, name), exist_ok=True)
        with open(os.path.join(options.out, path), "wb") as stream:
            stream.write(png(enlarge(image, options.scale)))
        lines.append(list_line(options.url_prefix + path, name))
    with open(os.path.join(options.out, "digits.jsonlist"), "w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(lines)
    print("%d pictures of 10 classes in %s" % (len(lines), options.out))


if __name__ == "__main__":
    main()
