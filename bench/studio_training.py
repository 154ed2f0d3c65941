# SPDX-License-Identifier: Apache-2.0
"""Twenty hours of a training's numbers in the studio: a log and a table of so long a training are written, and how long the server takes
to thin them, the page to draw them and how much memory the page holds is measured in Chromium.
Usage: studio_training.py NODE WEB UNDERSTUDY [HOURS]"""
import json
import math
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))
import program  # noqa: E402
from studio import TOKEN, Studio  # noqa: E402

NODE, WEB, program.UNDERSTUDY = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:4])
HOURS = float(sys.argv[4]) if len(sys.argv) > 4 else 20
JOB = "1796083200.000-train-saehd"


def tell(name, value, unit):
    print(json.dumps({"name": name, "value": round(value, 1), "unit": unit}), flush=True)


def write_film(film):
    """A model and a job of that length, with four numbers a second: as many lines as iterations."""
    chance, each = random.Random(1), 0.25
    iterations = int(HOURS * 3600 / each)
    model, job = film / "model/saehd", film / ".understudy/jobs" / JOB
    for folder in (film / "data_src", film / "data_dst", model, job):
        folder.mkdir(parents=True)
    (model / "model.json").write_text(json.dumps({"class": "saehd", "options": {}}))
    (model / "generations.json").write_text(json.dumps({"generations": [{"iteration": iterations, "seconds": HOURS * 3600}]}))
    with open(model / "loss.csv", "w") as table, open(job / "events.jsonl", "w") as log:
        table.write("iteration,src_loss,dst_loss\n")
        log.write(json.dumps({"event": "started", "id": 0, "time": 1796083200.0, "verb": "train saehd", "options": {}, "positionals": {},
                              "workspace": str(film), "job": JOB, "command": "understudy train saehd", "version": "0"},
                             separators=(",", ":"), sort_keys=True) + "\n")
        for i in range(1, iterations + 1):
            src = 0.3 + 2 / math.sqrt(i) + chance.gauss(0, 0.02)
            dst = 0.25 + 1.5 / math.sqrt(i) + chance.gauss(0, 0.02)
            table.write(f"{i},{src:g},{dst:g}\n")
            log.write(f'{{"at":{i},"event":"metric","id":{i},"time":{1796083200 + i * each:.2f},"values":{{"dst_loss":{dst:.6f},"src_loss":{src:.6f}}}}}\n')
        log.write('{"event":"done","id":%d,"report":{},"time":%.2f}\n' % (iterations + 1, 1796083200 + HOURS * 3600))
    tell("metric lines", iterations, "lines")
    tell("log", (job / "events.jsonl").stat().st_size / 1e6, "MB")


def resident(pid):
    return int(next(line for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")).split()[1]) / 1e3


def main():
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="understudy-bench-"))
    studio = None
    try:
        film = scratch / "film"
        write_film(film)
        studio = Studio(film)
        for name, path in (("model", "/api/models/saehd/losses?points=1500"), ("job", f"/api/jobs/{JOB}/losses?points=1500")):
            for which in ("first", "again"):
                begun = time.perf_counter()
                answer = studio.get(path)
                tell(f"losses of a {name}, {which}", (time.perf_counter() - begun) * 1e3, "ms")
            tell(f"losses of a {name}", len(answer.body) / 1e3, "kB")
            assert answer.json["total"] == int(HOURS * 3600 / 0.25), answer.json["total"]
        tell("server", resident(studio.process.pid), "MB")
        subprocess.run([NODE, HERE / "studio_training.mjs", WEB, shutil.which("chromium"), f"http://127.0.0.1:{studio.port}/?token={TOKEN}"],
                       check=True, timeout=300)
    finally:
        if studio:
            studio.kill()
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
