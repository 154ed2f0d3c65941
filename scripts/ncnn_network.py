# SPDX-License-Identifier: Apache-2.0
"""Turns a network in ncnn's format (a .param text and a .bin of weights) into OpenVINO's, for pictures of any size.

Only the layers that super-resolution networks are made of are known; any other stops the conversion. Weights stay at the
16 bits in which the file has them.
"""
import struct

from openvino_ir import Graph

MAGIC, HALF = "7767517", 0x01306B47


class Weights:
    """ncnn's .bin, read front to back."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        self.at += size
        if self.at > len(self.data):
            raise SystemExit("the network's weights end too early")
        return self.data[self.at - size:self.at]

    def floats(self, count):
        return self.take(4 * count), "f32"

    def tagged(self, count):
        """A tensor that says by a number before it whether it has 16 or 32 bits."""
        tag, = struct.unpack("<I", self.take(4))
        if tag == HALF:
            return self.take((2 * count + 3) // 4 * 4)[:2 * count], "f16"
        if tag != 0:
            raise SystemExit(f"the network's weights are stored in a way that is not known (0x{tag:08x})")
        return self.floats(count)


def options_of(words):
    """{key: number or list}; -23300 - key stands for a list, its length first."""
    options = {}
    for word in words:
        key, value = word.split("=")
        if int(key) <= -23300:
            options[-23300 - int(key)] = [float(v) for v in value.split(",")[1:]]
        else:
            options[int(key)] = float(value)
    return options


class Converter:
    def __init__(self, name, weights):
        self.graph, self.weights = Graph(name), Weights(weights)

    def constant(self, data_and_element, shape):
        node = self.graph.constant_bytes(data_and_element[0], shape, data_and_element[1])
        if data_and_element[1] == "f32":
            return node
        return self.graph.add("Convert", [node], shape, 'destination_type="f32"')

    def leaky(self, x, slopes, count):
        slope = self.constant(slopes, [count])
        return self.graph.add("PRelu", [x, slope], x[1])

    def convolution(self, inputs, o):
        x, planes, kernel, pad = inputs[0], int(o[0]), int(o[1]), int(o.get(4, 0))
        if o.get(2, 1) != 1 or o.get(3, 1) != 1 or 2 * pad != kernel - 1:
            raise SystemExit("the network has a convolution of a kind that is not known")
        weights = self.constant(self.weights.tagged(int(o[6])), [planes, x[1][1], kernel, kernel])
        y = self.graph.add("Convolution", [x, weights], [1, planes, -1, -1],
                           f'strides="1,1" dilations="1,1" pads_begin="{pad},{pad}" pads_end="{pad},{pad}" '
                           'auto_pad="explicit"')
        if o.get(5):
            y = self.graph.add("Add", [y, self.constant(self.weights.floats(planes), [1, planes, 1, 1])], y[1])
        activation = int(o.get(9, 0))
        if activation not in (0, 1, 2):
            raise SystemExit("the network has an activation that is not known")
        slope = o[10][0] if activation == 2 else 0.0
        return self.leaky(y, (struct.pack("<f", slope), "f32"), 1) if activation else y

    def sum(self, a, b, factors=(1.0, 1.0)):
        parts = [x if f == 1 else self.graph.add("Multiply", [x, self.graph.constant([f], [1])], x[1])
                 for x, f in zip((a, b), factors)]
        return self.graph.add("Add", parts, a[1])

    def binary(self, inputs, o):
        if o.get(1):
            other = self.graph.constant([o.get(2, 0)], [1])
        else:
            other = inputs[1]
        return self.graph.add({0: "Add", 1: "Subtract", 2: "Multiply"}[int(o.get(0, 0))], [inputs[0], other], inputs[0][1])

    def enlarged(self, x, o):
        if int(o[0]) != 1:
            raise SystemExit("the network enlarges in a way that is not known")
        g = self.graph
        sizes = g.constant([1, 1], [2], "i64")  # not used when scales are given
        scales = g.constant([o[2], o[1]], [2])
        axes = g.constant([2, 3], [2], "i64")
        return g.add("Interpolate", [x, sizes, scales, axes], x[1],
                     'mode="nearest" shape_calculation_mode="scales" coordinate_transformation_mode="asymmetric" '
                     'nearest_mode="floor" antialias="false" pads_begin="0,0,0,0" pads_end="0,0,0,0" cube_coeff="-0.75"',
                     opset="opset4")

    def layer(self, kind, inputs, o):
        """The outputs of one layer."""
        g, x = self.graph, inputs[0] if inputs else None
        if kind == "Input":
            return g.parameter([1, 3, -1, -1])
        if kind == "Split":
            return x
        if kind == "Convolution":
            return self.convolution(inputs, o)
        if kind == "PReLU":
            return self.leaky(x, self.weights.floats(int(o[0])), int(o[0]))
        if kind == "ReLU":
            return self.leaky(x, (struct.pack("<f", o.get(0, 0)), "f32"), 1)
        if kind == "BinaryOp":
            return self.binary(inputs, o)
        if kind == "Eltwise" and o.get(0) == 1:
            return self.sum(*inputs, o.get(1, (1.0, 1.0)))
        if kind == "Concat" and o.get(0, 0) == 0:
            return g.add("Concat", inputs, [1, sum(i[1][1] for i in inputs), -1, -1], 'axis="1"')
        if kind == "PixelShuffle" and o.get(1, 0) == 0:
            factor = int(o[0])
            return g.add("DepthToSpace", [x], [1, x[1][1] // factor**2, -1, -1],
                         f'block_size="{factor}" mode="depth_first"')
        if kind == "Interp":
            return self.enlarged(x, o)
        raise SystemExit(f"the network has a layer that is not known: {kind} {o}")


def convert(name, param, weights):
    """(xml, bin) of the network: 1 x 3 x any x any RGB, 0..1, to the same, larger by a whole factor."""
    lines = param.split("\n")
    if lines[0].strip() != MAGIC:
        raise SystemExit("the network's description is not ncnn's")
    work, blobs, last = Converter(name, weights), {}, None
    for line in lines[2:]:
        words = line.split()
        if not words:
            continue
        kind, count_in, count_out = words[0], int(words[2]), int(words[3])
        names = words[4:4 + count_in + count_out]
        last = work.layer(kind, [blobs[n] for n in names[:count_in]], options_of(words[4 + count_in + count_out:]))
        blobs.update((n, last) for n in names[count_in:])
    if work.weights.at != len(weights):
        raise SystemExit("the network has more weights than layers for them")
    work.graph.add("Result", [last], last[1])
    return work.graph.text(), bytes(work.graph.weights)
