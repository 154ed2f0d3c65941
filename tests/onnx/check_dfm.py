# SPDX-License-Identifier: Apache-2.0
"""The part of onnx_test.py that runs in its environment, with onnx, onnxruntime and numpy. Usage: check_dfm.py FOLDER"""
import json
import pathlib
import sys
import unittest

import numpy
import onnx
import onnxruntime

FOLDER = pathlib.Path(sys.argv.pop(1))
OUTPUTS = {"out_face_mask": 1, "out_celeb_face": 3, "out_celeb_face_mask": 1}  # in this order, with their channels
LIMIT = {"": 1e-4, ".half": 5e-3}


def numbers(name, *shape):
    return numpy.frombuffer((FOLDER / name).read_bytes(), numpy.float32).reshape(shape)


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Dfm(unittest.TestCase):
    SAMPLES = json.loads((FOLDER / "samples.json").read_text())

    def each(self):
        for sample in self.SAMPLES:
            for half in LIMIT:
                yield sample, half, FOLDER / f"{sample['name']}{half}.dfm"

    def test_every_architecture_is_there(self):
        self.assertEqual(len(self.SAMPLES), 34)

    def test_the_checker_finds_it_whole(self):
        for sample, half, path in self.each():
            with self.subTest(path.name):
                onnx.checker.check_model(str(path), full_check=True)
                model = onnx.load(path)
                self.assertEqual([(o.domain, o.version) for o in model.opset_import], [("", 12)])
                self.assertEqual(model.graph.name, {"amp": "AMP", "quick96": "Quick96"}.get(sample["name"], "SAEHD"))
                self.assertEqual({p.key for p in model.metadata_props} - {"archi"}, {"face_type", "model_class", "iteration"})
                kinds = {i.data_type for i in model.graph.initializer if i.name.endswith(("/weight", "/bias"))}
                self.assertEqual(kinds, {onnx.TensorProto.FLOAT16 if half else onnx.TensorProto.FLOAT})

    def test_names_shapes_and_types_are_the_contracts(self):
        for sample, _, path in self.each():
            with self.subTest(path.name):
                side, opened = sample["resolution"], session(path)
                inputs = [("in_face:0", "tensor(float)", ["N", side, side, 3])]
                if sample["name"] == "amp":
                    inputs.append(("morph_value:0", "tensor(float)", [1]))
                outputs = [(name + ":0", "tensor(float)", ["N", side, side, channels]) for name, channels in OUTPUTS.items()]
                for ports, wanted in (opened.get_inputs(), inputs), (opened.get_outputs(), outputs):
                    self.assertEqual([(p.name, p.type, p.shape) for p in ports], wanted)

    def test_it_gives_what_our_own_forward_pass_gives(self):
        furthest = dict.fromkeys(LIMIT, 0)
        for sample, half, path in self.each():
            side, opened = sample["resolution"], session(path)
            faces = numbers(sample["name"] + ".in", 2, side, side, 3)
            for i, morph in enumerate(sample["morphs"]):
                given = {"in_face:0": faces}
                if sample["name"] == "amp":
                    given["morph_value:0"] = numpy.float32([morph])
                for (name, channels), got in zip(OUTPUTS.items(), opened.run(None, given)):
                    self.assertEqual(got.shape, (2, side, side, channels))
                    ours = numbers(f"{sample['name']}.{i}.{name}", *got.shape)
                    most = float(numpy.abs(got - ours).max())
                    furthest[half] = max(furthest[half], most)
                    self.assertLessEqual(most, LIMIT[half], f"{name} at morph {morph}")
        print(f"\nfurthest from our own forward pass: {furthest['']:.2g} in float32, {furthest['.half']:.2g} in float16")
        self.assertGreater(furthest[".half"], 1e-6)  # it did round


if __name__ == "__main__":
    unittest.main(verbosity=2)
