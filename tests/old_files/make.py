#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes one entry of the corpus of old files out of what the program writes today, and the two that were rebuilt from the
project's history. Usage: make.py UNDERSTUDY NAME [NAME...]   A name is that of the entry's folder: today's date, or one of
those in REBUILT. README.md says when one is needed."""
import ctypes
import hashlib
import json
import lzma
import pathlib
import shutil
import sqlite3
import struct
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from program import ONE_THREAD, grey_png, run_well  # noqa: E402

FRAMES, SIDE, CROP = 3, 128, ["--image-size", "64"]
# The smallest network that there is.
MODEL = ["--archi", "df-ud", "--resolution", "64", "--ae-dims", "16", "--e-dims", "4", "--d-dims", "4", "--d-mask-dims", "4",
         "--batch-size", "2", "--face-type", "wf"]


PERIOD = 61


def xxh3(data):
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH3_64bits.restype = ctypes.c_uint64
    library.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    return f"{library.XXH3_64bits(data, len(data)):016x}"


def plain(value):
    """JSON as the program's checksums read it: keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sealed(value):
    value = {key: part for key, part in value.items() if key != "xxh3"}
    return json.dumps({**value, "xxh3": xxh3(plain(value).encode())}, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def evened(path):
    """A tensor file with its floats replaced by a short pattern, which packs to almost nothing where weights would not."""
    data = bytearray(path.read_bytes())
    (head_size,) = struct.unpack("<Q", data[:8])
    for name, tensor in json.loads(data[8:8 + head_size]).items():
        if name == "__metadata__" or tensor["dtype"] != "F32":
            continue
        begin, end = (8 + head_size + at for at in tensor["data_offsets"])
        count = (end - begin) // 4
        inputs = max(1, count // max(1, *tensor["shape"][:1]))
        if name.startswith("vs/"):  # squares
            period = [1e-6] * PERIOD
        else:
            size = 1e-4 if name.startswith("ms/") else inputs ** -0.5
            period = [size * ((i * 37 % PERIOD) / (PERIOD // 2) - 1) for i in range(PERIOD)]
        values = (period * (count // PERIOD + 1))[:count]
        data[begin:end] = struct.pack(f"<{count}f", *values)
    path.write_bytes(data)


def without(path, prefix):
    """A tensor file less the tensors whose names begin so."""
    data = path.read_bytes()
    (head_size,) = struct.unpack("<Q", data[:8])
    head, body, kept = json.loads(data[8:8 + head_size]), b"", {}
    for name, tensor in head.items():
        if name == "__metadata__":
            kept[name] = tensor
        elif not name.startswith(prefix):
            begin, end = (8 + head_size + at for at in tensor["data_offsets"])
            kept[name] = {**tensor, "data_offsets": [len(body), len(body) + end - begin]}
            body += data[begin:end]
    text = plain(kept).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def light_model(model):
    """Only the newest generation, its tensors evened, and every checksum mended."""
    listed = json.loads((model / "generations.json").read_text())
    generation = listed["generations"][-1]
    for kind in ("weights", "optimizer", "history"):
        path = model / generation[kind]["file"]
        if kind != "history":
            evened(path)
        generation[kind]["xxh3"] = xxh3(path.read_bytes())
    note = f"generation-{generation['iteration']}.json"
    kept = {generation[kind]["file"] for kind in ("weights", "optimizer", "history")} | {"model.json", "generations.json", note}
    for path in sorted(model.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        elif path.name not in kept:
            path.unlink()
    (model / "generations.json").write_text(sealed({**listed, "generations": [generation]}))
    (model / note).write_text(sealed({**json.loads((model / note).read_text()), "generation": generation}))


class Film:
    """A workspace of today's program with something of every kind of file in it."""

    def __init__(self, root):
        self.root = root
        program.make_clips(root, size=SIDE, frames=8)
        for side in "src", "dst":
            run_well("-w", root, "frames", "cut", side, "--from", 0, "--to", FRAMES / 30, "--output", root / "cut.mp4")
            (root / "cut.mp4").rename(root / f"data_{side}.mp4")
        shutil.rmtree(root / ".understudy")
        for side in "src", "dst":
            run_well("-w", root, "extract", side, *CROP)
        (root / "data_src/aligned/00003_0.jpg").unlink()  # two will do
        run_well("-w", root, "train", "saehd", *MODEL, *ONE_THREAD, "--target-iter", 2)
        light_model(root / "model/saehd")
        for change in (["set", "erode=9"], ["key", "blur=20", "--frames", 2], ["set", "erode=3", "--frames", "2-3"], ["undo"]):
            run_well("-w", root, "merge", *change)
        run_well("-w", root, "merge", "--model", "saehd", *ONE_THREAD)  # of the video, which merge.json then knows
        run_well("-w", root, "merge", "check")
        run_well("-w", root, "video", "encode")
        run_well("-w", root, "score")
        run_well("-w", root, "frames", "extract", "dst", "--format", "jpg", "--jpeg-quality", 60)
        run_well("-w", root, "sort", "src", "--by", "brightness")
        run_well("-w", root, "sort", "dst", "--by", "hue")
        run_well("-w", root, "sort", "dst", "--undo")
        drawn = {"do": "add-polygon", "kind": "include", "points": [[10, 10], [50, 10], [50, 50], [10, 50]]}
        labels = {"format": "understudy.labels", "version": 1, "faces": {"00001_0.jpg": [drawn]}}
        (root / "labels.json").write_text(json.dumps(labels))
        run_well("-w", root, "mask", "label", "dst", "--apply", root / "labels.json")
        (root / "labels.json").unlink()
        self.faces = {side: sorted((root / f"data_{side}/aligned").glob("*.jpg")) for side in ("src", "dst")}

    def thinned(self):
        """What an entry keeps of it: a file of each kind, and the journal of a move that was killed."""
        root = self.root
        for name in (".understudy/jobs", ".understudy/predictions", ".understudy/extract-src.faces", "data_dst/.understudy", "data_dst/merged_mask", "result.mp4",
                     "score.csv", "score.png", "merge_check.json", "merge_check.csv", "merge_check.png", *(f"data_dst/{i:05}.jpg" for i in range(1, FRAMES + 1))):
            path = root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for name in ("00002.png", "00003.png"):
            (root / "data_dst/merged" / name).unlink()
        leave_unfinished_move(root / "data_src/aligned")
        for path in root.rglob("lock"):
            path.unlink()


def leave_unfinished_move(folder):
    """As if killed when all was ready and no file had its new name yet; paths are those seen from the journal."""
    face = sorted(folder.glob("*.jpg"))[0].name
    journal = {"format": "understudy.moves", "version": 1, "staged": True, "moves": [["../" + face, "", "../moved.jpg"]]}
    (folder / ".understudy").mkdir(exist_ok=True)
    (folder / ".understudy/moves.json").write_text(plain(journal) + "\n")


def put(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text) if isinstance(text, str) else path.write_bytes(text)


def old_faces(film, side, folder, count, without):
    """Faces as they were before the keys in `without` existed. Returns their names."""
    names = []
    for path in film.faces[side][:count]:
        jpeg = path.read_bytes()
        info = {key: value for key, value in dfl_files.metadata(jpeg).items() if key not in without}
        name = pathlib.Path(info["source_filename"]).stem + "_0.jpg"
        put(folder, f"data_{side}/aligned/{name}", dfl_files.with_metadata(jpeg, info))
        names.append(name)
    return sorted(names)


def old_extract(film, side, options, names, complete, look):
    clip = film.root / f"data_{side}.mp4"
    source = {"name": clip.name, "kind": "video", "bytes": clip.stat().st_size, "frames": FRAMES}
    lines = [{"format": "understudy.extract", "version": 1, "source": source, "options": options, "complete": complete}]
    for name in names:
        lines.append({"frame": name[:5] + ".png", "faces": [name], **({"look": look} if look else {})})
    return "".join(plain(line) + "\n" for line in lines), source


def old_model(film, folder, not_yet, steps):
    """The model's files as `steps` (generations.json 1: neither checksums nor notes) or later wrote them."""
    now = film.root / "model/saehd"
    listed = json.loads((now / "generations.json").read_text())
    generation = dict(listed["generations"][-1])
    model = json.loads((now / "model.json").read_text())
    model["options"] = {key: value for key, value in model["options"].items() if key not in not_yet}
    del model["xxh3"]
    for kind in ("weights", "optimizer", "history"):
        shutil.copy(now / generation[kind]["file"], put_folder(folder / "model/saehd"))
    if "ema" in not_yet:  # no averaged weights then
        path = folder / "model/saehd" / generation["weights"]["file"]
        without(path, "ema:")
        generation["weights"] = {**generation["weights"], "xxh3": xxh3(path.read_bytes())}
    if steps == 1:
        del generation["save"]
        put(folder, "model/saehd/model.json", json.dumps(model, sort_keys=True, indent=1) + "\n")
        put(folder, "model/saehd/generations.json",
            json.dumps({"format": "understudy.generations", "version": 1, "generations": [generation]}, sort_keys=True, indent=1) + "\n")
        return
    put(folder, "model/saehd/model.json", sealed(model))
    put(folder, "model/saehd/generations.json",
        sealed({"format": "understudy.generations", "version": 2, "generations": [generation]}))
    put(folder, f"model/saehd/generation-{generation['iteration']}.json",
        sealed({"format": "understudy.generation", "version": 1, "generation": generation, "model": model}))


def put_folder(path):
    path.mkdir(parents=True, exist_ok=True)
    return path


def old_merge(folder):
    """merge.json 1 said by one hash what all frames were made of, and nothing noted who had made them."""
    put(folder, ".understudy/merge.json", plain({"format": "understudy.merge", "version": 1, "fingerprint": "0123456789abcdef"}) + "\n")
    for name in ("merged", "merged_mask"):
        put_folder(folder / "data_dst" / name)
        for i in range(1, FRAMES + 1):
            grey_png(folder / f"data_dst/{name}/{i:05}.png", SIDE, lambda x, y: (x * i + len(name)) // 2 % 256)


OURS = ("understudy_track", "understudy_person", "understudy_filled")
OPTIONS_1 = {"face-type": "wf", "image-size": 64, "jpeg-quality": 90, "max-faces": 0, "debug": False, "resampling": "area",
             "thorough": False}
# The options of SAEHD as of each entry; all others came later.
MODEL_1 = ("resolution", "face-type", "archi", "ae-dims", "e-dims", "d-dims", "d-mask-dims", "masked-training", "eyes-mouth-prio",
           "blur-out-mask", "optimizer", "lr-dropout", "random-warp", "random-src-flip", "random-dst-flip", "random-hsv-power",
           "ct-mode", "clipgrad", "batch-size")
LATER_THAN_2 = ("winograd", "expression-power", "dst-every", "encoder-lr", "by-worth", "random-move", "move-ramp", "train-inters", "fresh-fakes")


def as_of_2026_11_22(film, folder):
    """Commits 9acb06d to f1dcf4e: one pass of extraction, cut off after two frames; lists without checksums."""
    without = set(json.loads((film.root / "model/saehd/model.json").read_text())["options"]) - set(MODEL_1)
    old_model(film, folder, without, 1)
    text, _ = old_extract(film, "dst", OPTIONS_1, old_faces(film, "dst", folder, 2, OURS), False, "")
    put(folder, ".understudy/extract-dst.jsonl", text)
    text, _ = old_extract(film, "src", OPTIONS_1, old_faces(film, "src", folder, 1, OURS), True, "")
    put(folder, ".understudy/extract-src.jsonl", text)
    frames = json.loads((film.root / ".understudy/frames-dst.json").read_text())
    frames["options"] = {"fps": 0.0, "format": "jpg", "jpeg-quality": 60}
    put(folder, ".understudy/frames-dst.json", plain(frames) + "\n")
    old_merge(folder)
    put(folder, ".understudy/video.json", plain({"format": "understudy.video", "version": 1, "options": {"crf": 16}, "images": FRAMES,
                                                 "fingerprint": 1234567890123, "reference": frames["source"]}) + "\n")


def as_of_2026_11_23(film, folder):
    """Commits b877d52 to f0c275b: tracks, the catalogue's first version, notes beside the generations, sorts taken back."""
    old_model(film, folder, LATER_THAN_2, 2)
    names = old_faces(film, "dst", folder, FRAMES, OURS[1:2])
    text, source = old_extract(film, "dst", {**OPTIONS_1, "smooth": True}, names, True, "0123456789abcdef")
    put(folder, ".understudy/extract-dst.jsonl", text)
    head = plain({"source": source, "thorough": False, "version": 1}).encode()
    put(folder, ".understudy/extract-dst.faces", struct.pack("<IIIIQ", 0x31464655, 0, len(head), 0, int(xxh3(head), 16)) + head)
    old_faces(film, "src", folder, 1, OURS[1:2])
    moved = names[0].replace("_0", "-sorted")
    (folder / "data_dst/aligned" / names[0]).rename(folder / "data_dst/aligned" / moved)
    put(folder, "data_dst/aligned/.understudy/sorts/000001.json",
        plain({"format": "understudy.sort", "version": 1, "what": "sort by hue", "moves": [[names[0], moved]]}) + "\n")
    leave_unfinished_move(folder / "data_src/aligned")
    old_merge(folder)
    old_catalogue(film.root / ".understudy/catalogue.db", folder / ".understudy/catalogue.db")


def old_catalogue(now, path):
    """Version 1 had no column for the person, and folders were absolute as they are now: none of its rows is found again."""
    database = sqlite3.connect(now)
    tables = [row[0] for row in database.execute("SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql NOT NULL")]
    database.close()
    database = sqlite3.connect(path)
    for sql in tables:
        database.execute(sql.replace(", person REAL", ""))
    database.execute("INSERT INTO facts VALUES ('version', '1')")
    database.execute("INSERT INTO faces (id, folder, name, bytes, time, hash, state, problem, face_type, source, sum) "
                     "VALUES (1, '/elsewhere/data_dst/aligned', '00001_0.jpg', 1, 1, 1, 0, '', 'whole_face', '00001.png', 1)")
    database.execute("INSERT INTO blobs VALUES (1, x'00', x'00', NULL)")
    database.commit()
    database.close()


REBUILT = {"2026-11-22": as_of_2026_11_22, "2026-11-23": as_of_2026_11_23}


def store(folder, entry):
    """Binary state is kept packed; what git and people can read is not."""
    shutil.rmtree(entry, ignore_errors=True)
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        target = entry / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        if path.suffix in (".safetensors", ".db", ".faces"):
            target = target.with_name(target.name + ".xz")
            data = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
        target.write_bytes(data)


def main():
    program.UNDERSTUDY, names = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory(prefix="understudy-test-") as scratch:
        scratch = pathlib.Path(scratch)
        film = Film(scratch / "film")
        clips = HERE / "clips"
        clips.mkdir(exist_ok=True)
        for side in "src", "dst":
            clip, kept = film.root / f"data_{side}.mp4", clips / f"data_{side}.mp4"
            if kept.exists() and hashlib.sha1(kept.read_bytes()).digest() != hashlib.sha1(clip.read_bytes()).digest():
                sys.exit(f"{kept} is not the clip that the demo draws now: entries that are there belong to it, so give the new "
                         "ones clips of their own")
            shutil.copy(clip, kept)
        for name in names:
            folder = scratch / name
            if name in REBUILT:
                REBUILT[name](film, put_folder(folder))
                store(folder, HERE / name)
        if set(names) - set(REBUILT):
            (name,) = set(names) - set(REBUILT)
            film.thinned()
            for side in "src", "dst":
                (film.root / f"data_{side}.mp4").unlink()
            store(film.root, HERE / name)


if __name__ == "__main__":
    main()
