# SPDX-License-Identifier: Apache-2.0
"""An XSeg model from the command line: trained on labels, stopped and gone on with, applied, exported, and the merger
cutting by it. Usage: xseg_test.py UNDERSTUDY"""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from dfl_files import metadata  # noqa: E402
from program import ONE_THREAD, TINY_MODEL, FilmTest, Job, run, run_well  # noqa: E402

SIZE = 128
FACE = [[30, 20], [98, 20], [104, 70], [64, 112], [24, 70]]


class Xseg(FilmTest):
    SIDES, EXTRACT, MODEL = ["src", "dst"], ["--image-size", SIZE], TINY_MODEL

    @classmethod
    def make_film(cls):
        super().make_film()
        aligned = cls.film / "data_src" / "aligned"
        labels = {path.name: [{"do": "add-polygon", "kind": "include", "points": FACE}] for path in aligned.glob("*.jpg")}
        document = cls.film / "labels.json"
        document.write_text(json.dumps({"format": "understudy.labels", "version": 1, "faces": labels}))
        run_well("-w", cls.film, "mask", "label", "src", "--apply", document)
        run_well("-w", cls.film, "mask", "train", "--batch-size", 2, "--target-iter", 2, *ONE_THREAD)

    def setUp(self):
        self.work = self.folder() / "film"
        shutil.copytree(self.film, self.work)
        self.aligned = self.work / "data_dst" / "aligned"

    def verb(self, *arguments):
        return run_well("-w", self.work, *arguments).report()

    def masks(self):
        return {path.name: metadata(path.read_bytes()).get("xseg_mask") for path in sorted(self.aligned.glob("*.jpg"))}

    def test_goes_on_and_lists_no_face_model(self):
        report = self.verb("mask", "train", "--target-iter", 3, *ONE_THREAD)
        self.assertEqual((report["iteration"], report["iterations_done"]), (3, 1))
        self.assertEqual(report["faces"], self.FRAMES)
        self.assertEqual([m["name"] for m in self.verb("model", "list")["models"]], ["saehd"])
        table = (self.work / "model/XSeg/loss.csv").read_text().splitlines()
        self.assertEqual((table[0], len(table)), ("iteration,mask_loss", 4))
        self.assertTrue((self.work / "model/XSeg/previews/XSeg dst faces.png").exists())

    def test_a_stop_saves(self):
        job = Job("-w", self.work, "mask", "train", *ONE_THREAD)
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress" and e.get("done", 0) >= 3))
        job.send('{"command": "stop"}')
        self.assertEqual(job.finish(), 130)
        generations = json.loads((self.work / "model/XSeg/generations.json").read_text())["generations"]
        self.assertGreaterEqual(generations[-1]["iteration"], 3)

    def test_applied_undone_and_by_other_files(self):
        before = {path.name: path.read_bytes() for path in self.aligned.glob("*.jpg")}
        self.assertEqual(self.verb("mask", "apply", "dst", *ONE_THREAD)["faces"], self.FRAMES)
        own = self.masks()
        self.assertTrue(all(own.values()))
        self.verb("mask", "label", "dst", "--undo")
        self.assertEqual({path.name: path.read_bytes() for path in self.aligned.glob("*.jpg")}, before)
        files = self.work / "files"
        self.assertEqual(len(self.verb("mask", "export-model", "--output", files)["files"]), 3)
        self.verb("mask", "export-model", "--output", files, "--format", "onnx")
        for model in (files, files / "XSeg_model.onnx"):
            self.verb("mask", "apply", "dst", "--model", model, *ONE_THREAD)
            for name, mask in self.masks().items():
                self.assertAlmostEqual(len(mask.raw), len(own[name].raw), delta=len(own[name].raw) / 5)
        refused = run("-w", self.work, "mask", "export-model", "--output", files)
        self.assertEqual(refused.status, 2)
        self.assertEqual(len(refused.complaints()), 1)

    def test_deepfacelabs_model_of_the_workspace_is_taken_where_there_is_no_other(self):
        self.verb("mask", "export-model")
        shutil.rmtree(self.work / "model/XSeg")
        applied = run_well("-w", self.work, "mask", "apply", "dst", *ONE_THREAD)
        self.assertIn("DeepFaceLab's XSeg model", applied.err)
        self.assertTrue(all(self.masks().values()))

    def test_the_merger_cuts_by_it(self):
        made = {}
        for mask in ("learned-prd*learned-dst", "xseg-prd", "xseg-dst", "xseg-prd*xseg-dst",
                     "learned-prd*learned-dst*xseg-prd*xseg-dst"):
            report = self.verb("merge", "--mask", mask, *ONE_THREAD)
            self.assertEqual((report["frames"], report["done_before"]), (self.FRAMES, 0))
            made[mask] = [path.read_bytes() for path in sorted((self.work / "data_dst/merged_mask").glob("*.png"))]
        self.assertEqual(len({tuple(pictures) for pictures in made.values()}), 5)
        # Another network under the same name is another mask.
        run_well("-w", self.work, "mask", "train", "--target-iter", 3, *ONE_THREAD)
        self.assertEqual(self.verb("merge", "--mask", "xseg-dst", *ONE_THREAD)["done_before"], 0)
        self.assertEqual(self.verb("merge", "--mask", "xseg-dst", *ONE_THREAD)["done_before"], self.FRAMES)
        # Without a network of the workspace's own the generic one is taken; one that is named must be there.
        shutil.rmtree(self.work / "model/XSeg")
        outcome = run_well("-w", self.work, "merge", "--mask", "xseg-dst", *ONE_THREAD)
        self.assertEqual(outcome.report()["done_before"], 0)
        self.assertIn("generic mask", outcome.err)
        refused = run("-w", self.work, "merge", "--mask", "xseg-dst", "--xseg-model", self.work / "nowhere", *ONE_THREAD)
        self.assertEqual(refused.status, 1)
        self.assertIn("needs an XSeg model", refused.complaints()[0])
        self.assertEqual(len(list((self.work / "data_dst/merged").glob("*.png"))), self.FRAMES)

    def test_the_generic_mask_needs_no_label(self):
        run_well("-w", self.work, "mask", "remove-labels", "src")
        report = self.verb("mask", "apply", "dst", "--generic", *ONE_THREAD)
        self.assertEqual((report["faces"], report["changed"]), (self.FRAMES, self.FRAMES))
        check = self.verb("mask", "status", "dst")
        self.assertEqual((check["masked"], check["broken_masks"]), (self.FRAMES, []))
        both = run("-w", self.work, "mask", "apply", "dst", "--generic", "--model", self.work / "model")
        self.assertEqual((both.status, len(both.complaints())), (2, 1))

    def uncertainties(self):
        self.verb("mask", "check", "dst", "--worst", 0)
        told = json.loads((self.work / "data_dst/aligned_check/check.json").read_text())["faces"]
        return {metadata((self.aligned / face["face"]).read_bytes())["source_filename"]: face.get("uncertainty") for face in told}

    def test_how_sure_a_network_was_is_kept_with_its_masks(self):
        self.verb("mask", "apply", "dst", "--generic", *ONE_THREAD)
        generic = self.uncertainties()
        self.assertEqual(len(generic), self.FRAMES)
        self.assertGreater(min(generic.values()), 0)
        self.assertLess(max(generic.values()), 0.3)
        run_well("-w", self.work, "sort", "dst", "--by", "hue")
        self.assertEqual(self.uncertainties(), generic, "another name is the same face")
        # Two iterations teach a network nothing, and it says so.
        self.verb("mask", "apply", "dst", *ONE_THREAD)
        own = self.uncertainties()
        self.assertGreater(min(own.values()), max(generic.values()))
        check = json.loads((self.work / "data_dst/aligned_check/check.json").read_text())["faces"]
        self.assertTrue(all(face["doubt"] >= face["uncertainty"] for face in check))
        self.verb("mask", "label", "dst", "--undo")
        self.assertEqual(self.uncertainties(), generic, "the masks of before have theirs back")
        self.verb("mask", "apply", "dst", "--generic", *ONE_THREAD)
        self.assertEqual(self.uncertainties(), generic, "nothing changed")
        run_well("-w", self.work, "faceset", "pack", "dst")
        self.verb("mask", "check", "dst", "--worst", 0)
        packed = json.loads((self.work / "data_dst/aligned_check/check.json").read_text())["faces"]
        self.assertEqual(sorted(face["uncertainty"] for face in packed), sorted(generic.values()))

    def test_without_labels_it_says_how_to_get_them(self):
        run_well("-w", self.work, "mask", "remove-labels", "src")
        refused = run("-w", self.work, "mask", "train", "--restart", *ONE_THREAD)
        self.assertEqual(refused.status, 1)
        self.assertIn("has a label", refused.complaints()[0])
        self.assertTrue((self.work / "model/XSeg/model.json").exists())


if __name__ == "__main__":
    program.main()
