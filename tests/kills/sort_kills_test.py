# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of sorts and of taking them back, measuring included: after each kill every face is there once,
and at the end all sorts can be taken back. Usage: sort_kills_test.py UNDERSTUDY"""
import collections
import json
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, Job, run, run_well  # noqa: E402

SEED = 20261123
KILLS = 100
COPIES = 40  # of each extracted face, told apart by a comment at the end of the file


class SortKills(FilmTest):
    SIDES = ["src"]

    @classmethod
    def make_film(cls):
        super().make_film()
        cls.faces = cls.film / "data_src" / "aligned"
        for face in sorted(cls.faces.glob("*.jpg")):
            for copy in range(1, COPIES):
                (cls.faces / f"{face.stem}{copy:03}.jpg").write_bytes(face.read_bytes() + b"copy %d" % copy)

    def contents(self):
        """How often each file's content is there, in the folder and the trash, whatever its name."""
        found = collections.Counter()
        for path in (self.film / "data_src").rglob("*"):
            if path.is_file() and ".understudy" not in path.parent.parts[-2:] and path.suffix == ".jpg":
                found[path.read_bytes()] += 1
        return found

    def names(self):
        return {path.name: path.read_bytes() for path in self.faces.iterdir() if path.is_file()}

    def records(self):
        return list((self.faces / ".understudy" / "sorts").glob("*.json"))

    def test_kills(self):
        chance = random.Random(SEED)
        first, all_faces = self.names(), self.contents()
        self.assertEqual(len(all_faces), 8 * COPIES)
        methods = ["blur", "hist", "face-yaw", "final", "oneface", "coverage"]
        kills = finished = 0
        while kills < KILLS:
            self.assertLess(finished, 6 * KILLS, "the sorts end too early to be killed")
            undo = self.records() and chance.random() < 0.3
            arguments = ["--undo"] if undo else ["--by", chance.choice(methods), "--target", "250"]
            if chance.random() < 0.05:  # then all is measured again
                (self.film / ".understudy" / "catalogue.db").unlink(missing_ok=True)
            job = Job("-w", self.film, "sort", "src", *arguments)
            if chance.random() < 0.6:  # into the renaming
                job.wait_for(lambda e: e["event"] in ("stage", "done", "error") and e.get("name", "rename") == "rename")
                time.sleep(chance.uniform(0, 0.05))
            else:
                time.sleep(chance.uniform(0, 1.2))
            if job.kill():
                kills += 1
            else:
                finished += 1
            self.assertEqual(self.contents(), all_faces)
        # Completes what the last kill left half done, which may be a sort that keeps no face: then there is none to measure
        # until it is taken back.
        run("-w", self.film, "catalogue", "src")
        while self.records():
            run_well("-w", self.film, "sort", "src", "--undo")
        run_well("-w", self.film, "catalogue", "src")
        self.assertEqual(self.names(), first)
        print(json.dumps({"kills": kills, "finished": finished, "faces": len(first)}))


if __name__ == "__main__":
    program.main()
