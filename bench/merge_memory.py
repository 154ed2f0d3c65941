# SPDX-License-Identifier: Apache-2.0
"""Peak memory of a merge, straight into a video and into pictures, of a drawn clip brought to 1080p and to 4K, as JSON lines.
Usage: merge_memory.py UNDERSTUDY [FRAMES]   (needs ffmpeg)"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "support"))
import program  # noqa: E402

SIZES = {"1080p": "1920:1080", "4k": "3840:2160"}


def peak(*command):
    """Of a process and its children, in MiB."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(map(str, command))} failed")
    return usage.ru_maxrss / 1024


def main():
    program.UNDERSTUDY = sys.argv[1]
    frames = int(sys.argv[2]) if len(sys.argv) > 2 else 24
    with tempfile.TemporaryDirectory() as scratch:
        film = pathlib.Path(scratch) / "film"
        program.make_clips(film, size=480, frames=frames)
        for side in "src", "dst":
            program.run_well("-w", film, "extract", side)
        program.run_well("-w", film, "train", "quick96", "--target-iter", 1)
        small = film / "data_dst.mp4"
        for name, size in SIZES.items():
            work = pathlib.Path(scratch) / name
            work.mkdir()
            (film / "model").rename(work / "model")
            subprocess.run(["ffmpeg", "-v", "error", "-i", small, "-vf", f"scale={size}:force_original_aspect_ratio=increase,crop={size}", "-c:v",
                            "libx264", "-preset", "ultrafast", "-c:a", "copy", work / "data_dst.mp4"], check=True)
            program.run_well("-w", work, "extract", "dst")
            for way, options in ("straight", ["--to", work / "result.mp4"]), ("pictures", []), ("pictures_16", ["--bit-depth", 16]):
                value = peak(program.UNDERSTUDY, "-w", work, "merge", *options)
                print(json.dumps({"name": f"merge_memory.{name}.{way}", "value": value, "unit": "MiB"}), flush=True)
            (work / "model").rename(film / "model")


if __name__ == "__main__":
    main()
