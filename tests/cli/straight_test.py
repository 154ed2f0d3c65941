# SPDX-License-Identifier: Apache-2.0
"""The merge straight into a video, from the command line: the same as by pictures, with dst's times and sound; it goes on
after a kill, and others' files stay. Usage: straight_test.py UNDERSTUDY"""
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, Job, ONE_THREAD, TINY_MODEL, run, run_well  # noqa: E402

LOSSLESS = ["--quality", "lossless", "--preset", "ultrafast"]


class Straight(FilmTest):
    SIDES, MODEL, FRAMES = ("src", "dst"), TINY_MODEL, 12

    def setUp(self):
        self.work = self.film_copy()
        self.target = self.work / "straight.mkv"

    def merge(self, *arguments):
        return run_well("-w", self.work, "merge", *ONE_THREAD, *arguments).report()

    def frames_of(self, video):
        """The decoded frames, as the program itself writes them."""
        other = self.work.parent / f"frames of {video.name}"
        shutil.rmtree(other, ignore_errors=True)
        other.mkdir()
        shutil.copyfile(video, other / f"data_dst{video.suffix}")
        report = run_well("-w", other, "frames", "extract", "dst").report()
        return report, {p.name: p.read_bytes() for p in sorted((other / "data_dst").glob("*.png"))}

    def test_pieces_of_any_length_make_the_same_video(self):
        self.merge("--to", self.target, *LOSSLESS)
        _, whole = self.frames_of(self.target)
        for frames in (1, 5, 11):
            other = self.work / f"of_{frames}.mkv"
            self.merge("--to", other, *LOSSLESS, "--piece-frames", frames)
            self.assertEqual(self.frames_of(other)[1], whole)
        upper = self.work / "PRORES.MOV"
        self.merge("--to", upper, "--codec", "prores", "--piece-frames", 5)
        self.assertEqual(len(self.frames_of(upper)[1]), self.FRAMES)

    def test_it_is_the_video_of_the_merged_pictures(self):
        made = self.merge("--to", self.target, *LOSSLESS)
        self.assertEqual((made["frames"], made["rendered"]), (self.FRAMES, self.FRAMES))
        self.assertFalse((self.work / "data_dst/merged").exists())
        self.merge()
        other = self.work / "by_pictures.mkv"
        run_well("-w", self.work, "video", "encode", "--output", other, *LOSSLESS)
        (straight, pictures), (by_pictures, others) = self.frames_of(self.target), self.frames_of(other)
        self.assertEqual(len(pictures), self.FRAMES)
        self.assertEqual(pictures, others)
        self.assertEqual(straight["frames_per_second"] if "frames_per_second" in straight else None,
                         by_pictures["frames_per_second"] if "frames_per_second" in by_pictures else None)
        encoded = run_well("-w", self.work, "video", "encode", "--input", self.work / "data_dst/merged", "--reference",
                           self.target, "--output", self.work / "again.mkv", *LOSSLESS).report()
        self.assertEqual(encoded["sound_copied"], 1)  # it has dst's sound

    def test_nothing_is_done_twice_and_a_changed_setting_is(self):
        self.merge("--to", self.target)
        before = (self.target.read_bytes(), self.target.stat().st_mtime_ns)
        again = self.merge("--to", self.target)
        self.assertEqual((again["rendered"], again["done_before"]), (0, self.FRAMES))
        self.assertEqual((self.target.read_bytes(), self.target.stat().st_mtime_ns), before)
        changed = self.merge("--to", self.target, "--erode", 40)
        self.assertEqual((changed["rendered"], changed["network_runs"]), (self.FRAMES, 0))
        self.assertNotEqual(self.target.read_bytes(), before[0])
        self.assertEqual(list((self.work / ".understudy/merge-to-video").glob("*.m*")), [])

    def test_a_linked_video_is_hashed_once(self):
        video, film = self.work / "data_dst.mp4", self.work / "elsewhere.mp4"
        video.rename(film)
        video.symlink_to(film)
        self.assertEqual(self.merge()["rendered"], self.FRAMES)
        time, whole = film.stat(), film.read_bytes()
        self.assertIn(b"Lavf", whole)  # the name of who wrote it: it can be another without harm
        film.write_bytes(whole.replace(b"Lavf", b"Livf"))
        os.utime(film, ns=(time.st_atime_ns, time.st_mtime_ns))
        self.assertEqual(self.merge()["rendered"], 0)

    def test_a_killed_run_goes_on_and_ends_the_same(self):
        self.merge("--to", self.target, *LOSSLESS)
        _, whole = self.frames_of(self.target)
        self.target.unlink()
        for frames in (1, 3, 6, 11):
            job = Job("-w", self.work, "merge", *ONE_THREAD, "--to", self.target, *LOSSLESS, "--piece-frames", 4,
                      "--prediction-cache", 0)
            job.wait_for(lambda e: e["event"] == "progress" and e.get("done", 0) >= frames)
            job.process.kill()
            job.process.wait()
            self.assertFalse(self.target.exists() and not self.frames_of(self.target)[1] == whole)
        last = self.merge("--to", self.target, *LOSSLESS, "--piece-frames", 4)
        self.assertGreaterEqual(last["done_before"], 8)  # whole pieces are taken again
        self.assertEqual(self.frames_of(self.target)[1], whole)

    def test_others_files_stay_and_what_cannot_be_is_told(self):
        self.target.write_text("somebody's film")
        self.merge("--to", self.target)
        aside = [p for p in self.work.rglob("straight.mkv") if p != self.target]
        self.assertEqual([p.read_text() for p in aside], ["somebody's film"])
        before = program.snapshot(self.work)
        for words, arguments in (("data_dst.mp4", ["--to", self.work / "data_dst.mp4"]), ("all frames", ["--to", self.target, "--frames", "1-3"]),
                                 ("ProRes", ["--codec", "prores", "--to", self.work / "x.mp4"]),
                                 (".mov", ["--to", self.work / "x.webm"]),
                                 ("AVI", ["--to", self.work / "x.avi"])):
            outcome = run("-w", self.work, "merge", *ONE_THREAD, *arguments)
            self.assertEqual(outcome.status, 2, outcome.err)
            self.assertIn(words, outcome.err)
        self.assertEqual(program.snapshot(self.work), before)


if __name__ == "__main__":
    program.main()
