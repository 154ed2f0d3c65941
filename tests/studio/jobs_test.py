# SPDX-License-Identifier: Apache-2.0
"""The studio's queue where it is not alone: jobs that were killed, that stand still, that were begun from a terminal, and several
studios over one workspace. Usage: jobs_test.py UNDERSTUDY"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import TINY_MODEL  # noqa: E402
from studio import Studio, StudioTest, pid_of  # noqa: E402

TINY = {key.lstrip("-"): (int(value) if value.isdigit() else value) for key, value in zip(TINY_MODEL[::2], TINY_MODEL[1::2])}
LONG_TRAINING = {**TINY, "threads": 1, "target-iter": 100000}


class Killed(StudioTest):
    def test_a_number_that_is_anothers_now_is_not_the_killed_job(self):
        other = Studio(self.folder())  # a process that is called as a job is
        self.addCleanup(other.end)
        self.assertEqual(other.post("/api/workspace", {"path": str(self.folder() / "b"), "create": True}).status, 200)
        for number, pid in enumerate((self.studio.process.pid, other.process.pid)):
            with self.subTest(pid=pid):
                job = f"173285910{number}.123-train-saehd"
                folder = self.work / ".understudy/jobs" / job
                folder.mkdir(parents=True)
                started = {"event": "started", "id": 0, "time": 1732859104.1, "verb": "train saehd", "options": {}, "positionals": {}}
                (folder / "events.jsonl").write_text(json.dumps(started) + "\n")
                (folder / "lock").write_text(f"process {pid} on {socket.gethostname()}, since 2020-01-01 00:00:00\n")
                shown = self.wait_shown(job)
                self.assertEqual((shown["state"], shown["pid"]), ("failed", 0))
                for what in ("cancel", "pause"):
                    self.assertEqual(self.studio.post(f"/api/jobs/{job}/{what}").status, 409)
        self.assertEqual((self.studio.get("/api/studio").status, other.get("/api/studio").status), (200, 200))
        training = self.studio.begin("train saehd", options=LONG_TRAINING)
        self.studio.wait(training, ["running"])  # nothing that is dead keeps it waiting
        self.studio.post(f"/api/jobs/{training}/cancel")
        self.studio.wait(training)

    def wait_shown(self, job):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            answer = self.studio.get(f"/api/jobs/{job}")
            if answer.status == 200:
                return answer.json
            time.sleep(0.05)
        raise AssertionError(f"{job} was never seen")


class Paused(StudioTest):
    def test_a_paused_job_is_stopped(self):
        job = self.studio.begin("train saehd", options=LONG_TRAINING)
        self.studio.wait(job, ["running"])
        self.studio.post(f"/api/jobs/{job}/pause")
        self.assertEqual(self.studio.job(job)["state"], "paused")
        self.studio.kill()
        self.studio.start()
        self.assertEqual(self.studio.job(job)["state"], "paused")
        self.assertEqual(self.studio.post(f"/api/jobs/{job}/cancel").status, 200)
        self.assertIn(self.studio.job(job)["state"], ("stopping", "cancelled"))
        self.assertEqual(self.studio.wait(job)["state"], "cancelled")

    def test_a_terminals_job_is_paused_goes_on_and_is_stopped(self):
        running = subprocess.Popen([program.UNDERSTUDY, "-w", self.work, "train", "saehd", *TINY_MODEL, "--threads", "1"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(lambda: running.poll() is None and (running.kill(), running.wait()))
        end = time.monotonic() + 60
        while not (job := next((one["job"] for one in self.studio.get("/api/jobs").json if one["state"] == "running"), None)):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        for _ in range(2):
            self.studio.post(f"/api/jobs/{job}/pause")
            self.assertEqual(self.studio.job(job)["state"], "paused")
            self.studio.post(f"/api/jobs/{job}/resume")
            self.studio.wait(job, ["running"], timeout=10)
        os.kill(running.pid, signal.SIGSTOP)  # not by the studio
        self.studio.wait(job, ["paused"], timeout=10)
        self.assertEqual(self.studio.post(f"/api/jobs/{job}/cancel").status, 200)
        self.assertEqual(self.studio.wait(job, timeout=60)["state"], "cancelled")
        running.wait(30)


class Several(StudioTest):
    def queue(self):
        """One training that runs and one that waits for it."""
        first = self.studio.begin("train saehd", options=LONG_TRAINING)
        self.studio.wait(first, ["running"])
        return first, self.studio.begin("train saehd", options={**LONG_TRAINING, "model": "other"})

    def test_a_workspace_that_is_open_is_not_opened_a_second_time(self):
        first, second = self.queue()
        followed = self.studio.stream(f"/api/jobs/{first}/events")
        next(followed)
        for place in (self.work, self.folder() / "between", self.work):
            self.assertEqual(self.studio.post("/api/workspace", {"path": str(place), "create": True}).status, 200)
        self.assertEqual(self.studio.post(f"/api/jobs/{second}/cancel").status, 200)
        self.studio.post(f"/api/jobs/{first}/cancel")
        self.studio.wait(first)
        self.assertEqual([kind for kind, _, _ in followed][-1], "end")
        third = self.studio.begin("train saehd", options={**LONG_TRAINING, "model": "third"})
        self.studio.wait(third, ["running"])  # whatever was to begin has begun now
        self.assertEqual(self.studio.job(second)["state"], "cancelled")
        self.assertFalse((self.work / ".understudy/jobs" / second).exists())
        self.studio.post(f"/api/jobs/{third}/cancel")
        self.studio.wait(third)

    def test_two_studios_begin_a_job_once(self):
        first, second = self.queue()
        other = Studio(self.work, state=self.folder() / "state2")
        self.addCleanup(other.end)
        third = other.begin("train saehd", options={**LONG_TRAINING, "model": "third"})
        while self.studio.get(f"/api/jobs/{third}").status != 200:  # what one was asked for the other shows
            time.sleep(0.05)
        self.assertEqual(other.post(f"/api/jobs/{third}/cancel").status, 200)
        self.studio.wait(third, ["cancelled"], timeout=10)
        self.studio.post(f"/api/jobs/{first}/cancel")
        for studio in (self.studio, other):
            studio.wait(second, ["running"])
        pid = pid_of(self.work, second)
        self.assertEqual([studio.job(second)["pid"] for studio in (self.studio, other)], [pid, pid])
        events = [json.loads(line)["event"] for line in (self.work / ".understudy/jobs" / second / "events.jsonl").read_text().splitlines()]
        self.assertEqual(events.count("started"), 1)
        entry = json.loads((self.work / f".understudy/studio/jobs/{second}.json").read_text())
        self.assertEqual((entry["pid"], entry["standing"]), (pid, "begun"))
        self.assertFalse((self.work / ".understudy/jobs" / third).exists())
        for studio in (self.studio, other):  # both reach it
            self.assertEqual(studio.post(f"/api/jobs/{second}/command", {"command": "save"}).status, 200)
        other.post(f"/api/jobs/{second}/cancel")
        self.assertEqual(self.studio.wait(second)["state"], "cancelled")


if __name__ == "__main__":
    program.main()
