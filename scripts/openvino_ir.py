# SPDX-License-Identifier: Apache-2.0
"""Writes OpenVINO's IR, version 11: layers as text, constants as bytes."""
import array


class Graph:
    """Nodes are (layer number, shape, output port, precision). A side of -1 is left open."""

    def __init__(self, name):
        self.name, self.layers, self.edges, self.weights = name, [], [], bytearray()

    def add(self, kind, inputs, shape, attributes="", element="f32", opset="opset1"):
        number = len(self.layers)
        dims = "".join(f"<dim>{d}</dim>" for d in shape)
        precision = {"f32": "FP32", "f16": "FP16", "i64": "I64"}[element]
        ports = ""
        for port, source in enumerate(inputs):
            self.edges.append(f'<edge from-layer="{source[0]}" from-port="{source[2]}" to-layer="{number}" to-port="{port}"/>')
            source_dims = "".join(f"<dim>{d}</dim>" for d in source[1])
            ports += f'<port id="{port}" precision="{source[3]}">{source_dims}</port>'
        out = len(inputs)
        body = f"<input>{ports}</input>" if ports else ""
        if kind != "Result":
            body += f'<output><port id="{out}" precision="{precision}">{dims}</port></output>'
        self.layers.append(f'<layer id="{number}" name="n{number}" type="{kind}" version="{opset}">'
                           f"<data {attributes}/>{body}</layer>")
        return number, list(shape), out, precision

    def parameter(self, shape):
        text = ",".join("?" if s < 0 else str(s) for s in shape)
        return self.add("Parameter", [], shape, f'shape="{text}" element_type="f32"')

    def constant(self, values, shape, element="f32"):
        return self.constant_bytes(array.array({"f32": "f", "i64": "q"}[element], values).tobytes(), shape, element)

    def constant_bytes(self, data, shape, element):
        self.weights += bytes(-len(self.weights) % 8)
        text = ",".join(str(s) for s in shape)
        node = self.add("Const", [], shape, f'element_type="{element}" shape="{text}" offset="{len(self.weights)}" '
                        f'size="{len(data)}"', element)
        self.weights += data
        return node

    def text(self):
        return (f'<?xml version="1.0"?><net name="{self.name}" version="11"><layers>' + "\n".join(self.layers) +
                "</layers><edges>" + "\n".join(self.edges) + "</edges></net>")
