# SPDX-License-Identifier: Apache-2.0
"""Random walks through all verbs over a workspace as DeepFaceLab and its users leave one, half of the steps ended by
SIGKILL: afterwards every byte that the program did not make is there, under its own name, in its own folder, in a pack, or
in a folder that the program named.

Usage: walk_test.py [--walks N] [--steps N] [--seed N] [--keep FOLDER] UNDERSTUDY
A walk's seed is printed; it repeats the walk's choices, though not the moments of the kills to the millisecond. With --keep
the film that walks start from is made once and what each walk came to is added to FOLDER/walks.log; seeds that are there are
not walked again, so that a long series can be stopped and gone on with."""
import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from program import ENVIRONMENT, ONE_THREAD, TINY_MODEL, noise_png, run_well  # noqa: E402

OPTIONS = None
FRAMES = 8
CROP = ["--image-size", "96"]


def digest(data):
    return hashlib.sha1(data).hexdigest()


def marked_png(data, text):
    """The same picture with a comment in it: somebody's own file."""
    body = b"Comment\0" + text.encode()
    chunk = struct.pack(">I", len(body)) + b"tEXt" + body + struct.pack(">I", zlib.crc32(b"tEXt" + body))
    return data[:33] + chunk + data[33:]


LABEL = [20, 20, 70, 20, 40, 80]
LABEL_KEYS = ("seg_ie_polys", "xseg_mask")


def plain(value):
    """Without the type of what holds the numbers."""
    if isinstance(value, dfl_files.Array):
        return plain(value.values())
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return {key: plain(v) for key, v in value.items()} if isinstance(value, dict) else value


def label_of(info):
    return [plain(p["pts"]) for p in info.get("seg_ie_polys", {"polys": []})["polys"]]


def foreign_face(data):
    """The metadata of a face that somebody brought along, or None."""
    try:
        info = dfl_files.metadata(data)
    except (AssertionError, ValueError, IndexError, struct.error):
        return None
    return info if "written_by" in info else None


def face_digest(data, info):
    """Of all that is in a face but what the mask verbs may change."""
    parts, at = [], 2
    for marker, offset, payload in dfl_files.segments(data):
        at = offset + 4 + len(payload)
        parts.append(data[offset:at] if marker != 0xEF else b"")
    rest = plain({key: value for key, value in sorted(info.items()) if key not in LABEL_KEYS})
    return digest(b"".join(parts) + data[at:] + repr(rest).encode())


def theirs(jpeg, text, labelled):
    """A face as DeepFaceLab wrote it: none of our keys, perhaps with labels and a stored mask."""
    info = {key: value for key, value in dfl_files.metadata(jpeg).items() if not key.startswith("understudy_")}
    info["written_by"] = text
    if labelled:
        info["seg_ie_polys"] = {"polys": [{"type": 1, "pts": dfl_files.Array("f4", (3, 2), LABEL)}]}
    return dfl_files.with_metadata(jpeg, info)


class Film:
    """What walks start from: made once, with the program itself, then turned into a stranger's workspace a walk."""

    def __init__(self, scratch):
        self.made = scratch / "made"
        if not (scratch / "made.complete").exists():
            shutil.rmtree(self.made, ignore_errors=True)
            self.make()
            (scratch / "made.complete").touch()
        self.faces = {side: sorted((self.made / f"data_{side}/aligned").glob("*.jpg")) for side in ("src", "dst")}
        self.frames = {side: sorted((self.made / f"data_{side}").glob("*.png")) for side in ("src", "dst")}

    def make(self):
        program.make_clips(self.made, size=160, frames=FRAMES)
        for side in "src", "dst":
            run_well("-w", self.made, "extract", side, *CROP)
            run_well("-w", self.made, "frames", "extract", side)
        run_well("-w", self.made, "train", "saehd", *TINY_MODEL, *ONE_THREAD, "--target-iter", 2)


class Workspace:
    def __init__(self, film, root, chance):
        self.root, self.chance, self.film, self.mounts, self.far = root, chance, film, [], None
        self.journaled = set()  # faces whose labels a journal keeps
        root.mkdir()
        for clip in "data_src.mp4", "data_dst.mp4":
            shutil.copy(film.made / clip, root / clip)
        for side in "src", "dst":
            self.fill_side(side)
        self.fill_models()
        for name in ("merged", "merged_mask"):
            self.pictures(root / "data_dst" / name, [frame.name for frame in film.frames["dst"]][:chance.randint(0, FRAMES)])
        for name in ("result.mp4", "result_mask.mp4", "score.json", "merge_check.json", "names.txt", "part.mp4", "sheet.png", "order.json"):
            if chance.random() < 0.7:
                (root / name).write_bytes(f"somebody's {name}".encode())
        self.strays()
        self.disks()
        self.foreign = self.inventory()

    def fill_side(self, side):
        frames, faces, chance = self.film.frames[side], self.film.faces[side], self.chance
        folder = self.root / f"data_{side}"
        aligned = folder / "aligned"
        aligned.mkdir(parents=True)
        if chance.random() < 0.7:
            for frame in frames:
                (folder / frame.name).write_bytes(marked_png(frame.read_bytes(), f"{side} {frame.name}"))
        for i, face in enumerate(faces):
            name = face.name if chance.random() < 0.8 else f"renamed {i}.jpg"
            (aligned / name).write_bytes(theirs(face.read_bytes(), f"{side} {i}", chance.random() < 0.5))
        if chance.random() < 0.3:
            (folder / "aligned_debug").mkdir()
            for frame in frames[:3]:
                (folder / "aligned_debug" / (frame.stem + ".jpg")).write_bytes(faces[0].read_bytes() + b"debug " + frame.name.encode())
        if chance.random() < 0.3:
            (folder / "aligned_trash").mkdir()
            (folder / "aligned_trash" / faces[0].name).write_bytes(theirs(faces[0].read_bytes(), f"{side} thrown out", True))

    def fill_models(self):
        models = self.root / "model"
        models.mkdir()
        for name in ("new_SAEHD_data.dat", "new_SAEHD_encoder.npy", "new_SAEHD_summary.txt", "saehd_SAEHD_inter_AB.npy"):
            (models / name).write_bytes(os.urandom(300))
        (models / "new_SAEHD_autobackups" / "01").mkdir(parents=True)
        (models / "new_SAEHD_autobackups" / "01" / "new_SAEHD_data.dat").write_bytes(os.urandom(100))
        # Ours, as of an earlier day; what it holds is not a stranger's but for the note beside it.
        shutil.copytree(self.film.made / "model/saehd", models / "saehd")

    def pictures(self, folder, names):
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            noise_png(folder / name, 64)

    def strays(self):
        for folder in [self.root, *sorted(p for p in self.root.rglob("*") if p.is_dir() and p.name != "previews")]:
            if folder.is_relative_to(self.root / "model/saehd") and folder != self.root / "model/saehd":
                continue
            for name in ("notes.txt", "._00001.png", "Thumbs.db", "meta.dat.bak"):
                if self.chance.random() < 0.4:
                    (folder / name).write_bytes(f"{name} in {folder}".encode())
        noise_png(self.root / "data_dst/merged/poster.png", 48)
        for name in ("aligned_backup-1", "merged_backup-1"):
            (self.root / "data_dst" / name).mkdir()
            (self.root / "data_dst" / name / "old.txt").write_bytes(f"of last year, {name}".encode())
        for path in self.root.rglob("*"):
            if path.is_file() and self.chance.random() < 0.1:
                path.chmod(0o444)

    def disks(self):
        """A link to another disk in place of a folder, and one that is a disk of its own, where the system allows."""
        kind = self.chance.choice(["plain", "link", "mount", "both"])
        if kind in ("link", "both") and os.access("/dev/shm", os.W_OK):
            self.far = pathlib.Path(tempfile.mkdtemp(prefix="understudy-far-", dir="/dev/shm"))
            linked = self.root / self.chance.choice(["data_dst/aligned", "data_src/aligned", "data_dst/merged"])
            shutil.move(linked, self.far / linked.name)
            linked.symlink_to(self.far / linked.name)
        if kind in ("mount", "both"):
            folder = self.root / self.chance.choice(["data_dst/merged_mask", "data_src", "data_dst/aligned"])
            if not folder.is_symlink():
                kept = shutil.copytree(folder, self.root.parent / "kept", symlinks=True)
                shutil.rmtree(folder)
                folder.mkdir()
                if subprocess.run(["mount", "-t", "tmpfs", "understudy-test", folder], capture_output=True).returncode == 0:
                    self.mounts.append(folder)
                shutil.copytree(kept, folder, dirs_exist_ok=True, symlinks=True)
                shutil.rmtree(kept)

    def close(self):
        for folder in self.mounts:
            subprocess.run(["umount", "-l", folder], check=True)
        if self.far:
            shutil.rmtree(self.far)
        shutil.rmtree(self.root)

    def files(self):
        for root in [self.root] + ([self.far] if self.far else []):
            for folder, names, files in os.walk(root):
                for name in files:
                    path = pathlib.Path(folder) / name
                    if path.is_file() and not path.is_symlink():
                        yield path

    def inventory(self):
        """Content -> where it lies. A model of ours is the program's own, but not what somebody put beside it."""
        found = collections.defaultdict(list)
        for path in self.files():
            inside = path.is_relative_to(self.root / "model/saehd")
            if inside and path.name not in ("notes.txt", "._00001.png", "Thumbs.db", "meta.dat.bak"):
                continue
            data = path.read_bytes()
            for jpeg in [data] if path.name != "faceset.pak" else [data, *(jpeg for _, jpeg in dfl_files.read_pak(data))]:
                info = foreign_face(jpeg) if jpeg[:2] == b"\xff\xd8" else None
                found[face_digest(jpeg, info) if info else digest(jpeg)].append(path)
                if info and LABEL in label_of(info):
                    found["label of " + info["written_by"]].append(path)
            if path.name == "journal.jsonl":
                self.journaled |= self.labels_in(data.decode(errors="replace"))
        return found

    @staticmethod
    def labels_in(journal):
        """The names of those faces whose label the journal can give back; they may have others by now."""
        points, found = [[LABEL[i], LABEL[i + 1]] for i in (0, 2, 4)], set()
        for text in journal.splitlines()[1:]:
            try:
                line = json.loads(text)
            except ValueError:
                continue  # the last one, torn by a kill
            if any(p["points"] == points for o in line.get("undo", []) for p in o.get("polygons", [])):
                found.add(line["face"])
        return found

    def lost(self, said):
        """What is not where it may be, as sentences."""
        self.journaled = set()
        now = self.inventory()
        for content, before in self.foreign.items():
            was = before[0]
            places = now.get(content, [])
            if content.startswith("label of "):
                if not places and not self.journaled:
                    yield f"the {content}, {was}, is lost"
            elif not places:
                yield f"{was} is lost"
            elif not any(self.may_lie(path, was, said) for path in places):
                yield f"{was} was moved to {places[0]}, which nothing said"

    def may_lie(self, path, was, said):
        home = was.parent
        if path == was or path.parent in (home, home.parent / (home.name + "_trash")):
            return True
        if path.parent.name.endswith(("_trash", "_original", ".trash", "_xseg")):
            return True
        return any(str(folder) in said for folder in [path.parent, *path.parent.parents] if folder not in (self.root, *self.root.parents))


def seconds_computed(pid):
    """Of the processor, by that process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def kill_after(process, said, seconds):
    """Once it has begun to speak and then computed that long, however busy the machine is. True when it still ran."""
    while process.poll() is None and os.fstat(said.fileno()).st_size == 0:
        time.sleep(0.002)
    begun = seconds_computed(process.pid) if process.poll() is None else 0
    while process.poll() is None and seconds_computed(process.pid) < begun + seconds:
        time.sleep(0.002)
    killed = process.poll() is None
    process.kill()
    return killed


class Walk:
    def __init__(self, film, folder, seed):
        self.chance = random.Random(seed)
        self.space = Workspace(film, folder, self.chance)
        self.said, self.steps, self.kills = "", [], 0

    def verb(self):
        c, root = self.chance, self.space.root
        side = c.choice(["src", "dst"])
        small = ["--image-size", c.choice(["64", "96"])]
        other = c.choice(["part.mp4", "data_dst.mp4", "result.mp4", "film.mp4"])
        return c.choice([
            lambda: ["extract", side, *CROP, *c.choice([[], ["--redo"], ["--redo-deleted"], ["--missing"], ["--debug"], ["--redo", "--debug"],
                                                         ["--smooth", "off", "--redo"]])],
            lambda: ["extract", side, *CROP, "--input", root / f"data_{side}.mp4", "--output", root / c.choice(["faces", "data_dst", "aligned_backup-1"])],
            lambda: ["sort", side, *c.choice([["--by", "hue"], ["--by", "blur"], ["--by", "face-yaw"], ["--undo"],
                                              ["--by", "coverage", "--target", "5"], ["--dry-run", "--output", root / "order.json"]])],
            lambda: ["faceset", c.choice(["pack", "unpack", "save-metadata", "restore-metadata", "recover-names", "restore", "landmarks", "undo", "redo"]), side],
            lambda: ["faceset", "landmarks", side, "--beside"],
            lambda: ["faceset", "import", side, "--from", root / c.choice(["data_src", "data_dst/aligned", "data_src/aligned/faceset.pak"])],
            lambda: ["faceset", "export-masks", side],
            lambda: ["faceset", "delete", side, "--names", ",".join(f"{c.randint(1, FRAMES):05}_0.jpg" for _ in range(3))],
            lambda: ["faceset", "resize", side, *small, *c.choice([[], ["--replace"], ["--output", root / "data_dst" / "aligned_backup-1"],
                                                                  ["--input", root / f"data_{side}/aligned", "--output", root / f"data_{side}/aligned"]])],
            lambda: ["faceset", "filter", side, "blur < 0.9", *c.choice([["--trash"], ["--output", root / "names.txt"]])],
            lambda: ["faceset", "stats", side],
            lambda: ["faceset", "identity", side, "--sheet", root / "sheet.png"],
            lambda: ["mask", c.choice(["status", "sheet", "check", "export", "import", "remove", "remove-labels"]), side],
            lambda: ["mask", "fetch", side, *c.choice([[], ["--move"], ["--output", root / "data_dst" / "aligned_backup-1"]])],
            lambda: ["mask", "label", side, c.choice(["--undo", "--redo", "--from-masks"])],
            lambda: ["mask", "apply", side, *ONE_THREAD, *c.choice([[], ["--missing"], ["--model", root / "model"]])],
            lambda: ["mask", "export-model", "--output", root / "model", *c.choice([[], ["--format", "onnx"]])],
            lambda: ["frames", "extract", side, *c.choice([[], ["--redo"], ["--format", "jpg"], ["--format", "jpg", "--redo"], ["--output", root / "data_src"]])],
            lambda: ["frames", "denoise", side, *c.choice([[], ["--factor", "3"], ["--undo"], ["--output", root / "data_dst/merged"]])],
            lambda: ["frames", "import", side, "--input", root / "data_dst/merged", "--prefix", "more-"],
            lambda: ["frames", "cut", side, "--from", "0.1", "--redo", "--output", root / other],
            lambda: ["merge", "deliver", "--model", "saehd", *ONE_THREAD, "--format", c.choice(["exr", "png"])],
            lambda: ["merge", "--model", "saehd", *ONE_THREAD, "--erode", c.choice(["0", "20"])],
            lambda: ["merge", "--model", "saehd", *ONE_THREAD, "--input", root / "data_src"],
            lambda: ["merge", "--model", "saehd", *ONE_THREAD, "--fallback", c.choice(["identity=original", "no-face=hold"])],
            lambda: ["merge", "--model", "saehd", *ONE_THREAD, *c.choice([["--frames", "2-4"], ["--sample", "2"]])],
            lambda: ["merge", *c.choice([["set", "erode=20", "--frames", "1-3"], ["undo"], ["shots", "split", "--frame", "3"],
                                         ["show", "--save", root / "order.json"]])],
            lambda: ["video", "encode", *c.choice([[], ["--mask"], ["--redo"], ["--output", root / other], ["--input", root / "data_dst", "--output", root / other]])],
            lambda: ["score", "--every", "4"],
            lambda: ["merge", "check", *ONE_THREAD, *c.choice([[], ["--sheet", "3"]])],
            lambda: ["train", "saehd", "--model", "saehd", *ONE_THREAD, "--target-iter", c.choice(["3", "4"])],
            lambda: ["model", "export", "--model", "saehd", "--output", root / "model", *c.choice([[], ["--as", "new", "--replace"]])],
            lambda: ["model", "predict", "--model", "saehd", *ONE_THREAD, "--limit", "2", "--output", root / c.choice(["predicted", "data_dst/merged"])],
            lambda: ["model", c.choice(["list", "verify"])],
            lambda: ["model", "restore", "--model", "saehd", *c.choice([["--iteration", "2"], ["--backup", "1"]])],
            lambda: ["clear", *c.choice([["merge", "--yes"], ["faces", "--side", side, "--yes"], ["frames", "--yes"], ["video"], ["--undo"]])],
            lambda: ["new"],
            lambda: ["demo", "--frames", "8", "--size", "128", "--target-iter", "1"],
        ])()

    def step(self):
        arguments = ["-w", str(self.space.root), *map(str, self.verb())]
        self.steps.append(" ".join(arguments[2:]))
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen([program.UNDERSTUDY, "--json", *arguments], stdin=subprocess.DEVNULL, stdout=said,
                                       stderr=subprocess.STDOUT, env=ENVIRONMENT)
            if self.chance.random() < 0.5:
                work = self.chance.choice([0.02, 0.1, 0.5, 2]) * self.chance.random()
                self.kills += kill_after(process, said, work)
            process.wait(timeout=600)
            said.seek(0)
            output = said.read().decode(errors="replace")
        self.said += output
        if process.returncode not in (0, 1, 2, -9) or "mistake in understudy" in output or "moves.json" in output:
            raise AssertionError(f"{self.steps[-1]} ended with {process.returncode}:\n{output[-3000:]}")


class Foreign(unittest.TestCase):
    def setUp(self):
        self.kept = OPTIONS.keep and pathlib.Path(OPTIONS.keep)
        if self.kept:
            self.kept.mkdir(parents=True, exist_ok=True)
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="understudy-test-"))
        self.addCleanup(shutil.rmtree, self.scratch)

    def walked(self):
        log = self.kept and self.kept / "walks.log"
        return {int(line.split()[1].rstrip(":")) for line in log.read_text().splitlines()} if log and log.exists() else set()

    def tell(self, line):
        print(line, flush=True)
        if self.kept:
            with open(self.kept / "walks.log", "a") as log:
                log.write(line + "\n")

    def test_walks(self):
        film, files = Film(self.kept or self.scratch), 0
        for seed in range(OPTIONS.seed, OPTIONS.seed + OPTIONS.walks):
            if seed in self.walked():
                continue
            walk = Walk(film, self.scratch / "film", seed)
            files += len(walk.space.foreign)
            try:
                for _ in range(OPTIONS.steps):
                    walk.step()
                    lost = list(walk.space.lost(walk.said))
                    self.assertFalse(lost, f"seed {seed}, after:\n  " + "\n  ".join(walk.steps) + "\n" + "\n".join(lost[:10]))
            finally:
                walk.space.close()
            self.tell(f"seed {seed}: {len(walk.steps)} verbs, {walk.kills} kills, {len(walk.space.foreign)} foreign files kept")
        if not self.kept:
            self.assertGreater(files, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--walks", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    parser.add_argument("understudy")
    OPTIONS = parser.parse_args()
    program.UNDERSTUDY = OPTIONS.understudy
    sys.argv[1:] = []
    unittest.main(verbosity=2)
