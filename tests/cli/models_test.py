# SPDX-License-Identifier: Apache-2.0
"""The verbs about models through the real binary: create, list, history, rename, duplicate, delete, import, export, and
going on with a model whose files were damaged. Usage: models_test.py UNDERSTUDY"""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, Job, ONE_THREAD, TINY_MODEL, run, run_well, snapshot  # noqa: E402
from whole_files import check_png  # noqa: E402

# With both discriminators.
WITH_JUDGES = [*TINY_MODEL, "--preset", "compatible", "--gan-power", "0.1", "--gan-dims", "4", "--true-face-power", "0.01"]


class Models(FilmTest):
    SIDES, MODEL = ("src", "dst"), WITH_JUDGES

    def setUp(self):
        self.work = self.film_copy()

    def do(self, *arguments):
        return run_well("-w", self.work, "model", *arguments).report()

    def refused(self, *arguments, naming, status=2):
        outcome = run("-w", self.work, "model", *arguments)
        self.assertEqual(outcome.status, status, outcome.err)
        self.assertEqual(len(outcome.complaints()), 1, outcome.err)
        self.assertIn(str(naming), outcome.complaints()[0])

    def names(self):
        return [m["name"] for m in self.do("list")["models"]]

    def weights(self, name, iteration):
        return (self.work / "model" / name / f"weights-{iteration}.safetensors").read_bytes()

    def test_list_tells_what_is_there(self):
        [model] = self.do("list", "--options")["models"]
        self.assertEqual((model["name"], model["class"], model["iteration"], model["backups"]), ("saehd", "saehd", 4, 0))
        self.assertGreater(model["bytes"], 100000)
        self.assertGreater(model["seconds"], 0)
        self.assertRegex(model["saved"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(model["options"]["gan-power"], 0.1)

    def test_rename_duplicate_delete(self):
        before = snapshot(self.work / "model/saehd")
        self.do("rename", "--model", "saehd", "--as", "first one")
        self.assertEqual(snapshot(self.work / "model/first one"), before)
        self.do("duplicate", "--as", "second")
        self.assertEqual(sorted(self.names()), ["first one", "second"])
        self.assertEqual(self.weights("second", 4), self.weights("first one", 4))
        self.refused("duplicate", "--model", "second", "--as", "first one", naming="first one")
        self.refused("duplicate", "--model", "second", "--backup", 1, naming="backups/01", status=1)
        self.refused("rename", "--model", "second", "--as", "../x", naming="../x")
        self.refused("delete", "--model", "first one", naming="--yes")
        self.refused("delete", "--yes", naming="--model")
        self.refused("delete", "--model", "first on", "--yes", naming="first one", status=1)
        self.assertEqual(sorted(self.names()), ["first one", "second"])
        self.do("delete", "--model", "first one", "--yes")
        self.assertEqual(self.names(), ["second"])
        self.assertTrue((self.work / "data_src/aligned").is_dir())
        report = run_well("-w", self.work, "train", "saehd", *ONE_THREAD, "--target-iter", 6).report()
        self.assertEqual((report["model"], report["iterations_done"]), ("second", 2))

    def test_a_model_in_training_is_left_alone(self):
        job = Job("-w", self.work, "train", "saehd", *ONE_THREAD, "--target-iter", 100000)
        self.assertTrue(job.wait_for(lambda e: e["event"] == "progress"), job.lines)
        try:
            self.refused("delete", "--model", "saehd", "--yes", naming="in use", status=1)
            self.refused("rename", "--model", "saehd", "--as", "x", naming="in use", status=1)
        finally:
            job.command("stop")
            job.finish()
        self.assertEqual(self.names(), ["saehd"])

    def test_history_tells_what_was_changed_when(self):
        self.assertEqual(self.do("history")["changes"], [])
        run_well("-w", self.work, "train", "saehd", *ONE_THREAD, "--target-iter", 6, "--batch-size", 3, "--no-random-warp")
        changes = {c["key"]: c for c in self.do("history")["changes"]}
        self.assertEqual(sorted(changes), ["batch-size", "random-warp"])
        self.assertEqual([changes["batch-size"][k] for k in ("iteration", "from", "to")], [4, "2", "3"])
        lines = (self.work / "model/saehd/history.jsonl").read_text().splitlines()
        self.assertEqual([json.loads(line)["key"] for line in lines], list(changes))

    def test_create(self):
        self.do("create", "amp", "--model", "new amp", "--resolution", 64, "--inter-dims", 32)
        self.do("create", "saehd", "--model", "grown", "--from", "saehd", "--parts", "encoder,inter", "--batch-size", 3)
        self.assertEqual(sorted(self.names()), ["grown", "new amp", "saehd"])
        options = {m["name"]: m["options"] for m in self.do("list", "--options")["models"]}
        self.assertEqual((options["grown"]["ae-dims"], options["grown"]["batch-size"]), (32, 3))
        self.assertEqual(options["new amp"]["inter-dims"], 32)
        report = run_well("-w", self.work, "train", "saehd", "--model", "grown", *ONE_THREAD, "--target-iter", 1).report()
        self.assertEqual(report["iterations_done"], 1)
        for arguments, naming in [(["amp", "--archi", "df"], "archi"), (["saehd", "--resolution", 100, "--archi", "df-ud"], "100"),
                                  (["saehd", "--model", "saehd"], "saehd"), (["saehd", "--parts", "encoder"], "--from"),
                                  (["saehd", "--model", "x", "--from", "saehd", "--parts", "decoder"], "decoder"),
                                  (["saehd", "--model", "x", "--from", "saehd", "--ae-dims", 64], "inter/dense1/weight"),
                                  (["quick96", "--from", "saehd"], "saehd")]:
            with self.subTest(arguments=arguments):
                self.refused("create", *arguments, naming=naming)
        self.assertEqual(sorted(self.names()), ["grown", "new amp", "saehd"])

    def test_a_model_grows(self):
        self.do("create", "saehd", "--model", "bigger", "--from", "saehd", "--resolution", 128, "--face-type", "head")
        train = ["-w", self.work, "train", "saehd", *ONE_THREAD, "--target-iter", 1]
        self.assertEqual(run_well(*train, "--model", "bigger").report()["iterations_done"], 1)
        wider = ["96" if option == "64" else option for option in TINY_MODEL]
        run_well(*train, "--model", "begun", *wider, "--start-from", "saehd")
        sizes = {m["name"]: (m["options"]["resolution"], m["options"]["face-type"]) for m in self.do("list", "--options")["models"]}
        self.assertEqual(sizes["bigger"], (128, "head"))
        self.assertEqual(sizes["begun"][0], 96)
        out = self.work / "seen"
        self.do("predict", "--model", "bigger", "--output", out, "--limit", 1)
        [face] = [p for p in out.glob("*.png") if "_mask_" not in p.name]
        self.assertEqual(check_png(face.read_bytes()), (128, 128))

    def test_the_pretrained_start(self):
        fitting = ["--archi", "df-ud", "--resolution", "64", "--ae-dims", "128", "--e-dims", "48", "--d-dims", "40",
                   "--d-mask-dims", "16", "--batch-size", "2"]
        train = ["-w", self.work, "train", "saehd", *ONE_THREAD, "--target-iter", 1, "--precision", "fp32"]
        begun = run_well(*train, "--model", "begun", *fitting)
        self.assertIn("Starts from the pretrained start", begun.err)
        fresh = run_well(*train, "--model", "fresh", *fitting, "--start", "none")
        self.assertNotIn("Starts from", fresh.err)
        self.assertLess(begun.report()["src_loss"], 0.9 * fresh.report()["src_loss"])
        # Its encoder is taught anew slowly, unless something else is asked for.
        run_well(*train, "--model", "quick", *fitting, "--encoder-lr", 1)
        shares = {m["name"]: m["options"]["encoder-lr"] for m in self.do("list", "--options")["models"]}
        self.assertEqual([shares[name] for name in ("begun", "fresh", "quick")], [0.2, 1, 1])
        # A model that was created beforehand begins as it was made.
        self.do("create", "saehd", "--model", "made", *fitting)
        self.do("create", "saehd", "--model", "original", "--preset", "compatible", *fitting)
        self.assertIn("Starts from the pretrained start", run_well(*train, "--model", "made").err)
        self.assertNotIn("Starts from", run_well(*train, "--model", "original").err)
        shares = {m["name"]: m["options"]["encoder-lr"] for m in self.do("list", "--options")["models"]}
        self.assertEqual((shares["made"], shares["original"]), (0.2, 1))
        # Asked for where it does not fit: what would fit, and nothing is left behind.
        refused = run(*train, "--model", "misfit", *TINY_MODEL, "--start", "pretrained")
        self.assertEqual(refused.status, 2, refused.err)
        self.assertIn("--d-dims 40", refused.err)
        self.assertNotIn("misfit", self.names())

    def test_a_schedule(self):
        larger = ["128" if option == "64" else option for option in TINY_MODEL]
        train = ["-w", self.work, "train", "saehd", *ONE_THREAD, "--model", "course", *larger, "--schedule", "look"]
        report = run_well(*train, "--target-iter", 5).report()
        self.assertEqual((report["iteration"], report["iterations_done"]), (5, 5))
        self.assertEqual({m["name"]: m["options"]["resolution"] for m in self.do("list", "--options")["models"]}["course"], 128)
        changes = [(c["key"], c["from"], c["to"]) for c in self.do("history", "--model", "course")["changes"]]
        self.assertIn(("resolution", "96", "128"), changes)
        self.assertIn("lr", [key for key, _, _ in changes])
        again = run_well(*train, "--target-iter", 5)
        self.assertEqual(again.report()["iterations_done"], 0)
        self.assertEqual((again.report()["model"], again.report()["iteration"]), ("course", 5))
        self.assertIn("is over", again.err)
        endless = run(*train, "--time", "0s")
        self.assertEqual(endless.status, 2, endless.err)

    def test_presets(self):
        self.do("create", "saehd", "--model", "like the original", "--preset", "compatible")
        self.do("create", "saehd", "--model", "mixed", "--random-move", 0.5)
        self.do("create", "saehd", "--model", "new")
        moves = {m["name"]: m["options"]["random-move"] for m in self.do("list", "--options")["models"]}
        self.assertEqual((moves["like the original"], moves["mixed"]), (1, 0.5))
        self.assertLess(moves["new"], 0.5)

    def test_amp_morphs_from_dst_to_src(self):
        run_well("-w", self.work, "train", "amp", "--model", "amp", "--resolution", 64, "--ae-dims", 16, "--inter-dims", 16,
                 "--e-dims", 4, "--d-dims", 4, "--d-mask-dims", 4, "--batch-size", 2, *ONE_THREAD, "--target-iter", 2)
        pictures = []
        for morph in 0, 0.5, 1:
            out = self.work / f"morph {morph}"
            self.do("predict", "--model", "amp", "--output", out, "--limit", 1, "--morph", morph)
            pictures.append(sorted(out.glob("*.png"))[0].read_bytes())
        self.assertEqual(len(set(pictures)), 3)
        first = run_well("-w", self.work, "merge", "--model", "amp").report()
        again = run_well("-w", self.work, "merge", "--model", "amp", "--morph", 0).report()
        self.assertEqual((first["done_before"], again["done_before"]), (0, 0))
        self.assertEqual(run_well("-w", self.work, "merge", "--model", "amp", "--morph", 0).report()["done_before"], 8)

    def test_export_and_import_change_no_bit(self):
        there = self.work / "dfl"
        report = self.do("export", "--to", "dfl", "--output", there, "--as", "mine")
        self.assertEqual(sorted(report["files"]), sorted(p.name for p in there.iterdir() if p.is_file()))
        self.assertEqual(report["name"], "mine_SAEHD")
        for part in "GAN", "GAN_opt", "code_discriminator", "D_code_opt", "src_dst_opt", "encoder", "decoder_dst":
            self.assertIn(f"mine_SAEHD_{part}.npy", report["files"])
        imported = self.do("import", "--from", there, "--as", "again")
        self.assertEqual((imported["model"], imported["iteration"]), ("again", 4))
        for kind in "weights", "optimizer", "history":
            file = f"{kind}-4.safetensors"
            ours, back = ((self.work / "model" / name / file) for name in ("saehd", "again"))
            self.assertEqual(tensors(ours), tensors(back), file)
        self.refused("export", "--output", there, "--as", "mine", naming="mine_SAEHD_data.dat")
        self.do("export", "--model", "again", "--output", self.work / "dfl2", "--as", "mine")
        self.assertEqual(snapshot(there), snapshot(self.work / "dfl2"))
        # Options, discriminators and optimisers came along: training goes on without a word about starting anew.
        outcome = run_well("-w", self.work, "train", "saehd", "--model", "again", *ONE_THREAD, "--target-iter", 5)
        self.assertNotIn("anew", outcome.err)
        options = {m["name"]: m["options"] for m in self.do("list", "--options")["models"]}
        self.assertEqual({**options["again"], "gan-patch-size": 0}, {**options["saehd"], "gan-patch-size": 0})

    def test_import_refuses_what_does_not_fit(self):
        there = self.work / "dfl"
        self.do("export", "--output", there, "--as", "mine")
        (there / "mine_SAEHD_GAN.npy").rename(there / "elsewhere")
        self.refused("import", "--from", there, naming="mine_SAEHD_GAN.npy", status=1)
        self.assertEqual(self.names(), ["saehd"])
        self.do("import", "--from", there, "--no-discriminators")
        shutil.copy(there / "mine_SAEHD_inter.npy", there / "mine_SAEHD_encoder.npy")
        self.refused("import", "--from", there, "--as", "x", naming="mine_SAEHD_encoder.npy", status=1)
        self.assertEqual(sorted(self.names()), ["mine", "saehd"])
        self.assertEqual([p.name for p in (self.work / "model").iterdir() if p.name == "x"], [])

    def test_what_only_a_new_model_takes_is_told(self):
        told = run_well("-w", self.work, "train", "saehd", *ONE_THREAD, "--target-iter", 4, "--seed", 99, "--start", "none").err
        for key in "seed", "start":
            self.assertIn(f"'{key}' is for a new model", told)
        self.assertNotIn("is for a new model", run_well("-w", self.work, "train", "saehd", *ONE_THREAD, "--target-iter", 4).err)

    def test_damaged_lists_lose_nothing(self):
        for name in "model.json", "generations.json":
            path = self.work / "model/saehd" / name
            path.write_bytes(bytes(path.stat().st_size))
        outcome = run_well("-w", self.work, "train", "saehd", *ONE_THREAD, "--target-iter", 6)
        self.assertEqual((outcome.report()["iterations_done"], outcome.report()["iteration"]), (2, 6))
        warnings = "".join(line for line in outcome.err.splitlines() if line.startswith("warning: "))
        self.assertIn("model.json", warnings)
        self.assertIn("generations.json", warnings)
        outcome = run_well("-w", self.work, "train", "saehd", *ONE_THREAD, "--target-iter", 7)
        self.assertNotIn("warning: ", outcome.err)


def tensors(path):
    """A safetensors file as {name: (header entry without its place, bytes)}: the order may differ."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    body = data[8 + size:]
    held = {}
    for name, entry in json.loads(data[8:8 + size]).items():
        start, end = entry.pop("data_offsets")
        held[name] = (json.dumps(entry, sort_keys=True), body[start:end])
    return held


if __name__ == "__main__":
    program.main()
