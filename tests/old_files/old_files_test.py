# SPDX-License-Identifier: Apache-2.0
"""Files of every version that understudy ever wrote are opened and worked on by today's program (README.md here).
Usage: old_files_test.py UNDERSTUDY"""
import functools
import hashlib
import json
import lzma
import pathlib
import shutil
import sqlite3
import struct
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from program import ONE_THREAD, run_well  # noqa: E402
from studio import Studio  # noqa: E402

ENTRIES = sorted(path.name for path in HERE.glob("20*"))
FRAMES = 3
NEVER_READ = {"understudy.schema"}  # printed, and read by nothing of ours


def unpacked(entry, folder):
    """A workspace as that version left it, with the clips that all share."""
    shutil.copytree(HERE / "clips", folder)
    shutil.copytree(HERE / entry, folder, dirs_exist_ok=True)
    for path in sorted(folder.rglob("*.xz")):
        path.with_suffix("").write_bytes(lzma.decompress(path.read_bytes()))
        path.unlink()
    return folder


def catalogue_version(path):
    database = sqlite3.connect(path)
    (version,) = database.execute("SELECT value FROM facts WHERE name = 'version'").fetchone()
    database.close()
    return int(version)


def formats_in(folder):
    """(format, version) of all that is there, by the files themselves."""
    for path in folder.rglob("*"):
        if path.suffix in (".json", ".jsonl"):
            text = path.read_text()
            head = json.loads(text.splitlines()[0] if path.suffix == ".jsonl" else text)
            if "format" in head:
                yield head["format"], head["version"]
        elif path.name == "catalogue.db":
            yield "understudy.catalogue", catalogue_version(path)
        elif path.suffix == ".faces":
            data = path.read_bytes()
            (size,) = struct.unpack("<I", data[8:12])
            yield "understudy.faces", json.loads(data[24:24 + size])["version"]


def tensors(path):
    data = path.read_bytes()
    (head_size,) = struct.unpack("<Q", data[:8])
    for name, tensor in json.loads(data[8:8 + head_size]).items():
        if name != "__metadata__" and tensor["dtype"] == "F32":
            begin, end = (8 + head_size + at for at in tensor["data_offsets"])
            yield name, struct.unpack(f"<{(end - begin) // 4}f", data[begin:end])


def contents(*folders):
    return {hashlib.sha1(path.read_bytes()).hexdigest() for folder in folders for path in folder.rglob("*") if path.is_file()}


def for_each_entry(test):
    """test(self, entry, its workspace), each by itself."""

    @functools.wraps(test)
    def run(self):
        for entry in ENTRIES:
            with self.subTest(entry=entry):
                test(self, entry, unpacked(entry, self.scratch / entry))

    return run


class OldFiles(unittest.TestCase):
    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="understudy-test-"))
        self.addCleanup(shutil.rmtree, self.scratch)

    def do(self, folder, *arguments):
        return run_well("-w", folder, *arguments)

    def test_every_format_of_today_has_an_entry(self):
        schema = json.loads(run_well("schema").out)
        today = {(file["format"], file["version"]) for file in schema["files"]} - {(name, 1) for name in NEVER_READ}
        self.assertGreaterEqual(len(ENTRIES), 3)
        kept = {kind for entry in ENTRIES for kind in formats_in(unpacked(entry, self.scratch / entry))}
        self.assertEqual(today - kept, set(), "see tests/old_files/README.md: files of these are to be added")
        highest = dict(today)
        for name, version in kept:
            self.assertLessEqual(version, highest.get(name, 0), f"{name} is not among the formats of `understudy schema`")

    @for_each_entry
    def test_models_go_on_from_where_they_stood(self, entry, folder):
        (model,) = self.do(folder, "model", "list").report()["models"]
        self.assertEqual((model["name"], model["class"], model["iteration"]), ("saehd", "saehd", 2))
        self.do(folder, "model", "history", "--model", "saehd")
        before = dict(tensors(folder / "model/saehd/weights-2.safetensors"))
        outcome = self.do(folder, "train", "saehd", "--model", "saehd", *ONE_THREAD, "--target-iter", 3)
        self.assertEqual((outcome.report()["iteration"], outcome.report()["iterations_done"]), (3, 1))
        for word in "damaged", "anew":
            self.assertNotIn(word, outcome.err)
        after = dict(tensors(folder / "model/saehd/weights-3.safetensors"))
        for name, values in before.items():
            step = max(abs(a - b) for a, b in zip(values, after[name]))
            self.assertLess(step, 1e-2, name)
        self.assertNotEqual(before, {name: after[name] for name in before})
        for path in folder.glob("model/saehd/generation*.json"):
            self.assertIn("xxh3", json.loads(path.read_text()), path)  # sealed, though those of 2026-11-22 were not

    @for_each_entry
    def test_merged_frames_are_known_or_put_aside(self, entry, folder):
        merged = folder / "data_dst/merged"
        before = contents(merged)
        outcome = self.do(folder, "merge", "--model", "saehd", *ONE_THREAD)
        report = outcome.report()
        self.assertEqual(len(list(merged.glob("*.png"))), FRAMES)
        self.assertEqual(report["foreign"], [])
        if entry < "2026-11-29":  # nothing noted then who had made them
            self.assertEqual(report["set_aside"], 2 * FRAMES)
            self.assertIn(report["backup"], outcome.err)
            self.assertLessEqual(before, contents(pathlib.Path(report["backup"]), merged))
        else:
            self.assertEqual((report["set_aside"], report["backup"]), (0, ""))

    @for_each_entry
    def test_what_was_measured_of_a_merge_is_known_or_measured_anew(self, entry, folder):
        if entry < "2026-12-02":
            return  # nothing was
        self.do(folder, "merge", "--model", "saehd", *ONE_THREAD)
        self.assertEqual(self.do(folder, "merge", "check").report()["measured"], FRAMES)
        self.assertEqual(self.do(folder, "merge", "--model", "saehd", *ONE_THREAD).report()["checked"], FRAMES)

    @for_each_entry
    def test_timelines_hold_and_go_back_and_forth(self, entry, folder):
        if entry < "2026-12-01":
            return  # there were none
        shown = lambda frame: self.do(folder, "merge", "show", "--frame", frame).report()["settings"]
        self.assertEqual(shown(2)["compat"], "dfl")  # nothing changes under anybody's hands
        self.assertEqual((shown(2)["erode"], shown(2)["blur"]), (9, 20))
        self.do(folder, "merge", "redo")
        self.assertEqual((shown(1)["erode"], shown(2)["erode"]), (9, 3))
        for _ in range(3):
            self.do(folder, "merge", "undo")
        self.assertEqual(self.do(folder, "merge", "show").report()["from"], {})

    @for_each_entry
    def test_extraction_goes_on(self, entry, folder):
        aligned = folder / "data_dst/aligned"
        old = {path.name: path.read_bytes() for path in aligned.glob("*.jpg")}
        outcome = self.do(folder, "extract", "dst", "--image-size", 64)
        for word in "starting over", "extracted elsewhere", "damaged":
            self.assertNotIn(word, outcome.err)
        frames = sorted(dfl_files.metadata(path.read_bytes())["source_filename"] for path in aligned.glob("*.jpg"))
        self.assertEqual(frames, [f"{i:05}.png" for i in range(1, FRAMES + 1)])
        there = contents(aligned, *folder.glob("data_dst/aligned_backup-*"))
        for name, data in old.items():
            self.assertIn(hashlib.sha1(data).hexdigest(), there, f"{name}: the old face is gone")
        journal = (folder / ".understudy/extract-dst.jsonl").read_text().splitlines()
        self.assertTrue(json.loads(journal[0])["complete"])
        self.assertEqual(len(journal), 1 + FRAMES)
        # A second run finds nothing to do.
        now = contents(aligned)
        self.do(folder, "extract", "dst", "--image-size", 64)
        self.assertEqual(contents(aligned), now)

    @for_each_entry
    def test_the_catalogue_is_todays_and_sorts_are_taken_back(self, entry, folder):
        today = {file["format"]: file["version"] for file in json.loads(run_well("schema").out)["files"]}
        for record in sorted(folder.rglob("sorts/*.json")):
            side = record.parents[3].name.removeprefix("data_")
            moves = json.loads(record.read_text())["moves"]
            unfinished = record.parents[1] / "moves.json"
            moved = {pathlib.Path(a).name: pathlib.Path(b).name for a, _, b in json.loads(unfinished.read_text())["moves"]} \
                if unfinished.exists() else {}
            report = self.do(folder, "sort", side, "--undo").report()
            self.assertFalse(unfinished.exists())  # finished first
            there = {path.name for path in record.parents[2].glob("*.jpg")}
            for before, after in moves:
                self.assertIn(moved.get(after, before), there)
            self.assertEqual(report["restored"] + report["missing"], len(moves))
        for side in "src", "dst":
            faces = len(list((folder / f"data_{side}/aligned").glob("*.jpg")))
            report = self.do(folder, "sort", side, "--by", "hue").report()
            self.assertEqual((report["kept"], report["catalogue"]["files"]), (faces, faces))
        self.assertEqual(catalogue_version(folder / ".understudy/catalogue.db"), today["understudy.catalogue"])

    @for_each_entry
    def test_a_killed_move_is_finished(self, entry, folder):
        for journal in sorted(folder.rglob("moves.json")):
            ((before, _, after),) = json.loads(journal.read_text())["moves"]
            before, after = ((journal.parent / name).resolve() for name in (before, after))
            content = before.read_bytes()
            self.do(folder, "faceset", "stats", before.parents[1].name.removeprefix("data_"))
            self.assertEqual(after.read_bytes(), content)
            self.assertFalse(before.exists() or journal.exists())

    @for_each_entry
    def test_frames_keep_their_times(self, entry, folder):
        self.do(folder, "merge", "--model", "saehd", *ONE_THREAD)
        report = self.do(folder, "video", "encode").report()
        self.assertEqual((report["frames"], report["missing"], report["extra"]), (FRAMES, 0, []))
        self.assertTrue((folder / "result.mp4").exists())

    def test_the_studio_knows_its_jobs(self):
        folder = unpacked("2026-12-01", self.scratch / "studio")
        studio = Studio(folder)
        self.addCleanup(studio.kill)
        job = studio.job("1796083200.000-sort")
        self.assertEqual((job["state"], job["options"], job["positionals"]), ("cancelled", {"by": "blur"}, {"side": "src"}))

    def test_what_waited_in_the_studio_is_shown_and_waits_for_a_word(self):
        """Entries of 1 did not say whose they are; of 2 they are another folder's here."""
        for entry in "2026-12-01", "2026-12-02":
            folder = unpacked(entry, self.scratch / f"studio of {entry}")
            [kept] = folder.glob(".understudy/studio/jobs/*-sort.json")
            kept.write_text(json.dumps({**json.loads(kept.read_text()), "standing": "waiting"}))
            studio = Studio(folder)
            self.addCleanup(studio.kill)
            shown = studio.job(kept.stem)
            self.assertEqual((shown["state"], shown["held"], shown["options"]), ("waiting", True, {"by": "blur"}))
            again = studio.post(f"/api/jobs/{kept.stem}/retry").json["job"]
            self.assertEqual((studio.wait(again)["state"], studio.job(kept.stem)["state"]), ("done", "cancelled"))

    def test_what_was_noted_of_a_model_is_read(self):
        studio = Studio(unpacked("2026-12-02", self.scratch / "notes"))
        self.addCleanup(studio.kill)
        self.assertEqual([note["text"] for note in studio.get("/api/models/saehd/notes").json], ["rough", "good from here on"])

    def test_the_studio_knows_what_was_done_to_the_faces(self):
        folder = unpacked("2026-12-02", self.scratch / "faces")
        run_well("-w", folder, "catalogue", "dst")
        studio = Studio(folder)
        self.addCleanup(studio.kill)
        told = studio.get("/api/faces/dst/list").json
        self.assertEqual([face["name"] for face in told["faces"] if face["marked"]], ["00002_0.jpg"])
        self.assertEqual((told["undo"], told["redo"]), ("mark to be cut out again", "throw out 1 face"))
        self.assertEqual(studio.post("/api/faces/dst/change", {"do": "undo"}).json["faces"], 1)
        self.assertFalse(any(face["marked"] for face in studio.get("/api/faces/dst/list").json["faces"]))

    def test_what_is_newer_is_refused_and_kept(self):
        folder = unpacked(ENTRIES[-1], self.scratch / "newer")
        for name, verb in [("model/saehd/model.json", ["train", "saehd", "--model", "saehd", "--target-iter", "3"]),
                           (".understudy/extract-dst.jsonl", ["extract", "dst", "--image-size", "64"]),
                           ("data_dst/merged/.understudy/made.jsonl", ["merge", "--model", "saehd", *ONE_THREAD])]:
            path = folder / name
            text = path.read_text()
            head = json.loads(text.splitlines()[0] if path.suffix == ".jsonl" else text)
            head.pop("xxh3", None)  # one without a checksum passes
            newer = json.dumps({**head, "version": 99}) + "\n" + "".join(line + "\n" for line in text.splitlines()[1:] if path.suffix == ".jsonl")
            path.write_text(newer)
            outcome = program.run("-w", folder, *verb)
            self.assertEqual(outcome.status, 1, name)
            self.assertIn("newer", outcome.complaints()[0])
            self.assertEqual(path.read_text(), newer)
            path.write_text(text)


if __name__ == "__main__":
    program.main()
