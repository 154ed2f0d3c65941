#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the small golden sets under tests/golden out of the whole reference data (outputs of DeepFaceLab, run as a black box).
Usage: scripts/make_goldens.py REFERENCE PICTURE_A PICTURE_B   (needs numpy, Pillow and the built `parity`)
       scripts/make_goldens.py --own-rules                     only those merges of `drawn` anew that are by our own rules

dfl     cases without a picture of anybody, with DeepFaceLab's own outputs: of every concept the cheapest ones.
drawn   the others (merges of each mode, mask and colour transfer, crops, samples, …), with two pictures of people who do not exist
        in place of the real ones, and our own outputs: our program agrees with DeepFaceLab on the real ones, as the test
        `parity` shows where the reference data are, and these numbers hold it to that elsewhere.

Some of the merges of `drawn` are there once more by our own rules (--compat none), of which DeepFaceLab knows nothing.

Outputs are thinned to every n-th value along each axis ("every" in the manifest), arrays deflated (.npz)."""
import io
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import numpy
from PIL import Image

OWN_RULES = sys.argv[1] == "--own-rules"
REFERENCE = pathlib.Path(sys.argv[1]) / "golden"
ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
OWN = "_own"  # the ending of those cases
OUTPUT_BYTES = 8192  # of one output, before deflating
BUDGET = {"dfl": 900_000, "drawn": 2_600_000}
LEAVE = {"sharpness"}  # many large pictures for four numbers; held by tests of its room


def paths_in(value, found):
    if isinstance(value, str):
        if "*" not in value and (REFERENCE / value).is_file():
            found.append(value)
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            paths_in(part, found)
    return found


def inputs_of(case):
    return paths_in([case.get("inputs", []), case.get("params", {}), case.get("files", [])], [])


def npz(array):
    raw, packed = io.BytesIO(), io.BytesIO()
    numpy.save(raw, array)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(zipfile.ZipInfo("a.npy", (1980, 1, 1, 0, 0, 0)), raw.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def strides(shape, itemsize):
    """One for each axis: the two longest are thinned until the array is small."""
    every = [1] * len(shape)
    longest = sorted(range(len(shape)), key=lambda axis: -shape[axis])[:2]
    if len(shape) < 2 or min(shape[axis] for axis in longest) < 16:
        return every
    while math.prod(math.ceil(n / e) for n, e in zip(shape, every)) * itemsize > OUTPUT_BYTES and every[longest[0]] < 8:
        for axis in longest:
            every[axis] += 1
    return every


def thinned(array, every):
    return numpy.ascontiguousarray(array[tuple(slice(None, None, e) for e in every)])


def array_of(name):
    return numpy.load(REFERENCE / name) if name.endswith(".npy") else numpy.array(Image.open(REFERENCE / name))


def is_picture(name):
    """Whether somebody may be seen in it."""
    if name.endswith((".jpg", ".pak")):
        return True
    if not name.endswith((".png", ".npy")):
        return False
    array = array_of(name)
    return array.ndim >= 3 and array.shape[-1] == 3 and min(array.shape[-3:-1]) >= 16


def drawn(name, pictures):
    """A drawn picture of the same shape and type in place of a real one."""
    like = array_of(name)
    picture = pictures[pathlib.Path(name).name.startswith("b")]
    height, width = like.shape[-3:-1]
    image = numpy.array(picture.resize((width, height), Image.LANCZOS))
    if like.dtype == numpy.uint8:
        return image
    bgr = numpy.broadcast_to(image[..., ::-1].astype(numpy.float32) / 255, like.shape)
    noise = numpy.random.default_rng(7).random(like.shape, dtype=numpy.float32)
    return (0.8 * bgr + 0.2 * noise).astype(like.dtype)


def put(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return len(content)


def stored(name, array):
    """The name under which an array or picture is kept, and its bytes."""
    if name.endswith(".npy"):
        return name[:-4] + ".npz", npz(array)
    out = io.BytesIO()
    Image.fromarray(array).save(out, "PNG", optimize=True)
    return name, out.getvalue()


def put_inputs(folder, case, pictures):
    size = 0
    for name in set(inputs_of(case)):
        if is_picture(name):
            kept, content = stored(name, drawn(name, pictures))
        elif name.endswith(".npy") and (REFERENCE / name).stat().st_size > 4096:
            kept, content = stored(name, array_of(name))
        else:
            kept, content = name, (REFERENCE / name).read_bytes()
        if not (folder / kept).exists():
            size += put(folder, kept, content)
    return size


def put_outputs(folder, case):
    """DeepFaceLab's own."""
    size = 0
    for output in case.get("outputs", {}).values():
        name = output["file"]
        if not name.endswith(".npy"):
            size += put(folder, name, (REFERENCE / name).read_bytes())
            continue
        array = array_of(name)
        every = strides(array.shape, array.dtype.itemsize)
        size += put(folder, *stored(name, thinned(array, every)))
        if max(every) > 1:
            output["every"] = every
    return size


def plan_outputs(case):
    """What `parity --record` is to write: our own, thinned."""
    size = 0
    for output in case.get("outputs", {}).values():
        shape = [n for n in output.get("shape") or array_of(output["file"]).shape]
        output["every"] = strides(shape, 4)
        output["file"] = output["file"].rsplit(".", 1)[0] + ".npy"
        size += math.prod(math.ceil(n / e) for n, e in zip(shape, output["every"])) * 4
    return size


def kinds(case):
    """Cases that are of interest beside one another, though of one concept."""
    config = case.get("params", {}).get("config", {})
    if case["group"] != "3_merge" or not config:
        return [case["concept"]]
    return ["mode " + config["mode"], f"mask {config['mask_mode']}", f"transfer {config['color_transfer_mode']}",
            f"sharpen {config['sharpen_mode']}"]


def choose(manifest, cases, folder, budget, pictures):
    """Writes the cheapest cases of each kind, then more of them as far as the budget goes."""
    shutil.rmtree(folder, ignore_errors=True)
    seen, size, chosen = set(), 0, []

    def cost(case):
        own = sum((REFERENCE / name).stat().st_size for name in set(inputs_of(case)) if not (folder / name).exists())
        return own + sum(min(OUTPUT_BYTES, (REFERENCE / o["file"]).stat().st_size) for o in case.get("outputs", {}).values())

    left = list(cases)
    while left:
        left.sort(key=lambda case: (not set(kinds(case)) - seen, cost(case)))
        case = json.loads(json.dumps(left.pop(0)))
        if not set(kinds(case)) - seen and size + cost(case) > budget:
            continue
        size += put_inputs(folder, case, pictures)
        size += plan_outputs(case) if pictures else put_outputs(folder, case)
        seen.update(kinds(case))
        chosen.append(case)
    order = {case["id"]: at for at, case in enumerate(manifest["cases"])}
    chosen.sort(key=lambda case: order[case["id"]])
    put(folder, "manifest.json", (json.dumps({**manifest, "cases": chosen}, separators=(",", ":")) + "\n").encode())
    return len(chosen)


def parity(option, folder, only=""):
    """The cases that fail. One that looks into an output itself may end the program when that is thinned: then one by one."""
    done = subprocess.run([ROOT / "build/release/tests/parity/parity", "-v", option, folder.parent, *filter(None, [only])],
                          check=False, capture_output=True, text=True)
    if done.returncode in (0, 1):
        return set(re.findall(r"^  (?:FAIL|open) (\S+) ", done.stdout, re.M))
    if only:
        return {only}
    ids = [case["id"] for case in json.loads((folder / "manifest.json").read_text())["cases"]]
    return set().union(*(parity(option, folder, one) for one in ids))


def keep(folder, wanted):
    """Leaves out the other cases, and files that no case names."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["cases"] = [case for case in manifest["cases"] if wanted(case)]
    put(folder, "manifest.json", (json.dumps(manifest, separators=(",", ":")) + "\n").encode())
    named = {"manifest"}
    for case in manifest["cases"]:
        named.update(name.rsplit(".", 1)[0] for name in inputs_of(case))
        named.update(output["file"].rsplit(".", 1)[0] for output in case.get("outputs", {}).values())
    for path in folder.rglob("*"):
        if path.is_file() and str(path.relative_to(folder)).rsplit(".", 1)[0] not in named:
            path.unlink()
    return len(manifest["cases"])


def add_own_rules(folder):
    """Merges of each mode, of masks of both kinds and with the second stage once more, by our own rules."""
    manifest = json.loads((folder / "manifest.json").read_text())
    cases = [case for case in manifest["cases"] if not case["id"].endswith(OWN)]
    seen = set()
    for case in list(cases):
        config = case.get("params", {}).get("config", {})
        if case["group"] != "3_merge" or not config:
            continue
        kind = (config["mode"], config["mask_mode"] in (6, 7, 8, 9), config.get("sharpen_mode", 0) > 0)
        if kind in seen:
            continue
        seen.add(kind)
        own = json.loads(json.dumps(case))
        own["id"] += OWN
        own["params"]["config"]["compat"] = "none"
        own["outputs"].pop("predictor_input", None)
        for output in own["outputs"].values():
            output["file"] = output["file"].rsplit(".", 1)[0] + OWN + ".npy"
        cases.append(own)
    manifest["cases"] = cases
    put(folder, "manifest.json", (json.dumps(manifest, separators=(",", ":")) + "\n").encode())
    record(folder, OWN)


def record(folder, only=""):
    """Our own outputs; leaves out the cases whose outputs are not compared as they are."""
    parity("--record", folder, only)
    manifest = json.loads((folder / "manifest.json").read_text())
    recorded = [case for case in manifest["cases"] if only in case["id"]]
    for case in recorded:
        outputs = case.get("outputs", {})
        for name in [name for name, output in outputs.items() if not (folder / output["file"]).exists()]:
            del outputs[name]
        for output in outputs.values():
            put(folder, output["file"][:-4] + ".npz", npz(numpy.load(folder / output["file"])))
    for case in recorded:
        for output in case.get("outputs", {}).values():
            (folder / output["file"]).unlink(missing_ok=True)
    put(folder, "manifest.json", (json.dumps(manifest, separators=(",", ":")) + "\n").encode())
    if not only:
        keep(folder, lambda case: case.get("outputs"))


def main():
    if OWN_RULES:
        add_own_rules(GOLDEN / "drawn" / "golden")
        return
    pictures = [Image.open(name).convert("RGB") for name in sys.argv[2:4]]
    manifest = json.loads((REFERENCE / "manifest.json").read_text())
    numbers, shown = [], []
    for case in manifest["cases"]:
        if case["id"] in LEAVE:
            continue
        files = inputs_of(case) + [output["file"] for output in case.get("outputs", {}).values()]
        if case["group"] in ("5_6_faceset", "5_absdiff"):  # about files of faces
            continue
        (shown if any(map(is_picture, files)) else numbers).append(case)
    for name, cases in (("dfl", numbers), ("drawn", shown)):
        folder = GOLDEN / name / "golden"
        count = choose(manifest, cases, folder, BUDGET[name], pictures if name == "drawn" else None)
        if name == "drawn":
            record(folder)
            add_own_rules(folder)
        failed = parity("--set", folder)
        count = keep(folder, lambda case: case["id"] not in failed)
        total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        print(f"{name}: {count} of {len(cases)} cases, {total} bytes")


main()
