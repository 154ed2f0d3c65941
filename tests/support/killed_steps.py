# SPDX-License-Identifier: Apache-2.0
"""Verbs killed at random moments, again and again: after each kill what lies under a final name is whole, and a rerun ends
as if nothing had happened."""
import random
import shutil
import threading
import time

from program import FilmTest, Job, snapshot
from whole_files import check_file


def save_again_and_again(job):
    while not job.ended:
        job.command("save")
        time.sleep(0.05)


class Step:
    """A command, the stages in which its work happens, what it makes, and how many kills it has to stand. `saves`: it
    trains up to that iteration, and saves far more often than any option allows, so that kills hit the saving too."""

    def __init__(self, stages, kills, arguments, outputs, saves=None):
        self.stages, self.kills, self.arguments, self.outputs, self.saves = stages, kills, arguments, outputs, saves
        self.name = stages[-1]

    def works(self, event):
        return event["event"] == "stage" and event["name"] in self.stages

    def results(self, film):
        """The bytes that must be equal: the outputs, less what tells the time."""
        files = {name: data for name, data in snapshot(film).items() if name.startswith(self.outputs)}
        if self.saves:
            return {name: data for name, data in files.items()
                    if name.endswith((f"-{self.saves}.safetensors", "model.json"))}
        for name in files:
            if name.endswith(".jsonl"):  # threads finish in any order
                files[name] = sorted(files[name].splitlines())
        # video.json holds times of the images, as merge.json may of the video, .faces the blocks of frames in the order in which threads finished them.
        return {name: data for name, data in files.items() if not name.endswith(("video.json", "merge.json", ".faces"))}

    def check(self, film, wanted):
        """What holds at any moment; `wanted`: the results of an undisturbed run."""

    def wipe(self, film):
        for name in self.outputs:
            path = film / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def start(self, film):
        job = Job("-w", film, *self.arguments)
        if self.saves:
            threading.Thread(target=save_again_and_again, args=(job,), daemon=True).start()
        return job


class KilledSteps(FilmTest):
    def check_files(self, step):
        for path in self.film.rglob("*"):
            if path.is_file() and not path.name.startswith(".understudy-tmp-"):
                check_file(path)
        step.check(self.film, self.wanted)

    def finish(self, step):
        job = step.start(self.film)
        self.assertEqual(job.finish(), 0, job.errors + "".join(job.lines[-1:]))
        self.check_end(step)

    def check_end(self, step):
        self.check_files(step)
        self.assertEqual([p for p in self.film.rglob("*") if "-tmp-" in p.name], [])
        results = step.results(self.film)
        self.assertEqual(sorted(results), sorted(self.wanted))
        for name, data in results.items():
            self.assertTrue(data == self.wanted[name], f"{name} differs from the undisturbed run's after {step.name}")

    def undisturbed(self, step):
        """Runs the step once; keeps its results as the truth and gives the seconds that its work takes."""
        job = step.start(self.film)
        self.assertTrue(job.wait_for(step.works), job.lines)
        start = time.monotonic()
        self.assertEqual(job.finish(), 0, job.errors)
        self.wanted = step.results(self.film)
        self.assertTrue(self.wanted)
        return time.monotonic() - start

    def kill_once(self, step, seconds, chance):
        """True when the kill hit the running job. Most fall into the work, a few into the start."""
        job = step.start(self.film)
        if chance.random() < 0.9:
            job.wait_for(step.works)
            # Shorter than the whole work, which goes on where the kill before left it.
            time.sleep(chance.uniform(0, seconds * 0.6))
        else:
            time.sleep(chance.uniform(0, 0.5))
        return job.kill()

    def stand(self, step, chance: random.Random):
        """All its kills; a row for the report."""
        seconds = self.undisturbed(step)
        step.wipe(self.film)
        hits = misses = rounds = 0
        while hits < step.kills:
            if self.kill_once(step, seconds, chance):
                hits += 1
                self.check_files(step)
            else:  # it was done before
                misses += 1
                self.assertLess(misses, 5 * step.kills, f"{step.name} ends too early to be killed")
                self.check_end(step)
                step.wipe(self.film)
            # A rerun to the end now and then: what a kill left may show only there.
            if hits % 3 == 0:
                rounds += 1
                self.finish(step)
                step.wipe(self.film)
        self.finish(step)
        return {"kills": hits, "seconds_of_work": round(seconds, 2), "reruns_to_the_end": rounds + misses + 1}
