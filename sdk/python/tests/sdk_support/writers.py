"""Small writers of the set formats, made from formats.md alone, so that the readers are tested against another hand."""

import io
import json
import os
import struct

MAGIC = struct.pack("<I", 0xCED7230A)


def record(payload):
    """Frame one RecordIO payload, cutting it at aligned magic words (formats.md 5.1)."""
    cuts = [at for at in range(0, len(payload) - 3, 4) if payload[at:at + 4] == MAGIC]
    parts, begin = [], 0
    for cut in cuts:
        parts.append(payload[begin:cut])
        begin = cut + 4
    parts.append(payload[begin:])
    framed = b""
    for number, part in enumerate(parts):
        flag = 0 if len(parts) == 1 else 1 if number == 0 else 3 if number == len(parts) - 1 else 2
        framed += MAGIC + struct.pack("<I", flag << 29 | len(part)) + part + b"\0" * (-len(part) % 4)
    return framed


def image_record(number, label, picture):
    return struct.pack("<IfQQ", 0, label, number, 0) + picture


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def encoded_datum(picture, label):
    return b"\x22" + varint(len(picture)) + picture + b"\x28" + varint(label) + b"\x38\x01"


def write_labels(directory, classes):
    with io.open(os.path.join(directory, "labels.csv"), "w", encoding="utf-8", newline="\n") as stream:
        stream.write("".join(name + "\n" for name in classes))


def write_recordio(directory, samples, classes, index=True):
    """Write samples [(picture bytes, label)] as a RecordIO set."""
    os.makedirs(os.path.join(directory, "cache"))
    write_labels(directory, classes)
    offset = 0
    with open(os.path.join(directory, "cache", "data.rec"), "wb") as data, \
            open(os.path.join(directory, "cache", "data.idx"), "w") as lines:
        for number, (picture, label) in enumerate(samples):
            framed = record(image_record(number, label, picture))
            data.write(framed)
            lines.write("%d\t%d\n" % (number, offset))
            offset += len(framed)
    if not index:
        os.unlink(os.path.join(directory, "cache", "data.idx"))


def write_raw(directory, samples, classes, extension=".png"):
    """Write samples [(picture bytes, label)] as a set of original images."""
    os.makedirs(os.path.join(directory, "samples"))
    write_labels(directory, classes)
    with io.open(os.path.join(directory, "samples", "index.lst"), "w", encoding="utf-8") as lines:
        for number, (picture, label) in enumerate(samples):
            name = "samples/%06d%s" % (number, extension)
            with open(os.path.join(directory, name), "wb") as stream:
                stream.write(picture)
            lines.write(json.dumps({"url": name, "label": label}) + "\n")


def write_lmdb(directory, pairs, commit_every=1000, map_size=1 << 30):
    """Write (key, value) pairs with python3-lmdb, in several transactions, as AVA does."""
    import lmdb
    os.makedirs(os.path.join(directory, "cache"))
    with lmdb.open(os.path.join(directory, "cache"), map_size=map_size, sync=False) as environment:
        batch = []
        for pair in pairs:
            batch.append(pair)
            if len(batch) == commit_every:
                _put(environment, batch)
                batch = []
        _put(environment, batch)


def _put(environment, batch):
    with environment.begin(write=True) as transaction:
        for key, value in batch:
            transaction.put(key, value)
