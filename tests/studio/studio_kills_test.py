# SPDX-License-Identifier: Apache-2.0
"""Kills the studio's server and its jobs at random moments while jobs are asked for: no job is lost or runs twice, nothing is
torn. Usage: studio_kills_test.py [--kills N] UNDERSTUDY"""
import json
import pathlib
import random
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest  # noqa: E402
from studio import Studio, kill_process, pid_of  # noqa: E402

KILLS = 12
ENDED = ("done", "failed", "cancelled")


class StudioKills(FilmTest):
    SIDES, EXTRACT = ("src", "dst"), ("--image-size", 96)

    def ask(self):
        verb, side = self.chance.choice(["sort", "catalogue", "faceset stats"]), self.chance.choice(["src", "dst"])
        options = {"by": self.chance.choice(["blur", "hue", "brightness"])} if verb == "sort" else {}
        self.pending.append(self.studio.begin(verb, {"side": side}, options=options))

    def kill_one(self):
        if self.chance.random() < 0.6:
            self.studio.kill()
            self.studio.start()
            self.kills["server"] += 1
            return
        for _ in range(40):  # until one of them runs
            running = [job["job"] for job in self.studio.get("/api/jobs").json if job["state"] == "running"]
            if running and kill_process(pid_of(self.work, running[0])):
                self.killed.add(running[0])
                self.kills["job"] += 1
                return
            time.sleep(0.03)

    def settle(self):
        """Waits for what was asked for: each job has ended, began exactly once, and left nothing torn."""
        for end in [self.studio.wait(job, ENDED, timeout=60) for job in self.pending]:
            if end["job"] not in self.killed:
                self.assertEqual(end["state"], "done", end)
            lines = (self.work / ".understudy/jobs" / end["job"] / "events.jsonl").read_text().splitlines()
            if end["job"] in self.killed and not lines[-1].endswith("}"):
                lines.pop()  # it was writing that line
            events = [json.loads(line) for line in lines]
            self.assertEqual([event["event"] for event in events].count("started"), 1)
            self.assertEqual([event["id"] for event in events], sorted({event["id"] for event in events}))
        self.asked += self.pending
        self.pending = []
        for file in (*(self.work / ".understudy").rglob("*.json"), *self.work.glob("data_*/aligned/.understudy/**/*.json")):
            json.loads(file.read_text())
        for side in ("src", "dst"):
            self.assertEqual(len(list((self.work / f"data_{side}/aligned").glob("*.jpg"))), FilmTest.FRAMES)

    def test_kills(self):
        self.chance, self.work = random.Random(20261129), self.film_copy()
        shutil.rmtree(self.work / ".understudy/jobs")
        self.studio = Studio(self.work)
        self.addCleanup(self.studio.end)
        self.pending, self.asked, self.killed, self.kills = [], [], set(), {"server": 0, "job": 0}
        while sum(self.kills.values()) < KILLS:
            for _ in range(self.chance.randrange(1, 3)):
                self.ask()
            time.sleep(self.chance.uniform(0, 0.6))
            self.kill_one()
            known = {job["job"] for job in self.studio.get("/api/jobs").json}
            self.assertLessEqual(set(self.pending), known)
            if len(self.pending) >= 24:
                self.settle()
        self.settle()
        logs = {path.parent.name for path in (self.work / ".understudy/jobs").glob("*/events.jsonl")}
        self.assertLessEqual(logs, set(self.asked), "no other job ran")
        self.assertEqual(len(logs), min(200, len(self.asked)))
        print(json.dumps({"kills": self.kills, "jobs": len(self.asked)}))


if __name__ == "__main__":
    if sys.argv[1] == "--kills":
        KILLS = int(sys.argv[2])
        del sys.argv[1:3]
    program.main()
