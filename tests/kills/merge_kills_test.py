# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of `merge`, `merge --to`, `merge deliver` and `video encode`, each made in turn by two settings,
so that kills hit the replacing of what is there, too. After each kill every file under a final name is as an undisturbed run
leaves it by one of the two; a rerun ends with the bytes of an undisturbed run; pictures and films of somebody else's, before
the merge or put there between two runs, are there afterwards, byte by byte.

Usage: merge_kills_test.py [--kills N] [--seed N] UNDERSTUDY
A few kills by default; by hand: merge_kills_test.py --kills 200 UNDERSTUDY"""
import argparse
import json
import os
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from killed_steps import KilledSteps, Step  # noqa: E402
from program import ONE_THREAD, TINY_MODEL, Job  # noqa: E402
from whole_files import check_file  # noqa: E402

# Videos keep every pixel: of the same frames, in the same process, x264's lossy coding gives other bytes now and then on
# some processors, though the frames that it gets are the same, byte by byte.
STEPS = [  # name, stage, share of the kills, command, what it makes, its two settings, a name that it will want
    ("pictures", "merge", 0.3, ["merge", *ONE_THREAD], ("data_dst/merged/", "data_dst/merged_mask/"),
     (["--erode", "0"], ["--erode", "20"]), "data_dst/merged/00003.png"),
    ("straight", "merge", 0.3, ["merge", *ONE_THREAD, "--to", "straight.mp4", "--piece-frames", "3", "--quality", "lossless"],
     ("straight.mp4",),
     (["--erode", "0"], ["--erode", "20"]), "straight.mp4"),
    ("delivery", "deliver", 0.2, ["merge", "deliver", "--format", "png", "--predictions", *ONE_THREAD], ("data_dst/delivery/",),
     (["--erode", "0"], ["--erode", "20"]), "data_dst/delivery/matte/00003.png"),
    ("encode", "encode", 0.2, ["video", "encode", "--quality", "lossless"], ("result.mp4",),
     (["--preset", "veryslow"], ["--preset", "slow"]), "result.mp4"),
]


class Twice(Step):
    """A step made by two settings in turn. Its files are those of its folders that no stranger put there."""

    def __init__(self, name, stage, kills, command, outputs, settings, wanted_name):
        super().__init__((stage,), kills, command, outputs)
        self.name, self.settings, self.wanted_name = name, settings, wanted_name
        self.now, self.both, self.strangers = 0, [{}, {}], {}

    def start(self, film):
        command = [str(film / word) if word == "straight.mp4" else word for word in self.arguments]
        return Job("-w", film, *command, *self.settings[self.now])

    def results(self, film):
        names = self.both[0].keys() | self.both[1].keys()
        files = {name: data for name, data in super().results(film).items() if "/.understudy/" not in name}
        return {name: data for name, data in files.items()
                if data not in self.strangers.values() and (not all(self.both) or name in names)}

    def check(self, film, wanted):
        for name, data in self.results(film).items():
            made = [results[name] for results in self.both if name in results]
            assert data in made, f"{name} is as neither of the two runs leaves it"
        found = {path.read_bytes() for path in film.rglob("*") if path.is_file()
                 and path.stat().st_size in {len(data) for data in self.strangers.values()}}
        for name, data in self.strangers.items():
            assert data in found, f"what somebody put at {name} is lost"

    def put_stranger(self, film, chance):
        """Somebody's own file under a name that the step will want, and one under a name of nobody."""
        for name in (self.wanted_name, str(pathlib.Path(self.wanted_name).parent / f"painted {len(self.strangers)}.png")):
            path = film / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = b"\x89PNG\r\n\x1a\n" + chance.randbytes(900)
            temporary = film / "painted"
            temporary.write_bytes(data)
            os.replace(temporary, path)
            self.strangers[f"{name} ({len(self.strangers)})"] = data

    def wipe(self, film, chance=None):
        self.now ^= 1
        if chance is None or chance.random() < 0.4:
            for name in self.results(film):
                (film / name).unlink(missing_ok=True)
        if chance is not None and (not self.strangers or chance.random() < 0.15):
            self.put_stranger(film, chance)


class MergeKills(KilledSteps):
    FRAMES, SIDES, MODEL = 12, ("src", "dst"), TINY_MODEL

    @property
    def wanted(self):
        return self.step.both[self.step.now]

    @wanted.setter
    def wanted(self, results):
        self.step.both[self.step.now] = results

    def check_files(self, step):
        for name in step.results(self.film):  # whether strangers' files are whole is nobody's business
            check_file(self.film / name)
        step.check(self.film, self.wanted)

    def undisturbed(self, step):
        """By both settings, each from nothing."""
        for step.now in (1, 0):
            seconds = super().undisturbed(step)
            for name in self.wanted:
                (self.film / name).unlink()
        self.assertNotEqual(*step.both)
        return seconds

    def stand(self, step, chance):
        self.step = step
        quiet_wipe = step.wipe
        step.wipe = lambda film: quiet_wipe(film, chance)
        report = super().stand(step, chance)
        return {**report, "strangers": len(step.strangers)}

    def test_kills(self):
        chance = random.Random(OPTIONS.seed)
        report = {}
        for name, stage, share, *rest in STEPS:
            kills = max(1, round(OPTIONS.kills * share))
            report[name] = self.stand(Twice(name, stage, kills, *rest), chance)
            print(json.dumps({name: report[name]}), flush=True)
        self.assertGreaterEqual(sum(r["kills"] for r in report.values()), OPTIONS.kills)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=20261201)
    parser.add_argument("understudy")
    OPTIONS = parser.parse_args()
    program.UNDERSTUDY = OPTIONS.understudy
    sys.argv[1:] = []
    unittest.main(verbosity=2)
