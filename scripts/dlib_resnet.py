# SPDX-License-Identifier: Apache-2.0
"""Turns dlib's face recognition network (dlib_face_recognition_resnet_model_v1.dat, CC0) into OpenVINO's text format.

The file is a serialized dlib::anet_type. Of it only the layers' parameters are needed: each follows the layer's name
("con_4", "affine_", "fc_2") as a tensor, the innermost layer first. The architecture is the one of dlib's example
dnn_face_recognition_ex: a ResNet of 29 convolutions without its classifier.
"""
import struct

from openvino_ir import Graph


def tensors(data):
    """The parameters of all convolutions, affine layers and the last layer, in the order of the computation."""
    names = (b"\x01\x05con_4", b"\x01\x07affine_", b"\x01\x04fc_2")
    at = 0
    while True:
        found = [(data.find(name, at), name) for name in names]
        found = [f for f in found if f[0] >= 0]
        if not found:
            return
        start, name = min(found)
        at = start + len(name)
        if name.endswith(b"fc_2"):  # its outputs and inputs stand before the tensor
            for _ in range(2):
                at += 1 + data[at]
        numbers = []
        for _ in range(5):  # version, samples, planes, rows, columns
            size = data[at]
            numbers.append(int.from_bytes(data[at + 1:at + 1 + size], "little"))
            at += 1 + size
        count = numbers[1] * numbers[2] * numbers[3] * numbers[4]
        if numbers[0] != 2 or at + 4 * count > len(data):
            raise SystemExit("the face recognition model is not laid out as expected")
        yield name[2:].decode(), struct.unpack(f"<{count}f", data[at:at + 4 * count])
        at += 4 * count


def convert(data):
    """(xml, bin) of the network: 1 x 3 x 150 x 150 RGB, as dlib normalises it, to 128 numbers."""
    parameters = list(tensors(data))
    taken = iter(parameters)

    def take(name):
        kind, values = next(taken)
        if not kind.startswith(name):
            raise SystemExit(f"the face recognition model has {kind} where {name} should be")
        return values

    g = Graph("face_embedding")

    def convolution(x, planes, kernel, stride, pad):
        """With the affine layer behind it drawn into its weights."""
        inputs = x[1][1]
        values, affine = take("con"), take("affine")
        each = inputs * kernel * kernel
        filters, biases = values[:planes * each], values[planes * each:]
        if len(biases) != planes or len(affine) != 2 * planes:
            raise SystemExit("the face recognition model has other sizes than expected")
        gamma, beta = affine[:planes], affine[planes:]
        weights = g.constant((f * gamma[i // each] for i, f in enumerate(filters)), [planes, inputs, kernel, kernel])
        shift = g.constant((b * s + t for b, s, t in zip(biases, gamma, beta)), [1, planes, 1, 1])
        side = (x[1][2] + 2 * pad - kernel) // stride + 1
        y = g.add("Convolution", [x, weights], [1, planes, side, side],
                  f'strides="{stride},{stride}" dilations="1,1" pads_begin="{pad},{pad}" pads_end="{pad},{pad}" '
                  'auto_pad="explicit"')
        return g.add("Add", [y, shift], y[1])

    def relu(x):
        return g.add("ReLU", [x], x[1])

    def pool(x, kind, kernel, extra=""):
        side = (x[1][2] - kernel) // 2 + 1
        return g.add(kind, [x], [1, x[1][1], side, side],
                     f'kernel="{kernel},{kernel}" strides="2,2" pads_begin="0,0" pads_end="0,0" rounding_type="floor" '
                     f'auto_pad="explicit" {extra}')

    def grown(x, shape):
        """Zeros behind, as dlib adds tensors of different shapes."""
        if x[1] == shape:
            return x
        none = g.constant([0] * 4, [4], "i64")
        behind = g.constant([a - b for a, b in zip(shape, x[1])], [4], "i64")
        return g.add("Pad", [x, none, behind, g.constant([0.0], [])], shape, 'pad_mode="constant"')

    def residual(x, planes, down):
        y = relu(convolution(x, planes, 3, 2 if down else 1, 0 if down else 1))
        y = convolution(y, planes, 3, 1, 1)
        if down:
            x = pool(x, "AvgPool", 2, 'exclude-pad="true"')
        shape = [max(a, b) for a, b in zip(x[1], y[1])]
        return relu(g.add("Add", [grown(x, shape), grown(y, shape)], shape))

    x = g.parameter([1, 3, 150, 150])
    x = pool(relu(convolution(x, 32, 7, 2, 0)), "MaxPool", 3)
    for planes, count in ((32, 3), (64, 4), (128, 3), (256, 3), (256, 1)):
        for i in range(count):
            x = residual(x, planes, down=planes > 32 and i == 0)
    x = g.add("ReduceMean", [x, g.constant([2, 3], [2], "i64")], [1, 256], 'keep_dims="false"')
    weights = g.constant(take("fc"), [256, 128])
    x = g.add("MatMul", [x, weights], [1, 128], 'transpose_a="false" transpose_b="false"')
    g.add("Result", [x], [1, 128])
    if next(taken, None):
        raise SystemExit("the face recognition model has more layers than expected")
    return g.text(), bytes(g.weights)
