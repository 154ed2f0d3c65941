# SPDX-License-Identifier: Apache-2.0
"""The screen of faces in a real Chromium, over faces of two people: filters, choices, changes and their undo, persons, maps,
coverage, the trash. Usage: faces_browser_test.py NODE WEB [--shots FOLDER] UNDERSTUDY"""
import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import browser  # noqa: E402
import program  # noqa: E402
from program import FilmTest, run_well  # noqa: E402
from studio import Studio  # noqa: E402


@unittest.skipUnless(browser.CHROMIUM, "there is no Chromium here")
class Faces(FilmTest):
    SIDES, EXTRACT, FRAMES = ("src", "dst"), ("--image-size", 256, "--debug"), 12

    @classmethod
    def make_film(cls):
        program.make_clips(cls.film, frames=cls.FRAMES)
        for side in cls.SIDES:
            run_well("-w", cls.film, "frames", "extract", side)
            run_well("-w", cls.film, "extract", side, *cls.EXTRACT)
        # The other side's person among src's, as when a clip shows two.
        for face in sorted((cls.film / "data_dst/aligned").glob("*.jpg"))[:4]:
            shutil.copy(face, cls.film / "data_src/aligned" / f"other_{face.name}")

    def test_the_screen_of_faces(self):
        studio = Studio(self.film_copy())
        self.addCleanup(lambda: studio.process.poll() is None and studio.kill())
        browser.drive("faces_browser_test.mjs", studio, browser.SHOTS)


if __name__ == "__main__":
    program.main()
