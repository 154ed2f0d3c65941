#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How far masks agree with the outlines that were drawn by hand on filmed faces (tests/golden/filmed_polygons.json).

usage: masks.py --work DIR [--media DIR] [--program UNDERSTUDY] [--model PATH ...] [--generic] [--train MINUTES]

Extracts the frames that have an outline (once; a work folder that is there is used again), and prints JSON lines: of the
hull of the landmarks, the generic mask and each model the mean IoU of each clip, of all, and the lowest of a face.
--train: trains an XSeg model on the first half of each clip's faces for so long, and tells it on the other half.
The clips are no part of the project: --media or UNDERSTUDY_MEDIA names their folder.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))
import dfl_files  # noqa: E402
import program as program_files  # noqa: E402


def call(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"understudy {' '.join(map(str, arguments))}:\n{done.stderr}")
    return json.loads(done.stdout[done.stdout.index("{"):])


def numbers_of(value):
    """What the metadata holds as an array or as lists of numbers."""
    flat = value.values() if hasattr(value, "values") else value
    return [n for item in flat for n in (item if isinstance(item, (list, tuple)) else [item])]


def in_crop(matrix, points):
    a, b, c, d, e, f = matrix
    return [[a * x + b * y + c, d * x + e * y + f] for x, y in points]


def raised(points):
    """The brows raised as the hull of DeepFaceLab raises them (spec of lib/face/masks.cpp)."""
    middle = lambda a, b: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
    below = [middle(points[36], middle(points[36], points[0])), *points[36:40],
             *points[42:46], middle(points[45], middle(points[16], points[45]))]
    out = list(points)
    for i, low in zip(range(17, 27), below):
        out[i] = [p + 0.5 * (p - q) for p, q in zip(points[i], low)]
    return out


def convex(points):
    points = sorted(map(tuple, points))

    def half(these):
        line = []
        for p in these:
            while len(line) > 1 and ((line[-1][0] - line[-2][0]) * (p[1] - line[-2][1])
                                     - (line[-1][1] - line[-2][1]) * (p[0] - line[-2][0])) <= 0:
                line.pop()
            line.append(p)
        return line[:-1]
    return half(points) + half(points[::-1])


def inside(line, x, y):
    return all((b[0] - a[0]) * (y - a[1]) >= (b[1] - a[1]) * (x - a[0]) for a, b in zip(line, line[1:] + line[:1]))


PARTS = [[*range(0, 9), 17], [*range(8, 17), 26], [17, 18, 19, 8], [24, 25, 26, 8], [*range(19, 25), 8],
         [*range(17, 22), 27, *range(31, 36), 8], [*range(22, 27), 27, *range(31, 36), 8], list(range(27, 36))]


def write_hull(numbers, path, side=512, cell=4):
    """The hull of the landmarks of a crop of 512 pixels, at a quarter of its size."""
    points = raised([numbers[i:i + 2] for i in range(0, 136, 2)])
    lines = [convex([points[i] for i in part]) for part in PARTS]
    path.parent.mkdir(exist_ok=True)
    program_files.grey_png(path, side // cell, lambda x, y: 255 * any(inside(line, (x + 0.5) * cell, (y + 0.5) * cell)
                                                                      for line in lines))


class Clip:
    """The faces of one clip that have an outline, in a workspace of their own."""

    def __init__(self, program, work, film, outlines):
        self.program, self.place, self.name = program, work / film.stem, film.stem
        self.aligned = self.place / "data_dst" / "aligned"
        if not (self.place / "done").exists():
            shutil.rmtree(self.place, ignore_errors=True)
            self.make(film, outlines)
            (self.place / "done").touch()

    def verb(self, *arguments):
        return call(self.program, "-w", self.place, *arguments)

    def make(self, film, outlines):
        self.place.mkdir(parents=True)
        shutil.copy(film, self.place / f"data_dst{film.suffix}")
        self.verb("frames", "extract", "dst")
        for frame in (self.place / "data_dst").glob("*.png"):
            if frame.name not in outlines:
                frame.unlink()
        self.verb("extract", "dst", "--smooth", "off", "--image-size", "512")
        faces = {}
        for face in sorted(self.aligned.glob("*.jpg")):
            info = dfl_files.metadata(face.read_bytes())
            write_hull(numbers_of(info["landmarks"]), self.place / "hull" / f"{face.stem}_mask.png")
            points = in_crop(numbers_of(info["image_to_face_mat"]), outlines[info["source_filename"]])
            faces[face.name] = [{"do": "add-polygon", "kind": "include", "points": points}]
        document = self.place / "outlines.json"
        document.write_text(json.dumps({"format": "understudy.labels", "version": 1, "faces": faces}))
        self.verb("mask", "label", "dst", "--apply", document)

    def agreement(self, how):
        self.verb("mask", "remove", "dst")
        if how == "hull":
            self.verb("mask", "import", "dst", "--from", self.place / "hull")
        else:
            self.verb("mask", "apply", "dst", *how)
        return self.verb("mask", "status", "dst")["agreement"]


def tell(name, clips, how):
    told = {clip.name: clip.agreement(how) for clip in clips}
    faces = sum(a["faces"] for a in told.values())
    print(json.dumps({"mask": name, "faces": faces,
                      "mean": round(sum(a["mean"] * a["faces"] for a in told.values()) / faces, 4),
                      "lowest": round(min(a["worst"][0]["iou"] for a in told.values()), 4),
                      **{clip: round(a["mean"], 4) for clip, a in told.items()}}), flush=True)


def train(program, work, clips, minutes):
    """Half of the outlines to learn from, the other half to tell by."""
    place = work / "trained"
    learned = place / "data_src" / "aligned"
    shutil.rmtree(place, ignore_errors=True)
    learned.mkdir(parents=True)
    rest = []
    for clip in clips:
        names = sorted(path.name for path in clip.aligned.glob("*.jpg"))
        for name in names[::2]:
            shutil.copy(clip.aligned / name, learned / f"{clip.name}-{name}")
        half = work / "other-half" / clip.name
        shutil.rmtree(half, ignore_errors=True)
        (half / "data_dst" / "aligned").mkdir(parents=True)
        for name in names[1::2]:
            shutil.copy(clip.aligned / name, half / "data_dst" / "aligned" / name)
        shutil.copytree(clip.place / "hull", half / "hull")
        (half / "done").touch()
        rest.append(Clip(program, work / "other-half", pathlib.Path(clip.name + ".mp4"), {}))
    report = call(program, "-w", place, "mask", "train", "--time", f"{minutes}m")
    print(json.dumps({"trained": minutes, "iterations": report["iteration"], "seconds": report["iteration_seconds"]}), flush=True)
    for name, how in (("hull, other half", "hull"), ("trained, other half", ["--model", place / "model" / "XSeg"])):
        tell(name, rest, how)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=HERE.parent / "build/release/understudy", type=pathlib.Path)
    parser.add_argument("--media", default=os.environ.get("UNDERSTUDY_MEDIA"))
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--generic", action="store_true")
    parser.add_argument("--train", type=float)
    given = parser.parse_args()
    if not given.media:
        sys.exit("Name the folder of the clips with --media")
    outlines = json.loads((HERE.parent / "tests/golden/filmed_polygons.json").read_text())["clips"]
    program = str(given.program.resolve())
    clips = [Clip(program, given.work, pathlib.Path(given.media) / name, frames) for name, frames in sorted(outlines.items())]
    tell("hull", clips, "hull")
    if given.generic:
        tell("generic", clips, ["--generic"])
    for model in given.model:
        tell(model, clips, ["--model", model])
    if given.train:
        train(program, given.work, clips, given.train)


if __name__ == "__main__":
    main()
