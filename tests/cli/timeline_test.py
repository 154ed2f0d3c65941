# SPDX-License-Identifier: Apache-2.0
"""The merge's timeline from the command line: settings over time, taken back, and what the merge then renders: just the
frames that it changes. Usage: timeline_test.py UNDERSTUDY"""
import json
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
import whole_files  # noqa: E402
from program import ENVIRONMENT, Job, MergedFilmTest, ONE_THREAD, run, run_well  # noqa: E402


class Timeline(MergedFilmTest):
    def merge(self, *arguments):
        return self.verb(*ONE_THREAD, *arguments)

    def settings(self, frame, *more):
        return self.verb("show", "--frame", frame, *more)["settings"]

    def refuse(self, word, *arguments, status=2):
        before = program.snapshot(self.work)
        outcome = run("-w", self.work, "merge", *arguments)
        self.assertEqual(outcome.status, status, outcome.err)
        self.assertEqual(len(outcome.complaints()), 1, outcome.err)
        self.assertIn(word, outcome.complaints()[0])
        self.assertEqual(program.snapshot(self.work), before)

    def pictures(self):
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(self.merged.glob("*.png"))}

    def changed_since(self, before):
        now = self.pictures()
        self.assertEqual(list(now), list(before))
        return [int(name[:-4]) for name in now if now[name] != before[name]]

    def extracted(self):
        """The folder of dst's frames, as pictures now, and merged."""
        run_well("-w", self.work, "frames", "extract", "dst")
        self.assertEqual(self.merge()["rendered"], self.FRAMES)
        return self.work / "data_dst"

    def document(self, name="main"):
        return self.work / f".understudy/merge/{name}.json"

    # --- what is rendered

    def test_one_setting_over_ten_frames_renders_those_ten(self):
        before = self.pictures()
        self.assertEqual(self.merge()["rendered"], 0)
        self.verb("set", "erode=30", "--frames", "3-12")
        report = self.merge()
        self.assertEqual((report["rendered"], report["done_before"]), (10, self.FRAMES - 10))
        self.assertEqual(self.changed_since(before), list(range(3, 13)))
        again = self.pictures()
        self.assertEqual(self.merge()["rendered"], 0)
        self.assertEqual(self.changed_since(again), [])
        self.verb("undo")
        self.assertEqual(self.merge()["rendered"], 10)
        self.assertEqual({name: data for name, (data, _) in self.pictures().items()}, {name: data for name, (data, _) in before.items()})

    def test_keys_render_the_frames_whose_value_they_change(self):
        self.verb("key", "blur=0", "--frames", "5", "--kind", "linear")
        self.verb("key", "blur=80", "--frames", "9", "--kind", "linear")
        before = self.pictures()
        self.assertEqual(self.merge()["rendered"], self.FRAMES - 5)  # 6 to the end; 0 is what they had
        self.assertEqual(self.changed_since(before), list(range(6, self.FRAMES + 1)))
        self.assertEqual([self.settings(f)["blur"] for f in (4, 5, 6, 7, 9, 12)], [0, 0, 20, 40, 80, 80])

    def test_only_the_frames_that_are_asked_for(self):
        before = self.pictures()
        self.verb("set", "erode=30")
        self.assertEqual(self.merge("--frames", "2-3,7")["rendered"], 3)
        self.assertEqual(self.changed_since(before), [2, 3, 7])
        self.assertEqual(self.merge()["rendered"], self.FRAMES - 3)
        self.refuse("no frame 99", "--frames", "99", status=2)

    def test_an_option_goes_before_the_clips_value_for_this_run(self):
        self.verb("set", "erode=30")
        self.verb("set", "erode=50", "--frames", "1")
        self.merge()
        before = self.pictures()
        self.assertEqual(self.merge("--erode", 40)["rendered"], self.FRAMES - 1)
        self.assertNotIn(1, self.changed_since(before))
        self.assertEqual(self.merge()["rendered"], self.FRAMES - 1)

    def test_of_frames_that_share_a_name_one_is_merged(self):
        frames = self.extracted()
        shutil.copyfile(frames / "00003.png", frames / "00003.tif")
        for _ in range(2):
            outcome = run_well("-w", self.work, "merge", *ONE_THREAD)
            self.assertEqual((outcome.report()["frames"], outcome.report()["rendered"]), (self.FRAMES, 0))
            self.assertIn("00003.tif is passed over", outcome.err)

    def test_linked_frames_are_read_once(self):
        frames, elsewhere = self.extracted(), self.work / "elsewhere"
        elsewhere.mkdir()
        for path in frames.glob("*.png"):
            path.rename(elsewhere / path.name)
            path.symlink_to(elsewhere / path.name)
        self.assertEqual(self.merge()["rendered"], 0)
        for path in elsewhere.glob("*.png"):  # of the same size and time: nothing asks what is in it
            time = path.stat()
            path.write_bytes(bytes(time.st_size))
            os.utime(path, ns=(time.st_atime_ns, time.st_mtime_ns))
        report = self.merge()
        self.assertEqual((report["rendered"], report["done_before"]), (0, self.FRAMES))

    def test_a_sample_touches_nothing_but_its_page(self):
        self.verb("set", "erode=30")
        before = program.snapshot(self.work)
        report = self.merge("--sample", 5)
        self.assertEqual(report["rendered"], 5)
        page = self.work / "merge_sample.png"
        self.assertEqual(report["sample"], str(page))
        whole_files.check_png(page.read_bytes())
        self.assertIn(b"compositeWithTrainedAlgorithmicMedia", page.read_bytes())
        after = program.snapshot(self.work)
        self.assertEqual({name for name in after if before.get(name) != after[name]}, {"merge_sample.png"})
        page.write_bytes(b"somebody's own")
        self.merge("--sample", 2, "--frames", "3-8")
        self.assertEqual([p.read_bytes() for p in self.work.glob("merge_sample_backup-*/*")], [b"somebody's own"])

    def test_persons_have_models_of_their_own_or_none(self):
        persons = self.verb("persons")
        self.assertEqual([(p["person"], p["frames"], p["model"]) for p in persons["persons"]], [(0, self.FRAMES, "own")])
        before = self.pictures()
        self.verb("persons", "--person", "0", "--name", "anna", "--model", "none")
        self.merge()
        self.assertEqual(len(self.changed_since(before)), self.FRAMES)
        for mask in (self.work / "data_dst/merged_mask").glob("*.png"):
            self.assertLess(len(mask.read_bytes()), 2500)  # black
        run_well("-w", self.work, "model", "duplicate", "--model", "saehd", "--as", "other")
        self.verb("persons", "--person", "anna", "--model", "other")
        self.assertEqual(self.merge("--model", "saehd")["rendered"], self.FRAMES)
        self.assertEqual({name: data for name, (data, _) in self.pictures().items()}, {name: data for name, (data, _) in before.items()})
        for name in ("nobody", ".", ".."):
            self.refuse(f"no model '{name}'", "persons", "--person", "0", "--model", name, status=1)
        self.refuse("no person 'bert'", "set", "erode=3", "--person", "bert")

    def test_networks_of_frames_that_are_not_asked_for_are_not_needed(self):
        aligned, asked = self.work / "data_dst/aligned", ["--model", "saehd"]
        for frame in range(7, 13):
            for path in aligned.glob(f"{frame:05}_*.jpg"):
                info = dfl_files.metadata(path.read_bytes())
                info["understudy_person"] = 1
                path.write_bytes(dfl_files.with_metadata(path.read_bytes(), info))
        run_well("-w", self.work, "model", "duplicate", "--model", "saehd", "--as", "other")
        self.verb("persons", "--person", "1", "--model", "other")
        self.merge(*asked)
        self.verb("check", *ONE_THREAD)
        report = self.merge(*asked, "--frames", "2,4")
        self.assertEqual((report["rendered"], report["done_before"], report["checked"]), (0, 2, 2))
        self.assertEqual(self.merge(*asked, "--frames", "8")["checked"], 1)
        # A frame without a face gets that of its neighbours, of whose model nothing in the frame itself speaks.
        for path in aligned.glob("00009_*.jpg"):
            path.unlink()
        self.verb("set", "fallback=no-face=hold", "--frames", "9")
        report = self.merge(*asked, "--frames", "9")
        self.assertEqual((report["rendered"], report["fallbacks"]), (1, 1))

    # --- what is set

    def test_the_nearest_setting_counts_and_is_told(self):
        self.verb("set", "erode=10,blur=20")
        self.verb("set", "erode=11", "--person", "0")
        self.verb("shots", "split", "--frame", 8)
        self.verb("set", "erode=12", "--shot", 2)
        self.verb("set", "erode=13", "--frames", "10-11")
        self.assertEqual([self.settings(f)["erode"] for f in (7, 8, 10, 12)], [10, 12, 13, 12])
        self.assertEqual(self.settings(7, "--person", "0")["erode"], 11)
        shown = self.verb("show", "--frame", 10)
        self.assertEqual((shown["shot"], shown["from"]), (2, {"erode": "frame", "blur": "clip"}))
        differences = self.verb("diff", 7, 10)["differences"]
        self.assertIn({"what": "erode", "a": 10, "b": 13}, differences)
        self.assertIn({"what": "erode", "a": 11, "b": 13, "person": 0}, differences)
        self.assertTrue(self.verb("diff", 8, 9)["same"])
        self.verb("set", "erode", "--unset", "--frames", "10")
        self.assertEqual(self.settings(10)["erode"], 12)
        self.verb("set", "--unset", "--shot", "2")
        self.assertEqual(self.settings(10)["erode"], 10)

    def test_copies_as_deepfacelabs_merger(self):
        self.verb("set", "erode=25,mode=seamless", "--frames", "5")
        self.verb("set", "blur=7", "--frames", "6,9")
        self.verb("copy", "--frame", 5, "--to", "next")
        self.assertEqual(self.settings(6), self.settings(5))
        self.verb("copy", "--frame", 5, "--to", "first")
        self.assertEqual(self.settings(1), self.settings(5))
        self.assertEqual(self.settings(9)["blur"], 7)
        self.verb("copy", "--frame", 5, "--to", "last")
        self.assertEqual([self.settings(f) for f in (7, 9, self.FRAMES)], [self.settings(5)] * 3)
        self.verb("copy", "--frame", 5, "--to", "2,3")
        self.refuse("in front", "copy", "--frame", 1, "--to", "previous")
        self.refuse("one of 1 to", "copy", "--frame", 99, "--to", "next")

    def test_shots_are_found_and_edited(self):
        self.assertEqual(self.verb("shots")["shots"], [{"shot": 1, "first": 1, "last": self.FRAMES, "name": "", "set": {}}])
        self.assertEqual(len(self.verb("shots", "find")["shots"]), 1)
        self.verb("set", "erode=9", "--shot", 1)
        self.verb("shots", "split", "--frame", 5)
        shots = self.verb("shots", "split", "--frame", 9)["shots"]
        self.assertEqual([(s["first"], s["last"], s["set"]) for s in shots], [(1, 4, {"erode": "9"}), (5, 8, {"erode": "9"}), (9, self.FRAMES, {"erode": "9"})])
        self.verb("shots", "rename", "--shot", 2, "--name", "near")
        self.verb("shots", "move", "--shot", 3, "--frame", 11)
        shots = self.verb("shots", "join", "--shot", 1)["shots"]
        self.assertEqual([(s["first"], s["last"]) for s in shots], [(1, 10), (11, self.FRAMES)])
        self.refuse("no shot behind", "shots", "join", "--shot", 2)
        self.refuse("needs --shot", "shots", "rename", "--name", "x")
        self.refuse("no shot 7", "set", "erode=3", "--shot", 7)

    def test_cuts_are_found_where_another_clip_begins(self):
        frames = self.work / "two"
        run_well("-w", self.work, "frames", "extract", "dst", "--output", frames)
        run_well("-w", self.work, "frames", "extract", "src", "--output", self.work / "src_frames")
        for path in sorted((self.work / "src_frames").glob("*.png"))[:6]:
            shutil.copy(path, frames / f"9{path.name}")
        found = self.verb("shots", "find", "--input", frames)["shots"]
        self.assertEqual([s["first"] for s in found], [1, self.FRAMES + 1])

    def test_presets_are_small_files(self):
        self.verb("set", "erode=25,mode=seamless", "--frames", "5")
        preset = self.work / "soft.json"
        self.verb("show", "--frame", 5, "--save", preset)
        self.assertEqual(json.loads(preset.read_text())["mode"], "seamless")
        self.verb("set", "blur=3", "--preset", preset, "--shot", 1)
        self.assertEqual((self.settings(2)["mode"], self.settings(2)["erode"], self.settings(2)["blur"]), ("seamless", 25, 3))
        preset.write_text('{"fallback": "edge=hold,turn=original", "erode": 4}')
        self.verb("set", "--preset", preset, "--shot", 1)
        self.assertEqual(self.settings(2)["fallback"], "edge=hold+turn=original")
        preset.write_text('{"eroded": 3}')
        self.refuse("eroded", "set", "--preset", preset)

    def test_a_session_of_deepfacelabs_merger_is_taken_over(self):
        usual = {"mode": "overlay", "mask_mode": 4, "erode_mask_modifier": 15, "blur_mask_modifier": 40, "color_transfer_mode": 2, "type": 1}
        other = {**usual, "mode": "seamless", "blur_mask_modifier": 60, "sharpen_mode": 1, "odd": 3}
        frames = [(f"{i:05}.png", other if 4 <= i <= 6 else usual) for i in range(1, self.FRAMES + 1)]
        (self.work / "model/new_SAEHD_merger_session.dat").write_bytes(dfl_files.merger_session([*frames, ("elsewhere.png", usual)]))
        outcome = run_well("-w", self.work, "merge", "import-session")
        report = outcome.report()
        self.assertEqual((report["frames"], report["with_settings"], report["not_here"], report["unknown"]),
                         (self.FRAMES + 1, self.FRAMES, ["elsewhere"], ["odd"]))
        self.assertIn("elsewhere", outcome.err)
        for frame, mode, blur in [(1, "overlay", 40), (4, "seamless", 60), (6, "seamless", 60), (7, "overlay", 40)]:
            shown = self.settings(frame)
            self.assertEqual((shown["mode"], shown["blur"], shown["erode"], shown["colour-transfer"]), (mode, blur, 15, "lct"))
        self.assertEqual(self.verb("show", "--frame", 1)["from"]["blur"], "clip")
        self.verb("undo")
        self.assertEqual(self.verb("show", "--frame", 5)["from"], {})
        (self.work / "model/new_SAEHD_merger_session.dat").write_bytes(pickle.dumps({"a": 1}))
        self.refuse("no session", "import-session", status=1)

    def test_a_session_takes_the_place_of_what_was_set_before(self):
        usual = {"mode": "overlay", "mask_mode": 4, "erode_mask_modifier": 15, "blur_mask_modifier": 40}
        session = self.work / "model/new_SAEHD_merger_session.dat"

        def take_over(of_frame_5):
            frames = [(f"{i:05}.png", {**usual, **(of_frame_5 if i == 5 else {})}) for i in range(1, self.FRAMES)]
            session.write_bytes(dfl_files.merger_session(frames))
            return run_well("-w", self.work, "merge", "import-session").report()

        self.verb("key", "blur=3", "--frames", "1")
        self.verb("key", "blur=90", "--frames", self.FRAMES)
        self.verb("set", "erode=7,sharpen=box", "--frames", f"2,{self.FRAMES}")
        self.assertEqual(take_over({"erode_mask_modifier": 30})["ranges"], 1)
        self.assertEqual([self.settings(f)["erode"] for f in (1, 2, 5, self.FRAMES)], [15, 15, 30, 7])
        self.assertEqual([self.settings(f)["blur"] for f in (1, 6)], [40, 40])
        self.assertEqual(self.settings(2)["sharpen"], "box")  # of which the session says nothing
        self.verb("shots", "split", "--frame", 8)
        self.verb("set", "erode=2", "--shot", 2)
        self.assertEqual(take_over({})["ranges"], 1)
        self.assertEqual([self.settings(f)["erode"] for f in (5, 8, self.FRAMES - 1)], [15, 15, 15])
        self.verb("undo")
        self.assertEqual([self.settings(f)["erode"] for f in (5, 8)], [30, 2])

    def test_timelines_by_name(self):
        self.verb("set", "erode=3", "--timeline", "second")
        self.verb("set", "erode=4")
        self.verb("shots", "split", "--frame", 5)
        differences = {d["what"] for d in self.verb("diff", "main", "second")["differences"]}
        self.assertEqual(differences, {"clip/values/erode", "shots/from 5"})
        self.assertEqual(self.merge("--timeline", "second")["rendered"], self.FRAMES)
        self.refuse("name of a timeline", "set", "erode=3", "--timeline", "../main")
        self.refuse("no timeline", "diff", "main", "third", status=1)

    def test_what_cannot_be_is_one_sentence(self):
        self.refuse("Did you mean 'erode'", "set", "erodee=3")
        self.refuse("range", "set", "erode=3000")
        self.refuse("KEY=VALUE", "set", "erode")
        self.refuse("Nothing is said", "set")
        self.refuse("Only one of", "set", "erode=3", "--shot", 1, "--frames", "3")
        self.refuse("names no frames", "set", "erode=3", "--frames", "5-3")
        self.refuse("a setting and a frame", "key", "erode=3")
        self.refuse("--erode is an option of 'understudy merge'", "set", "blur=3", "--erode", 3)
        self.refuse("taken back", "undo", status=1)
        self.refuse("no merger session", "import-session", status=1)
        self.verb("set", "erode=3")
        self.document().write_text("{")
        self.refuse("main.json", *ONE_THREAD, status=1)
        self.refuse("main.json", "set", "erode=4", status=1)

    def test_undo_goes_back_to_the_first_change_byte_for_byte(self):
        self.verb("set", "erode=3")
        states = [self.document().read_bytes()]
        for arguments in (["set", "blur=4"], ["shots", "split", "--frame", 3], ["key", "blur=9", "--frames", "2,8"],
                          ["set", "mode=seamless", "--frames", "2-4"], ["persons", "--person", 0, "--name", "x"]):
            self.verb(*arguments)
            states.append(self.document().read_bytes())
        for state in states[-2::-1]:
            self.verb("undo")
            self.assertEqual(self.document().read_bytes(), state)
        for state in states[1:]:
            self.verb("redo")
            self.assertEqual(self.document().read_bytes(), state)

    def test_kills_leave_every_change_whole(self):
        self.verb("set", "erode=0")
        start = self.document().read_bytes()
        for i in range(24):
            process = subprocess.Popen([program.UNDERSTUDY, "-w", self.work, "merge", "set", f"erode={i + 1},blur={i + 1}"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
            time.sleep(0.004 * i)
            process.kill()
            process.wait()
            shown = self.settings(1)
            self.assertTrue(shown["erode"] == shown["blur"] or (shown["erode"], shown["blur"]) == (0, 0), shown)
        undone = 0
        while run("-w", self.work, "merge", "undo").status == 0:
            undone += 1
        self.assertGreater(undone, 1)
        for _ in range(1):
            self.verb("redo")
        self.assertEqual(self.document().read_bytes(), start)

    def test_a_merge_is_killed_and_renders_what_is_left(self):
        self.verb("set", "erode=30", "--frames", "1-12")
        job = Job("-w", self.work, "merge", *ONE_THREAD)
        job.wait_for(lambda e: e["event"] == "progress" and e["done"] > 3)
        job.kill()
        report = self.merge()
        self.assertLess(report["rendered"], 12)
        self.assertEqual(report["rendered"] + report["done_before"], self.FRAMES)


if __name__ == "__main__":
    program.main()
