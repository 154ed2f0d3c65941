#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over everything that is compiled, by the checks in .clang-tidy. Usage: tidy.py BUILD [PART-OF-A-PATH...]

The commands are those of BUILD/compile_commands.json less what only GCC knows: its precompiled LibTorch header (the sources
include what they use without it). With parts of paths only the files whose names hold one are looked at. A file that was
found clean is not looked at again until it, a header of the project, the checks or its command change."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Debian 12 has 19 and 16, Ubuntu 24.04 has 18. Older ones do not understand the ranges of GCC's library.
TOOLS = ("clang-tidy-19", "clang-tidy-18", "clang-tidy-17", "clang-tidy-16")
# Not in tests: an optional that is empty there, or a null pointer, fails the test, which is what is wanted; and their macros
# take most of the time.
NOT_IN_TESTS = "-bugprone-unchecked-optional-access,-clang-analyzer-*"


def for_clang(command):
    words, kept = iter(shlex.split(command)), []
    for word in words:
        if word == "-include":
            header = next(words)
            if not header.endswith("cmake_pch.hxx"):
                kept += [word, header]
        elif word != "-Winvalid-pch" and not word.startswith("-fno-trapping"):
            kept.append(word)
    # The compiler launcher is no part of the command.
    while kept and not pathlib.Path(kept[0]).name.startswith(("c++", "g++", "clang++", "cc")):
        kept.pop(0)
    return shlex.join(kept)


def entries(build, parts):
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        if build in path.parents or not path.is_relative_to(ROOT) or "_autogen" in path.parts:
            continue
        if parts and not any(part in str(path.relative_to(ROOT)) for part in parts):
            continue
        yield {**entry, "command": for_clang(entry["command"])}


def headers_hash():
    names = subprocess.run(["git", "ls-files", "*.hpp", "*.inc", ".clang-tidy"], cwd=ROOT, capture_output=True, text=True,
                           check=True).stdout.split()
    whole = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    for name in names:
        whole.update((ROOT / name).read_bytes())
    return whole.hexdigest()


def look(tool, folder, entry, headers):
    """What is found in one file, as text; empty when it is clean."""
    path = pathlib.Path(entry["file"])
    key = hashlib.sha256("\0".join([headers, tool, entry["command"]]).encode() + path.read_bytes()).hexdigest()
    stamp = folder / "clean" / str(path.relative_to(ROOT)).replace("/", "-")
    if stamp.exists() and stamp.read_text() == key:
        return ""
    extra = ["--checks=" + NOT_IN_TESTS] if re.search(r"(_test|tests/.*)\.cpp$", str(path)) else []
    done = subprocess.run([tool, "-p", str(folder), "--quiet", *extra, str(path)], capture_output=True, text=True, cwd=ROOT)
    found = done.stdout.strip()
    if done.returncode != 0 and not found:
        found = f"{path}: {tool} ended with {done.returncode}: {done.stderr.strip()[-2000:]}"
    if not found:
        stamp.write_text(key)
    return found


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    tool = next((t for t in TOOLS if shutil.which(t)), None)
    if not tool:
        sys.exit("tidy: there is no clang-tidy of version 16 to 19: scripts/bootstrap tidy installs one")
    folder = build / "tidy"
    (folder / "clean").mkdir(parents=True, exist_ok=True)
    files = list(entries(build, sys.argv[2:]))
    (folder / "compile_commands.json").write_text(json.dumps(files))
    headers, faulty = headers_hash(), 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for done, found in enumerate(pool.map(lambda e: look(tool, folder, e, headers), files), 1):
            if found:
                faulty += 1
                print(found, flush=True)
            if sys.stderr.isatty() or done % 50 == 0:
                print(f"tidy: {done} of {len(files)} files", file=sys.stderr)
    print(f"tidy: {len(files)} files by {tool}, {faulty} with findings")
    sys.exit(1 if faulty or not files else 0)


if __name__ == "__main__":
    main()
