# SPDX-License-Identifier: Apache-2.0
"""A model exported as one file, and merged with: the frames are those of the model. Usage: export_test.py UNDERSTUDY"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import ONE_THREAD, TINY_MODEL, FilmTest, run, run_well  # noqa: E402
from whole_files import png_rows  # noqa: E402

AMP = ["--resolution", 64, "--ae-dims", 32, "--inter-dims", 64, "--e-dims", 16, "--d-dims", 16, "--d-mask-dims", 8,
       "--batch-size", 2, "--face-type", "wf"]


class Export(FilmTest):
    SIDES, EXTRACT, MODEL = ["src", "dst"], ["--image-size", 128], TINY_MODEL

    @classmethod
    def make_film(cls):
        super().make_film()
        run_well("-w", cls.film, "train", "amp", "--model", "amp", *AMP, *ONE_THREAD, "--target-iter", 2)

    def setUp(self):
        self.work = self.film_copy()

    def do(self, *arguments):
        return run_well("-w", self.work, *arguments).report()

    def refused(self, *arguments, naming, status=2):
        outcome = run("-w", self.work, *arguments)
        self.assertEqual(outcome.status, status, outcome.err)
        self.assertEqual(len(outcome.complaints()), 1, outcome.err)
        self.assertIn(str(naming), outcome.complaints()[0])

    def merged(self, *arguments, done_before=0):
        """The pixels of all pictures and masks that a merge leaves."""
        report = self.do("merge", *arguments, *ONE_THREAD)
        self.assertEqual((report["frames"], report["done_before"]), (self.FRAMES, done_before), arguments)
        self.iteration = report["model_iteration"]
        paths = [path for name in ("merged", "merged_mask") for path in sorted((self.work / "data_dst" / name).glob("*.png"))]
        self.assertEqual(len(paths), 2 * self.FRAMES)
        return b"".join(row for path in paths for row in png_rows(path.read_bytes()))

    def furthest(self, one, other):
        self.assertEqual(len(one), len(other))
        return max(abs(a - b) for a, b in zip(one, other))

    def test_merging_with_the_file_is_merging_with_the_model(self):
        for name, kind, morphs in ("saehd", "SAEHD", [1]), ("amp", "AMP", [0.25, 1]):
            exported = self.do("model", "export", "--to", "dfm", "--model", name)
            self.assertEqual(exported["files"], [f"{name}_{kind}_model.dfm"])
            half = self.do("model", "export", "--to", "dfm", "--model", name, "--quantised", "--as", "half")
            self.assertLessEqual(half["bytes"], 0.51 * exported["bytes"])
            pictures = []
            for morph in morphs:
                options = ["--morph", morph, "--colour-transfer", "none"]
                by_model = self.merged("--model", name, *options)
                by_file = self.merged("--model-file", self.work / "exported" / exported["files"][0], *options)
                self.assertEqual(self.iteration, exported["iteration"])
                self.assertLessEqual(self.furthest(by_model, by_file), 1)
                by_half = self.merged("--model-file", self.work / "exported" / half["files"][0], *options)
                self.assertLessEqual(self.furthest(by_model, by_half), 5)
                pictures.append(by_file)
            self.assertEqual(len(set(pictures)), len(morphs))
        # The same content elsewhere is the same model: nothing is rendered again.
        copy = self.work / "elsewhere.onnx"
        copy.write_bytes((self.work / "exported" / half["files"][0]).read_bytes())
        self.merged("--model-file", copy, *options, done_before=self.FRAMES)

    def test_morph_moves_between_keys(self):
        """AMP's morph is a setting like all others: keyed, and each frame is made with what holds there."""
        plain = ["--model", "amp", "--colour-transfer", "none"]
        run_well("-w", self.work, "merge", "key", "morph=0", "--frames", 1)
        run_well("-w", self.work, "merge", "key", "morph=1", "--frames", self.FRAMES)
        self.merged(*plain)
        frames = self.work / "data_dst/merged"
        keyed = {path.name: path.read_bytes() for path in sorted(frames.glob("*.png"))}
        morphs = [self.do("merge", "show", "--frame", i)["settings"]["morph"] for i in (1, 4, self.FRAMES)]
        self.assertEqual(morphs[0::2], [0, 1])
        self.assertAlmostEqual(morphs[1], 3 / (self.FRAMES - 1), places=3)
        # Moved one key: only the frames that it moves are made again, and the first one stays.
        run_well("-w", self.work, "merge", "key", "morph=0.5", "--frames", self.FRAMES)
        self.assertEqual(self.do("merge", *plain, *ONE_THREAD)["rendered"], self.FRAMES - 1)
        for _ in range(3):
            run_well("-w", self.work, "merge", "undo")
        for frame, morph in zip((1, 4, self.FRAMES), morphs):
            self.do("merge", *plain, "--morph", morph, *ONE_THREAD)
            self.assertEqual((frames / f"{frame:05}.png").read_bytes(), keyed[f"{frame:05}.png"], (frame, morph))
        self.assertEqual(len(set(keyed.values())), self.FRAMES)

    def test_predicting_with_the_file_is_predicting_with_the_model(self):
        for name, kind in ("saehd", "SAEHD"), ("amp", "AMP"):
            self.do("model", "export", "--to", "dfm", "--model", name)
            file = self.work / "exported" / f"{name}_{kind}_model.dfm"
            pictures = []
            for choice in ["--model", name], ["--model-file", file]:
                out = self.work / f"seen {name} {len(pictures)}"
                self.assertEqual(self.do("model", "predict", *choice, "--limit", 2, "--output", out)["faces"], 2)
                paths = sorted(out.glob("*.png"))
                self.assertEqual(len(paths), 6)
                pictures.append(b"".join(row for path in paths for row in png_rows(path.read_bytes())))
            self.assertLessEqual(self.furthest(*pictures), 1)
        self.refused("model", "predict", "--model-file", file, "--model", "amp", naming="--model-file")
        self.refused("model", "predict", "--model-file", self.work / "none.dfm", naming="none.dfm", status=1)

    def test_a_colour_transfer_widens_roundings_but_little(self):
        self.do("model", "export", "--to", "dfm", "--model", "amp")
        by_model = self.merged("--model", "amp")
        by_file = self.merged("--model-file", self.work / "exported" / "amp_AMP_model.dfm")
        apart = [abs(a - b) for a, b in zip(by_model, by_file) if a != b]
        self.assertLess(len(apart), 0.001 * len(by_model))
        self.assertLessEqual(max(apart, default=0), 5)

    def test_an_export_is_written_over_nothing_of_others(self):
        export = ["model", "export", "--to", "dfm", "--model", "saehd", "--output", self.work / "out"]
        there = self.work / "out" / "saehd_SAEHD_model.dfm"
        self.do(*export)
        ours = there.read_bytes()
        self.refused(*export, naming=there)
        there.write_bytes(b"another's")
        self.refused(*export, naming=there)
        self.do(*export, "--replace")
        self.assertEqual(there.read_bytes(), ours)
        [kept] = [path for path in self.work.rglob("saehd_SAEHD_model.dfm") if path != there]
        self.assertEqual(kept.read_bytes(), b"another's")
        self.do(*export, "--replace")  # ours is replaced in place
        self.assertEqual(len(list(self.work.rglob("saehd_SAEHD_model.dfm"))), 2)
        self.refused("model", "export", "--to", "dfl", "--model", "saehd", "--quantised", naming="--to dfm")

    def test_what_is_no_model_file_is_refused(self):
        nothing, wrong = self.work / "none.dfm", self.work / "wrong.dfm"
        wrong.write_bytes(b"no network")
        before = sorted(path.name for path in (self.work / "data_dst").iterdir())
        self.refused("merge", "--model-file", nothing, naming=nothing, status=1)
        self.refused("merge", "--model-file", wrong, naming=wrong, status=1)
        self.refused("merge", "--model-file", wrong, "--model", "saehd", naming="--model-file")
        self.refused("merge", "--model-file", wrong, "--without-model", naming="--model-file")
        self.do("model", "export", "--to", "dfm", "--model", "saehd")
        file = self.work / "exported" / "saehd_SAEHD_model.dfm"
        self.refused("merge", "--model-file", file, "--model-face-type", "f", naming="whole_face")
        self.refused("merge", "--model-file", file, "--model-resolution", 96, naming="resolution 64")
        self.assertEqual(sorted(path.name for path in (self.work / "data_dst").iterdir()), before)

    def test_without_a_model_the_frames_stay_nearly_as_they_are(self):
        as_it_is = self.merged("--mode", "original", "--model", "saehd")
        put_back = self.merged("--without-model", "--colour-transfer", "none", "--mask", "dst")
        half = len(as_it_is) * 3 // 4  # pictures first, of three channels
        distances = [abs(a - b) for a, b in zip(as_it_is[:half], put_back[:half])]
        self.assertGreater(max(distances), 0)
        self.assertLess(sum(distances) / len(distances), 1)
        self.assertGreater(max(put_back[half:]), 200)
        self.assertGreater(self.furthest(put_back, self.merged("--model", "saehd", "--mask", "dst")), 10)


if __name__ == "__main__":
    program.main()
