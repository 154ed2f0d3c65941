# SPDX-License-Identifier: Apache-2.0
"""The screens of the workspace and of trainings in a real Chromium: a card's forecast, a training, previews under a wipe, a state
brought back, a note, comparison, a video dropped in, a step cleared and had back. Usage: training_browser_test.py NODE WEB [--shots FOLDER]
UNDERSTUDY"""
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import browser  # noqa: E402
import program  # noqa: E402
from program import ONE_THREAD, TINY_MODEL, FilmTest, run_well  # noqa: E402
from studio import Studio  # noqa: E402


@unittest.skipUnless(browser.CHROMIUM, "there is no Chromium here")
class Training(FilmTest):
    SIDES, EXTRACT, MODEL = ("src", "dst"), ("--image-size", 128), TINY_MODEL

    @classmethod
    def make_film(cls):
        super().make_film()
        run_well("-w", cls.film, "train", "quick96", "--model", "quick", *ONE_THREAD, "--target-iter", 3)

    def test_the_screens(self):
        work = self.film_copy()
        dropped = self.folder() / "clip.mp4"
        (work / "data_dst.mp4").rename(dropped)
        studio = Studio(work)
        self.addCleanup(lambda: studio.process.poll() is None and studio.kill())
        browser.drive("training_browser_test.mjs", studio, dropped, browser.SHOTS)
        self.assertEqual((work / "data_dst.mp4").read_bytes(), dropped.read_bytes())
        self.assertIn("the light changes", (work / "model/saehd/notes.jsonl").read_text())


if __name__ == "__main__":
    program.main()
