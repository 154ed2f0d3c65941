# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of `mask train` and `mask apply`, with a model of the workspace and with the generic mask. After
each kill every face is as it was or as an undisturbed run leaves it, a rerun ends with the bytes of that run and what it
knows of them, and undoing goes all the way back to the faces of before, byte by byte.

Usage: mask_kills_test.py [--kills N] [--seed N] [--only train|own|generic] UNDERSTUDY
A few kills by default; by hand: mask_kills_test.py --kills 100 UNDERSTUDY"""
import argparse
import json
import pathlib
import random
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from killed_steps import KilledSteps, Step  # noqa: E402
from program import ONE_THREAD, run, run_well  # noqa: E402

TARGET = 3  # iterations; one takes a second or two
COPIES = 5  # of each face that is masked
FACE = [[30, 20], [98, 20], [104, 70], [64, 112], [24, 70]]


def faces_of(film):
    """Without what a killed run was just writing."""
    return {path.name: path.read_bytes() for path in (film / "data_dst" / "aligned").glob("*.jpg") if not path.name.startswith(".")}


def uncertainties(film):
    run_well("-w", film, "mask", "check", "dst", "--worst", 0)
    told = json.loads((film / "data_dst" / "aligned_check" / "check.json").read_text())["faces"]
    return {face["face"]: face["uncertainty"] for face in told}


class Apply(Step):
    def __init__(self, name, kills, *options):
        super().__init__(("mask",), kills, ["mask", "apply", "dst", *options, *ONE_THREAD], ("data_dst/aligned",))
        self.name, self.before = name, None

    def start(self, film):
        if self.before is None:
            self.before = faces_of(film)
        return super().start(film)

    def results(self, film):
        return {**faces_of(film), "uncertainties": uncertainties(film)}

    def check(self, film, wanted):
        for name, face in faces_of(film).items():
            assert face in (self.before[name], wanted[name]), f"{name} is neither the old face nor the new one"

    def wipe(self, film):
        """Every run since is one change, killed or not."""
        changes = 0
        while run("-w", film, "mask", "label", "dst", "--undo").status == 0:
            changes += 1
        assert changes > 0 and faces_of(film) == self.before, f"undoing {changes} changes is not the way back"


class MaskKills(KilledSteps):
    SIDES, EXTRACT = ["dst"], ["--image-size", 128]

    @classmethod
    def make_film(cls):
        super().make_film()
        aligned = cls.film / "data_dst" / "aligned"
        # Two faces to learn from, and none besides to draw previews of: most of the time is the network's.
        cls.few = cls.film / "few"
        cls.few.mkdir()
        for face in sorted(aligned.glob("*.jpg"))[::4]:
            shutil.copy(face, cls.few)
        labels = {path.name: [{"do": "add-polygon", "kind": "include", "points": FACE}] for path in cls.few.glob("*.jpg")}
        document = cls.film / "labels.json"
        document.write_text(json.dumps({"format": "understudy.labels", "version": 1, "faces": labels}))
        run_well("-w", cls.film, "mask", "label", "src", "--input", cls.few, "--apply", document)
        for face in sorted(aligned.glob("*.jpg")):
            info = dfl_files.metadata(face.read_bytes())
            for copy in range(1, COPIES):
                info["source_filename"] = f"{face.stem}-{copy}.png"
                (aligned / f"{face.stem}{copy}.jpg").write_bytes(dfl_files.with_metadata(face.read_bytes(), info))
        # The program writes the same metadata in other words than Python: from now on they are its own.
        run_well("-w", cls.film, "mask", "apply", "dst", "--generic")
        run_well("-w", cls.film, "mask", "label", "dst", "--undo")

    def test_kills(self):
        chance = random.Random(OPTIONS.seed)
        share = OPTIONS.kills * 2 // 10
        kills = {"train": share, "own": share, "generic": OPTIONS.kills - 2 * share}
        if OPTIONS.only:
            kills = {name: OPTIONS.kills if name == OPTIONS.only else 0 for name in kills}
        steps = [
            Step(("train",), kills["train"], ["mask", "train", "--src", str(self.few), "--dst", str(self.film / "none"),
                                              "--batch-size", "2", "--target-iter", str(TARGET), *ONE_THREAD],
                 ("model/XSeg",), saves=TARGET),
            Apply("own", kills["own"]),
            Apply("generic", kills["generic"], "--generic"),
        ]
        report = {}
        if OPTIONS.only:  # a model of the workspace has to be trained for it
            steps = [step for step in steps if step.kills or (step.name, OPTIONS.only) == ("train", "own")]
        for step in steps:
            report[step.name] = self.stand(step, chance)
            if isinstance(step, Apply):
                step.wipe(self.film)
            print(json.dumps({step.name: report[step.name]}), flush=True)
        self.assertEqual(sum(r["kills"] for r in report.values()), OPTIONS.kills)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=20261129)
    parser.add_argument("--only", choices=["train", "own", "generic"])
    parser.add_argument("understudy")
    OPTIONS = parser.parse_args()
    program.UNDERSTUDY = OPTIONS.understudy
    sys.argv[1:] = []
    unittest.main(verbosity=2)
