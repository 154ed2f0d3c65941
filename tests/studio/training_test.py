# SPDX-License-Identifier: Apache-2.0
"""The studio's screens of the workspace and of trainings over HTTP: cards and forecasts, models brought back, notes, losses, previews,
meters, uploads, what is cleared. Usage: training_test.py UNDERSTUDY"""
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import ONE_THREAD, TINY_MODEL, FilmTest, run_well  # noqa: E402
from studio import Studio  # noqa: E402

TINY = {key.lstrip("-"): (int(value) if value.isdigit() else value) for key, value in zip(TINY_MODEL[::2], TINY_MODEL[1::2])}
QUICK = {**TINY, "threads": 1, "save-every": 1440, "preview-every": 1440}


class Case(FilmTest):
    SIDES, EXTRACT = ("src", "dst"), ("--image-size", 96)

    def setUp(self):
        self.work = self.film_copy()
        self.studio = Studio(self.work)
        self.addCleanup(lambda: self.studio.process.poll() is None and self.studio.kill())

    def done(self, verb, positionals=None, state="done", **options):
        job = self.studio.wait(self.studio.begin(verb, positionals or {}, options={k.replace("_", "-"): v for k, v in options.items()}))
        self.assertEqual(job["state"], state, job)
        return job

    def train(self, iterations, **more):
        return self.done("train saehd", **{**QUICK, "target-iter": iterations, **more})

    def models(self):
        return {model["name"]: model for model in self.studio.get("/api/models").json}


class Cards(Case):
    def test_each_card_is_planned_and_nothing_is_made(self):
        verbs = {verb["name"]: verb for verb in self.studio.get("/api/schema").json["verbs"]}
        cards = self.studio.get("/api/model-cards").json
        self.assertEqual([card["card"] for card in cards], ["look", "evening", "film"])
        for card in cards:
            keys = {row["key"] for row in verbs[card["verb"]]["options"]}
            self.assertLessEqual({*card["options"], *card["fields"], *card["plan"]}, keys)
        # A small one in place of the card's network, so that the test is short.
        small = {**cards[1]["options"], **TINY, "threads": 1, "start": "none", **cards[1]["plan"]}
        report = self.done(cards[1]["verb"], **small)["report"]
        self.assertEqual((report["new"], report["schedule"], report["resolution"]), (True, "evening", 64))
        self.assertGreater(report["memory"], 1e6)
        self.assertGreater(report["available"], report["memory"])
        self.assertEqual([stage["name"] for stage in report["stages"]], ["large", "sharp", "fine"])
        self.assertAlmostEqual(report["seconds"], 4 * 3600, delta=1)
        self.assertAlmostEqual(report["iterations"], report["seconds"] / report["seconds_per_iteration"], delta=1)
        self.assertEqual(report["options"], {"resolution": 64})
        self.assertFalse(any((self.work / "model").iterdir()) if (self.work / "model").exists() else False)

    def test_a_size_is_chosen_where_none_is_named(self):
        small = {key: value for key, value in TINY.items() if key != "resolution"}
        report = self.done("train saehd", **{**small, "threads": 1, "schedule": "look", "time": "20m", "plan-only": True})["report"]
        self.assertGreaterEqual(report["resolution"], 96)
        self.assertEqual(report["options"]["resolution"], report["resolution"])


class States(Case):
    def test_generations_and_backups_are_shown_verified_and_brought_back(self):
        self.train(2)
        self.train(4)
        model = self.models()["saehd"]
        self.assertEqual([(s["backup"], s["iteration"]) for s in model["states"]], [(0, 4), (0, 2)])
        for state in model["states"]:
            self.assertGreater(state["bytes"], 1000)
            self.assertEqual(self.studio.get(f"/api/picture?path={urllib.parse.quote(state['picture']['path'])}").status, 200)
        verified = self.done(model["verify"]["verb"], **model["verify"]["options"])["report"]
        self.assertEqual((verified["damaged"], [s["iteration"] for s in verified["states"]]), (0, [4, 2]))
        back = model["states"][1]["restore"]
        self.assertEqual(self.done(back["verb"], **back["options"])["report"], {"model": "saehd", "iteration": 2, "before": 4})
        states = self.models()["saehd"]["states"]
        self.assertEqual([(s["backup"], s["iteration"]) for s in states], [(0, 2), (1, 4)])
        forward = states[1]["restore"]
        self.done(forward["verb"], **forward["options"])
        self.assertEqual([(s["backup"], s["iteration"]) for s in self.models()["saehd"]["states"]], [(0, 4), (0, 2), (1, 2), (2, 4)])
        self.train(6)  # and it trains on

    def test_a_damaged_state_is_told_and_not_brought_back(self):
        self.train(2)
        self.train(4)
        state = self.models()["saehd"]["states"][1]
        damaged = self.work / "model/saehd/weights-2.safetensors"
        damaged.write_bytes(damaged.read_bytes()[:-1])
        self.assertEqual(self.done("model verify", model="saehd")["report"]["damaged"], 1)
        job = self.done(state["restore"]["verb"], state="failed", **state["restore"]["options"])
        self.assertIn("weights-2", job["error"]["message"])
        self.assertEqual(self.models()["saehd"]["iteration"], 4)

    def test_notes_outlive_the_server_and_none_is_lost(self):
        self.train(1)
        for text in ("rough", "better\nwith 'two' lines", "better\nwith 'two' lines", ""):
            self.assertEqual(self.studio.post("/api/models/saehd/notes", {"text": text}).status, 200)
        self.studio.kill()
        self.studio.start()
        self.assertEqual(self.models()["saehd"]["note"], "")
        self.assertEqual([note["text"] for note in self.studio.get("/api/models/saehd/notes").json], ["rough", "better\nwith 'two' lines", ""])
        for path, body, status in [("none", {"text": "x"}, 404), ("..", {"text": "x"}, 404), ("saehd", {"text": 7}, 400),
                                   ("saehd", {"text": "x" * 70000}, 400), ("saehd%2f..%2f..", {"text": "x"}, 404)]:
            self.assertEqual(self.studio.post(f"/api/models/{path}/notes", body).status, status, path)


class Numbers(Case):
    def test_losses_of_a_model_and_of_a_job(self):
        job = self.studio.begin("train saehd", options={**QUICK, "target-iter": 40})
        self.studio.wait(job)
        table = (self.work / "model/saehd/loss.csv").read_text().splitlines()[1:]
        page = self.studio.get("/api/models/saehd/losses?points=1000").json
        self.assertEqual((page["names"], page["total"], page["last"]), (["src_loss", "dst_loss"], 40, 40))
        self.assertEqual(page["at"], list(range(1, 41)))
        for line, src in zip(table, page["mean"][0]):
            self.assertAlmostEqual(float(line.split(",")[1]), src, places=3)
        thin = self.studio.get("/api/models/saehd/losses?points=4").json
        self.assertEqual(thin["at"], [10, 20, 30, 40])
        self.assertAlmostEqual(thin["high"][0][0], max(page["mean"][0][:10]), places=3)
        self.assertEqual(self.studio.get("/api/models/saehd/losses?from=11&to=20").json["total"], 10)
        self.assertIn("src_ssim", page["validation"]["names"])
        told = self.studio.get(f"/api/jobs/{job}/losses").json
        self.assertEqual(told["model"], "saehd")
        self.done("train saehd", **{**QUICK, "target-iter": 42, "batch-size": 3})
        marks = self.studio.get("/api/models/saehd/losses").json["marks"]
        self.assertEqual([(mark["at"], mark["kind"], mark["text"]) for mark in marks], [(40, "option", "batch-size: 2 → 3")])
        for query in ("points=-1", "points=x", "points=99999999999999999999", "from=-5&to=2"):
            self.assertEqual(self.studio.get(f"/api/models/saehd/losses?{query}").status, 200, query)
        self.assertEqual(self.studio.get("/api/models/none/losses").status, 404)

    def test_marks_of_a_course_and_of_what_was_set(self):
        job = self.studio.begin("train saehd", options={**QUICK, "schedule": "look", "target-iter": 400, "start": "none"})
        self.studio.wait(job, ["running"])
        while not self.studio.job(job)["metric"]:
            time.sleep(0.1)
        self.assertEqual(self.studio.post(f"/api/jobs/{job}/command", {"command": "set", "key": "save-every", "value": 9}).status, 200)
        self.studio.post(f"/api/jobs/{job}/cancel")
        self.studio.wait(job)
        marks = self.studio.get(f"/api/jobs/{job}/losses").json["marks"]
        self.assertEqual(marks[0]["kind"], "stage")
        self.assertIn("large", marks[0]["text"])
        self.assertIn(("set", "'save-every' is 9"), [(mark["kind"], mark["text"]) for mark in marks])

    def test_previews_are_kept_on_the_way(self):
        self.train(2)
        self.train(4)
        shown = self.studio.get("/api/models/saehd/previews").json
        kept = {one["name"]: one for one in shown}
        one = next(one for one in kept.values() if one["kept"])
        self.assertEqual([picture["iteration"] for picture in one["kept"]], [0, 2, 4])
        self.assertIsNotNone(one["now"])
        for picture in [*one["kept"], one["now"]]:
            answer = self.studio.get(f"/api/picture?path={urllib.parse.quote(picture['path'])}&v={picture['v']}")
            self.assertEqual(answer.status, 200)
            self.assertIn(b"compositeWithTrainedAlgorithmicMedia", answer.body)

    def test_meters(self):
        job = self.studio.begin("train saehd", options={**QUICK, "target-iter": 100000})
        self.studio.wait(job, ["running"])
        self.studio.get("/api/meters")
        time.sleep(1.2)
        told = self.studio.get("/api/meters").json
        self.assertTrue(0 < told["processor"] <= 1, told)
        self.assertGreater(told["jobs"][job]["processors"], 0.01)
        self.assertGreater(told["jobs"][job]["memory"], 1e7)
        self.studio.post(f"/api/jobs/{job}/cancel")
        self.studio.wait(job)


class Home(Case):
    def upload(self, batch, name, data, size=None):
        at = 0
        while True:
            piece = data[at:at + 700_000]
            query = urllib.parse.urlencode({"name": name, "size": len(data) if size is None else size, "offset": at})
            answer = self.studio.ask("POST", f"/api/uploads/{batch}?{query}", piece)
            if answer.status != 200 or answer.json["whole"]:
                return answer
            at = answer.json["have"]

    def test_a_video_comes_in_pieces_over_the_servers_death(self):
        data = (self.work / "data_dst.mp4").read_bytes() * 40
        (self.work / "data_dst.mp4").unlink()
        size = len(data)
        first = self.studio.ask("POST", f"/api/uploads/abcdefgh1?name=clip.mp4&size={size}&offset=0", data[:1000])
        self.assertEqual(first.json, {"have": 1000, "whole": False})
        self.studio.kill()
        self.studio.start()
        self.assertTrue(self.upload("abcdefgh1", "clip.mp4", data).json["whole"])
        self.assertEqual(self.studio.post("/api/uploads/abcdefgh1/take", {"as": "video", "side": "dst"}).json, {"moved": 1})
        self.assertEqual((self.work / "data_dst.mp4").read_bytes(), data)
        self.assertFalse((self.work / ".understudy/studio/uploads/abcdefgh1").exists())
        self.assertEqual(self.upload("abcdefgh2", "other.mp4", b"x").status, 200)
        self.assertEqual(self.studio.post("/api/uploads/abcdefgh2/take", {"as": "video", "side": "dst"}).status, 400)

    def test_hostile_uploads(self):
        for batch, name, size, data in [("abcdefgh", "../../x", 1, b"x"), ("abcdefgh", "/etc/x", 1, b"x"), ("..%2f..%2f..", "x", 1, b"x"),
                                        ("short", "x", 1, b"x"), ("abcdefgh", "", 1, b"x"), ("abcdefgh", "a\0b", 1, b"x"),
                                        ("abcdefgh", "x", 1, b"xy"), ("abcdefgh", "x", -1, b"x"), ("abcdefgh", "x", 1 << 43, b"x")]:
            with self.subTest(batch=batch, name=name, size=size):
                query = urllib.parse.urlencode({"name": name, "size": size, "offset": 0})
                self.assertGreaterEqual(self.studio.ask("POST", f"/api/uploads/{batch}?{query}", data).status, 400)
        self.assertEqual(self.studio.ask("POST", "/api/uploads/abcdefgh?name=x&size=1&offset=0", b"x", token=None).status, 401)
        self.assertEqual(self.studio.post("/api/uploads/abcdefgh/take", {"as": "frames", "side": "../.."}).status, 400)
        self.assertEqual(self.studio.post("/api/uploads/zzzzzzzz/take", {"as": "frames", "side": "src"}).status, 404)

    def test_faces_and_a_whole_workspace(self):
        faces = sorted((self.work / "data_src/aligned").glob("*.jpg"))
        for face in faces:
            self.upload("abcdefgh3", f"set/{face.name}", face.read_bytes())
        self.assertEqual(self.studio.post("/api/uploads/abcdefgh3/take", {"as": "faces", "side": "src"}).status, 400)
        shutil.rmtree(self.work / "data_src/aligned")
        self.assertEqual(self.studio.post("/api/uploads/abcdefgh3/take", {"as": "faces", "side": "src"}).json, {"moved": len(faces)})
        self.assertEqual(self.studio.get("/api/faces/src").json["total"], len(faces))
        self.upload("abcdefgh4", "another film/data_dst.mp4", (self.work / "data_dst.mp4").read_bytes())
        opened = self.studio.post("/api/uploads/abcdefgh4/take", {"as": "workspace"})
        self.assertEqual(opened.json["workspace"], str(self.work.parent / "another film"))
        self.assertEqual(self.studio.get("/api/studio").json["workspace"], str(self.work.parent / "another film"))

    def test_a_model_of_deepfacelab(self):
        self.train(1)
        run_well("-w", self.work, "model", "export", "--model", "saehd", "--output", self.folder() / "dfl")
        for file in sorted((self.folder() / "dfl").glob("saehd_*")):
            self.upload("abcdefgh5", f"model of mine/{file.name}", file.read_bytes())
        job = self.studio.post("/api/uploads/abcdefgh5/take", {"as": "model", "name": "again"}).json["job"]
        self.assertEqual(self.studio.wait(job)["state"], "done", self.studio.job(job))
        self.assertIn("again", self.models())
        # What was imported is removed when it is old.
        uploads = self.work / ".understudy/studio/uploads"
        self.upload("abcdefgh6", "new.jpg", b"new")
        for path in (*(uploads / "abcdefgh5").rglob("*"), uploads / "abcdefgh5"):
            os.utime(path, (1, 1))
        self.studio.kill()
        self.studio.start()
        self.assertEqual([path.name for path in uploads.iterdir()], ["abcdefgh6"])

    def test_frames_are_taken_when_all_are_whole_and_nothing_is_lost(self):
        frames, long_name = self.work / "data_src", "a" * 246 + ".jpg"
        self.assertTrue(self.upload("abcdefgh7", long_name, b"a jpeg").json["whole"])
        for name in ("set/b.jfif", "set/c.avif", "set/notes.txt", ".DS_Store"):
            self.upload("abcdefgh7", name, name.encode())
        self.upload("abcdefgh7", "half.jpg", b"a half", size=100)
        take = lambda: self.studio.post("/api/uploads/abcdefgh7/take", {"as": "frames", "side": "src"})
        refused = take()
        self.assertEqual((refused.status, (frames / "b.jfif").exists()), (409, False))
        self.assertIn("half.jpg", refused.json["error"]["message"])
        query = urllib.parse.urlencode({"name": "half.jpg", "size": 100, "offset": 6})
        self.assertTrue(self.studio.ask("POST", f"/api/uploads/abcdefgh7?{query}", b"x" * 94).json["whole"])
        (frames / ".understudy").mkdir(exist_ok=True)
        with open(frames / ".understudy/lock", "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.assertEqual((take().status, (frames / "b.jfif").exists()), (409, False))
        self.assertEqual(take().json, {"moved": 4, "left": ["set/notes.txt"]})
        self.assertEqual({(frames / name).read_bytes() for name in (long_name, "b.jfif", "c.avif")}, {b"a jpeg", b"set/b.jfif", b"set/c.avif"})
        self.assertEqual((self.work / ".understudy/studio/uploads/abcdefgh7/set/notes.txt").read_bytes(), b"set/notes.txt")

    def left_half(self, batch, names, side="dst", via=""):
        """As a studio leaves it that is killed when the first of these frames has gone."""
        uploads, frames = self.work / ".understudy/studio/uploads", self.work / f"data_{side}"
        for name in names:
            self.upload(batch, name, name.encode())
        self.studio.kill()
        moves = [[f"uploads/{batch}/{name}", via, f"../../data_{side}/{name}"] for name in names]
        journal = self.work / ".understudy/studio/moves.json"
        journal.write_text(json.dumps({"format": "understudy.moves", "version": 1, "staged": True, "moves": moves}))
        (uploads / batch / names[0]).rename(frames / names[0])
        for path in (*(uploads / batch).rglob("*"), uploads / batch):
            os.utime(path, (1, 1))
        return frames, journal

    @contextlib.contextmanager
    def held_while_opened(self, frames):
        """Somebody works in that folder while the studio begins, so that what is left half moved stays so."""
        (frames / ".understudy").mkdir(exist_ok=True)
        with open(frames / ".understudy/lock", "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.studio.start()
            yield

    def test_what_a_killed_studio_left_half_moved_is_moved_when_it_is_opened(self):
        frames, journal = self.left_half("abcdefgh8", ["1.png", "2.png", "3.png"])
        self.studio.start()
        self.assertEqual({name: (frames / name).read_text() for name in ("1.png", "2.png", "3.png")},
                         {name: name for name in ("1.png", "2.png", "3.png")})
        self.assertFalse(journal.exists())

    def test_what_is_left_half_moved_waits_for_whoever_works_there(self):
        frames, journal = self.left_half("abcdefgh8", ["1.png", "2.png", "3.png"])
        (frames / ".understudy").mkdir(exist_ok=True)
        take = lambda: self.studio.post("/api/uploads/abcdefgh8/take", {"as": "frames", "side": "dst"})
        with open(frames / ".understudy/lock", "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.studio.start()
            self.assertEqual((journal.exists(), (frames / "2.png").exists()), (True, False))
            self.assertEqual((self.work / ".understudy/studio/uploads/abcdefgh8/2.png").read_text(), "2.png", "old, and not to be lost")
            self.assertEqual(take().status, 409)
        self.assertEqual(take().json, {"moved": 2})
        self.assertEqual({(frames / name).read_text() for name in ("1.png", "2.png", "3.png")}, {"1.png", "2.png", "3.png"})
        self.assertFalse(journal.exists())
        self.assertEqual(take().status, 404)

    def test_what_did_not_go_with_what_was_left_half_moved_is_not_lost(self):
        frames, journal = self.left_half("abcdefgh8", ["1.png", "2.png"])
        video = self.work / ".understudy/studio/uploads/abcdefgh8/clip.mp4"
        video.write_text("a clip")
        for of_the_film in self.work.glob("data_src.*"):
            of_the_film.unlink()
        take = lambda side, name: self.studio.post("/api/uploads/abcdefgh8/take", {"as": name, "side": side})
        with self.held_while_opened(frames):
            pass
        self.assertEqual(take("src", "video").json, {"moved": 1})
        self.assertEqual((self.work / "data_src.mp4").read_text(), "a clip")
        self.assertEqual([(frames / name).read_text() for name in ("1.png", "2.png")], ["1.png", "2.png"])
        self.assertEqual((journal.exists(), video.exists()), (False, False))

    def test_what_went_elsewhere_is_not_told_as_moved(self):
        frames, _ = self.left_half("abcdefgh8", ["1.png", "2.png"])
        with self.held_while_opened(frames):
            pass
        answer = self.studio.post("/api/uploads/abcdefgh8/take", {"as": "frames", "side": "src"})
        self.assertEqual(answer.status, 400, answer.body)
        self.assertIn(str(frames), answer.json["error"]["message"])
        self.assertEqual(((frames / "2.png").exists(), (self.work / "data_src/2.png").exists()), (True, False))

    def test_what_is_left_half_moved_is_not_dropped(self):
        frames, journal = self.left_half("abcdefgh8", ["1.png", "2.png"])
        drop = lambda: self.studio.post("/api/uploads/abcdefgh8/take", {})
        with self.held_while_opened(frames):
            self.assertEqual(drop().status, 409)
            self.assertEqual(self.studio.post("/api/uploads/abcdefgh8/take", {"as": "workspace"}).status, 409)
            self.assertTrue(journal.exists())
        self.assertEqual(drop().status, 200)
        self.assertEqual(((frames / "2.png").read_text(), journal.exists()), ("2.png", False))
        self.assertFalse((self.work / ".understudy/studio/uploads/abcdefgh8").exists())

    def test_a_list_of_moves_from_somebody_else_moves_nothing(self):
        secret = self.folder() / "secret.png"
        secret.write_text("mine")
        (self.work / "x.png").write_text("theirs")
        uploads = self.work / ".understudy/studio/uploads"
        (uploads / "abcdefgh9").mkdir(parents=True)
        (uploads / "abcdefgh9/a.png").write_text("theirs")
        (uploads / "abcdefgi9").symlink_to(self.folder())
        journal = self.work / ".understudy/studio/moves.json"
        for move in (["uploads/abcdefgh9/a.png", "", "../../../planted.png"], ["uploads/abcdefgh9/../../../../x.png", "", "../../data_dst/x.png"],
                     ["uploads/abcdefgi9/secret.png", "", "../../data_dst/secret.png"], [str(secret), "", "../../data_dst/secret.png"],
                     ["uploads/abcdefgh9/a.png", "", "../../data_dst/.bashrc"], ["uploads/abcdefgh9/a.png", "../../../planted.png", "../../data_dst/a.png"],
                     ["uploads/abcdefgh9/a.png", 7], "uploads"):
            with self.subTest(move=move):
                self.studio.kill()
                journal.write_text(json.dumps({"format": "understudy.moves", "version": 1, "staged": True, "moves": [move]}))
                before = {path: path.read_bytes() for path in self.folder().rglob("*") if path.is_file() and "state" not in path.parts}
                self.studio.start()
                self.assertEqual({path: path.read_bytes() for path in self.folder().rglob("*") if path.is_file() and "state" not in path.parts}, before)
                self.upload("abcdefgh0", "new.png", b"new")
                refused = self.studio.post("/api/uploads/abcdefgh0/take", {"as": "frames", "side": "dst"})
                self.assertEqual(refused.status, 400, refused.body)
                self.assertIn("moves.json", refused.json["error"]["message"])
        journal.unlink()
        self.assertEqual(self.studio.post("/api/uploads/abcdefgh0/take", {"as": "frames", "side": "dst"}).json, {"moved": 1})

    def test_single_faces_and_a_pack_do_not_hide_one_another(self):
        aligned = self.work / "data_src/aligned"
        names = {face.name for face in aligned.glob("*.jpg")}
        take = lambda batch: self.studio.post(f"/api/uploads/{batch}/take", {"as": "faces", "side": "src"})
        shutil.copytree(aligned, self.folder() / "faces")
        run_well("-w", self.work, "faceset", "pack", "src", "--input", self.folder() / "faces")
        pack = (self.folder() / "faces/faceset.pak").read_bytes()
        self.upload("packpack1", "faceset.pak", pack)
        refused = take("packpack1")
        self.assertEqual(refused.status, 400)
        self.assertIn("single faces", refused.json["error"]["message"])
        self.upload("packpack2", "faceset.pak", pack)
        self.upload("packpack2", "more.jpg", b"more")
        self.assertEqual(take("packpack2").status, 400)
        shutil.rmtree(aligned)
        self.assertEqual(take("packpack2").status, 400, "not both at once either")
        self.assertEqual(take("packpack1").json, {"moved": 1})
        self.upload("packpack3", "more.jpg", b"more")
        refused = take("packpack3")
        self.assertEqual(refused.status, 400)
        self.assertIn("unpack", refused.json["error"]["hint"])
        self.assertEqual([path.name for path in aligned.iterdir() if path.is_file()], ["faceset.pak"])
        run_well("-w", self.work, "faceset", "unpack", "src")
        self.assertEqual(take("packpack3").json, {"moved": 1})
        self.assertEqual({face.name for face in aligned.glob("*.jpg")}, names | {"more.jpg"})

    def test_copies_from_this_machine(self):
        video = self.folder() / "my clip.mp4"
        shutil.copy(self.work / "data_dst.mp4", video)
        (self.work / "data_dst.mp4").unlink()
        job = self.studio.post("/api/bring", {"path": str(video), "as": "video", "side": "dst"}).json["job"]
        self.assertEqual(self.studio.wait(job)["state"], "done", self.studio.job(job))
        self.assertEqual((self.work / "data_dst.mp4").read_bytes(), video.read_bytes())
        for body in ({"path": "relative", "as": "video", "side": "dst"}, {"path": str(video), "as": "workspace", "side": "dst"}, {}):
            self.assertEqual(self.studio.post("/api/bring", body).status, 400)
        ours, theirs = self.work / "data_dst/aligned", self.folder() / "actor"
        ours.rename(theirs)
        job = self.studio.post("/api/bring", {"path": str(theirs), "as": "faces", "side": "dst"}).json["job"]
        self.assertEqual(self.studio.wait(job)["state"], "done", self.studio.job(job))
        faces = lambda folder: {face.name: face.read_bytes() for face in folder.glob("*.jpg")}
        self.assertEqual(faces(ours), faces(theirs))
        self.assertTrue(faces(ours))
        listed = self.studio.get(f"/api/folders?path={urllib.parse.quote(str(self.folder()))}").json
        self.assertIn("my clip.mp4", listed["files"])
        self.assertEqual(self.studio.get("/api/folders?path=etc").status, 404)
        self.assertEqual(self.studio.get("/api/folders?path=/", token=None).status, 401)

    def test_what_is_cleared_is_listed_first_and_comes_back(self):
        faces = self.work / "data_src/aligned"
        count = len(list(faces.glob("*.jpg")))
        shown = self.studio.get("/api/clear?step=faces&side=src").json
        self.assertIn((str(faces), count), [(one["path"], one["files"]) for one in shown["going"]])
        self.assertTrue(faces.exists())
        job = self.studio.wait(self.studio.begin(shown["job"]["verb"], shown["job"]["positionals"], options=shown["job"]["options"]))
        self.assertEqual(job["state"], "done", job)
        self.assertFalse(faces.exists())
        undo = self.studio.get("/api/clear").json
        self.assertEqual(undo["last"], "faces src")
        self.assertEqual(self.studio.wait(self.studio.begin(undo["undo"]["verb"], options=undo["undo"]["options"]))["state"], "done")
        self.assertEqual(len(list(faces.glob("*.jpg"))), count)
        self.assertEqual(self.studio.get("/api/clear?step=nothing").status, 400)
        self.assertEqual(self.studio.get("/api/clear?step=model&model=../..").status, 404)


if __name__ == "__main__":
    program.main()
