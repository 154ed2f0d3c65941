# SPDX-License-Identifier: Apache-2.0
"""The whole way from two videos to a finished one, on a small film of two people who do not exist, and training that
does not notice being interrupted. Usage: pipeline_test.py UNDERSTUDY"""
import json
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, Job, ONE_THREAD, TINY_MODEL, run_well  # noqa: E402
from whole_files import MARK, check_file, check_jpeg, check_png, read_mp4  # noqa: E402

FRAMES, SIZE, ITERATIONS = 8, 200, 6


class Pipeline(FilmTest):
    @classmethod
    def make_film(cls):
        cls.events = cls.demo()
        cls.report = cls.events[-1]["report"]

    @classmethod
    def demo(cls):
        job = Job("-w", cls.film, "demo", "--size", SIZE, "--frames", FRAMES, "--target-iter", ITERATIONS)
        if job.finish(timeout=600) != 0:
            raise AssertionError(f"the demo failed: {job.errors}{job.lines[-3:]}")
        return job.events()

    def test_its_events_are_one_stream(self):
        kinds = [event["event"] for event in self.events]
        self.assertEqual([event["id"] for event in self.events], list(range(len(kinds))))
        self.assertEqual((kinds[0], kinds.count("started"), kinds[-1], kinds.count("done")), ("started", 1, "done", 1))
        schema = {kind["name"]: {field["name"] for field in kind["fields"]} for kind in run_well("schema").report()["events"]}
        for event in self.events:
            self.assertLessEqual(set(event) - {"event", "id", "time"}, schema[event["event"]], event)

    def test_every_frame_gives_a_face(self):
        for side in "src", "dst":
            extracted = self.report[f"extract_{side}"]
            self.assertEqual((extracted["frames"], extracted["faces"]), (FRAMES, FRAMES))
            faces = sorted((self.film / f"data_{side}/aligned").glob("*.jpg"))
            self.assertEqual(len(faces), FRAMES)
            for face in faces:
                self.assertEqual(check_jpeg(face.read_bytes()), (512, 512))

    def test_result_has_the_frames_the_rate_and_the_sound_of_dst(self):
        dst = read_mp4((self.film / "data_dst.mp4").read_bytes())
        result = read_mp4((self.film / "result.mp4").read_bytes())
        self.assertEqual(result["vide"]["samples"], FRAMES)
        self.assertAlmostEqual(result["vide"]["rate"], 30, places=3)
        self.assertEqual(result["soun"]["samples"], dst["soun"]["samples"])

    def test_results_say_that_they_are_synthetic(self):
        self.assertIn(MARK, (self.film / "result.mp4").read_bytes())
        merged = sorted((self.film / "data_dst/merged").glob("*.png"))
        self.assertEqual(len(merged), FRAMES)
        for picture in merged:
            self.assertEqual(check_png(picture.read_bytes()), (SIZE, SIZE))
            self.assertIn(MARK, picture.read_bytes())

    def test_the_face_was_replaced_and_measured(self):
        self.assertEqual(self.report["train"]["iteration"], ITERATIONS)
        for key in "psnr", "ssim", "psnr_before", "ssim_before":
            self.assertTrue(math.isfinite(self.report[key]) and self.report[key] > 0, key)
        # Six iterations make no likeness, but the face is another one than before.
        self.assertNotAlmostEqual(self.report["psnr"], self.report["psnr_before"], places=3)
        width, height = check_png((self.film / "contact_sheet.png").read_bytes())
        self.assertGreater(width, 2 * SIZE)
        self.assertGreater(height, SIZE)
        check_png((self.film / "model/saehd/preview.png").read_bytes())

    def test_everything_is_whole_and_nothing_is_left_over(self):
        for path in self.film.rglob("*"):
            if path.is_file():
                self.assertNotIn("-tmp-", path.name)
                check_file(path)

    def test_second_call_redoes_nothing(self):
        kept = [path for path in self.film.rglob("*") if path.is_file()
                and (path.suffix in (".jpg", ".mp4", ".safetensors") or path.parent.name == "merged")]
        before = {path: path.stat().st_mtime_ns for path in kept}
        self.assertGreater(len(before), 3 * FRAMES)
        again = self.demo()[-1]["report"]
        for side in "src", "dst":
            self.assertEqual(again[f"extract_{side}"]["frames_done_before"], FRAMES)
        self.assertEqual(again["train"]["iterations_done"], 0)
        self.assertEqual(again["merge"]["done_before"], FRAMES)
        self.assertTrue(again["video"]["up_to_date"])
        self.assertEqual([str(path) for path in kept if path.stat().st_mtime_ns != before[path]], [])
        self.assertEqual((again["psnr"], again["ssim"]), (self.report["psnr"], self.report["ssim"]))

    def weights(self, model, iteration):
        return [(self.film / "model" / model / f"{kind}-{iteration}.safetensors").read_bytes()
                for kind in ("weights", "optimizer", "history")]

    def train(self, verb, model, *options):
        return ["-w", self.film, "train", verb, "--model", model, *options]

    def compare_interrupted(self, verb, options, threads, last):
        one, two = f"{verb}-whole", f"{verb}-parts"
        run_well(*self.train(verb, one, *options, *threads, "--target-iter", last))
        run_well(*self.train(verb, two, *options, *threads, "--target-iter", last // 2))
        killed = Job(*self.train(verb, two, *threads, "--target-iter", 100000))
        self.assertTrue(killed.wait_for(lambda e: e["event"] == "progress"))
        self.assertTrue(killed.kill())
        stopped = Job(*self.train(verb, two, *threads, "--target-iter", last - 1))
        stopped.wait_for(lambda e: e["event"] == "progress")
        stopped.command("stop")
        self.assertIn(stopped.finish(), (0, 130))
        self.assertLess(json.loads((self.film / "model" / two / "generations.json").read_text())["generations"][-1]["iteration"], last)
        run_well(*self.train(verb, two, *threads, "--target-iter", last))
        self.assertEqual(self.weights(two, last), self.weights(one, last))

    def test_interrupted_training_ends_bit_equal(self):
        flips = ["--random-src-flip", "--random-hsv-power", "0.1", "--ct-mode", "rct", "--lr-dropout", "y"]
        self.compare_interrupted("saehd", [*TINY_MODEL, *flips], ONE_THREAD, 9)

    def test_interrupted_training_on_all_threads_ends_bit_equal(self):
        self.compare_interrupted("quick96", [], [], 5)


if __name__ == "__main__":
    program.main()
