# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of extract, train, merge and encode: after each one every file under a final name is whole,
and the rerun ends with the bytes of an undisturbed run and leaves nothing over. Usage: kills_test.py UNDERSTUDY"""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from killed_steps import KilledSteps, Step  # noqa: E402
from program import ONE_THREAD, TINY_MODEL  # noqa: E402

SEED = 20261122
TARGET = 30  # iterations

STEPS = [
    Step(("find", "extract"), 16, ["extract", "src"],
         ("data_src/aligned", ".understudy/extract-src.jsonl", ".understudy/extract-src.faces")),
    Step(("train",), 12, ["train", "saehd", *TINY_MODEL, *ONE_THREAD, "--target-iter", str(TARGET), "--preview-every", "0.05",
                       "--save-every", "0.05"], ("model",), saves=TARGET),
    Step(("merge",), 8, ["merge", *ONE_THREAD], ("data_dst/merged", "data_dst/merged_mask", ".understudy/merge.json")),
    Step(("encode",), 6, ["video", "encode", "--quality", "lossless", "--preset", "veryslow"],  # as in merge_kills_test
         ("result.mp4", ".understudy/video.json")),
]


class Kills(KilledSteps):
    FRAMES, SIDES = 12, ["dst"]

    def test_kills(self):
        chance = random.Random(SEED)
        report = {step.name: self.stand(step, chance) for step in STEPS}
        print(json.dumps(report))
        self.assertGreaterEqual(sum(r["kills"] for r in report.values()), 30)


if __name__ == "__main__":
    program.main()
