# SPDX-License-Identifier: Apache-2.0
"""Labels and masks from the command line: drawn, carried, exported, edited elsewhere, taken back, checked; and each face
stays one that DeepFaceLab reads. Usage: mask_test.py UNDERSTUDY"""
import json
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
import whole_files  # noqa: E402
from dfl_files import Array, metadata  # noqa: E402
from program import FilmTest, Job, run, run_well  # noqa: E402

SIZE = 128
SQUARE = [[20, 20], [100, 20], [100, 100], [20, 100]]


class Masks(FilmTest):
    SIDES, EXTRACT = ["src"], ["--image-size", SIZE]

    def setUp(self):
        self.work = self.folder() / "film"
        shutil.copytree(self.film, self.work)
        self.aligned = self.work / "data_src" / "aligned"
        self.names = sorted(path.name for path in self.aligned.glob("*.jpg"))

    def mask(self, verb, *arguments):
        return run_well("-w", self.work, "mask", verb, "src", *arguments).report()

    def refuse(self, status, word, verb, *arguments):
        before = self.bytes()
        outcome = run("-w", self.work, "mask", verb, "src", *arguments)
        self.assertEqual(outcome.status, status, outcome.err)
        self.assertEqual(len(outcome.complaints()), 1, outcome.err)
        self.assertIn(word, outcome.complaints()[0])
        self.assertEqual(self.bytes(), before)

    def bytes(self):
        return {path.name: path.read_bytes() for path in sorted(self.aligned.glob("*.jpg"))}

    def info(self, name):
        return metadata((self.aligned / name).read_bytes())

    def polygons(self, name):
        return [(p["type"], p["pts"].values()) for p in self.info(name).get("seg_ie_polys", {"polys": []})["polys"]]

    def draw(self, faces):
        document = self.folder() / "labels.json"
        document.write_text(json.dumps({"format": "understudy.labels", "version": 1, "faces": faces}))
        return self.mask("label", "--apply", document)

    def label(self, *names):
        self.draw({name: [{"do": "add-polygon", "kind": "include", "points": SQUARE}] for name in names})

    def store_mask(self, name, level):
        """As an XSeg model's apply would."""
        png = self.folder() / "mask.png"
        program.grey_png(png, 256, level)
        jpeg, info = (self.aligned / name).read_bytes(), self.info(name)
        info["xseg_mask"] = Array("u1", (png.stat().st_size,), png.read_bytes())
        (self.aligned / name).write_bytes(dfl_files.with_metadata(jpeg, info))

    def test_drawn_labels_are_deepfacelabs(self):
        before = self.bytes()
        self.draw({self.names[0]: [{"do": "add-polygon", "kind": "exclude", "points": [[30, 30], [60, 30], [45, 70.5]]},
                                   {"do": "start-polygon", "kind": "include", "points": SQUARE[:1]},
                                   *({"do": "insert-point", "at": p} for p in SQUARE[1:]), {"do": "close-polygon"}]})
        polys = self.info(self.names[0])["seg_ie_polys"]["polys"]
        self.assertEqual([p["type"] for p in polys], [1, 0])
        self.assertEqual((polys[0]["pts"].dtype, polys[0]["pts"].shape), ("f4", (4, 2)))
        self.assertEqual(polys[1]["pts"].values(), [30, 30, 60, 30, 45, 70.5])
        kept = self.info(self.names[0])
        old = metadata(before[self.names[0]])
        self.assertEqual({key for key in kept if key != "seg_ie_polys"}, set(old))
        self.assertEqual({name: data for name, data in self.bytes().items() if name != self.names[0]},
                         {name: data for name, data in before.items() if name != self.names[0]})
        self.mask("label", "--undo")
        self.assertEqual(self.bytes(), before)
        self.refuse(1, "taken back", "label", "--undo")
        self.mask("label", "--redo")
        self.assertEqual(len(self.polygons(self.names[0])), 2)

    def test_one_face_goes_along_the_track(self):
        self.label(self.names[2])
        self.assertEqual(self.mask("label", "--carry-from", self.names[2])["changed"], self.FRAMES - 1)
        for name in self.names:
            [(kind, points)] = self.polygons(name)
            self.assertEqual((kind, len(points)), (1, 8))
            for value, wanted in zip(points, sum(SQUARE, [])):
                self.assertLess(abs(value - wanted), SIZE / 8)
        self.assertEqual(self.mask("status")["labelled"], self.FRAMES)
        self.mask("label", "--undo")
        self.assertEqual(self.mask("status")["labelled_faces"], [self.names[2]])

    def test_undo_finds_sorted_faces(self):
        self.label(*self.names)
        run_well("-w", self.work, "sort", "src", "--by", "hue")
        report = self.mask("label", "--undo")
        self.assertEqual((report["changed"], report["skipped"]), (self.FRAMES, []))
        self.assertEqual(self.mask("status")["labelled"], 0)

    def test_fetch_copies_or_moves(self):
        self.label(*self.names[:3])
        self.assertEqual(self.mask("fetch")["copied"], 3)
        fetched = self.aligned.parent / "aligned_xseg"
        self.assertEqual(sorted(p.name for p in fetched.glob("*.jpg")), self.names[:3])
        self.assertEqual(len(self.bytes()), self.FRAMES)
        self.assertEqual(self.mask("fetch", "--move")["moved"], 3)
        self.assertEqual(sorted(p.name for p in fetched.glob("*.jpg")), self.names[:3])
        self.assertEqual(sorted(self.bytes()), self.names[3:])
        self.assertEqual(list(self.aligned.parent.glob("*backup*")), [])

    def test_moved_faces_come_back_with_what_was_drawn_on_them(self):
        self.label(*self.names[:3])
        before = self.bytes()
        fetched = self.aligned.parent / "aligned_xseg"
        self.assertEqual(self.mask("fetch", "--move")["moved"], 3)
        self.mask("remove-labels", "--input", fetched, "--names", self.names[1])
        report = self.mask("fetch", "--undo")
        self.assertEqual([report[k] for k in ("restored", "missing", "renamed")], [3, 0, 0])
        self.assertEqual(list(fetched.glob("*.jpg")), [])
        self.assertEqual(self.mask("status")["labelled_faces"], [self.names[0], self.names[2]])
        now = self.bytes()
        self.assertEqual({n: b for n, b in now.items() if n != self.names[1]}, {n: b for n, b in before.items() if n != self.names[1]})
        self.refuse(1, "taken back", "fetch", "--undo")
        self.refuse(2, "not both", "fetch", "--undo", "--move")
        # Moved twice to different places: the last goes first.
        self.assertEqual(self.mask("fetch", "--move", "--output", self.work / "first")["moved"], 2)
        self.label(self.names[4])
        self.assertEqual(self.mask("fetch", "--move", "--output", self.work / "second")["moved"], 1)
        self.assertEqual(self.mask("fetch", "--undo")["restored"], 1)
        self.assertEqual(self.mask("fetch", "--undo")["restored"], 2)
        self.assertEqual(sorted(self.bytes()), self.names)

    def test_a_killed_move_of_labelled_faces_loses_none(self):
        self.label(*self.names)
        wanted = sorted(self.bytes().values())
        fetched = self.aligned.parent / "aligned_xseg"
        for wait in (0.05, 0.1, 0.15, 0.2, 0.3):
            for arguments in (["--move"], ["--undo"]):
                job = Job("-w", self.work, "mask", "fetch", "src", *arguments)
                time.sleep(wait)
                job.kill()
                found = [path.read_bytes() for folder in (self.aligned, fetched) for path in folder.glob("*.jpg")]
                self.assertEqual(sorted(found), wanted)
        while run("-w", self.work, "mask", "fetch", "src", "--undo").status == 0:
            pass
        self.assertEqual(sorted(self.bytes().values()), wanted)

    def test_removal_and_status(self):
        self.label(*self.names[:2])
        self.store_mask(self.names[1], lambda x, y: 255 if 40 <= x <= 200 and 40 <= y <= 200 else 0)
        self.store_mask(self.names[3], lambda x, y: 255)
        before = self.bytes()
        status = self.mask("status")
        self.assertEqual([status[k] for k in ("faces", "labelled", "masked", "both")], [self.FRAMES, 2, 2, 1])
        self.assertGreater(status["agreement"]["mean"], 0.97)
        self.assertEqual(self.mask("remove-labels")["changed"], 2)
        self.assertEqual(self.mask("remove")["changed"], 2)
        for name in self.names:
            self.assertLessEqual({"seg_ie_polys", "xseg_mask"} & set(self.info(name)), set())
        self.mask("label", "--undo")
        self.mask("label", "--undo")
        self.assertEqual(self.info(self.names[1])["xseg_mask"].raw, metadata(before[self.names[1]])["xseg_mask"].raw)
        self.assertEqual(self.mask("status")["labelled"], 2)

    def test_there_and_back_through_files(self):
        self.label(*self.names[:2])
        self.store_mask(self.names[0], lambda x, y: 255 if x > 100 else 0)
        exported = self.mask("export")
        self.assertEqual([exported[k] for k in ("masks", "labelme", "coco")], [1, 2, 1])
        files = self.aligned.parent / "aligned_labels"
        stem = pathlib.Path(self.names[0]).stem
        self.assertEqual(whole_files.check_png((files / f"{stem}_mask.png").read_bytes()), (SIZE, SIZE))
        labelme = json.loads((files / f"{stem}.json").read_text())
        self.assertEqual(labelme["shapes"][0]["points"], SQUARE)
        self.assertTrue((files / labelme["imagePath"]).exists())
        self.assertEqual(self.mask("import")["changed"], 0)
        labelme["shapes"][0]["points"][0] = [5, 6.5]
        (files / f"{stem}.json").write_text(json.dumps(labelme))
        program.grey_png(files / f"{stem}_mask.png", 64, lambda x, y: 4 * x)
        self.assertEqual(self.mask("import")["changed"], 1)
        self.assertEqual(self.polygons(self.names[0])[0][1][:2], [5, 6.5])
        coco = json.loads((files / "coco.json").read_text())
        self.assertEqual(len(coco["annotations"]), 2)
        self.assertEqual(self.mask("import", "--from", files / "coco.json")["changed"], 1)  # as it was exported
        self.assertEqual(self.polygons(self.names[0])[0][1][:2], [20, 20])

    def test_pages(self):
        self.label(*self.names[:2])
        self.store_mask(self.names[4], lambda x, y: 255)
        self.assertEqual(self.mask("sheet")["drawn"], self.FRAMES)
        checked = self.mask("check")
        self.assertEqual((checked["masked"], checked["without_mask"]), (1, self.FRAMES - 1))
        for folder in "aligned_sheet", "aligned_check":
            whole_files.check_file(self.aligned.parent / folder / "page-001.png")
        self.assertEqual(json.loads((self.aligned.parent / "aligned_check/check.json").read_text())["faces"][0]["face"], self.names[4])

    def test_what_cannot_be_is_one_sentence(self):
        self.refuse(2, "one of", "label")
        self.refuse(2, "one of", "label", "--undo", "--redo")
        self.refuse(1, "labels.json", "label", "--apply", self.folder() / "labels.json")
        for faces, word in [({"nobody.jpg": []}, "nobody.jpg"), ({self.names[0]: [{"do": "dance"}]}, "dance"),
                            ({self.names[0]: [{"do": "delete-polygon", "polygon": 3}]}, "no polygon 3"),
                            ({self.names[0]: [{"do": "add-polygon", "kind": "include", "points": [[1, 1], [2, 2]]}]}, "2 points"),
                            ({"../../secret.jpg": [{"do": "drop-open"}]}, "secret.jpg")]:
            (self.folder() / "labels.json").write_text(json.dumps({"format": "understudy.labels", "version": 1, "faces": faces}))
            outcome = run("-w", self.work, "mask", "label", "src", "--apply", self.folder() / "labels.json")
            self.assertIn(outcome.status, (1, 2))
            self.assertEqual(len(outcome.complaints()), 1, outcome.err)
            self.assertIn(word, outcome.complaints()[0])
        self.refuse(2, "no labels", "label", "--carry-from", self.names[0])
        (self.folder() / "empty").mkdir()
        self.refuse(1, "mask export", "import", "--from", self.folder() / "empty")
        self.refuse(2, "aligned", "fetch", "--output", self.aligned)
        run_well("-w", self.work, "faceset", "pack", "src")
        for verb in "remove", "remove-labels":
            self.refuse(2, "packed", verb)
        self.assertEqual(self.mask("status")["faces"], self.FRAMES)
        shutil.rmtree(self.aligned)
        self.refuse(1, "extract", "status")

    def test_a_killed_removal_is_gone_on_with_and_taken_back(self):
        self.label(*self.names)
        for i, name in enumerate(self.names):
            self.store_mask(name, lambda x, y, i=i: 255 if x > 10 * i else 0)
        masks = {name: self.info(name)["xseg_mask"].raw for name in self.names}
        job = Job("-w", self.work, "mask", "remove", "src", "--threads", 1)
        job.wait_for(lambda event: event["event"] in ("progress", "done"))
        job.kill()
        self.mask("remove")
        self.assertEqual(self.mask("status")["masked"], 0)
        while self.mask("status")["masked"] < self.FRAMES:
            self.mask("label", "--undo")
        self.assertEqual({name: self.info(name)["xseg_mask"].raw for name in self.names}, masks)


if __name__ == "__main__":
    program.main()
