# SPDX-License-Identifier: Apache-2.0
"""Every verb as a program drives it: started with --json, asked, answered, read to its end; each line is what the schema
says of its event. Usage: protocol_test.py UNDERSTUDY"""
import json
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from program import FilmTest, Job, ONE_THREAD, TINY_MODEL, run, run_well  # noqa: E402

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
TYPES = {"string": str, "number": (int, float), "Record<string, string>": dict, "Record<string, unknown>": dict,
         "Record<string, number | null>": dict, "Record<string, string | number | boolean>": dict,
         "RequestId": (str, int, type(None)), "ErrorCode": str, "VerbName": str}
SMALL = ["--resolution", "64", "--batch-size", "2"]


def verbs_in_order(film):
    """Each verb with arguments that are soon done with, in an order in which one has what it needs from those before."""
    clip, faces = film / "data_dst.mp4", film / "data_src/aligned"
    one_face = film / "one_face"
    one_face.mkdir()
    shutil.copy(sorted(faces.glob("*.jpg"))[0], one_face)
    labels = film / "labels.json"
    drawn = [{"do": "add-polygon", "kind": "include", "points": [[10, 10], [60, 10], [60, 60]]}]
    labels.write_text(json.dumps({"format": "understudy.labels", "version": 1, "faces": {"00002_0.jpg": drawn}}))
    tiny = [*ONE_THREAD, "--target-iter", 1]
    session = film / "new_SAEHD_merger_session.dat"
    session.write_bytes(dfl_files.merger_session([("00001.png", {"mask_mode": 4, "erode_mask_modifier": 9})]))
    return [
        ("new", ["--src", clip], ["-w", film / "another"]),
        ("doctor", ["--no-gpu"]),
        ("schema", []),
        ("studio", ["--port", 0, "--no-open"]),
        ("frames extract", ["dst"]),
        ("frames import", ["src", "--input", film / "data_dst"], ["-w", film / "another"]),
        ("frames cut", ["dst", "--to", "0.1"]),
        ("frames denoise", ["dst", "--factor", 1]),
        ("extract", ["dst", "--redo"]),
        ("catalogue", ["src"]),
        ("sort", ["src", "--by", "blur"]),
        ("faceset filter", ["src", "blur > 0"]),
        ("faceset stats", ["src"]),
        ("faceset identity", ["src"]),
        ("faceset save-metadata", ["src"]),
        ("faceset restore-metadata", ["src"]),
        ("faceset recover-names", ["src"]),
        ("faceset landmarks", ["src", "--output", film / "landmarks"]),
        ("faceset export-masks", ["src", "--output", film / "masks"]),
        ("faceset delete", ["src", "--names", "00001_0.jpg"]),
        ("faceset restore", ["src"]),
        ("faceset undo", ["src"]),
        ("faceset redo", ["src"]),
        ("faceset resize", ["src", "--image-size", 64, "--output", film / "small"]),
        ("faceset enhance", ["src", "--input", film / "small", "--shrink", 4, "--output", film / "enhanced"]),
        ("mask label", ["src", "--apply", labels]),
        ("mask status", ["src"]),
        ("mask fetch", ["src"]),
        ("mask export", ["src"]),
        ("mask import", ["src"]),
        ("mask sheet", ["src"]),
        ("mask check", ["src"]),
        ("mask train", ["--batch-size", 2, *tiny]),
        ("mask apply", ["src", *ONE_THREAD]),
        ("mask export-model", ["--output", film / "xseg"]),
        ("mask import-model", ["--from", film / "xseg"], ["-w", film / "another"]),
        ("mask remove-labels", ["src"]),
        ("mask remove", ["src"]),
        ("faceset pack", ["src", "--input", one_face]),
        ("faceset unpack", ["src", "--input", one_face]),
        ("faceset import", ["src", "--from", one_face, "--input", film / "copied"]),
        ("train saehd", [*ONE_THREAD, "--target-iter", 5]),
        ("train amp", ["--model", "amp", *SMALL, "--inter-dims", 32, "--ae-dims", 32, "--e-dims", 16, "--d-dims", 16,
                       "--d-mask-dims", 8, *tiny]),
        ("train quick96", ["--model", "quick", *tiny]),
        ("merge set", ["erode=10", "--frames", "1-3"]),
        ("merge key", ["blur=10", "--frames", "2,5"]),
        ("merge copy", ["--frame", 2, "--to", "next"]),
        ("merge shots", ["find"]),
        ("merge persons", []),
        ("merge undo", []),
        ("merge redo", []),
        ("merge show", ["--frame", 2]),
        ("merge diff", ["1", "2"]),
        ("merge import-session", ["--from", session]),
        ("merge", ["--model", "saehd", *ONE_THREAD]),
        ("merge check", ONE_THREAD),
        ("merge deliver", ["--model", "saehd", *ONE_THREAD]),
        ("video encode", []),
        ("score", []),
        ("model create", ["saehd", "--model", "made", *TINY_MODEL]),
        ("model list", []),
        ("model history", ["--model", "saehd"]),
        ("model verify", ["--model", "saehd"]),
        ("model restore", ["--model", "saehd", "--iteration", 4]),
        ("model duplicate", ["--model", "saehd", "--as", "copy"]),
        ("model rename", ["--model", "copy", "--as", "renamed"]),
        ("model export", ["--model", "renamed", "--output", film / "dfl"]),
        ("model import", ["--from", film / "dfl", "--as", "imported"]),
        ("model predict", ["--model", "saehd", "--limit", 1, *ONE_THREAD]),
        ("model delete", ["--model", "renamed", "--yes"]),
        ("run", ["--model", "quick96", "--target-iter", 1, "--super-resolution-power", 0, "--masks", "none"]),  # demo has both
        ("clear", ["video", "--yes"]),
        ("demo", ["--size", 128, "--frames", 8, "--target-iter", 1], ["-w", film / "demo"]),
    ]


class Protocol(FilmTest):
    SIDES, MODEL = ("src", "dst"), TINY_MODEL

    @classmethod
    def make_film(cls):
        super().make_film()
        cls.schema = run_well("schema").report()
        cls.kinds = {kind["name"]: kind for kind in cls.schema["events"]}
        cls.verbs = {verb["name"]: verb for verb in cls.schema["verbs"]}
        cls.seen = set()

    def check_line(self, event):
        kind = self.kinds[event["event"]]
        fields = {field["name"]: field for field in kind["fields"]}
        self.assertLessEqual(set(event) - {"event", "id", "time"}, set(fields), event)
        for name, field in fields.items():
            if not field["optional"]:
                self.assertIn(name, event)
            if name in event:
                self.assertIsInstance(event[name], TYPES[field["type"]], event)
        self.seen.add(event["event"])

    def check_stream(self, job, verb, status=0):
        """Its events, each of them checked."""
        self.assertEqual(job.finish(), status, (job.errors, job.lines[-3:]))
        events = [json.loads(line) for line in job.lines]
        for event in events:
            self.check_line(event)
        self.assertEqual([e["id"] for e in events], list(range(len(events))))
        self.assertEqual([e["event"] for e in events].count("started"), 1)
        started, last = events[0], events[-1]
        self.assertEqual((started["event"], started["verb"]), ("started", verb))
        self.assertRegex(started["version"], r"^\d+\.\d+")
        self.assertEqual(last["event"], "error" if status else "done")
        self.assertEqual(sum(e["event"] in ("done", "error") for e in events), 1)
        return events

    def check_log(self, events, workspace):
        """Its folder is named by the job, its lines are the stream's, of which only some counts and pictures lack."""
        folder = pathlib.Path(workspace) / ".understudy/jobs" / events[0]["job"]
        # Where `new` makes the workspace there is none yet for a log to lie in; in one that is there it has one.
        if not self.verbs[events[0]["verb"]]["keeps_log"] or events[0]["verb"] == "new":
            self.assertFalse(folder.exists())
            return
        kept = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
        self.assertEqual([e for e in events if e in kept], kept)
        thinned = {"progress", "metric", "preview"}
        self.assertLessEqual({e["event"] for e in events if e not in kept}, thinned)
        for kind in thinned:
            of_kind = [e for e in events if e["event"] == kind]
            if kind == "progress" and of_kind:
                self.assertIn(of_kind[-1], kept)
                slot = json.loads((folder / "progress.json").read_text())
                self.assertIn(slot, of_kind)

    def test_every_verb(self):
        film = self.film_copy()
        recipes = verbs_in_order(film)
        self.assertEqual(sorted(name for name, *_ in recipes), sorted(self.verbs))
        for name, arguments, *place in recipes:
            with self.subTest(verb=name):
                where = place[0] if place else ["-w", film]
                job = Job(*where, *name.split(), *arguments)
                job.send('{"id": "q1", "command": "sing"}')
                job.send("this is no request")
                if name == "studio":  # serves until it is stopped
                    job.wait_for(lambda event: event["event"] == "note")
                    job.process.send_signal(signal.SIGINT)
                if name == "demo":  # pipeline_test sees it to its end, which takes a minute
                    job.wait_for(lambda event: event["event"] == "stage" and event["name"] == "merge")
                    job.process.send_signal(signal.SIGINT)
                events = self.check_stream(job, name, status=130 if name == "demo" else 0)
                answers = [(e["request"], e["event"]) for e in events if e["event"] in ("accepted", "refused")]
                # A short job may end before it has read them; what it answers it refuses.
                self.assertLessEqual(set(answers), {("q1", "refused"), (None, "refused")})
                if name.startswith(("train", "mask train")) or name in ("run", "demo", "merge"):
                    self.assertEqual(len(answers), 2)
                self.check_log(events, where[1])
        # Those that only other calls give: test_errors…, test_stop… and test_narrow… check them.
        others = {"error", "accepted", "warning"}
        self.assertEqual(self.seen | others, set(self.kinds), "kinds of events that no verb told")

    def test_options_that_differ_are_told(self):
        film = self.film_copy()
        events = self.check_stream(Job("-w", film, "frames", "cut", "dst", "--to", "0.1", "--crf", 20, "--no-sound"), "frames cut")
        defaults = {o["key"]: o["default"] for o in self.verbs["frames cut"]["options"]}
        self.assertEqual(events[0]["options"], {"to": "0.1", "sound": False, **({"crf": 20} if defaults["crf"] != 20 else {})})
        self.assertEqual(events[0]["positionals"], {"side": "dst"})
        self.assertEqual(events[0]["workspace"], str(film))

    def test_errors_have_codes_of_the_schema(self):
        events = self.check_stream(Job("-w", self.folder(), "merge"), "merge", status=1)
        codes = {error["code"]: error for error in self.schema["errors"]}
        self.assertEqual(events[-1]["event"], "error")
        self.assertEqual(codes[events[-1]["code"]]["exit_status"], 1)

    def test_narrow_faces_are_told_before_anything_is_done(self):
        film = self.film_copy()
        run_well("-w", film, "extract", "src", "--face-type", "mf", "--output", film / "narrow")
        events = self.check_stream(Job("-w", film, "train", "saehd", *ONE_THREAD, "--target-iter", 5, "--src", film / "narrow"),
                                   "train saehd")
        warnings = [i for i, e in enumerate(events) if e["event"] == "warning"]
        print([events[i]["text"] for i in warnings])
        [warning] = [i for i in warnings if "narrower" in events[i]["text"]]
        for word in "src", "midfull_face", "whole_face", "--face-type wf":
            self.assertIn(word, events[warning]["text"])
        self.assertLess(warning, min(i for i, e in enumerate(events) if e["event"] in ("saved", "preview")))

    def test_stop_is_accepted_by_every_long_job(self):
        film = self.film_copy()
        job = Job("-w", film, "train", "saehd", *ONE_THREAD, "--target-iter", 100000)
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress"))
        self.assertEqual(job.ask("stop")["event"], "accepted")
        events = self.check_stream(job, "train saehd", status=130)
        self.assertEqual(events[-1]["code"], "cancelled")

    def test_a_reader_that_goes_away_ends_the_job(self):
        film = self.film_copy()
        command = [program.UNDERSTUDY, "--json", "-w", film, "train", "saehd", *ONE_THREAD, "--target-iter", 100000]
        line = " ".join(shlex.quote(str(word)) for word in command) + " < /dev/null | head -n 1"
        first = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=300)  # waits for both
        self.assertEqual(json.loads(first.stdout)["event"], "started")
        [model] = run_well("-w", film, "model", "list").report()["models"]
        self.assertLess(model["iteration"], 100000)
        report = run_well("-w", film, "train", "saehd", *ONE_THREAD, "--target-iter", model["iteration"] + 1).report()
        self.assertEqual(report["iterations_done"], 1)

    def test_model_names_lead_nowhere_else(self):
        film = self.film_copy()
        before = program.snapshot(film)
        for verb in (["train", "saehd", *ONE_THREAD, "--target-iter", 9], ["train", "amp"], ["train", "quick96"], ["merge"],
                     ["model", "history"], ["model", "duplicate"], ["model", "export"], ["model", "predict"],
                     ["model", "create", "saehd"], ["model", "rename", "--as", "x"], ["model", "delete", "--yes"]):
            for name in "model/saehd", "../model/saehd", "../x", "saehd/", "..", ".", "/tmp", ".hidden":
                with self.subTest(verb=verb, name=name):
                    outcome = run("-w", film, *verb, "--model", name)
                    self.assertEqual(outcome.status, 2, outcome.err)
                    self.assertEqual(len(outcome.complaints()), 1, outcome.err)
                    self.assertIn("cannot be the name of a model", outcome.complaints()[0])
        for option, verb in [("--as", ["model", "duplicate"]), ("--as", ["model", "rename", "--model", "saehd"]),
                             ("--as", ["model", "export"]), ("--from", ["model", "create", "saehd", "--model", "new"]),
                             ("--start-from", ["train", "saehd", "--model", "new", *TINY_MODEL, *ONE_THREAD])]:
            with self.subTest(verb=verb, option=option):
                self.assertEqual(run("-w", film, *verb, option, "../model/saehd").status, 2)
        self.assertEqual(program.snapshot(film), before)


class Schema(unittest.TestCase):
    def test_the_pages_are_the_programs(self):
        for name, arguments in [("schema.json", []), ("schema.ts", ["--typescript"])]:
            page = (DOCS / name).read_text(encoding="utf-8")
            self.assertEqual(run_well("schema", *arguments).out, page,
                             f"regenerate: understudy schema {' '.join(arguments)} > docs/{name}")

    def test_the_schema_names_what_the_command_line_takes(self):
        schema = run_well("schema").report()
        self.assertEqual((schema["format"], schema["version"]), ("understudy.schema", 1))
        page = run_well("--options-markdown").out
        for verb in schema["verbs"]:
            part = page.split(f"\n## {verb['name']}\n")[1].split("\n## ")[0]
            self.assertEqual(re.findall(r"^\| `--([a-z0-9-]+)`", part, re.M), [o["key"] for o in verb["options"]])
            for option in verb["options"]:
                self.assertIn(option["when"], ("creation", "start", "live"))
                self.assertIn(option["kind"], ("boolean", "integer", "number", "text", "path", "choice"))
                self.assertEqual("choices" in option, option["kind"] == "choice")
                self.assertTrue(option["label"] and option["help"], option)
                if "choices" in option:
                    self.assertIn(option["default"], option["choices"])
                for low, high in [("min", "default"), ("default", "max")]:
                    if low in option and high in option:
                        self.assertLessEqual(option[low], option[high], option)


if __name__ == "__main__":
    program.main()
