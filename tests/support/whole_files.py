# SPDX-License-Identifier: Apache-2.0
"""Says of a file whether it is whole, and reads the few facts that tests want, with Python's own library only."""
import json
import pathlib
import struct
import zlib

MARK = b"compositeWithTrainedAlgorithmicMedia"


def png_parts(data):
    """Walks the chunks with their checksums and inflates the pixels; returns (width, height, channels), filtered rows."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG"
    at, pixels, header = 8, b"", None
    while True:
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + body), "damaged chunk"
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        if kind == b"IDAT":
            pixels += body
        at += 12 + length
        if kind == b"IEND":
            break
    assert at == len(data), "something after the end"
    width, height, depth, colour = header[:4]
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    pixels, row = zlib.decompress(pixels), (width * depth * channels + 7) // 8 + 1
    assert len(pixels) == row * height, "pixels are missing"
    return (width, height, channels), [pixels[at:at + row] for at in range(0, len(pixels), row)]


def check_png(data):
    return png_parts(data)[0][:2]


def png_rows(data):
    """The pixels of a PNG of 8 bits a channel, row by row."""
    (_, _, channels), filtered = png_parts(data)
    rows, above = [], bytes(len(filtered[0]) - 1)
    for line in filtered:
        row = bytearray(line[1:])
        for i in range(len(row)):
            left, up = row[i - channels] if i >= channels else 0, above[i]
            corner = above[i - channels] if i >= channels else 0
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda v: abs(guess - v))
            row[i] = row[i] + (0, left, up, (left + up) // 2, paeth)[line[0]] & 255
        rows.append(bytes(row))
        above = row
    return rows


def check_jpeg(data):
    """Walks the segments up to the picture's data and finds its end; returns (width, height)."""
    assert data[:2] == b"\xff\xd8", "no JPEG"
    at, size = 2, None
    while data[at + 1] != 0xDA:
        assert data[at] == 0xFF, "damaged segment"
        length = struct.unpack(">H", data[at + 2:at + 4])[0]
        if data[at + 1] in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", data[at + 5:at + 9])
            size = width, height
        at += 2 + length
    assert data[-2:] == b"\xff\xd9" and size, "the picture has no end"
    return size


def boxes(data, start=0, end=None):
    """(kind, begin, end of the content) of each MP4 box."""
    end = len(data) if end is None else end
    while start < end:
        size, kind = struct.unpack(">I4s", data[start:start + 8])
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", data[start + 8:start + 16])[0], 16
        assert size >= head and start + size <= end, f"box {kind} is cut off"
        yield kind.decode("latin1"), start + head, start + size
        start += size


def inside(data, path, start=0, end=None):
    """The (begin, end) of every box with that path: inside(data, "moov/trak")."""
    first, _, rest = path.partition("/")
    for kind, begin, stop in boxes(data, start, end):
        if kind == first:
            if rest:
                yield from inside(data, rest, begin, stop)
            else:
                yield begin, stop


def read_mp4(data):
    """Walks all boxes; returns {"vide": {...}, "soun": {...}} with samples, frames a second and seconds of each track."""
    assert [kind for kind, _, _ in boxes(data)].count("moov") == 1, "no index"
    tracks = {}
    for begin, end in inside(data, "moov/trak"):
        handler = next(inside(data, "mdia/hdlr", begin, end))[0]
        media = next(inside(data, "mdia/mdhd", begin, end))[0]
        scale, duration = struct.unpack(">II" if data[media] == 0 else ">IQ", data[media + (12 if data[media] == 0 else 20):][:8 if data[media] == 0 else 12])
        sizes = next(inside(data, "mdia/minf/stbl/stsz", begin, end))[0]
        samples = struct.unpack(">I", data[sizes + 8:sizes + 12])[0]
        tracks[data[handler + 8:handler + 12].decode()] = {"samples": samples, "seconds": duration / scale,
                                                          "rate": samples * scale / duration}
    content = sum(end - begin for begin, end in inside(data, "mdat"))
    assert content > 0, "no pictures"
    return tracks


def check_safetensors(data):
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    assert max(ends) == len(data) - 8 - length, "tensors are cut off"


def check_file(path):
    """Raises AssertionError naming the file when a file under a final name is not whole."""
    path = pathlib.Path(path)
    data = path.read_bytes()
    try:
        if path.suffix == ".png":
            check_png(data)
        elif path.suffix in (".jpg", ".jpeg"):
            check_jpeg(data)
        elif path.suffix == ".mp4":
            read_mp4(data)
        elif path.suffix == ".safetensors":
            check_safetensors(data)
        elif path.suffix == ".json":
            json.loads(data)
    except (AssertionError, ValueError, IndexError, KeyError, struct.error, zlib.error) as error:
        raise AssertionError(f"{path} is not whole: {error}") from error
