# SPDX-License-Identifier: Apache-2.0
"""The studio's queue where it came along with a workspace that was moved, copied or sent, and jobs that cannot be begun.
Usage: queue_test.py UNDERSTUDY"""
import json
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import TINY_MODEL  # noqa: E402
from studio import Studio, StudioTest, kill_and_wait, pid_of  # noqa: E402

TINY = {key.lstrip("-"): (int(value) if value.isdigit() else value) for key, value in zip(TINY_MODEL[::2], TINY_MODEL[1::2])}
LONG_TRAINING = {**TINY, "threads": 1, "target-iter": 100000}


class Elsewhere(StudioTest):
    """A queue that came along with its workspace."""

    def queue(self):
        """One training that runs and one that waits for it."""
        first = self.studio.begin("train saehd", options=LONG_TRAINING)
        self.studio.wait(first, ["running"])
        return first, self.studio.begin("train saehd", options={**LONG_TRAINING, "model": "other", "src": "data_src/aligned"})

    def trained_with(self, root, job):
        """The faces that a job was told to take, by its log."""
        started = (root / f".understudy/jobs/{job}/events.jsonl").read_text().splitlines()[0]
        return json.loads(started)["options"]["src"]

    def entry(self, root, job, **changes):
        """What the disk says of a job, changed as asked."""
        path = root / f".understudy/studio/jobs/{job}.json"
        told = {**json.loads(path.read_text()), **changes}
        path.write_text(json.dumps(told))
        return told

    def opened(self, root):
        studio = Studio(root, state=self.folder() / "state of another")
        self.addCleanup(studio.end)
        return studio

    def begin_and_stop(self, studio, model):
        job = studio.begin("train saehd", options={**LONG_TRAINING, "model": model})
        studio.wait(job, ["running"])  # nothing keeps it waiting
        studio.post(f"/api/jobs/{job}/cancel")
        studio.wait(job)

    def test_a_workspace_that_was_moved_goes_on_with_its_queue(self):
        first, second = self.queue()
        self.studio.kill()
        kill_and_wait(pid_of(self.work, first))
        moved = self.work.rename(self.folder() / "moved")
        studio = self.opened(moved)
        self.assertEqual(studio.wait(first)["state"], "failed")
        studio.wait(second, ["running"])
        self.assertFalse(self.work.exists(), "nothing is made where it was")
        self.assertEqual(self.trained_with(moved, second), str(moved / "data_src/aligned"))
        while not studio.job(second)["metric"]:  # it takes commands between two iterations
            time.sleep(0.1)
        end = time.monotonic() + 60
        while (saved := studio.post(f"/api/jobs/{second}/command", {"command": "save"})).status != 200 and time.monotonic() < end:
            self.assertIn("has not answered yet", saved.body.decode())  # it may be writing to a slow disk
        self.assertEqual(saved.status, 200, saved.body)
        studio.post(f"/api/jobs/{second}/cancel")
        self.assertEqual(studio.wait(second)["state"], "cancelled")

    def test_a_copy_begins_nothing_and_reaches_nobody(self):
        first, second = self.queue()
        with self.studio.standing_still(first):
            copy = shutil.copytree(self.work, self.folder() / "copy")
        said = self.work / f".understudy/studio/jobs/{first}.errors"
        said.write_text("of the original")
        studio = self.opened(copy)
        shown = studio.job(second)
        self.assertEqual((shown["state"], shown["held"]), ("waiting", True))
        shown = studio.job(first)
        self.assertEqual((shown["state"], shown["pid"]), ("failed", 0))
        self.assertIn("another folder", shown["error"]["message"])
        for what in ("cancel", "pause", "command"):
            self.assertEqual(studio.post(f"/api/jobs/{first}/{what}", {"command": "stop"}).status, 409)
        self.begin_and_stop(studio, "of the copy")
        self.assertEqual(studio.job(second)["state"], "waiting")
        again = studio.post(f"/api/jobs/{second}/retry")
        self.assertEqual(again.status, 201, again.body)
        self.assertEqual(studio.job(second)["state"], "cancelled")
        studio.wait(again.json["job"], ["running"])
        self.assertEqual(self.trained_with(copy, again.json["job"]), str(copy / "data_src/aligned"))
        studio.post(f"/api/jobs/{again.json['job']}/cancel")
        studio.wait(again.json["job"])
        self.assertEqual([self.studio.job(job)["state"] for job in (first, second)], ["running", "waiting"])
        self.assertFalse(self.studio.job(second)["held"])
        self.assertEqual(said.read_text(), "of the original")
        self.studio.post(f"/api/jobs/{second}/cancel")
        self.studio.post(f"/api/jobs/{first}/cancel")
        self.studio.wait(first)

    def test_what_somebody_sent_is_shown_and_never_begun(self):
        thesis, written = self.folder() / "thesis.tex", self.folder() / "written"
        thesis.write_text("all of it")
        own = self.studio.begin("faceset filter", {"side": "src", "expression": "blur >= 0"}, options={"output": str(written)})
        self.assertEqual(self.studio.wait(own)["state"], "done")
        written.unlink()
        self.studio.kill()
        told = self.entry(self.work, own)
        old = {key: told[key] for key in told if key not in ("problem", "folder", "machine", "boot")}
        sent = {
            "1732859104.001-a": {**old, "version": 1, "pipe": "", "errors": str(thesis), "paused": False},
            "1732859104.002-a": {**told, "folder": f"{int(told['folder'], 16) ^ 1:016x}"},
            "1732859104.003-a": {**told, "machine": f"{int(told['machine'], 16) ^ 1:016x}"},
            "1732859104.004-a": {**told, "folder": "", "machine": ""},
        }
        for job, entry in sent.items():
            entry.update(job=job, standing="waiting", pid=0, pid_started=0)
            (self.work / f".understudy/studio/jobs/{job}.json").write_text(json.dumps(entry))
        other = subprocess.Popen(["sleep", "600"], start_new_session=True)
        self.addCleanup(lambda: (other.kill(), other.wait()))
        started = pathlib.Path(f"/proc/{other.pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
        living = {**sent["1732859104.001-a"], "job": "1732859104.005-a", "standing": "begun", "pid": other.pid, "pid_started": int(started)}
        (self.work / ".understudy/studio/jobs/1732859104.005-a.json").write_text(json.dumps(living))
        self.studio.start()
        for _ in range(2):
            self.assertEqual({(self.studio.job(job)["state"], self.studio.job(job)["held"]) for job in sent}, {("waiting", True)})
            self.assertEqual((self.studio.job(living["job"])["state"], self.studio.job(living["job"])["pid"]), ("failed", 0))
            self.assertEqual(self.studio.post(f"/api/jobs/{living['job']}/pause").status, 409)
            self.studio.wait(self.studio.begin("catalogue", {"side": "src"}))  # the queue was gone through
        self.assertFalse(written.exists())
        self.assertEqual(thesis.read_text(), "all of it")
        self.assertEqual(self.studio.post("/api/jobs/1732859104.002-a/cancel").status, 200)
        self.assertEqual(self.studio.job("1732859104.002-a")["state"], "cancelled")
        again = self.studio.post("/api/jobs/1732859104.001-a/retry").json["job"]
        self.assertEqual(self.studio.wait(again)["state"], "done")
        self.assertTrue(written.exists(), "whoever asks for it has it done")
        self.assertEqual(thesis.read_text(), "all of it")

    def test_what_cannot_be_begun_failed_for_good_and_keeps_nobody_waiting(self):
        first, second = self.queue()
        third = self.studio.begin("train saehd", options={**LONG_TRAINING, "model": "third"})
        self.studio.kill()
        kill_and_wait(pid_of(self.work, first))
        self.entry(self.work, second, verb="train singing")  # of another version of this program
        self.entry(self.work, third, verb="train singing", standing="begun")  # its server was killed just then
        self.studio.start()
        self.assertEqual([self.studio.job(job)["state"] for job in (second, third)], ["waiting", "starting"])
        for job in third, second:
            shown = self.studio.wait(job, timeout=30)
            self.assertEqual(shown["state"], "failed")
            self.assertIn("train singing", shown["error"]["message"])
            told = json.loads((self.work / f".understudy/studio/jobs/{job}.json").read_text())
            self.assertEqual((told["standing"], told["problem"]), ("failed", shown["error"]["message"]))
        self.begin_and_stop(self.studio, "fourth")
        # With the right verb it would begin now.
        self.studio.kill()
        self.entry(self.work, second, verb="catalogue", positionals={"side": "src"}, options={})
        self.studio.start()
        self.studio.wait(self.studio.begin("catalogue", {"side": "dst"}))
        self.assertEqual([self.studio.job(job)["state"] for job in (second, third)], ["failed", "failed"])
        self.assertFalse((self.work / ".understudy/jobs" / second).exists())

    def wait_hindered(self, job, word):
        """Until it is shown why it cannot be begun."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            shown = self.studio.job(job)
            if word in shown.get("error", {}).get("message", ""):
                return shown["state"]
            time.sleep(0.05)
        raise AssertionError(shown)

    def test_what_only_hinders_it_for_a_while_loses_no_place_in_the_queue(self):
        first, second = self.queue()
        third = self.studio.begin("train saehd", options={**LONG_TRAINING, "model": "third"})
        entries = self.work / ".understudy/studio/jobs"
        standing = lambda job: json.loads((entries / f"{job}.json").read_text())["standing"]
        (entries / f"{second}.errors").mkdir()  # its process cannot be started, whoever one is
        self.studio.post(f"/api/jobs/{first}/cancel")
        self.studio.wait(first)
        self.assertEqual(self.wait_hindered(second, "Cannot start"), "waiting")
        self.assertEqual((standing(second), self.studio.job(third)["state"]), ("waiting", "waiting"))
        # Nor is what was asked for lost where nothing can be written at all.
        with self.studio.standing_still():  # or it makes the folder anew in between
            entries.rename(entries.with_name("away"))
            entries.write_text("no folder")
        self.wait_hindered(second, str(entries))
        self.assertEqual(self.studio.job(third)["state"], "waiting")
        with self.studio.standing_still():
            entries.unlink()
            entries.with_name("away").rename(entries)
        (entries / f"{second}.errors").rmdir()
        self.assertNotIn("error", self.studio.wait(second, ["running"], timeout=30))
        self.assertEqual((standing(second), self.studio.job(third)["state"]), ("begun", "waiting"))
        for job in third, second:
            self.studio.post(f"/api/jobs/{job}/cancel")
        self.studio.wait(second)

    def test_what_never_came_is_taken_out(self):
        first, second = self.queue()
        self.studio.kill()
        kill_and_wait(pid_of(self.work, first))
        self.entry(self.work, second, standing="begun")
        self.studio.start()
        self.assertEqual(self.studio.wait(second, ["starting"])["state"], "starting")
        self.assertEqual(self.studio.post(f"/api/jobs/{second}/cancel").status, 200)
        self.assertEqual(self.studio.job(second)["state"], "cancelled")
        self.begin_and_stop(self.studio, "third")


if __name__ == "__main__":
    program.main()
