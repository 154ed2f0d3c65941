#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scoreboard: fixed pairs, trained for fixed minutes by `understudy run`, scored, a row each at the end of a table.

usage: quality.py [options]
The pairs: ada_bo and people_1 (drawn, with a truth), actor_a_b, actor_b_a and profile_far (from a folder of clips that
--media or UNDERSTUDY_MEDIA names; left out with a word where a clip is absent). A pair whose workspace is there already is
trained on from where it stands, so a stopped call goes on; --fresh begins anew.

--program OLD trains and merges with another build; the score is always this build's (--scorer), so that rows compare.
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
DRAWN = {"ada_bo": "ada_bo", "people_1": "1"}
FILMED = {"actor_a_b": ("actor_a.mp4", "actor_b.mp4"), "actor_b_a": ("actor_b.mp4", "actor_a.mp4"),
          "profile_far": ("profile_720p.mp4", "far_portrait_720x1364.mp4")}
AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}

# Column -> where its number stands in score.json (dots go down), and how it is written.
SCORES = [("total", "total", ".1f"), ("eyes", "eyes", ".2f"), ("jaw", "jaw", ".2f"), ("gaze", "gaze", ".2f"),
          ("identity", "identity", ".2f"), ("sharpness", "sharpness", ".2f"), ("seam", "seam", ".2f"),
          ("flicker", "flicker", ".2f"), ("mouth", "mouth", ".2f"), ("brows", "brows", ".2f"), ("turn", "turn", ".1f"),
          ("place", "place", ".3f"), ("skin", "skin", ".1f"), ("eyes kept", "eyes_kept", ".2f"),
          ("mouth kept", "mouth_kept", ".2f"), ("dB", "truth.result.colour_fitted.psnr", ".1f"),
          ("dB untouched", "truth.untouched.colour_fitted.psnr", ".1f"),
          ("SSIM", "truth.result.colour_fitted.ssim", ".3f"),
          ("SSIM untouched", "truth.untouched.colour_fitted.ssim", ".3f"),
          ("FLIP", "truth.result.colour_fitted.flip", ".3f")]
HEADINGS = ["date", "commit", "processor", "precision", "pair", "minutes", "in all", "iterations", *(s[0] for s in SCORES)]


def say(text):
    print(text, flush=True)


def number(score, path, form):
    for key in path.split("."):
        score = score.get(key) if isinstance(score, dict) else None
    return "–" if score is None else format(score, form)


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    flags = next((line for line in lines if line.startswith("flags")), "").split()
    return f"{names[0]}, {len(os.sched_getaffinity(0))} threads", flags


def precision(flags, environment):
    limit = environment.get("ONEDNN_MAX_CPU_ISA", "").upper()
    if limit:
        return f"limited to {limit}"
    return "AMX bf16" if "amx_bf16" in flags else "AVX512 bf16" if "avx512_bf16" in flags else \
        "AVX512" if "avx512f" in flags else "AVX2"


def commit_of(label):
    if label:
        return label
    git = lambda *words: subprocess.run(["git", "-C", HERE, *words], capture_output=True, text=True).stdout.strip()
    return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")


def call(program, *arguments, environment=None):
    """The report that the verb prints last."""
    done = subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, text=True, env=environment)
    if done.returncode != 0:
        raise SystemExit(f"{program} {' '.join(map(str, arguments))} ended with {done.returncode}")
    return json.loads(done.stdout[done.stdout.index("{"):])


def prepare(pair, workspace, options):
    """The clips in the workspace; the truth's folder, or None; False where a clip is absent."""
    workspace.mkdir(parents=True, exist_ok=True)
    if pair in DRAWN:
        done = workspace / "clips_done"  # behind all: a truth that was killed half way is none
        if not done.exists():
            shutil.rmtree(workspace / "truth", ignore_errors=True)
            extra = [options.frames] if options.frames else []
            subprocess.run([options.clips, workspace, DRAWN[pair], *map(str, extra)], check=True)
            done.touch()
        return workspace / "truth"
    for side, name in zip(("src", "dst"), FILMED[pair]):
        source = pathlib.Path(options.media or "") / name
        if not options.media or not source.is_file():
            say(f"{pair}: left out, there is no {name} (--media or UNDERSTUDY_MEDIA names the folder of clips)")
            return False
        if not (workspace / f"data_{side}.mp4").exists():
            part = workspace / f"data_{side}.part"  # which is not taken for a video
            shutil.copyfile(source, part)
            os.replace(part, workspace / f"data_{side}.mp4")
    return None


def measure(pair, options, facts):
    workspace = options.work / pair
    if options.fresh and workspace.exists():
        shutil.rmtree(workspace)
    truth = prepare(pair, workspace, options)
    if truth is False:
        return None
    environment = {**os.environ, **(AVX2 if options.avx2 else {})}
    seconds = options.seconds or options.minutes * 60
    started = time.monotonic()
    say(f"{pair}: training for {seconds:.0f} s")
    report = call(options.program, "-w", workspace, "run", "--time", f"{seconds:.0f}s", *options.run, environment=environment)
    whole = time.monotonic() - started
    say(f"{pair}: scoring")
    score = call(options.scorer, "-w", workspace, "score", *(["--truth", truth] if truth else []))
    score = json.loads((workspace / "score.json").read_text())
    model = report["train"]
    iterations = model.get("iteration", report["merge"].get("model_iteration", "–"))
    return [*facts, pair, f"{seconds / 60:.1f}", f"{whole / 60:.1f}", str(iterations),
            *(number(score, path, form) for _, path, form in SCORES)]


def append(table, row):
    """Behind the last row of the scoreboard, which other tables may follow."""
    lines = table.read_text().splitlines() if table.exists() else ["# Quality", ""]
    head = next((i for i, line in enumerate(lines) if line.startswith("| date |")), len(lines))
    if head == len(lines):
        lines += ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    end = next((i for i in range(head, len(lines)) if not lines[i].startswith("|")), len(lines))
    lines.insert(end, "| " + " | ".join(row) + " |")
    table.write_text("\n".join(lines) + "\n")


def main():
    build = HERE.parent / "build" / "release"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--program", type=pathlib.Path, default=build / "understudy", help="the build that trains and merges")
    add("--scorer", type=pathlib.Path, default=build / "understudy", help="the build that scores")
    add("--clips", type=pathlib.Path, default=build / "bench" / "bench_quality_clips", help="the program that draws pairs")
    add("--label", help="what to write as commit (for --program)")
    add("--pairs", default=",".join([*DRAWN, *FILMED]), help="which, with commas")
    add("--media", default=os.environ.get("UNDERSTUDY_MEDIA"), help="folder of the filmed clips")
    add("--minutes", type=float, default=20, help="of training, each pair")
    add("--seconds", type=float, help="instead of --minutes")
    add("--avx2", action="store_true", help="hold training and merging to AVX2")
    add("--frames", type=int, help="of drawn clips (150)")
    add("--work", type=pathlib.Path, required=True, help="folder for the workspaces")
    add("--fresh", action="store_true", help="begin each pair anew")
    add("--table", type=pathlib.Path, default=HERE.parent / "docs" / "decisions" / "quality.md")
    add("run", nargs="*", help="further options of `run`, after --")
    options = parser.parse_args()
    unknown = set(options.pairs.split(",")) - set(DRAWN) - set(FILMED)
    if unknown:
        parser.error(f"no such pair: {', '.join(sorted(unknown))}")
    name, flags = processor()
    environment = {**os.environ, **(AVX2 if options.avx2 else {})}
    facts = [datetime.date.today().isoformat(), commit_of(options.label), name, precision(flags, environment)]
    for pair in options.pairs.split(","):
        row = measure(pair, options, facts)
        if row:
            append(options.table, row)
            say("  ".join(f"{h} {c}" for h, c in zip(HEADINGS[4:], row[4:])))


if __name__ == "__main__":
    sys.exit(main())
