# SPDX-License-Identifier: Apache-2.0
"""Screens in a real Chromium over a film that is finished: Frames, Result, the guide, keys, contrast and motion; and every option of
every verb set in its form. With --shots, pictures of all screens over a workspace of one's own (`make shots`).
Usage: screens_test.py NODE WEB [--shots FOLDER WORKSPACE] UNDERSTUDY"""
import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import browser  # noqa: E402
import program  # noqa: E402
from program import ONE_THREAD, MergedFilmTest, run_well  # noqa: E402
from studio import Studio  # noqa: E402


@unittest.skipUnless(browser.CHROMIUM, "there is no Chromium here")
class Screens(MergedFilmTest):
    @classmethod
    def make_film(cls):
        super().make_film()
        # Two shots, and a frame in which no face is found any more.
        run_well("-w", cls.film, "merge", "shots", "split", "--frame", 8)
        faces = sorted((cls.film / "data_dst/aligned").glob("*.jpg"))
        faces[4].unlink()
        run_well("-w", cls.film, "merge", *ONE_THREAD)
        run_well("-w", cls.film, "merge", "check", *ONE_THREAD)
        run_well("-w", cls.film, "score")
        run_well("-w", cls.film, "video", "encode")

    def setUp(self):
        super().setUp()
        self.studio = Studio(self.work)
        self.addCleanup(self.studio.end)

    def test_film(self):
        browser.drive("film.mjs", self.studio)

    def test_forms(self):
        browser.drive("forms.mjs", self.studio)
        self.assertEqual([job for job in self.studio.get("/api/jobs").json if job["here"]], [])


def shots(folder, workspace):
    studio = Studio(workspace, state=pathlib.Path(workspace) / ".understudy/shots-state")
    try:
        browser.drive("film.mjs", studio, folder)
    finally:
        studio.end()
        shutil.rmtree(pathlib.Path(workspace) / ".understudy/shots-state", ignore_errors=True)


if __name__ == "__main__":
    if browser.SHOTS:
        program.UNDERSTUDY = sys.argv[2]
        shots(browser.SHOTS, sys.argv[1])
    else:
        program.main()
