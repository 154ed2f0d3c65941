# SPDX-License-Identifier: Apache-2.0
"""What is wrong where in merged frames, and the fallbacks that act on it, through the real binary.
Usage: merge_check_test.py UNDERSTUDY"""
import csv
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import Job, MergedFilmTest, noise_png, ONE_THREAD, run, run_well  # noqa: E402
from whole_files import MARK, check_png  # noqa: E402

REASONS = ["no-face", "low-score", "turn", "mask", "blur", "colour", "flicker", "edge", "identity"]


class MergeCheck(MergedFilmTest):
    def setUp(self):
        super().setUp()
        self.masks = self.work / "data_dst/merged_mask"

    def merge(self, *arguments):
        return self.verb(*ONE_THREAD, *arguments)

    def check(self, *arguments):
        return self.verb("check", *ONE_THREAD, *arguments)

    def pictures(self):
        return {int(path.stem): path.read_bytes() for path in sorted(self.merged.glob("*.png"))}

    def changed_since(self, before):
        now = self.pictures()
        return [frame for frame in now if now[frame] != before[frame]]

    def frames_with(self, reason):
        """What the document says."""
        document = json.loads((self.work / "merge_check.json").read_text())
        return sorted(frame["frame"] for shot in document["shots"] for frame in shot["worst"]
                      if reason in [r["reason"] for r in frame["reasons"]])

    def flash(self, frame=7):
        """A frame whose face is far too bright, merged and checked."""
        self.verb("set", "exposure=1.5", "--frames", frame)
        self.merge()
        self.check()
        self.assertEqual(self.frames_with("colour"), [frame])

    # --- what is found

    def test_every_frame_is_measured_and_told_of(self):
        report = self.check("--sheet", 3)
        self.assertEqual((report["frames"], report["measured"], report["measured_now"]), (self.FRAMES,) * 3)
        self.assertEqual((report["without_picture"], report["fallbacks"]), (0, 0))
        self.assertEqual(list(report["reasons"]), sorted(REASONS))
        document = json.loads((self.work / "merge_check.json").read_text())
        self.assertEqual((document["format"], document["version"]), ("understudy.merge-check", 1))
        self.assertEqual(document["with_reasons"], report["with_reasons"])
        self.assertEqual(len(document["values"]), self.FRAMES)
        self.assertEqual(sorted(document["limits"]), sorted(REASONS))
        severities = [frame["severity"] for frame in document["shots"][0]["worst"]]
        self.assertEqual(severities, sorted(severities, reverse=True))
        with open(self.work / "merge_check.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["frame"] for row in rows], [str(i + 1) for i in range(self.FRAMES)])
        for row in rows:
            for reason in ("low-score", "turn", "mask", "blur", "colour", "flicker", "edge", "identity"):
                float(row[reason])
        for page in ("merge_check.png", "merge_check_worst.png"):
            check_png((self.work / page).read_bytes())
        self.assertIn(MARK, (self.work / "merge_check_worst.png").read_bytes())  # it shows generated faces
        self.assertEqual(self.check()["measured_now"], 0)
        shutil.rmtree(self.work / "data_src/aligned")
        without = self.check()
        self.assertEqual((without["reasons"]["turn"], without["reasons"]["identity"]), (0, 0))

    def test_only_frames_that_changed_are_measured_again(self):
        self.check()
        self.verb("set", "erode=30", "--frames", "4-6")
        merged = self.merge()
        self.assertEqual((merged["rendered"], merged["checked"]), (3, self.FRAMES - 3))
        self.assertEqual(self.check()["measured_now"], 4)  # and the one behind them, which is held against the last
        self.assertEqual(self.merge()["checked"], self.FRAMES)
        noise_png(self.merged / "00002.png", 200)  # somebody's own in place of ours
        self.assertEqual(self.check()["measured_now"], 2)
        self.assertEqual(self.merge()["rendered"], 0)  # it may be ours, retouched
        self.assertEqual(self.check()["measured_now"], 0)

    def test_a_wrong_frame_is_found_where_it_is(self):
        self.flash()
        first = self.check()["shots"][0]["worst"][0]
        self.assertEqual(first["frame"], 7)
        self.assertIn("colour", [reason["reason"] for reason in first["reasons"]])
        self.assertGreaterEqual(self.merge()["with_reasons"], 1)

    def test_it_stops_without_half_a_file(self):
        job = Job("-w", self.work, "merge", "check", *ONE_THREAD)
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress"))
        job.command("stop")
        self.assertEqual(job.finish(), 130)
        self.assertEqual([p.name for p in self.work.iterdir() if p.name.startswith("merge_check")], [])
        self.assertLess(self.check()["measured_now"], self.FRAMES)  # what was measured stays

    def test_what_is_missing_is_said(self):
        shutil.rmtree(self.merged)
        outcome = run("-w", self.work, "merge", "check")
        self.assertEqual(outcome.status, 1)
        self.assertIn("understudy merge", outcome.complaints()[0])

    def test_a_merge_checks_afterwards_when_it_is_asked_to(self):
        report = self.merge("--check", "--erode", 10)
        self.assertEqual((report["rendered"], report["checked"]), (self.FRAMES, self.FRAMES))
        self.assertEqual(self.check()["measured_now"], 0)
        self.assertEqual(self.merge("--check", "--erode", 10)["rendered"], 0)

    # --- fallbacks

    def test_a_measured_reason_falls_back_and_stays_so(self):
        before = self.pictures()
        self.flash()
        wrong = self.pictures()
        report = self.merge("--fallback", "colour=original")
        self.assertEqual((report["rendered"], report["fallbacks"]), (1, 1))
        self.assertEqual(self.changed_since(wrong), [7])
        fallen = self.pictures()
        for _ in range(2):  # what was measured is that of the frame without its fallback, so nothing goes to and fro
            checked = self.check()
            self.assertEqual((checked["measured_now"], checked["fallbacks"]), (0, 1))
            self.assertEqual(self.frames_with("colour"), [7])
            again = self.merge("--fallback", "colour=original")
            self.assertEqual((again["rendered"], again["fallbacks"]), (0, 1))
        self.assertEqual(self.pictures(), fallen)
        self.assertEqual(self.merge()["rendered"], 1)
        self.assertEqual(self.pictures(), wrong)
        self.verb("set", "exposure", "--unset", "--frames", 7)
        self.merge()
        self.assertEqual(self.pictures(), before)

    def test_previous_settings_and_a_rule_that_is_kept(self):
        before = self.pictures()
        self.flash()
        self.verb("set", "fallback=no-face=hold+colour=previous-settings")
        self.assertEqual(self.merge()["rendered"], 1)
        self.assertEqual(self.pictures(), before)
        self.assertEqual(self.merge()["rendered"], 0)
        self.verb("set", "fallback=none", "--frames", "7")  # a false alarm: this frame stays as it was set
        self.assertEqual(self.merge()["rendered"], 1)
        self.assertEqual(self.changed_since(before), [7])

    def test_what_was_not_measured_as_it_is_does_not_act(self):
        self.flash()
        self.verb("set", "blur=30")
        outcome = run_well("-w", self.work, "merge", *ONE_THREAD, "--fallback", "colour=original")
        self.assertIn("understudy merge check", outcome.err)
        self.assertEqual((outcome.report()["rendered"], outcome.report()["fallbacks"]), (self.FRAMES, 0))
        self.check()
        self.assertEqual(self.merge("--fallback", "colour=original")["fallbacks"], 1)

    def test_a_lost_face_is_held_in_the_same_run(self):
        for face in (self.work / "data_dst/aligned").glob("00005_*.jpg"):
            face.unlink()
        report = self.merge()
        self.assertEqual(report["rendered"], 3)  # and the frames beside it, which know no motion now
        black = (self.masks / "00005.png").read_bytes()
        report = self.merge("--fallback", "no-face=hold")
        self.assertEqual((report["rendered"], report["fallbacks"]), (1, 1))
        self.assertGreater(len((self.masks / "00005.png").read_bytes()), 2 * len(black))
        self.check()
        self.assertEqual(self.frames_with("no-face"), [5])
        self.assertEqual(self.merge("--fallback", "no-face=hold")["rendered"], 0)
        delivered = self.verb("deliver", *ONE_THREAD, "--fallback", "no-face=hold", "--predictions", "--frames", "5")
        self.assertEqual(delivered["rendered"], 1)
        self.assertTrue((self.work / "data_dst/delivery/prediction/00005_0.png").exists())

    def test_a_fallback_and_a_window_of_colours_go_together(self):
        window = ["--colour-window", 2]
        self.merge(*window)
        steady = self.pictures()
        self.verb("set", "exposure=1.5", "--frames", 7)
        self.merge(*window)
        self.check()
        self.assertEqual(self.frames_with("colour"), [7])
        wrong = self.pictures()
        # A frame that stays as it is has no face that its neighbours' colours could be measured with; one with other
        # settings has. What comes of it is what a merge from nothing makes, and stays so.
        for rule, changed, like in (("colour=previous-settings", [7], steady), ("colour=original", [5, 6, 7, 8, 9], None)):
            asked = [*window, "--fallback", rule]
            self.merge(*window)
            self.check()
            self.assertEqual(self.pictures(), wrong)
            report = self.merge(*asked)
            self.assertEqual((report["rendered"], report["fallbacks"]), (5, 1))  # and the neighbours
            fallen = self.pictures()
            self.assertTrue(set(self.changed_since(wrong)) <= set(changed), self.changed_since(wrong))
            if like:
                self.assertEqual(fallen, like)
            for _ in range(2):
                self.check()
                self.assertEqual(self.frames_with("colour"), [7])
                self.assertEqual(self.merge(*asked)["rendered"], 0)
            for picture in [*self.merged.glob("*.png"), *self.masks.glob("*.png")]:
                picture.unlink()
            self.assertEqual(self.merge(*asked)["rendered"], self.FRAMES)
            self.assertEqual(self.pictures(), fallen)
            self.merge(*window)
            self.check()
        # Another transfer in the frame that falls back takes it out of its neighbours' windows; falling back brings it in.
        self.verb("set", "colour-transfer=mkl", "--frames", 7)
        self.assertEqual(self.merge(*window)["rendered"], 5)
        self.check()
        self.assertEqual(self.merge(*window, "--fallback", "colour=previous-settings")["rendered"], 5)
        self.assertEqual(self.pictures(), steady)

    def test_bad_rules_are_refused(self):
        before = program.snapshot(self.work)
        for arguments in (["--fallback", "colour=hope"], ["set", "fallback=colour"]):
            outcome = run("-w", self.work, "merge", *arguments)
            self.assertEqual(outcome.status, 2, outcome.err)
            self.assertIn("previous-settings", outcome.err)
        self.assertEqual(program.snapshot(self.work), before)

    # --- the sample

    def test_the_sample_shows_the_worst_cases(self):
        self.flash()
        report = self.merge("--sample", 3)
        self.assertEqual(len(report["sample_frames"]), 3)
        self.assertIn(7, report["sample_frames"])


if __name__ == "__main__":
    program.main()
