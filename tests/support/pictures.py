"""Small pictures and archives of them, made of nothing but the standard library. Same arguments, same bytes."""
import io
import json
import struct
import tarfile
import zipfile
import zlib


def png(seed, side=16):
    """A coloured square whose pixels depend on `seed`."""
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    rows = b"".join(b"\0" + bytes((seed * 7 + x * 3 + y * 5 + c * 11) % 256 for x in range(side) for c in range(3))
                    for y in range(side))
    head = side.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def tar_of(files, mode="w"):
    """A tar of {name: bytes}; a TarInfo as key is taken as it is."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files.items():
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zip_of(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def classes(count, names=("cat", "dog", "猫"), side=16):
    """{folder/file: bytes} of `count` pictures in one folder per class."""
    return {f"{names[i % len(names)]}/{i:05}.png": png(i, side) for i in range(count)}


def line(url, cls="cat", label="animal", **more):
    """One line of a list, in the new form."""
    entry = {"name": label, "type": "classification", "version": "1", "data": [{"class": cls}] if cls else []}
    return json.dumps({"url": url, "type": "image", "label": [entry], **more}, ensure_ascii=False) + "\n"


def record(label, picture, number=0):
    """An MXNet RecordIO record, by the format's description: this tool is not AVA."""
    payload = struct.pack("<IfQQ", 0, label, number, 0) + picture
    return struct.pack("<II", 0xCED7230A, len(payload)) + payload + b"\0" * (-len(payload) % 4)


def recordio(labels):
    """data.rec and data.idx as im2rec writes them, with keys of its own."""
    data, index = b"", b""
    for number, label in enumerate(labels):
        index += b"%d\t%d\n" % (100 + number, len(data))
        data += record(label, png(number * 20), 100 + number)
    return data, index


def png_of(width, height, samples, channels=3, bits=8):
    """A PNG of samples row by row: grey, grey and alpha, RGB or RGBA, of 8 or 16 bits."""
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    size = bits // 8
    row = width * channels
    rows = b"".join(b"\0" + b"".join(v.to_bytes(size, "big") for v in samples[y * row:(y + 1) * row]) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, bits, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pixels_of(data):
    """(width, height, channels, samples) of an 8-bit PNG, by the specification: this reader is not AVA's."""
    at, packed, head = 8, b"", ()
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        head = struct.unpack(">IIBB", body[:10]) if kind == b"IHDR" else head
        packed += body if kind == b"IDAT" else b""
        at += 12 + size
    width, height, bits, colour = head
    assert bits == 8, bits
    channels = {0: 1, 4: 2, 2: 3, 6: 4}[colour]
    raw, step, before, samples = zlib.decompress(packed), width * channels, bytes(width * channels), []
    for y in range(height):
        method, row = raw[y * (step + 1)], bytearray(raw[y * (step + 1) + 1:(y + 1) * (step + 1)])
        for x in range(step):
            left, corner = (row[x - channels], before[x - channels]) if x >= channels else (0, 0)
            nearest = min((left, before[x], corner), key=lambda v: abs(left + before[x] - corner - v))
            row[x] = (row[x] + (0, left, before[x], (left + before[x]) // 2, nearest)[method]) % 256
        samples += row
        before = row
    return width, height, channels, samples
