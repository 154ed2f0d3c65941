# SPDX-License-Identifier: Apache-2.0
"""File names are bytes: every verb works in a workspace, and on frames and faces, whose names are no UTF-8, are full of
quotes, blanks and line breaks, are as long as the system lets them be, or lie at the end of a path of 4,000 bytes.
Usage: names_test.py UNDERSTUDY"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from program import FilmTest, Job, ONE_THREAD, TINY_MODEL, run, run_well  # noqa: E402
from studio import Studio  # noqa: E402

TINY_AMP = ["--resolution", 64, "--ae-dims", 16, "--inter-dims", 16, "--e-dims", 16, "--d-dims", 16, "--d-mask-dims", 8,
            "--batch-size", 2, "--face-type", "wf"]
LATIN = "caf\udce9"  # as Python has the byte 0xe9
MIXED = " two  blanks 'q' \"Q\" $(x) \\xe9 \\ % {}\n\t\u00e9 \U0001f3ad "
LONGEST = 255  # bytes of a name
DEEP = 4000  # bytes of a path; the system takes 4,095


def text_of(name):
    """A name as the program writes it in JSON and lists."""
    raw, out = os.fsencode(name), ""
    while raw:
        try:
            character = raw[:4].decode("utf-8", "ignore")[:1] if raw[0] >= 0x80 else chr(raw[0])
            size = len(character.encode())
            assert character and raw[:size] == character.encode()
        except AssertionError:
            character, size = "", 1
        escape = not character or ord(character) < 0x20 or character == "\x7f" or re.match(rb"\\x[0-9a-f]{2}", raw)
        out += f"\\x{raw[0]:02x}" if escape else character
        raw = raw[size:] if not escape else raw[1:]
    return out


class Walk:
    """Every verb once, in a workspace of that name with frames of that name."""

    def __init__(self, test, film, place, name):
        self.test, self.film, self.name, self.done = test, film, name, set()
        self.place = place  # for what is outside the workspace
        self.work = place / name if len(os.fsencode(place)) < DEEP - 300 else place
        self.stem = name[:LONGEST - 15]  # frame names leave room for the number and the faces' endings

    def verb(self, words, *arguments, status=0):
        self.done.add(words)
        outcome = run("-w", self.work, *words.split(), *arguments)  # that its output is UTF-8 is checked by reading it
        self.test.assertEqual(outcome.status, status, f"{words} {arguments}: {outcome.err}")
        return outcome.report() if status == 0 else outcome

    def frames(self):
        self.verb("new", "--src", self.film / "data_src.mp4", "--dst", self.film / "data_dst.mp4")
        self.verb("doctor")
        self.verb("frames extract", "src", "--format", "jpg")
        cut = self.verb("frames cut", "dst", "--to", "0.1", "--output", self.work / "c.mp4")
        self.test.assertGreater(cut["frames"], 0)
        stills = self.work / "s"
        self.verb("frames extract", "dst", "--format", "jpg", "--output", stills)
        for i, still in enumerate(sorted(stills.glob("*.jpg"))):
            still.rename(self.work / "data_dst" / f"{self.stem}{i}.jpg")
        taken = self.verb("frames import", "dst", "--input", self.work / "data_dst", "--output", self.work / "i")
        self.test.assertEqual(taken, {"frames": FilmTest.FRAMES, "unreadable": []})
        self.verb("frames denoise", "dst", "--factor", 2)
        self.verb("frames denoise", "dst", "--undo")

    def faces(self):
        self.verb("extract", "src", "--image-size", 128)
        found = self.verb("extract", "dst", "--image-size", 128, "--debug")
        self.test.assertEqual((found["faces"], found["unreadable"]), (FilmTest.FRAMES, []))
        again = self.verb("extract", "dst", "--image-size", 128, "--debug")
        self.test.assertEqual((again["faces"], again["frames_done_before"]), (FilmTest.FRAMES, FilmTest.FRAMES))
        self.aligned = self.work / "data_dst" / "aligned"
        self.original = sorted(path.name for path in self.aligned.glob("*.jpg"))
        self.test.assertEqual(self.original, sorted(f"{self.stem}{i}_0.jpg" for i in range(FilmTest.FRAMES)))

    def names(self):
        return sorted(path.name for path in self.aligned.glob("*.jpg"))

    def curating(self):
        self.test.assertEqual(self.verb("catalogue", "dst")["files"], FilmTest.FRAMES)
        self.verb("sort", "dst", "--by", "blur", "--dry-run")
        self.verb("sort", "dst", "--by", "hist")
        self.test.assertNotEqual(self.names(), self.original)
        self.verb("sort", "dst", "--undo")
        self.test.assertEqual(self.names(), self.original)
        listed = self.verb("faceset filter", "dst", "yaw > -9", "--output", self.work / "l")
        self.test.assertEqual(listed["names"], [text_of(name) for name in sorted(self.original, key=os.fsencode)])
        self.verb("faceset delete", "dst", "--list", self.work / "l")
        self.test.assertEqual(self.names(), [])
        self.verb("faceset undo", "dst")
        self.test.assertEqual(self.names(), self.original)
        self.verb("faceset redo", "dst")
        self.test.assertEqual(self.names(), [])
        self.verb("faceset restore", "dst")
        self.test.assertEqual(self.names(), self.original)
        self.verb("faceset stats", "dst")
        self.verb("faceset identity", "dst", "--sheet", self.work / "p.png")
        self.verb("faceset recover-names", "dst")
        self.test.assertEqual(self.names(), self.original)

    def tools(self):
        self.verb("faceset landmarks", "dst")
        self.verb("faceset export-masks", "dst")
        self.verb("faceset resize", "dst", "--image-size", 64)
        self.verb("faceset enhance", "dst", "--shrink", 4)  # the network sees a sixteenth of the pixels
        self.verb("faceset save-metadata", "dst")
        restored = self.verb("faceset restore-metadata", "dst")
        self.test.assertEqual((restored["faces"], restored["missing"]), (FilmTest.FRAMES, 0))
        self.verb("faceset pack", "dst")
        self.verb("faceset unpack", "dst")
        self.test.assertEqual(self.names(), self.original)
        copied = self.verb("faceset import", "src", "--from", self.work / "data_dst", "--input", self.work / "f")
        self.test.assertEqual(copied["faces"], len(self.original))

    def masks(self):
        labels = self.place / "labels.json"
        drawn = [{"do": "add-polygon", "kind": "include", "points": [[10, 10], [60, 10], [60, 60]]}]
        faces = {text_of(name): drawn for name in self.original[:2]}
        labels.write_text(json.dumps({"format": "understudy.labels", "version": 1, "faces": faces}))
        self.test.assertEqual(self.verb("mask label", "dst", "--apply", labels)["changed"], 2)
        self.test.assertEqual(self.verb("mask status", "dst")["labelled_faces"], [text_of(name) for name in self.original[:2]])
        self.test.assertEqual(self.verb("mask fetch", "dst")["copied"], 2)
        self.test.assertEqual(self.verb("mask export", "dst")["labelme"], 2)
        self.test.assertEqual(self.verb("mask remove-labels", "dst", "--names", text_of(self.original[0]))["changed"], 1)
        self.test.assertEqual(self.verb("mask import", "dst")["changed"], 1)
        self.test.assertEqual(self.verb("mask label", "dst", "--undo")["changed_faces"], [text_of(self.original[0])])
        self.verb("mask sheet", "dst", "--cell", 64)
        self.verb("mask check", "dst")
        self.verb("mask train", "--batch-size", 2, *ONE_THREAD, "--target-iter", 1)
        self.test.assertEqual(self.verb("mask apply", "dst", *ONE_THREAD)["faces"], FilmTest.FRAMES)
        self.verb("mask export-model", "--output", self.place / "xseg", "--replace")
        shutil.rmtree(self.work / "model/XSeg")
        self.verb("mask import-model", "--from", self.place / "xseg")
        self.verb("mask remove", "dst")

    def models(self):
        self.verb("train saehd", *TINY_MODEL, *ONE_THREAD, "--target-iter", 1)
        self.verb("model create", "saehd", "--model", "m", *TINY_MODEL)
        self.verb("model list")
        self.verb("schema")
        self.verb("model history", "--model", "saehd")
        self.test.assertEqual(self.verb("model verify", "--model", "saehd")["damaged"], 0)
        self.verb("train saehd", "--model", "saehd", *ONE_THREAD, "--target-iter", 2)
        if len(os.fsencode(self.work)) < DEEP:
            self.verb("model restore", "--model", "saehd", "--iteration", 1)
            self.test.assertEqual(self.verb("model restore", "--model", "saehd", "--backup", 1)["iteration"], 2)
        else:  # a backup's names are longer than those that still fit: told, and the model stays as it is
            refused = self.verb("model restore", "--model", "saehd", "--iteration", 1, status=1)
            self.test.assertIn("cannot be kept", refused.err)
            self.test.assertEqual(self.verb("model verify", "--model", "saehd")["damaged"], 0)
        self.verb("model duplicate", "--model", "saehd", "--as", "d")
        self.verb("model rename", "--model", "d", "--as", "e")
        self.verb("model delete", "--model", "e", "--yes")
        self.verb("model predict", "--model", "saehd", "--limit", 2, "--output", self.work / "o")
        self.verb("model export", "--model", "saehd", "--output", self.work / "x")
        self.verb("model import", "--from", self.work / "x", "--as", "again")
        self.verb("model export", "--model", "saehd", "--to", "dfm", "--output", self.work / "x")

    def timeline(self):
        self.verb("merge set", "erode=3", "--frames", "1-3")
        self.verb("merge key", "blur=10", "--frames", "2,5")
        self.verb("merge copy", "--frame", 2, "--to", "next")
        self.test.assertEqual(len(self.verb("merge shots", "find")["shots"]), 1)
        self.test.assertEqual(len(self.verb("merge persons")["persons"]), 1)
        self.verb("merge undo")
        self.verb("merge redo")
        self.verb("merge show", "--frame", 2, "--save", self.work / "q")
        self.verb("merge diff", "1", "2")
        session = self.work / "model" / "n_merger_session.dat"
        session.write_bytes(dfl_files.merger_session([(f"{self.stem}{i}.jpg", {"mask_mode": 4, "erode_mask_modifier": i}) for i in range(3)]))
        self.test.assertEqual(self.verb("merge import-session")["with_settings"], 3)
        self.verb("merge", *ONE_THREAD, "--sample", 2)

    def film_made(self):
        [exported] = (self.work / "x").glob("*.dfm")
        self.test.assertEqual(self.verb("merge", "--model-file", exported)["frames"], FilmTest.FRAMES)
        self.verb("merge deliver", "--model", "saehd", "--predictions", *ONE_THREAD)
        merged = self.verb("merge", "--model", "saehd")
        self.test.assertEqual((merged["frames"], merged["unreadable"], merged["without_face"]), (FilmTest.FRAMES, [], []))
        self.test.assertEqual(self.verb("merge", "--model", "saehd")["done_before"], FilmTest.FRAMES)
        self.test.assertEqual(self.verb("merge check", "--sheet", 2)["measured"], FilmTest.FRAMES)
        self.test.assertEqual(self.verb("merge", "--model", "saehd")["checked"], FilmTest.FRAMES)
        encoded = self.verb("video encode", "--output", self.work / "r.mp4", "--preset", "ultrafast")
        self.test.assertEqual((encoded["frames"], encoded["unreadable"]), (FilmTest.FRAMES, []))
        self.verb("score")
        self.test.assertEqual(len(self.verb("clear", "merge", "--yes")["cleared"]), 2)
        self.test.assertEqual(self.verb("clear", "--undo")["restored"], 2)

    def logs(self):
        """Each job's log is JSON, and names the workspace so that it can be found again."""
        logs = list((self.work / ".understudy" / "jobs").glob("*/events.jsonl"))
        self.test.assertGreater(len(logs), 20)
        for log in logs:
            for line in log.read_text(encoding="utf-8", errors="strict").splitlines():
                json.loads(line)

    def in_the_studio(self):
        self.done.add("studio")
        studio = Studio(self.work, state=self.film.parent / "state")
        try:
            self.test.assertGreater(studio.get("/api/faces/dst").json["total"], 0)
            picture = studio.get("/api/faces/dst?count=1").json["pictures"][0]["path"]
            self.test.assertEqual(studio.get("/api/picture?size=32&path=" + urllib.parse.quote(picture)).status, 200)
            job = studio.wait(studio.begin("catalogue", {"side": "dst"}))
            self.test.assertEqual(job["state"], "done", job)
            self.test.assertTrue(job["command"].startswith("understudy -w "))
        finally:
            studio.kill()

    def everything(self):
        for part in (self.frames, self.faces, self.curating, self.tools, self.masks, self.models, self.timeline, self.film_made, self.in_the_studio,
                     self.logs):
            part()
        return self.done


class Names(FilmTest):
    @classmethod
    def make_film(cls):
        super().make_film()
        cls.place = cls.scratch / "n"
        cls.place.mkdir()

    def walk(self, place, name, then=lambda work: set()):
        walk = Walk(self, self.film, place, name)
        done = walk.everything() | then(walk.work)
        shutil.rmtree(os.fsencode(walk.work))
        return done

    def begin_the_long_ones(self, work):
        """What takes long is only begun, in one of the walks."""
        done = set()
        for place, words, arguments in [(work, "train amp", [*TINY_AMP, *ONE_THREAD, "--target-iter", 1]),
                                        (work, "train quick96", [*ONE_THREAD, "--target-iter", 1]),
                                        (work, "run", ["--target-iter", 2, "--resolution", 64]),  # puts the faces aside
                                        (work / LATIN, "demo", ["--size", 128, "--frames", 8, "--target-iter", 1])]:
            job = Job("-w", place, *words.split(), *arguments)
            if not job.wait_for(lambda event: event["event"] in ("progress", "saved", "done")):
                self.fail(f"{words}: {job.finish()} {job.errors}{job.lines[-2:]}")
            job.command("stop")
            self.assertIn(job.finish(), (0, 130), f"{words}: {job.errors}{job.lines[-2:]}")
            done.add(words)
        return done

    def test_every_verb_with_bytes_that_are_no_text(self):
        done = self.walk(self.place, LATIN, self.begin_the_long_ones)
        page = subprocess.run([program.UNDERSTUDY, "--options-markdown"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(set(re.findall(r"^## (.+)$", page, re.M)) - done, set(), "verbs that were not tried")

    def test_every_verb_with_quotes_blanks_and_line_breaks(self):
        self.walk(self.place, MIXED)

    def test_every_verb_with_the_longest_names(self):
        self.walk(self.place, "n" * LONGEST)

    def test_every_verb_at_the_end_of_a_long_path(self):
        place = self.place
        while len(os.fsencode(place)) < DEEP:
            place /= "d" * min(200, max(1, DEEP - 1 - len(os.fsencode(place))))
        self.assertEqual(len(os.fsencode(place)), DEEP)
        place.mkdir(parents=True)
        self.walk(place, "f")

    def test_a_frame_whose_faces_can_have_no_name_is_told(self):
        frames, out = self.folder() / "frames", self.folder() / "faces"
        run_well("-w", self.film, "frames", "extract", "src", "--format", "jpg", "--output", frames)
        first = sorted(frames.glob("*.jpg"))[0]
        longest = "n" * (LONGEST - 4) + ".jpg"
        first.rename(frames / longest)
        outcome = run_well("-w", self.film, "extract", "src", "--image-size", 64, "--input", frames, "--output", out)
        self.assertEqual(outcome.report()["unreadable"], [longest])
        self.assertEqual(outcome.report()["faces"], FilmTest.FRAMES - 1)
        self.assertIn("too long a name", outcome.err)


if __name__ == "__main__":
    program.main()
