# SPDX-License-Identifier: Apache-2.0
"""What a DeepFaceLab reader needs of the files that the faceset tools write, rule by rule (spec pipeline.md 3), read with
Python alone. Usage: faceset_files_test.py UNDERSTUDY"""
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from dfl_files import Array, Enum, metadata, shape  # noqa: E402
from program import FilmTest, run, run_well  # noqa: E402

CONFIG_KEYS = ["sample_type", "filename", "face_type", "shape", "landmarks", "seg_ie_polys", "xseg_mask", "xseg_mask_compressed",
               "eyebrows_expand_mod", "source_filename", "person_name"]
TYPES = {"h": ("half_face", 0), "f": ("full_face", 2), "wf": ("whole_face", 4), "head": ("head", 10)}


class FacesetFiles(FilmTest):
    SIDES, EXTRACT = ["src"], ["--image-size", 128]

    @classmethod
    def make_film(cls):
        super().make_film()
        cls.aligned = cls.film / "data_src" / "aligned"
        cls.faces = sorted(path.name for path in cls.aligned.glob("*.jpg"))
        cls.label(cls.aligned / cls.faces[1], protocol=3)
        cls.label(cls.aligned / cls.faces[2], protocol=4)

    @classmethod
    def label(cls, path, protocol):
        """What DeepFaceLab's mask editor adds, and a key of another tool."""
        jpeg = path.read_bytes()
        info = metadata(jpeg)
        square = [20, 20, 100, 20, 100, 100, 20, 100]
        hole = [40, 40, 60, 40, 50, 60]
        info["seg_ie_polys"] = {"polys": [{"type": 0, "pts": Array("f4", (3, 2), hole)},
                                          {"type": 1, "pts": Array("f4", (4, 2), square)}]}
        mask = cls.scratch / "mask.png"
        program.grey_png(mask, 256, lambda x, y: 255 if 60 < x < 190 and 60 < y < 190 else 0)
        info["xseg_mask"] = Array("u1", (mask.stat().st_size,), mask.read_bytes())
        info["another_tool"] = ["kept", 1, 2.5, None]
        path.write_bytes(dfl_files.with_metadata(jpeg, info, protocol))

    def setUp(self):
        self.copy = shutil.copytree(self.aligned, self.folder() / "aligned")

    def tool(self, *arguments):
        return run_well("-w", self.film, "faceset", *arguments, "--input", self.copy).report()

    def check_points(self, points):
        self.assertIs(type(points), list)
        self.assertEqual(len(points), 68)
        for point in points:
            self.assertEqual([type(v) for v in point], [float, float])

    def check_array(self, array, dtypes, shape):
        self.assertIsInstance(array, Array)
        self.assertIn(array.dtype, dtypes)
        self.assertEqual(array.shape, shape)

    def check_labels(self, info):
        polys = info["seg_ie_polys"]["polys"]
        self.assertEqual([poly["type"] for poly in polys], [1, 0])  # includes first
        for poly in polys:
            self.check_array(poly["pts"], ["f4"], (len(poly["pts"].values()) // 2, 2))

    def check_face(self, jpeg, face_type=None, size=None):
        info = metadata(jpeg)
        self.assertNotIn(None, [info.get(key, 0) for key in ("face_type", "landmarks", "source_filename")])
        self.assertEqual(type(info["face_type"]), str)
        self.check_points(info["landmarks"])
        self.assertEqual(type(info["source_filename"]), str)
        self.check_array(info["source_rect"], ["i4", "i8"], (4,))
        self.check_points(info["source_landmarks"])
        self.check_array(info["image_to_face_mat"], ["f8"], (2, 3))
        matrix = info["image_to_face_mat"].values()
        for (x, y), (u, v) in zip(info["source_landmarks"], info["landmarks"]):
            self.assertAlmostEqual(matrix[0] * x + matrix[1] * y + matrix[2], u, delta=0.05)
            self.assertAlmostEqual(matrix[3] * x + matrix[4] * y + matrix[5], v, delta=0.05)
        if "xseg_mask" in info:
            self.check_array(info["xseg_mask"], ["u1"], (len(info["xseg_mask"].raw),))
            self.assertLessEqual(len(info["xseg_mask"].raw), 50000)
            self.assertEqual(info["xseg_mask"].raw[:4], b"\x89PNG")
            self.check_labels(info)
            self.assertEqual(info["another_tool"], ["kept", 1, 2.5, None])
        if face_type:
            self.assertEqual(info["face_type"], face_type)
        if size:
            self.assertEqual(shape(jpeg), (size, size, 3))
        return info

    def test_extracted_faces(self):
        for name in self.faces[:1] + self.faces[3:]:  # those between have been labelled here
            self.check_face((self.aligned / name).read_bytes(), "whole_face", 128)

    def test_resized_faces(self):
        for key, (name, _) in TYPES.items():
            self.tool("resize", "src", "--image-size", 96, "--face-type", key, "--output", self.copy / key)
            for face in self.faces:
                info = self.check_face((self.copy / key / face).read_bytes(), name, 96)
                old = metadata((self.aligned / face).read_bytes())
                self.assertEqual(info["source_rect"].raw, old["source_rect"].raw)
                self.assertEqual(info["source_landmarks"], old["source_landmarks"])
        self.assertEqual(sum("xseg_mask" in metadata(path.read_bytes()) for path in (self.copy / "head").glob("*.jpg")), 2)

    def test_pack(self):
        loose = {name: (self.copy / name).read_bytes() for name in self.faces}
        self.tool("pack", "src")
        self.assertEqual(list(self.copy.glob("*.jpg")), [])
        packed = dfl_files.read_pak((self.copy / "faceset.pak").read_bytes())
        self.assertEqual([config["filename"] for config, _ in packed], self.faces)
        for config, jpeg in packed:
            self.check_config(config, loose[config["filename"]], None)
            self.assertEqual(jpeg, loose[config["filename"]])
        self.tool("unpack", "src")
        self.assertEqual({name: (self.copy / name).read_bytes() for name in self.faces}, loose)
        self.assertFalse((self.copy / "faceset.pak").exists())

    def check_config(self, config, jpeg, person):
        info = metadata(jpeg)
        self.assertEqual(list(config), CONFIG_KEYS)
        self.assertEqual(config["sample_type"], Enum(("SampleType", 1)))
        self.assertEqual(config["face_type"], Enum(("FaceType", dict(TYPES.values())[info["face_type"]])))
        self.assertEqual((type(config["shape"]), config["shape"]), (tuple, shape(jpeg)))
        self.assertEqual(config["landmarks"], info["landmarks"])
        self.assertEqual(config["xseg_mask"], None)
        self.assertEqual(type(config["eyebrows_expand_mod"]), float)
        self.assertEqual(config["source_filename"], info["source_filename"])
        self.assertEqual(config["person_name"], person)
        if "xseg_mask" in info:
            self.check_array(config["xseg_mask_compressed"], ["u1"], info["xseg_mask"].shape)
            self.assertEqual(config["xseg_mask_compressed"].raw, info["xseg_mask"].raw)
            self.check_labels(config)
        else:
            self.assertEqual(config["xseg_mask_compressed"], None)
            self.assertEqual(config["seg_ie_polys"], {"polys": []})

    def test_pack_of_persons(self):
        for i, name in enumerate(self.faces):
            person = self.copy / ("ann" if i % 2 else "bob")
            person.mkdir(exist_ok=True)
            (self.copy / name).rename(person / name)
        self.tool("pack", "src")
        packed = dfl_files.read_pak((self.copy / "faceset.pak").read_bytes())
        self.assertEqual({config["person_name"] for config, _ in packed}, {"ann", "bob"})
        for config, jpeg in packed:
            self.check_config(config, jpeg, config["person_name"])

    def test_saved_metadata(self):
        report = self.tool("save-metadata", "src")
        self.assertEqual(report["faces"], len(self.faces))
        saved = dfl_files.load((self.copy / "meta.dat").read_bytes(), (3, 4))
        self.assertEqual(list(saved), self.faces)
        for name, entry in saved.items():
            self.assertIs(type(entry), tuple)
            size, info = entry
            self.assertEqual((type(size), size), (tuple, (128, 128, 3)))
            self.check_points(info["landmarks"])
            self.check_array(info["source_rect"], ["i4", "i8"], (4,))
            if "xseg_mask" in info:
                self.check_labels(info)
                self.assertEqual(info["another_tool"], ["kept", 1, 2.5, None])

    def test_restored_metadata(self):
        self.tool("save-metadata", "src")
        before = {name: metadata((self.copy / name).read_bytes()) for name in self.faces}
        # A paint program saves larger pictures without metadata, one of them as a PNG under the old name.
        for name in self.faces[:-1]:
            run_well("-w", self.film, "faceset", "landmarks", "src", "--input", self.copy, "--output", self.copy / "painted")
            shutil.copy(self.copy / "painted" / f"{pathlib.Path(name).stem}_debug.jpg", self.copy / name)
        program.grey_png(self.copy / self.faces[-1], 300, lambda x, y: (x + y) % 256)
        shutil.rmtree(self.copy / "painted")
        self.assertEqual(self.tool("restore-metadata", "src")["faces"], len(self.faces))
        for name in self.faces:
            info = self.check_face((self.copy / name).read_bytes(), "whole_face", 128)
            self.assertEqual(info["landmarks"], before[name]["landmarks"])
        self.assertFalse((self.copy / "meta.dat").exists())

    def test_what_is_no_face_is_told_and_stays(self):
        (self.copy / "note.jpg").write_bytes(b"no picture")
        cut = (self.copy / self.faces[0]).read_bytes()
        (self.copy / "cut.jpg").write_bytes(cut[:-300])
        report = self.tool("pack", "src")
        self.assertEqual(report["skipped"], ["cut.jpg", "note.jpg"])
        self.assertEqual(sorted(path.name for path in self.copy.glob("*.jpg")), ["cut.jpg", "note.jpg"])
        refused = run("-w", self.film, "faceset", "recover-names", "src", "--input", self.copy)
        self.assertEqual(refused.status, 2)
        self.assertIn("unpack", refused.complaints()[0])


if __name__ == "__main__":
    program.main()
