# SPDX-License-Identifier: Apache-2.0
"""Steering a training while it runs: every option that is marked live is set and its effect is seen, those that are not
are refused, pauses cost no time. Usage: live_test.py UNDERSTUDY"""
import json
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, Job, ONE_THREAD, TINY_MODEL, run_well  # noqa: E402

NEVER = ["--save-every", 1440, "--preview-every", 1440]


def is_save(event):
    return event["event"] == "saved" and event["what"].startswith("model at iteration")


def is_backup(event):
    return event["event"] == "saved" and event["what"].startswith("backup of iteration")


def is_preview(event):
    return event["event"] == "preview" and event["slot"] == "preview"


class Live(FilmTest):
    SIDES, MODEL = ("src", "dst"), TINY_MODEL

    @classmethod
    def make_film(cls):
        super().make_film()
        cls.verbs = {verb["name"]: verb for verb in run_well("schema").report()["verbs"]}

    def live_rows(self):
        return {(name, o["key"]) for name, verb in self.verbs.items() for o in verb["options"] if o["when"] == "live"}

    def training(self, *arguments):
        self.work = self.film_copy()
        job = Job("-w", self.work, "train", "saehd", *ONE_THREAD, *NEVER, "--target-iter", 1000000, *arguments)
        self.addCleanup(lambda: job.process.poll() is None and job.kill())
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress"), job.lines)
        return job

    def stop(self, job):
        self.assertEqual(job.ask("stop")["event"], "accepted")
        self.assertEqual(job.finish(), 130, job.errors)
        return [json.loads(line) for line in job.lines]

    def count(self, job, wanted):
        return sum(bool(wanted(event)) for event in job.events())

    def comes_again(self, job, wanted):
        """Whether it comes at least twice from now on, while it did not for a second before."""
        before = self.count(job, wanted)
        seen = [0]

        def two_more(event):
            seen[0] += bool(wanted(event))
            return seen[0] >= before + 2

        return job.wait_for(two_more, timeout=60)

    def test_every_live_row_takes_effect(self):
        """The table of effects names just the rows that are marked."""
        history = lambda: sorted((self.work / "model/saehd/history").rglob("*.jpg"))
        job = self.training()
        effects = {"save-every": (0.05, lambda: self.comes_again(job, is_save)),
                   "preview-every": (0.05, lambda: self.comes_again(job, is_preview)),
                   "autobackup-hour": (0.0005, lambda: self.comes_again(job, is_backup)),
                   "preview-history": ("true", lambda: self.until(history))}
        # One loop trains all models, and its rows are declared once (lib/loop/loop_options.hpp).
        trainings = [verb for verb in self.verbs if verb.startswith("train ") or verb == "mask train"]
        self.assertEqual(self.live_rows(), {(verb, key) for verb in trainings for key in effects})
        time.sleep(1.5)
        self.assertEqual((self.count(job, is_save), self.count(job, is_backup), history()), (0, 0, []))
        self.assertLessEqual(self.count(job, is_preview), 1)  # that of the start
        for key, (value, happens) in effects.items():
            with self.subTest(key=key):
                self.assertEqual(job.ask("set", key=key, value=value)["event"], "accepted")
                self.assertTrue(happens())
        versions = [e["version"] for e in self.stop(job) if is_preview(e)]
        self.assertEqual(versions, list(range(1, len(versions) + 1)))

    def until(self, something, seconds=60):
        end = time.monotonic() + seconds
        while not something() and time.monotonic() < end:
            time.sleep(0.1)
        return something()

    def test_what_cannot_change_is_refused_with_the_reason(self):
        job = self.training()
        rows = [o for o in self.verbs["train saehd"]["options"] if o["when"] != "live"]
        self.assertGreater(len(rows), 50)
        for key in ["resolution", "batch-size", "target-iter", "lr"]:
            answer = job.ask("set", key=key, value=64)
            self.assertEqual(answer["event"], "refused", answer)
            self.assertIn(key, answer["reason"])
        for key, value, reason in [("save-every", "often", "number"), ("save-every", -1, "0.05 to 1440"),
                                   ("save-evry", 5, "save-every"), ("", "", "option")]:
            answer = job.ask("set", key=key, value=value)
            self.assertEqual(answer["event"], "refused", answer)
            self.assertIn(reason, answer["reason"])
        self.assertEqual(job.ask("sleep")["event"], "refused")
        self.stop(job)

    def test_every_command_does_what_it_says(self):
        job = self.training()
        taken = self.verbs["train saehd"]["commands"]
        self.assertEqual(taken[0], "stop")
        notes = lambda start: lambda e: e["event"] == "note" and e["text"].startswith(start)
        for name, wanted in [("save", is_save), ("backup", is_backup), ("preview", is_preview), ("next-preview", notes("Preview: ")),
                             ("loss-range", notes("Loss graph: "))]:
            with self.subTest(command=name):
                before = self.count(job, wanted)
                self.assertIn(name, taken)
                self.assertEqual(job.ask(name)["event"], "accepted")
                self.assertTrue(self.until(lambda: self.count(job, wanted) > before))
        self.assertLessEqual({"pause", "resume", "set"}, set(taken))
        self.stop(job)

    def test_a_pause_costs_no_time(self):
        work = self.film_copy()
        start = time.monotonic()
        job = Job("-w", work, "train", "saehd", *ONE_THREAD, *NEVER, "--time", "4s")
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress"))
        self.assertEqual(job.ask("pause")["event"], "accepted")
        time.sleep(6)  # longer than all of it
        reached = max(e["done"] for e in job.events() if e["event"] == "progress")
        self.assertEqual(job.ask("resume")["event"], "accepted")
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress" and e["done"] > reached + 1))
        self.assertEqual(job.finish(), 0, job.errors)
        report = json.loads(job.lines[-1])["report"]
        self.assertGreaterEqual(time.monotonic() - start, 9)
        self.assertGreaterEqual(report["seconds"], 3.9)
        self.assertLess(report["seconds"], 9)

    def test_the_whole_way_passes_on_what_is_set_while_it_trains(self):
        work = self.film_copy()
        shutil.rmtree(work / "model")
        job = Job("-w", work, "run", "--resolution", 64, "--dims", 32, "--encoder-dims", 16, "--decoder-dims", 16, "--batch-size", 2,
                  "--face-type", "wf", "--start", "none", "--schedule", "none", "--target-iter", 1000000)
        self.addCleanup(lambda: job.process.poll() is None and job.kill())
        self.assertIn("set", self.verbs["run"]["commands"])
        self.assertIn("set", self.verbs["demo"]["commands"])
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress" and e["what"] == "iterations"), job.lines)
        self.assertEqual(job.ask("set", key="time", value="1h")["event"], "refused")
        self.assertEqual(job.ask("set", key="save-every", value=0.05)["event"], "accepted")
        self.assertTrue(self.comes_again(job, is_save))
        self.stop(job)

    def test_what_was_set_stays_set_in_the_next_stage_of_a_course(self):
        work = self.film_copy()
        job = Job("-w", work, "train", "saehd", "--model", "course", *ONE_THREAD, *NEVER, *TINY_MODEL, "--schedule", "look", "--start", "none",
                  "--target-iter", 90, "--preset", "compatible")
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress"))
        self.assertEqual(job.ask("set", key="preview-history", value="true")["event"], "accepted")
        self.assertEqual(job.finish(), 0, job.errors)
        events = [json.loads(line) for line in job.lines]
        stages = [e["text"] for e in events if e["event"] == "note" and e["text"].startswith("-- training: ")]
        self.assertGreater(len(stages), 1, stages)
        kept = {int(p.stem) for p in (work / "model/course/history").rglob("*.jpg") if p.stem.isdigit()}
        self.assertGreater(max(kept, default=0), 80)


if __name__ == "__main__":
    program.main()
