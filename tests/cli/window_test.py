# SPDX-License-Identifier: Apache-2.0
"""Colours measured over several frames, from the command line: a frame is the same however it was come to, and a changed
frame renders those that measured it. Usage: window_test.py UNDERSTUDY"""
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, TINY_MODEL, run_well  # noqa: E402


class Window(FilmTest):
    SIDES, MODEL, FRAMES = ("src", "dst"), TINY_MODEL, 10

    def setUp(self):
        self.work = self.film_copy()
        self.merged = self.work / "data_dst/merged"

    def merge(self, *arguments):
        return run_well("-w", self.work, "merge", *arguments).report()

    def pictures(self):
        return {path.name: path.read_bytes() for path in sorted(self.merged.glob("*.png"))}

    def anew(self, *arguments):
        for name in "merged", "merged_mask":
            shutil.rmtree(self.work / "data_dst" / name, ignore_errors=True)
        self.merge(*arguments)
        return self.pictures()

    def test_a_frame_is_the_same_however_it_was_come_to(self):
        for transfer in "rct", "idt":
            asked = ["--colour-window", 3, "--colour-transfer", transfer]
            whole = self.anew(*asked, "--threads", 1)
            self.assertEqual(len(whole), self.FRAMES)
            self.assertNotEqual(self.anew("--colour-transfer", transfer, "--threads", 1), whole)
            self.assertEqual(self.anew(*asked, "--threads", 4), whole)
            self.assertEqual(self.anew(*asked, "--prediction-cache", 0), whole)
            alone = self.anew(*asked, "--frames", "5-6")
            self.assertEqual(alone, {name: whole[name] for name in ("00005.png", "00006.png")})

    def test_a_changed_frame_renders_those_that_measured_it(self):
        run_well("-w", self.work, "frames", "extract", "dst")
        asked = ["--colour-window", 2]
        self.assertEqual(self.merge(*asked)["rendered"], self.FRAMES)
        self.assertEqual(self.merge(*asked)["rendered"], 0)
        frames = self.work / "data_dst"
        shutil.copyfile(frames / "00002.png", frames / "00006.png")
        self.assertEqual(self.merge(*asked)["rendered"], 5)  # 4 to 8
        self.assertEqual(self.merge(*asked)["rendered"], 0)
        run_well("-w", self.work, "merge", "set", "erode=11", "--frames", 1)
        self.assertEqual(self.merge(*asked)["rendered"], 3)  # 1 and what measured it
        self.assertEqual(self.merge()["rendered"], self.FRAMES)
        run_well("-w", self.work, "merge", "shots", "split", "--frame", 5)
        self.merge(*asked)
        shutil.copyfile(frames / "00001.png", frames / "00006.png")
        self.assertEqual(self.merge(*asked)["rendered"], 4)  # 5 to 8: the shot begins with 5


if __name__ == "__main__":
    program.main()
