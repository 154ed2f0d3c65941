# SPDX-License-Identifier: Apache-2.0
"""The score of merged frames, through the real binary. Usage: score_test.py UNDERSTUDY"""
import csv
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, Job, ONE_THREAD, TINY_MODEL, run, run_well  # noqa: E402
from whole_files import MARK, check_png  # noqa: E402


class Score(FilmTest):
    FRAMES = 12
    SIDES, MODEL = ("src", "dst"), TINY_MODEL

    @classmethod
    def make_film(cls):
        super().make_film()
        run_well("-w", cls.film, "merge", *ONE_THREAD)

    def score(self, film, *arguments):
        return run_well("-w", film, "score", *arguments).report()

    def test_a_merged_film_gets_its_score(self):
        film = self.film_copy()
        report = self.score(film)
        self.assertEqual((report["frames"], report["scored"], report["every"]), (self.FRAMES, self.FRAMES, 1))
        self.assertTrue(0 <= report["total"] <= 100, report)
        written = json.loads((film / "score.json").read_text())
        self.assertEqual(written["format"], "understudy.score")
        self.assertEqual(written["total"], report["total"])
        self.assertAlmostEqual(sum(part["weight"] for part in written["parts"]), 1)
        with open(film / "score.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["frame"] for row in rows], [str(i) for i in range(self.FRAMES)])
        self.assertEqual(rows[0]["change"], "")  # nothing comes before the first frame
        self.assertGreater(float(rows[1]["change"]), 0)
        check_png((film / "score.png").read_bytes())
        self.assertIn(MARK, (film / "score.png").read_bytes())
        self.assertEqual(self.score(film, "--every", "4")["scored"], self.FRAMES // 4)

    def test_untouched_frames_are_dst_in_everything(self):
        report = self.score(self.film, "--result", self.film / "data_dst.mp4", "--output", self.folder())
        self.assertEqual(report["identity"], 0)
        self.assertEqual((report["seam"], report["turn"]), (1, 0))
        self.assertAlmostEqual(report["place"], 0)
        self.assertAlmostEqual(report["jaw"], 1)
        self.assertAlmostEqual(report["flicker"], 1)
        self.assertFalse((self.film / "score.json").exists())

    def test_the_truth_is_nearest_to_itself(self):
        report = self.score(self.film, "--truth", self.film / "data_dst/merged", "--output", self.folder())
        self.assertEqual(report["truth"]["result"]["plain"]["psnr"], 100)
        self.assertLess(report["truth"]["untouched"]["plain"]["psnr"], 100)

    def test_what_is_missing_is_said(self):
        film = self.film_copy()
        shutil.rmtree(film / "data_dst/merged")
        outcome = run("-w", film, "score")
        self.assertEqual(outcome.status, 1)
        self.assertIn("merged", outcome.complaints()[0])
        self.assertIn("understudy merge", outcome.complaints()[0])
        other = run("-w", self.film, "score", "--result", self.film / "data_dst.mp4", "--mask", self.film / "none")
        self.assertEqual((other.status, "none" in other.complaints()[0]), (1, True))

    def test_it_stops_without_half_a_file(self):
        film = self.film_copy()
        job = Job("-w", film, "score", *ONE_THREAD)
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress"))
        job.command("stop")
        self.assertEqual(job.finish(), 130)
        self.assertEqual([p.name for p in film.iterdir() if p.name.startswith("score") or "-tmp-" in p.name], [])


if __name__ == "__main__":
    program.main()
