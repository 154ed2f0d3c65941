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

    def test_kills(self):
        chance, work = random.Random(20261129), self.film_copy()
        shutil.rmtree(work / ".understudy/jobs")
        studio = Studio(work)
        self.addCleanup(lambda: studio.process.poll() is None and studio.kill())
        asked, killed, kills = [], set(), {"server": 0, "job": 0}
        while sum(kills.values()) < KILLS:
            for _ in range(chance.randrange(1, 3)):
                verb, side = chance.choice(["sort", "catalogue", "faceset stats"]), chance.choice(["src", "dst"])
                options = {"by": chance.choice(["blur", "hue", "brightness"])} if verb == "sort" else {}
                try:
                    asked.append(studio.begin(verb, {"side": side}, options=options))
                except (OSError, AssertionError):
                    raise AssertionError("the server did not take a job")
            time.sleep(chance.uniform(0, 0.6))
            if chance.random() < 0.6:
                studio.kill()
                studio.start()
                kills["server"] += 1
            else:
                running = [job["job"] for job in studio.get("/api/jobs").json if job["state"] == "running"]
                if running and kill_process(pid_of(work, running[0])):
                    killed.add(running[0])
                    kills["job"] += 1
            known = {job["job"] for job in studio.get("/api/jobs").json}
            self.assertLessEqual(set(asked[-100:]), known)
        ends = [studio.wait(job, ENDED, timeout=60) for job in asked]
        for end in ends:
            if end["job"] not in killed:
                self.assertEqual(end["state"], "done", end)
        # Each began exactly once: its log has one first line, and no other log is there.
        logs = {path.parent.name: path.read_text().splitlines() for path in (work / ".understudy/jobs").glob("*/events.jsonl")}
        self.assertEqual(set(logs), set(asked[-200:]) if len(asked) > 200 else set(asked))
        for job, lines in logs.items():
            events = [json.loads(line) for line in lines]
            self.assertEqual([event["event"] for event in events].count("started"), 1)
            self.assertEqual([event["id"] for event in events], sorted({event["id"] for event in events}))
        for entry in (work / ".understudy/studio/jobs").glob("*.json"):
            json.loads(entry.read_text())
        self.assertEqual(len(list((work / "data_src/aligned").glob("*.jpg"))), FilmTest.FRAMES)
        print(json.dumps({"kills": kills, "jobs": len(asked)}))


if __name__ == "__main__":
    if sys.argv[1] == "--kills":
        KILLS = int(sys.argv[2])
        del sys.argv[1:3]
    program.main()
