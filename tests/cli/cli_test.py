# SPDX-License-Identifier: Apache-2.0
"""What people and programs meet at the command line: help, near misses, bad input, events, stop. Through the real binary.
Usage: cli_test.py UNDERSTUDY"""
import concurrent.futures
import json
import os
import pathlib
import pickle
import re
import shutil
import struct
import subprocess
import sys
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, Job, ONE_THREAD, TINY_MODEL, noise_png, run, run_well, snapshot  # noqa: E402
from whole_files import check_file  # noqa: E402


def without_metadata(jpeg):
    """A face JPEG less its APP15 segments, where the face's data lies."""
    out, at = jpeg[:2], 2
    while jpeg[at + 1] != 0xDA:
        length = 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        if jpeg[at + 1] != 0xEF:
            out += jpeg[at:at + length]
        at += length
    return out + jpeg[at:]


class Cli(FilmTest):
    SIDES, MODEL = ("src", "dst"), TINY_MODEL

    def refuses(self, *arguments, naming, status=1):
        """It ends with that status and one sentence, the last line, that names the file; never with a crash."""
        outcome = run(*arguments)
        self.assertEqual(outcome.status, status, outcome.err)
        self.assertEqual(len(outcome.complaints()), 1, outcome.err)
        self.assertTrue(outcome.err.rstrip("\n").endswith(outcome.complaints()[0]), outcome.err)
        self.assertIn(str(naming), outcome.complaints()[0])
        self.assertRegex(outcome.complaints()[0], r"^understudy: [A-Z'/].*[.?\w]$")
        self.assertNotIn("mistake in understudy", outcome.err)
        return outcome

    # --- help and near misses

    def test_every_verb_has_help_with_examples(self):
        def below(text):
            return re.findall(r"^  ([a-z0-9-]+)\s", text.split("Subcommands:")[1], re.M) if "Subcommands:" in text else []

        tops = below(run_well("--help").out)
        self.assertLess({"run", "doctor", "model"}, set(tops))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            helps = dict(zip(tops, pool.map(lambda top: run_well(top, "--help").out, tops)))
            pairs = [(top, verb) for top in tops for verb in below(helps[top])]
            helps.update(zip(pairs, pool.map(lambda pair: run_well(*pair, "--help").out, pairs)))
        for verb, text in helps.items():
            if not below(text):
                with self.subTest(verb=verb):
                    self.assertRegex(text, r"Examples:\n\s*understudy .*" + (verb if verb in tops else verb[1]))

    def test_the_page_of_options_is_the_programs(self):
        page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "options.md"
        self.assertEqual(run_well("--options-markdown").out, page.read_text(encoding="utf-8"),
                         "regenerate: understudy --options-markdown > docs/options.md")

    def test_unknown_names_get_the_nearest_one(self):
        for arguments, meant in [(["extrct", "src"], "extract"), (["doctr"], "doctor"), (["train", "saedh"], "saehd"),
                                 (["extract", "src", "--jpg-quality", "90"], "--jpeg-quality"),
                                 (["merge", "--colour-transfr", "rct"], "--colour-transfer"),
                                 (["train", "saehd", "--resolutoin=64"], "--resolution")]:
            with self.subTest(arguments=arguments):
                outcome = run(*arguments)
                self.assertEqual(outcome.status, 2, outcome.err)
                self.assertIn(meant, outcome.err)
                self.assertIn("--help", outcome.err)

    def test_wrong_values_say_what_is_allowed(self):
        for arguments, allowed in [(["extract", "sourc"], "src, dst"), (["extract", "src", "--jpeg-quality", "900"], "100"),
                                   (["merge", "--mode", "overly"], "overlay"),
                                   (["train", "saehd", "--target-iter", "many"], "target-iter")]:
            with self.subTest(arguments=arguments):
                self.refuses("-w", self.film, *arguments, naming=allowed, status=2)

    # --- bad input

    def test_missing_video(self):
        self.refuses("-w", self.folder(), "extract", "src", naming=self.folder())
        self.refuses("-w", self.folder(), "extract", "src", "--input", "nowhere.mp4", naming="nowhere.mp4")
        self.refuses("-w", self.folder() / "none", "run", "--target-iter", 1, naming=self.folder() / "none")
        self.assertEqual(run("-w", self.folder(), "run", "--target-iter", 1).status, 1)

    def test_run_refuses_a_training_before_it_extracts(self):
        work = self.folder()
        for name in "data_src.mp4", "data_dst.mp4":
            (work / name).write_text("This is no video.")
        before = snapshot(work)
        for options, naming in ((["--time", "soon"], "soon"), (["--archi", "dfhd"], "dfhd"),
                                (["--archi", "df-ud", "--resolution", 112], "112")):
            with self.subTest(options=options):
                self.refuses("-w", work, "run", *options, naming=naming, status=2)
                self.assertEqual(snapshot(work), before)

    def test_text_that_calls_itself_a_video(self):
        video = self.folder() / "data_src.mp4"
        video.write_text("This is no video. " * 1000)
        self.refuses("-w", self.folder(), "extract", "src", naming=video)
        self.refuses("-w", self.folder(), "frames", "extract", "src", naming=video)

    def test_truncated_video(self):
        video = self.folder() / "data_src.mp4"
        whole = (self.film / "data_src.mp4").read_bytes()
        for part in 0, 100, len(whole) // 2, len(whole) * 9 // 10:
            video.write_bytes(whole[:part])
            with self.subTest(part=part):
                self.refuses("-w", self.folder(), "extract", "src", naming=video)

    def test_no_faces_found(self):
        noise = self.folder() / "noise"
        noise.mkdir()
        for i in range(3):
            noise_png(noise / f"{i}.png")
        self.refuses("-w", self.folder(), "extract", "src", "--input", noise, naming=noise)

    def test_damaged_images_among_good_ones_are_counted(self):
        frames = self.folder() / "frames"
        run_well("-w", self.film, "frames", "extract", "src", "--output", frames)
        (frames / "00003.png").write_bytes((frames / "00003.png").read_bytes()[:500])
        outcome = run_well("-w", self.folder(), "extract", "src", "--input", frames)
        self.assertEqual(outcome.report()["unreadable"], ["00003.png"])
        self.assertEqual(outcome.report()["faces"], 7)
        self.assertEqual(outcome.err.count("warning: "), 1)

    def test_faceset_without_metadata(self):
        faces = self.folder() / "faces"
        faces.mkdir()
        for path in (self.film / "data_dst/aligned").glob("*.jpg"):
            (faces / path.name).write_bytes(without_metadata(path.read_bytes()))
            check_file(faces / path.name)
        before = snapshot(self.film)
        self.refuses("-w", self.film, "train", "saehd", "--model", "other", "--src", faces, naming=faces)
        self.assertEqual(snapshot(self.film), before)  # no empty model is left
        self.refuses("-w", self.film, "merge", "--aligned", faces, naming=faces)

    def test_faceset_pak_that_is_none(self):
        pak = self.folder() / "faceset.pak"
        pak.write_text("I am a pack, honestly.\n" * 20)
        self.refuses("-w", self.film, "train", "saehd", "--model", "other", "--src", self.folder(), naming=pak)
        self.refuses("-w", self.film, "merge", "--aligned", self.folder(), naming=pak)

    def test_unwritable_folder(self):
        target = pathlib.Path("/proc/understudy")  # not even root writes there
        if os.geteuid() != 0:
            (self.folder() / "locked").mkdir(mode=0o555)
            target = self.folder() / "locked" / "out"
        self.refuses("-w", self.film, "extract", "src", "--output", target, naming=target)
        self.refuses("-w", self.film, "video", "encode", "--input", self.film / "data_dst/aligned", "--output", target / "r.mp4",
                     naming=target)

    def test_full_disk(self):
        disk = self.folder() / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "understudy-test", disk], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("a small disk cannot be mounted here (needs root)")
        try:
            self.refuses("-w", self.film, "extract", "src", "--redo", "--output", disk / "faces", naming=disk / "faces")
            for path in disk.rglob("*"):
                self.assertNotIn(".understudy-tmp-", path.name)
                if path.is_file():
                    check_file(path)
            self.refuses("-w", self.film, "frames", "extract", "src", "--output", disk / "frames", naming=disk / "frames")
        finally:
            subprocess.run(["umount", disk], check=True)

    def test_model_of_another_class(self):
        film = self.film_copy()
        before = snapshot(film)
        self.refuses("-w", film, "train", "quick96", "--model", "saehd", "--target-iter", 9, naming=film / "model/saehd", status=2)
        self.assertEqual(snapshot(film), before)

    def test_no_model(self):
        film = self.film_copy()
        shutil.rmtree(film / "model")
        self.refuses("-w", film, "merge", naming=film / "model")
        self.refuses("-w", film, "model", "predict", naming=film / "model")

    def test_corrupt_save_falls_back_to_the_one_before(self):
        film = self.film_copy()
        weights = film / "model/saehd/weights-4.safetensors"
        weights.write_bytes(weights.read_bytes()[:-100])
        outcome = run_well("-w", film, "train", "saehd", *ONE_THREAD, "--target-iter", 4)
        self.assertIn("weights-4.safetensors", "".join(l for l in outcome.err.splitlines() if l.startswith("warning: ")))
        self.assertEqual(outcome.report()["iterations_done"], 2)
        saves = json.loads((film / "model/saehd/generations.json").read_text())["generations"]
        again = film / "model/saehd" / saves[-1]["weights"]["file"]  # beside the damaged name, never over it
        self.assertEqual(again.read_bytes(), (self.film / "model/saehd/weights-4.safetensors").read_bytes())

    def test_flipped_bit_in_a_save_is_noticed(self):
        film = self.film_copy()
        weights = film / "model/saehd/weights-4.safetensors"
        data = bytearray(weights.read_bytes())
        data[len(data) // 2] ^= 1
        weights.write_bytes(data)
        outcome = run_well("-w", film, "merge", *ONE_THREAD)
        self.assertEqual(outcome.report()["model_iteration"], 2)
        self.assertIn("warning: ", outcome.err)

    def test_all_saves_corrupt_changes_nothing(self):
        film = self.film_copy()
        for weights in (film / "model/saehd").glob("weights-*"):
            weights.write_bytes(weights.read_bytes()[:-1])
        before = snapshot(film)
        for verb in (["train", "saehd", "--target-iter", 9], ["merge"]):
            self.refuses("-w", film, *verb, naming=film / "model/saehd")
            self.assertEqual(snapshot(film), before)

    def test_foreign_pickle_is_not_run(self):
        evil = self.folder() / "evil"
        evil.mkdir()
        trap = self.folder() / "trap"

        class Trap:
            def __reduce__(self):
                return os.system, (f"touch {trap}",)

        for name in "new_SAEHD_data.dat", "new_SAEHD_encoder.npy", "new_SAEHD_inter.npy":
            (evil / name).write_bytes(pickle.dumps({"iter": 1, "options": Trap()}))
        film = self.film_copy()
        before = snapshot(film)
        self.refuses("-w", film, "model", "import", "--from", evil, naming=evil / "new_SAEHD_data.dat")
        self.assertFalse(trap.exists())
        self.assertEqual(snapshot(film), before)
        self.refuses("-w", film, "model", "import", "--from", self.folder(), naming=self.folder())

    def test_encode_without_merged_frames(self):
        self.refuses("-w", self.film, "video", "encode", naming=self.film / "data_dst/merged")

    # --- events and commands

    def check_events(self, job, status):
        self.assertEqual(job.finish(), status, job.errors)
        events = [json.loads(line) for line in job.lines]  # every line parses
        self.assertEqual([e["id"] for e in events], list(range(len(events))))
        self.assertEqual([e["event"] for e in events].index("started"), 0)
        self.assertEqual([e["event"] for e in events if e["event"] in ("done", "error")], [events[-1]["event"]])
        self.assertEqual(events[-1]["event"], "error" if status else "done")
        self.assertEqual(job.errors, "")
        return events

    def test_json_lines(self):
        film = self.film_copy()
        events = self.check_events(Job("-w", film, "extract", "src", "--redo"), 0)
        self.assertEqual(events[-1]["report"]["faces"], 8)
        progress = [e for e in events if e["event"] == "progress"]
        self.assertEqual((progress[-1]["done"], progress[-1]["total"]), (8, 8))
        kept = film / ".understudy/jobs" / events[0]["job"] / "events.jsonl"
        lines = [json.loads(line) for line in kept.read_text().splitlines()]
        self.assertIn("extract src --redo", lines[0]["command"])
        # The log lacks nothing but counts that came too soon behind others, and never the last of them.
        self.assertEqual([e for e in events if e in lines], lines)
        self.assertEqual({e["event"] for e in events if e not in lines} - {"progress"}, set())
        self.assertIn(progress[-1], lines)
        self.assertEqual((events[0]["verb"], events[0]["positionals"], events[0]["options"], events[0]["workspace"]),
                         ("extract", {"side": "src"}, {"redo": True}, str(film)))
        events = self.check_events(Job("-w", self.folder(), "extract", "src"), 1)
        self.assertEqual(events[-1]["code"], "not_found")
        self.assertIn(str(self.folder()), events[-1]["message"])

    def test_stop_command_saves_and_a_rerun_goes_on(self):
        film = self.film_copy()
        job = Job("-w", film, "train", "saehd", *ONE_THREAD, "--target-iter", 100000)
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress" and e["done"] >= 8))
        job.command("stop")
        self.assertEqual(self.check_events(job, 130)[-1]["code"], "cancelled")
        reached = run_well("-w", film, "model", "list").report()["models"][0]["iteration"]
        self.assertGreaterEqual(reached, 8)
        report = run_well("-w", film, "train", "saehd", *ONE_THREAD, "--target-iter", reached + 2).report()
        self.assertEqual((report["iteration"], report["iterations_done"]), (reached + 2, 2))

    def test_interrupt_ends_like_stop(self):
        film = self.film_copy()
        job = Job("-w", film, "train", "saehd", *ONE_THREAD, "--target-iter", 100000)
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress"))
        job.process.send_signal(2)
        self.check_events(job, 130)

    def test_doctor(self):
        events = self.check_events(Job("doctor"), 0)
        report = events[-1]["report"]
        for engine in "OpenVINO", "LibTorch":
            self.assertTrue(report["engines"][engine])
        self.assertGreater(report["cpu"]["threads"], 0)
        self.assertGreater(report["disk_free"], 0)
        self.check_precision(report, events)

    def check_precision(self, report, events):
        precision, features = report["precision"], report["cpu"]["features"]
        held_back = "LibTorch" in precision["why"]
        if report["gpu"] != "none" or ("amx_bf16" in features and not held_back):
            expected = "bf16", "bf16"
        elif "avx512_bf16" in features and not held_back:
            expected = "bf16", "fp32"
        else:
            expected = "fp32", "fp32"
        self.assertEqual((precision["plain"], precision["winograd"]), expected)
        said = [e["text"] for e in events if e["event"] == "note" and e["text"].startswith("precision ")]
        self.assertEqual(len(said), 1)
        for part in precision["plain"], precision["why"], precision["cost"]:
            self.assertIn(part, said[0])

    def test_doctor_heeds_what_holds_libtorch_back(self):
        with unittest.mock.patch.dict(program.ENVIRONMENT, {"ATEN_CPU_CAPABILITY": "avx2"}):
            report = run_well("doctor", "--no-gpu").report()
        self.assertEqual((report["precision"]["plain"], report["precision"]["winograd"]), ("fp32", "fp32"))
        if {"avx512_bf16", "amx_bf16"} & set(report["cpu"]["features"]):
            self.assertIn("ATEN_CPU_CAPABILITY", report["precision"]["why"])


if __name__ == "__main__":
    program.main()
