#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the trained enhancer as ONNX, with Python's own library only: to_onnx.py WEIGHTS.safetensors ENHANCER.onnx

The few protobuf messages are written by hand; the field numbers are those of onnx.proto. Weights are kept in 16 bits and
cast to 32 when the network is loaded."""
import json
import pathlib
import struct
import sys

FLOAT, INT64, FLOAT16 = 1, 7, 10
ABOUT = {"source": "understudy, tools/enhancer: trained on drawn pictures only", "licence": "Apache-2.0"}


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """One field: integers as varints, text and messages with their length, floats as four bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(*fields):
    return b"".join(field(number, value) for number, value in fields)


def attribute(name, value):
    if isinstance(value, float):
        return message((1, name), (2, value), (20, 1))
    if isinstance(value, int):
        return message((1, name), (3, value), (20, 2))
    if isinstance(value, str):
        return message((1, name), (4, value), (20, 3))
    return message((1, name), *[(8, v) for v in value], (20, 7))


def node(kind, inputs, output, **attributes):
    return message(*[(1, name) for name in inputs], (2, output), (3, output), (4, kind),
                   *[(5, attribute(name, value)) for name, value in attributes.items()])


def tensor(name, shape, floats):
    return message(*[(1, side) for side in shape], (2, FLOAT16), (8, name), (9, struct.pack(f"<{len(floats)}e", *floats)))


def picture(name):
    sides = [(2, "n"), (1, 3), (2, "height"), (2, "width")]
    shape = message(*[(1, message(side)) for side in sides])
    return message((1, name), (2, message((1, message((1, FLOAT), (2, shape))))))


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    return {name: (entry["shape"], struct.unpack(f"<{(entry['data_offsets'][1] - entry['data_offsets'][0]) // 4}f",
                                                 data[8 + length + entry["data_offsets"][0]:8 + length + entry["data_offsets"][1]]))
            for name, entry in header.items()}


def graph(weights):
    """What was lost of the brightness, added to all three colours. Beyond its edges a picture goes on as it is there."""
    nodes, initializers = [], [tensor("luma.half", [1, 3, 1, 1], [0.299, 0.587, 0.114])]
    for name, (shape, values) in weights.items():
        initializers.append(tensor(name + ".half", shape, values))
    nodes += [node("Cast", [name + ".half"], name, to=FLOAT) for name in ["luma", *weights]]
    reach = (weights["linear"][0][2] - 1) // 2
    initializers.append(message((1, 8), (2, INT64), (8, "edges"), (9, struct.pack("<8q", *[0, 0, reach, reach] * 2))))
    nodes += [node("Conv", ["image", "luma"], "grey"),
              node("Pad", ["grey", "edges"], "padded", mode="edge"),
              node("Conv", ["padded", "filter", "bias"], "seen"),
              node("Relu", ["seen"], "hidden"),
              node("Conv", ["hidden", "readout", "constant"], "curved"),
              node("Conv", ["padded", "linear"], "straight"),
              node("Add", ["curved", "straight"], "lost"),
              node("Add", ["image", "lost"], "enhanced")]
    return message(*[(1, n) for n in nodes], (2, "enhancer"), *[(5, t) for t in initializers], (11, picture("image")),
                   (12, picture("enhanced")))


def main():
    model = message((1, 8), (2, "understudy"), (7, graph(read_safetensors(sys.argv[1]))), (8, message((1, ""), (2, 13))),
                    *[(14, message((1, key), (2, value))) for key, value in ABOUT.items()])
    pathlib.Path(sys.argv[2]).write_bytes(model)


if __name__ == "__main__":
    main()
