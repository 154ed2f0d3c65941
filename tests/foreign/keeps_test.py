# SPDX-License-Identifier: Apache-2.0
"""What a user has made or brought along is never lost: each way in which it could be, one by one.
Usage: keeps_test.py UNDERSTUDY"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from program import FilmTest, Job, ONE_THREAD, TINY_MODEL, noise_png, run, run_well, snapshot  # noqa: E402

FRAMES = FilmTest.FRAMES
MERGE = ["merge", "--model", "saehd", *ONE_THREAD]


def pictures(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.png"))}


def other_disk():
    """A folder on another file system than the scratch folder's, or None."""
    for root in ("/dev/shm", "/tmp", "/var/tmp"):
        if os.path.isdir(root) and os.access(root, os.W_OK) and os.stat(root).st_dev != os.stat(tempfile.gettempdir()).st_dev:
            return pathlib.Path(tempfile.mkdtemp(prefix="understudy-far-", dir=root))
    return None


def without_metadata(jpeg):
    out, at = jpeg[:2], 2
    while jpeg[at + 1] != 0xDA:
        length = 2 + int.from_bytes(jpeg[at + 2:at + 4], "big")
        if jpeg[at + 1] != 0xEF:
            out += jpeg[at:at + length]
        at += length
    return out + jpeg[at:]


class Keeps(FilmTest):
    SIDES, EXTRACT, MODEL = ("src", "dst"), ("--image-size", "96"), TINY_MODEL

    def setUp(self):
        self.copy = self.film_copy()
        self.merged = self.copy / "data_dst/merged"
        self.aligned = self.copy / "data_dst/aligned"

    def do(self, *arguments):
        return run_well("-w", self.copy, *arguments)

    def refuse(self, *arguments, status=2, naming=""):
        before = snapshot(self.copy)
        outcome = run("-w", self.copy, *arguments)
        self.assertEqual(outcome.status, status, outcome.err)
        self.assertIn(str(naming), outcome.complaints()[0])
        self.assertEqual(snapshot(self.copy), before)
        return outcome

    def foreign_pictures(self, folder, names):
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            noise_png(folder / name)
        return pictures(folder)

    # --- merge

    def test_frames_merged_elsewhere_are_put_aside_and_named(self):
        theirs = self.foreign_pictures(self.merged, [f"{i:05}.png" for i in range(1, 4)] + ["poster.png"])
        masks = self.foreign_pictures(self.copy / "data_dst/merged_mask", ["00001.png"])
        outcome = self.do(*MERGE)
        poster = theirs.pop("poster.png")
        backup = self.copy / "data_dst/merged_backup-1"
        self.assertEqual(pictures(backup), theirs)
        self.assertEqual(pictures(self.copy / "data_dst/merged_mask_backup-1"), masks)
        self.assertEqual((self.merged / "poster.png").read_bytes(), poster)
        self.assertIn(str(backup), outcome.err)
        self.assertIn("poster.png", outcome.err)
        report = outcome.report()
        self.assertEqual((report["set_aside"], report["backup"], report["foreign"]), (4, str(backup), ["poster.png"]))
        self.assertEqual(len(pictures(self.merged)), FRAMES + 1)

    def test_nothing_is_touched_when_no_face_fits(self):
        self.foreign_pictures(self.merged, ["00001.png"])
        self.do(*MERGE)
        others = self.copy / "others"
        self.foreign_pictures(others, ["a.png", "b.png"])
        self.refuse(*MERGE, "--input", others, status=1, naming=others)

    def test_another_option_replaces_frame_by_frame(self):
        self.do(*MERGE)
        first = pictures(self.merged)
        retouched = self.merged / "00003.png"
        noise_png(retouched)
        by_hand = retouched.read_bytes()
        self.assertEqual(self.do(*MERGE).report()["done_before"], FRAMES)  # with the same options it stays
        self.assertEqual(retouched.read_bytes(), by_hand)
        job = Job("-w", self.copy, *MERGE, "--erode", 20)
        job.wait_for(lambda e: e["event"] == "stage" and e["name"] == "merge")
        job.kill()
        self.assertEqual(set(pictures(self.merged)) - {"00003.png"}, set(first) - {"00003.png"})  # no gap, whatever was done
        self.do(*MERGE, "--erode", 20)
        self.assertEqual(len(pictures(self.merged)), FRAMES)
        kept = [path.read_bytes() for path in (self.copy / "data_dst").glob("merged_backup-*/00003.png")]
        self.assertEqual(kept, [by_hand])
        self.assertEqual([p.name for p in (self.copy / "data_dst").glob("merged_backup-*/*")], ["00003.png"])  # ours go

    def test_the_content_of_the_frames_decides(self):
        self.do("frames", "extract", "dst")
        self.do(*MERGE)
        plain = pictures(self.merged)
        self.assertEqual(self.do(*MERGE).report()["done_before"], FRAMES)
        elsewhere = shutil.copytree(self.copy / "data_dst", self.copy / "frames", ignore=shutil.ignore_patterns("aligned*", "merged*"))
        for path in elsewhere.glob("*.png"):
            os.utime(path)  # a copy with times of its own
        self.assertEqual(self.do(*MERGE, "--input", elsewhere).report()["done_before"], FRAMES)
        self.do("frames", "denoise", "dst", "--factor", 15)
        report = self.do(*MERGE).report()
        self.assertEqual((report["done_before"], report["set_aside"]), (0, 0))
        self.assertEqual(len([name for name, data in pictures(self.merged).items() if data != plain[name]]), FRAMES)
        noise_png(self.copy / "data_dst/00002.png", 200)
        self.assertEqual(self.do(*MERGE).report()["done_before"], FRAMES - 1)

    def test_the_content_of_the_video_decides(self):
        self.do(*MERGE)
        video = self.copy / "data_dst.mp4"
        os.utime(video)
        self.assertEqual(self.do(*MERGE).report()["done_before"], FRAMES)
        shutil.copy(self.copy / "data_src.mp4", video)  # as many frames, other pictures
        self.assertEqual(self.do(*MERGE).report()["done_before"], 0)

    def test_faces_that_lost_their_metadata_are_named(self):
        lost = sorted(self.aligned.glob("*.jpg"))[:2]
        for path in lost:
            path.write_bytes(without_metadata(path.read_bytes()))
        outcome = self.do(*MERGE)
        self.assertEqual(outcome.report()["without_metadata"], [path.name for path in lost])
        said = [line for line in outcome.err.splitlines() if line.startswith("warning: ")]
        self.assertEqual(len(said), 1, outcome.err)
        for path in lost:
            self.assertIn(path.name, said[0])

    # --- extract

    def label(self, path):
        """XSeg polygons and a key of another program, put into the face's metadata. Returns the bytes."""
        jpeg = path.read_bytes()
        info = dfl_files.metadata(jpeg)
        info["seg_ie_polys"] = {"polys": [{"type": 1, "pts": dfl_files.Array("f4", (3, 2), [20, 20, 70, 20, 40, 80])}]}
        info["somebodys_key"] = "kept"
        path.write_bytes(dfl_files.with_metadata(jpeg, info))
        return path.read_bytes()

    def hand(self, frame, shift):
        """A list that moves that frame's face, which changes how those beside it are smoothed."""
        info = dfl_files.metadata((self.aligned / f"{frame:05}_0.jpg").read_bytes())
        faces = [{"landmarks": [[x + shift, y] for x, y in info["source_landmarks"]]}]
        path = self.copy / "hand.json"
        path.write_text(json.dumps({"frames": {f"{frame:05}.png": {"faces": faces}}}))
        return path

    def test_labels_go_over_to_the_new_crop(self):
        before = {path.name: path.read_bytes() for path in self.aligned.glob("*.jpg")}
        hand = self.hand(4, 5)
        labelled = self.label(self.aligned / "00004_0.jpg")
        self.label(self.aligned / "00003_0.jpg")
        report = self.do("extract", "dst", *self.EXTRACT, "--manual", hand).report()
        now = self.aligned / "00004_0.jpg"
        self.assertNotEqual(now.read_bytes(), labelled)
        self.assertEqual(report["set_aside"], 0)  # the picture was as we cut it: nothing is lost
        for name in "00004_0.jpg", "00003_0.jpg":
            info, old = (dfl_files.metadata(data) for data in ((self.aligned / name).read_bytes(), before[name]))
            self.assertEqual(info["somebodys_key"], "kept")
            # The same spot of the frame: through the new crop's matrix and the old one's.
            (x0, y0), = [self.to_frame(old, 20, 20)]
            polygon = info["seg_ie_polys"]["polys"][0]["pts"].values()
            (x1, y1), = [self.to_frame(info, *polygon[:2])]
            self.assertAlmostEqual(x0, x1, delta=0.05)
            self.assertAlmostEqual(y0, y1, delta=0.05)

    @staticmethod
    def to_frame(info, x, y):
        a, b, tx, c, d, ty = info["image_to_face_mat"].values()
        det = a * d - b * c
        return (d * (x - tx) - b * (y - ty)) / det, (a * (y - ty) - c * (x - tx)) / det

    def test_a_face_whose_pixels_were_worked_on_is_kept(self):
        hand = self.hand(4, 5)
        self.do("faceset", "enhance", "dst", "--replace", *ONE_THREAD)
        enhanced = {path.name: path.read_bytes() for path in self.aligned.glob("*.jpg")}
        outcome = self.do("extract", "dst", *self.EXTRACT, "--manual", hand)
        report = outcome.report()
        self.assertGreaterEqual(report["set_aside"], 1)
        backup = pathlib.Path(report["backup"])
        self.assertIn(str(backup), outcome.err)
        self.assertEqual((backup / "00004_0.jpg").read_bytes(), enhanced["00004_0.jpg"])
        for name, data in enhanced.items():
            self.assertIn(data, [path.read_bytes() for path in (self.aligned / name, backup / name) if path.exists()])

    def test_weeded_out_faces_stay_out_when_frames_are_done_again(self):
        hand = self.hand(4, 5)
        for name in "00003_0.jpg", "00005_0.jpg":
            (self.aligned / name).unlink()
        self.do("extract", "dst", *self.EXTRACT, "--manual", hand)
        names = sorted(path.name for path in self.aligned.glob("*.jpg"))
        self.assertEqual(names, [f"{i:05}_0.jpg" for i in range(1, FRAMES + 1) if i not in (3, 5)])
        self.assertEqual(self.do("extract", "dst", *self.EXTRACT, "--redo-deleted").report()["redone"], 2)
        self.assertEqual(len(list(self.aligned.glob("*.jpg"))), FRAMES)

    def test_faces_are_known_under_other_names(self):
        self.do("sort", "dst", "--by", "hue")
        sorted_names = sorted(path.name for path in self.aligned.glob("*.jpg"))
        self.assertEqual(self.do("extract", "dst", *self.EXTRACT, "--redo-deleted").report()["redone"], 0)
        gone = self.aligned / sorted_names[2]
        frame = dfl_files.metadata(gone.read_bytes())["source_filename"]
        gone.unlink()
        self.assertEqual(self.do("extract", "dst", *self.EXTRACT, "--redo-deleted").report()["redone"], 1)
        frames = sorted(dfl_files.metadata(path.read_bytes())["source_filename"] for path in self.aligned.glob("*.jpg"))
        self.assertEqual(frames, [f"{i:05}.png" for i in range(1, FRAMES + 1)])
        self.assertIn(frame, frames)
        self.do("faceset", "pack", "dst")
        report = self.do("extract", "dst", *self.EXTRACT, "--redo-deleted").report()
        self.assertEqual((report["redone"], list(self.aligned.glob("*.jpg"))), (0, []))

    def test_two_at_once(self):
        first = Job("-w", self.copy, "extract", "dst", "--redo", "--thorough", *self.EXTRACT)
        self.assertTrue(first.wait_for(lambda e: e["event"] in ("stage", "progress")))
        second = run("-w", self.copy, "extract", "dst", "--thorough", *self.EXTRACT)
        if first.process.poll() is None:
            self.assertEqual(second.status, 1, second.err)
            said = second.complaints()[0]
            for part in str(self.aligned), f"process {first.process.pid} on ", "since 20":
                self.assertIn(part, said)
            for verb in (["sort", "dst"], ["faceset", "pack", "dst"]):
                if first.process.poll() is None:
                    self.assertIn("another understudy", run("-w", self.copy, *verb).err)
        self.assertEqual(first.finish(), 0, first.errors)
        self.assertEqual(self.do("extract", "dst", "--thorough", *self.EXTRACT).report()["faces"], FRAMES)

    def test_nothing_is_left_beside_the_output(self):
        bare = self.folder() / "bare"
        bare.mkdir()
        run_well("-w", bare, "extract", "src", "--input", self.copy / "data_src.mp4", "--output", bare / "faces", *self.EXTRACT)
        run_well("-w", bare, "faceset", "stats", "src", "--input", bare / "faces", "--output", bare / "stats")
        run_well("-w", bare, "sort", "src", "--input", bare / "faces", "--dry-run", "--output", bare / "order.json")
        run_well("-w", bare, "frames", "extract", "src", "--input", self.copy / "data_src.mp4", "--output", bare / "frames")
        self.assertEqual(sorted(p.name for p in bare.iterdir() if p.name != ".understudy"), ["faces", "frames", "order.json", "stats"])
        # The list that says that order.json is ours lies beside it, and nothing else.
        self.assertEqual([p.name for p in (bare / ".understudy").iterdir()], ["made.jsonl"])

    # --- outputs

    def test_an_output_is_never_an_input_or_a_source(self):
        self.do("frames", "extract", "dst")
        al = shutil.copytree(self.aligned, self.copy / "al")
        for arguments in (["video", "encode", "--input", self.copy / "data_dst", "--output", self.copy / "data_dst.mp4"],
                          ["video", "encode", "--input", self.copy / "data_dst", "--output", self.copy / "data_src.mov"],
                          ["faceset", "resize", "dst", "--input", al, "--output", al, "--image-size", 128],
                          ["faceset", "enhance", "dst", "--input", al, "--output", al / ".." / "al"],
                          ["faceset", "export-masks", "dst", "--input", al, "--output", al],
                          ["extract", "dst", "--input", self.copy / "data_dst", "--output", self.copy / "data_dst"],
                          ["extract", "dst", "--input", self.copy / "data_dst", "--output", self.copy, "--redo"],
                          ["extract", "src", "--output", self.copy / "model"],
                          ["frames", "denoise", "dst", "--output", self.copy / "data_dst"],
                          ["frames", "import", "dst", "--input", al, "--output", al],
                          ["frames", "cut", "dst", "--from", "0", "--redo", "--output", self.copy / "data_dst.mp4"],
                          ["score", "--output", self.copy / "data_dst"]):
            with self.subTest(arguments=arguments):
                self.refuse(*arguments, naming="cannot be the output")

    def test_single_files_by_others_are_put_aside(self):
        result = self.copy / "result.mp4"
        result.write_bytes(b"somebody's film")
        self.do("frames", "extract", "dst")
        outcome = self.do("video", "encode", "--input", self.copy / "data_dst")
        self.assertEqual((self.copy / "result_backup-1/result.mp4").read_bytes(), b"somebody's film")
        self.assertIn(str(self.copy / "result_backup-1"), outcome.err)
        self.assertTrue(self.do("video", "encode", "--input", self.copy / "data_dst").report()["up_to_date"])
        self.do("video", "encode", "--input", self.copy / "data_dst", "--crf", 30)
        self.assertFalse((self.copy / "result_backup-2").exists())  # that one was ours
        cut = self.copy / "part.mp4"
        cut.write_bytes(b"a part of mine")
        self.do("frames", "cut", "dst", "--from", "0.1", "--redo", "--output", cut)
        self.assertEqual((self.copy / "part_backup-1/part.mp4").read_bytes(), b"a part of mine")
        names = self.copy / "names.txt"
        names.write_text("my list")
        self.do("faceset", "filter", "dst", "blur > 0", "--output", names)
        self.assertEqual((self.copy / "names_backup-1/names.txt").read_text(), "my list")

    def test_faces_in_a_folder_of_results_are_put_aside(self):
        small = self.copy / "small"
        small.mkdir()
        mine = small / "00002_0.jpg"
        mine.write_bytes(b"my own")
        self.do("faceset", "resize", "dst", "--image-size", 64, "--output", small)
        self.assertEqual((self.copy / "small_backup-1/00002_0.jpg").read_bytes(), b"my own")
        self.assertEqual(len(list(small.glob("*.jpg"))), FRAMES)
        again = self.do("faceset", "resize", "dst", "--image-size", 64, "--output", small).report()
        self.assertEqual(again["done_before"], FRAMES)

    # --- frames

    def test_photographs_are_put_aside_by_redo(self):
        photos = self.foreign_pictures(self.copy / "data_src", [f"{i:05}.png" for i in range(1, 4)] + ["me.png"])
        self.assertTrue(self.do("frames", "extract", "src").report()["kept_foreign"])
        outcome = self.do("frames", "extract", "src", "--redo")
        self.assertEqual(pictures(self.copy / "data_src_backup-1"), photos)
        self.assertIn(str(self.copy / "data_src_backup-1"), outcome.err)
        self.assertEqual(len(pictures(self.copy / "data_src")), FRAMES)

    def test_graded_frames_are_put_aside_by_another_format(self):
        self.do("frames", "extract", "src")
        graded = self.copy / "data_src/00002.png"
        noise_png(graded)
        data = graded.read_bytes()
        self.do("frames", "extract", "src", "--format", "jpg")
        self.assertEqual(pictures(self.copy / "data_src"), {})
        self.assertEqual(pictures(self.copy / "data_src_backup-1"), {"00002.png": data})

    def test_undo_of_a_denoising_keeps_what_was_painted_since(self):
        self.do("frames", "extract", "dst")
        self.do("frames", "denoise", "dst")
        painted = self.copy / "data_dst/00002.png"
        noise_png(painted)
        data = painted.read_bytes()
        self.do("frames", "denoise", "dst", "--undo")
        self.assertEqual(pictures(self.copy / "data_dst_backup-1"), {"00002.png": data})

    # --- folders that came from somebody

    def test_a_faceset_from_somebody_moves_nothing_elsewhere(self):
        state, elsewhere = self.aligned / ".understudy", self.folder() / "autostart"
        elsewhere.mkdir()
        (self.aligned / "x.jpg").write_bytes(b"[Desktop Entry]")
        before = {path: path.read_bytes() for path in self.aligned.glob("*.jpg")}
        to = os.path.relpath(elsewhere / "x.desktop", state)
        journal = state / "moves.json"
        journal.parent.mkdir(exist_ok=True)
        journal.write_text(json.dumps({"format": "understudy.moves", "version": 1, "staged": True, "moves": [["../x.jpg", "", to]]}))
        for verb in ["mask", "status", "dst"], ["faceset", "stats", "dst"], ["sort", "dst", "--by", "hue"], ["faceset", "pack", "dst"]:
            self.refuse(*verb, status=1, naming=journal)
        self.assertEqual(list(elsewhere.iterdir()), [])
        self.assertEqual({path: path.read_bytes() for path in self.aligned.glob("*.jpg")}, before)
        journal.unlink()  # as the message says
        self.do("mask", "status", "dst")

    # --- disks

    def test_faces_on_another_disk(self):
        far = other_disk()
        if not far:
            self.skipTest("there is only one file system to write to here")
        self.addCleanup(shutil.rmtree, far)
        shutil.move(self.aligned, far / "faces")
        self.aligned.symlink_to(far / "faces")
        names = sorted(path.name for path in self.aligned.glob("*.jpg"))
        report = self.do("faceset", "delete", "dst", "--names", names[0]).report()
        self.assertEqual(report["trash"], str(far / "faces_trash"))
        self.assertTrue((far / "faces_trash" / names[0]).exists())
        self.do("sort", "dst", "--by", "hue")
        self.do("sort", "dst", "--undo")
        self.do("faceset", "restore", "dst")
        self.assertEqual(sorted(path.name for path in self.aligned.glob("*.jpg")), names)
        self.do("faceset", "pack", "dst")
        self.do("faceset", "unpack", "dst")
        self.do("faceset", "stats", "dst")
        self.do("extract", "dst", *self.EXTRACT, "--redo")
        self.assertEqual(len(list(self.aligned.glob("*.jpg"))), FRAMES)

    def test_a_trash_on_another_disk(self):
        far = other_disk()
        if not far:
            self.skipTest("there is only one file system to write to here")
        self.addCleanup(shutil.rmtree, far)
        (self.copy / "data_dst/aligned_trash").symlink_to(far)
        before = {path.name: path.read_bytes() for path in self.aligned.glob("*.jpg")}
        self.do("faceset", "delete", "dst", "--names", "00001_0.jpg,00002_0.jpg")
        self.assertEqual((far / "00002_0.jpg").read_bytes(), before["00002_0.jpg"])
        self.do("sort", "dst", "--by", "hue")
        self.do("sort", "dst", "--undo")
        self.do("faceset", "restore", "dst")
        self.assertEqual({path.name: path.read_bytes() for path in self.aligned.glob("*.jpg")}, before)

    def test_merged_on_a_disk_of_its_own(self):
        self.merged.mkdir(parents=True)
        if subprocess.run(["mount", "-t", "tmpfs", "understudy-test", self.merged], capture_output=True).returncode != 0:
            self.skipTest("a disk cannot be mounted here (needs root)")
        try:
            theirs = self.foreign_pictures(self.merged, ["00001.png"])
            report = self.do(*MERGE).report()
            self.assertEqual(report["backup"], str(self.merged / ".backup-1"))
            self.assertEqual(pictures(self.merged / ".backup-1"), theirs)
            self.assertEqual(len(pictures(self.merged)), FRAMES)
        finally:
            subprocess.run(["umount", self.merged], check=True)

    # --- models

    def test_files_beside_the_saves_of_a_model_stay(self):
        model = self.copy / "model/saehd"
        own = {name: name.encode() for name in ("mine.safetensors", "weights-best.safetensors", "notes.txt")}
        for name, data in own.items():
            (model / name).write_bytes(data)
        for iteration in 5, 6, 7:
            self.do("train", "saehd", "--model", "saehd", *ONE_THREAD, "--target-iter", iteration)
        self.assertEqual({name: (model / name).read_bytes() for name in own}, own)
        self.assertFalse((model / "weights-2.safetensors").exists())

    def test_an_export_puts_a_model_of_that_name_aside(self):
        theirs = self.copy / "model/new_SAEHD_data.dat", self.copy / "model/new_SAEHD_encoder.npy"
        for path in theirs:
            path.write_bytes(b"of DeepFaceLab: " + path.name.encode())
        export = ["model", "export", "--model", "saehd", "--as", "new", "--output", self.copy / "model"]
        self.refuse(*export, naming=theirs[0])
        for _ in range(2):  # the second replaces only what the first wrote
            self.do(*export, "--replace")
            for path in theirs:
                self.assertEqual((self.copy / "model_backup-1" / path.name).read_bytes(), b"of DeepFaceLab: " + path.name.encode())
        self.assertFalse((self.copy / "model_backup-2").exists())

    # --- metadata

    def test_saved_metadata_of_others_is_kept(self):
        self.do("faceset", "save-metadata", "dst")
        meta = self.aligned / "meta.dat"
        (self.aligned / ".understudy/made.jsonl").unlink()  # as if DeepFaceLab had saved it
        data = meta.read_bytes()
        self.label(self.aligned / "00001_0.jpg")
        labelled = (self.aligned / "00001_0.jpg").read_bytes()
        outcome = self.do("faceset", "restore-metadata", "dst")
        backup = self.copy / "data_dst/aligned_backup-1"
        self.assertIn(str(backup), outcome.err)
        self.assertEqual((backup / "meta.dat").read_bytes(), data)
        self.assertEqual((backup / "00001_0.jpg").read_bytes(), labelled)
        self.assertFalse(meta.exists())


if __name__ == "__main__":
    program.main()
