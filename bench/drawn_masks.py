#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well an XSeg model learns from forty labelled faces: drawn people with things before them, whose truth is known.

usage: drawn_masks.py --work DIR [--minutes 20 | --iterations N] [--faces 40] [--people 4] [--side 256] [--start generic|none]
                      [--world] [--generic] [--program UNDERSTUDY]

Draws the faces and keeps them (a work folder that has them is used again): of --people, as in a film, where those that it is
measured with are other pictures of them with other things before them; with --people 0 of as many strangers, and measured
with as many others. Something in the scene is before each face; with --world it is what the generic mask is taught with: up to
three things of any kind, some in the face's own colour, and bad cameras. Trains an XSeg model on them for so long, or goes on
with the one that is there by as much, masks as many pictures that it has not seen, and prints JSON lines: mean and lowest IoU
with the outlines that a user would have drawn (`labels`, what it learned from: at most 60 points a polygon) and with the truth
itself (`truth`). The first line says how far outlines and truth agree. --generic tells the same of the generic mask.
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from masks import call  # noqa: E402
from whole_files import png_rows  # noqa: E402

UNSEEN = 1000  # the number of the first person who is kept back


def inside(path):
    return [value >= 128 for row in png_rows(path.read_bytes()) for value in row]


def iou(a, b):
    both, either = sum(x and y for x, y in zip(a, b)), sum(x or y for x, y in zip(a, b))
    return both / either if either else 1.0


class Bench:
    def __init__(self, given):
        self.given, self.program, self.work = given, str(given.program.resolve()), given.work
        self.learned, self.unseen = self.work / "learned", self.work / "unseen"
        self.people = given.people or given.faces
        self.pictures = given.faces // self.people
        self.draw(self.learned / "data_src" / "aligned", 0, 0, 1)
        self.draw(self.unseen / "data_dst" / "aligned", *((0, self.pictures) if given.people else (UNSEEN, 0)), 2)
        self.truth = self.work / "truth"
        if not (self.work / "drawn").exists():  # from now on the faces hold masks that were made of them
            self.tell("outlines", self.status())
            self.export(self.truth)
            (self.work / "drawn").touch()

    def draw(self, folder, first, first_play, seed):
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([str(self.given.workshop.resolve()), "faces", "--out", str(folder), "--first", str(first), "--people",
                        str(self.people), "--first-play", str(first_play), "--pictures", str(self.pictures), "--side", str(self.given.side),
                        "--seed", str(seed), "--world", str(int(self.given.world))], check=True)

    def status(self):
        return call(self.program, "-w", self.unseen, "mask", "status", "dst")["agreement"]

    def export(self, folder):
        call(self.program, "-w", self.unseen, "mask", "export", "dst", "--what", "masks", "--output", folder)

    def tell(self, name, agreement, **more):
        print(json.dumps({"mask": name, "faces": agreement["faces"], "labels": round(agreement["mean"], 4),
                          "lowest_labels": round(agreement["worst"][0]["iou"], 4), **more}), flush=True)

    def measure(self, name, *how, **more):
        applied = call(self.program, "-w", self.unseen, "mask", "apply", "dst", *how)
        made = self.work / "made"
        self.export(made)
        all_iou = [iou(inside(truth), inside(made / truth.name)) for truth in sorted(self.truth.glob("*_mask.png"))]
        self.tell(name, self.status(), truth=round(sum(all_iou) / len(all_iou), 4), lowest_truth=round(min(all_iou), 4),
                  faces_per_second=round(applied["faces_per_second"], 1), **more)

    def train(self):
        much = ["--time", f"{self.given.minutes}m"]
        if self.given.iterations:
            known = self.learned / "model" / "XSeg" / "generations.json"
            before = json.loads(known.read_text())["generations"][-1]["iteration"] if known.exists() else 0
            much = ["--target-iter", before + self.given.iterations]
        report = call(self.program, "-w", self.learned, "mask", "train", *much, *(["--start", self.given.start] if self.given.start else []))
        self.measure("trained", "--model", self.learned / "model" / "XSeg", iterations=report["iteration"],
                     seconds_an_iteration=round(report["iteration_seconds"], 3),
                     seconds=round(report["seconds"], 1), loss=round(report["loss"], 4))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=HERE.parent / "build/release/understudy", type=pathlib.Path)
    parser.add_argument("--workshop", default=HERE.parent / "build/release/tools/mask/generic_mask", type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--iterations", type=int)
    parser.add_argument("--faces", type=int, default=40)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--start")
    parser.add_argument("--world", action="store_true")
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--generic", action="store_true")
    bench = Bench(parser.parse_args())
    if bench.given.generic:
        bench.measure("generic", "--generic")
    bench.train()


if __name__ == "__main__":
    main()
