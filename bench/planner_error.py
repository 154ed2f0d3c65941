# SPDX-License-Identifier: Apache-2.0
"""How far the planner (train --plan) is from what a training then takes: peak memory and time an iteration, each in a
process of its own. Usage: planner_error.py UNDERSTUDY WORKSPACE   (a workspace with aligned faces on both sides)"""
import json
import pathlib
import subprocess
import sys
import tempfile

SMALL = ["--e-dims", 32, "--d-dims", 32, "--d-mask-dims", 16, "--ae-dims", 128]
CONFIGURATIONS = [
    ["saehd", "--archi", "df-ud", "--resolution", 128],
    ["saehd", "--archi", "df-ud", "--resolution", 128, "--batch-size", 8],
    ["saehd", "--archi", "df-ud", "--resolution", 128, "--precision", "fp32"],
    ["saehd", "--archi", "liae-ud", "--resolution", 128],
    ["saehd", "--archi", "liae-udt", "--resolution", 128, "--batch-size", 2],
    ["saehd", "--archi", "df-ud", "--resolution", 128, "--gan-power", 0.1, "--true-face-power", 0.01],
    ["saehd", "--archi", "df-ud", "--resolution", 128, "--batch-size", 8, "--micro-batches", 4],
    ["saehd", "--archi", "df-ud", "--resolution", 192, "--checkpointing"],
    ["saehd", "--archi", "df", "--resolution", 96, *SMALL, "--optimizer", "rmsprop"],
    ["saehd", "--archi", "liae-ud", "--resolution", 224, *SMALL, "--eyes-mouth-prio"],
    ["saehd", "--archi", "df-ud", "--resolution", 224, *SMALL, "--face-style-power", 1, "--bg-style-power", 1],
    ["amp", "--resolution", 128, "--batch-size", 4],
    ["amp", "--resolution", 96, "--batch-size", 8, "--inter-dims", 256],
    ["quick96"],
]


def train(program, workspace, scratch, configuration, *more):
    arguments = [program, "-w", scratch, "train", *configuration, "--src", workspace / "data_src/aligned", "--dst",
                 workspace / "data_dst/aligned", "--json", *more]
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{configuration}: {done.stderr.strip() or done.stdout[-500:]}")
    return json.loads([line for line in done.stdout.splitlines() if '"report"' in line][-1])["report"]


def main():
    program, workspace = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    worst = [0.0, 0.0]
    for configuration in CONFIGURATIONS:
        reports = []
        for options in ["--plan", "--target-iter", 1], ["--target-iter", 12]:
            with tempfile.TemporaryDirectory() as scratch:
                subprocess.run([program, "new", "-w", scratch], capture_output=True, check=True)
                reports.append(train(program, workspace, scratch, configuration, *options))
        planned, measured = reports
        memory = planned["planned_memory"] / measured["peak_memory"] - 1
        time = planned["planned_seconds"] / measured["iteration_seconds"] - 1
        worst = [max(w, abs(e)) for w, e in zip(worst, (memory, time))]
        print(f"{' '.join(map(str, configuration)):80} {planned['planned_memory'] / 2**30:5.2f} of {measured['peak_memory'] / 2**30:5.2f} GiB"
              f" {memory:+6.1%}   {planned['planned_seconds']:5.2f} of {measured['iteration_seconds']:5.2f} s {time:+6.1%}", flush=True)
    print(f"largest error: memory {worst[0]:.1%}, time {worst[1]:.1%} over {len(CONFIGURATIONS)} configurations")


if __name__ == "__main__":
    main()
