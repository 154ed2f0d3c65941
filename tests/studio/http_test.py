# SPDX-License-Identifier: Apache-2.0
"""The studio over HTTP: who may ask, what is given, jobs from the queue to their end, over the server's own death.
Usage: http_test.py UNDERSTUDY"""
import http.client
import json
import os
import pathlib
import random
import shutil
import socket
import sys
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import TINY_MODEL, FilmTest, run_well, snapshot  # noqa: E402
from studio import TOKEN, StudioTest, alive, pid_of  # noqa: E402

DOCS = pathlib.Path(__file__).resolve().parent.parent.parent / "docs"
TINY = {key.lstrip("-"): (int(value) if value.isdigit() else value) for key, value in zip(TINY_MODEL[::2], TINY_MODEL[1::2])}
LONG_TRAINING = {**TINY, "threads": 1, "target-iter": 100000}


class WhoMayAsk(StudioTest):
    def test_only_who_has_the_token_from_this_machine(self):
        ask = self.studio.get
        self.assertEqual(ask("/api/studio").status, 200)
        for headers, token, status in [
            ({}, None, 401), ({}, "wrong", 401), ({}, TOKEN[:-1], 401), ({}, TOKEN + "0", 401),
            ({"Cookie": f"understudy-{self.studio.port + 1}={TOKEN}"}, None, 401),
            ({"Cookie": f"a=b; understudy-{self.studio.port}={TOKEN}"}, None, 200),
            ({"Host": "evil.example"}, TOKEN, 421), ({"Host": f"127.0.0.1.evil.example:{self.studio.port}"}, TOKEN, 421),
            ({"Host": f"localhost.evil.example:{self.studio.port}"}, TOKEN, 421), ({"Host": f"127.0.0.1.nip.io:{self.studio.port}"}, TOKEN, 421),
            ({"Host": f"evil.example#localhost:{self.studio.port}"}, TOKEN, 421), ({"Host": f"0.0.0.0:{self.studio.port}"}, TOKEN, 421),
            ({"Host": f"user@localhost:{self.studio.port}"}, TOKEN, 421), ({"Host": ""}, TOKEN, 421),
            ({"Origin": f"http://localhost.evil.example:{self.studio.port}"}, TOKEN, 403), ({"Sec-Fetch-Site": "same-site"}, TOKEN, 403),
            ({"Origin": f"https://127.0.0.1:{self.studio.port}"}, TOKEN, 403),
            ({"Host": "127.0.0.1"}, TOKEN, 421), ({"Host": f"localhost:{self.studio.port}"}, TOKEN, 200),
            ({"Origin": "http://evil.example"}, TOKEN, 403), ({"Origin": "null"}, TOKEN, 403),
            ({"Origin": f"http://127.0.0.1:{self.studio.port + 1}"}, TOKEN, 403),
            ({"Origin": f"http://127.0.0.1:{self.studio.port}"}, TOKEN, 200), ({"Sec-Fetch-Site": "cross-site"}, TOKEN, 403),
        ]:
            with self.subTest(headers=headers, token=token):
                self.assertEqual(ask("/api/studio", headers=headers, token=token).status, status)
        self.assertEqual(ask("/", token=None).status, 401)
        self.assertEqual(self.studio.post("/api/jobs", {"verb": "extract"}, token=None).status, 401)

    def test_the_printed_address_sets_a_cookie_that_no_page_reads(self):
        answer = self.studio.get(f"/?token={TOKEN}", token=None)
        self.assertEqual((answer.status, answer.headers["Location"]), (303, "/"))
        cookie = answer.headers["Set-Cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        page = self.studio.get("/", token=None, headers={"Cookie": cookie.split(";")[0]})
        self.assertEqual(page.status, 200)
        self.assertIn(b"studio.js", page.body)
        self.assertIn("default-src 'self'", page.headers["Content-Security-Policy"])
        self.assertEqual(self.studio.get("/?token=wrong", token=None).status, 401)

    def test_the_token_is_kept_for_this_user_alone(self):
        state = self.folder() / "state"
        told = []
        for _ in range(2):
            job = program.subprocess.Popen([os.path.abspath(program.UNDERSTUDY), "--json", "studio", "--port", "0", "--no-open"], stdout=-1,
                                           stderr=-1, text=True,
                                           env={**program.ENVIRONMENT, "XDG_STATE_HOME": str(state)}, cwd=self.folder())
            for line in job.stdout:
                if "token=" in line:
                    told.append(line.split("token=")[1][:48])
                    break
            job.kill()
            job.communicate()
        self.assertEqual(told[0], told[1])
        self.assertEqual((state / "understudy/studio-token").stat().st_mode & 0o777, 0o600)
        self.assertEqual((state / "understudy/studio-token").read_text(), told[0])

    def test_nothing_outside_the_workspace_is_given(self):
        secret = self.folder() / "secret.png"
        secret.write_bytes(b"secret")
        (self.work / "data_src" / "link.png").symlink_to(secret)
        (self.work / "away").symlink_to(self.folder())
        shutil.copy(secret, self.work / "data_src" / "own.txt")
        names = ["../secret.png", "/etc/passwd", str(secret), "data_src/../../secret.png", "data_src/link.png", "away/secret.png", "",
                 ".", "data_src", "data_src/\0own.txt", "..", "\\x2e\\x2e/secret.png", "data_src/aligned/../../../secret.png"]
        for route in ("picture", "file", "marks"):
            for name in names:
                for path in (urllib.parse.quote(name, safe=""), urllib.parse.quote(urllib.parse.quote(name, safe=""), safe="")):
                    with self.subTest(route=route, name=name):
                        answer = self.studio.get(f"/api/{route}?path={path}")
                        self.assertIn(answer.status, (400, 404))
                        self.assertNotIn(b"secret\n", answer.body + b"\n" if answer.body == b"secret" else answer.body)
        for path in ("/../secret.png", "/..%2fsecret.png", "/%2e%2e/secret.png", "/studio.js/../../secret.png"):
            self.assertNotEqual(self.studio.get(path).body, b"secret")
        self.assertEqual(self.studio.get("/api/file?path=data_src/own.txt").body, b"secret")

    def test_the_workspaces_own_folders_may_lie_elsewhere(self):
        aligned = self.work / "data_dst" / "aligned"
        shutil.move(aligned, self.folder() / "elsewhere")
        aligned.symlink_to(self.folder() / "elsewhere")
        first = self.studio.get("/api/faces/dst").json["pictures"][0]
        self.assertEqual(self.studio.get("/api/picture?path=" + urllib.parse.quote(first["path"])).status, 200)
        shown = self.studio.get("/api/faces/dst/list").json
        self.studio.post("/api/faces/dst/change", {"do": "throw-out", "epoch": shown["epoch"], "ids": [shown["faces"][0]["id"]]})
        [thrown] = self.studio.get("/api/faces/dst/trash").json["pictures"]
        self.assertFalse((self.work / thrown["path"]).exists(), "it lies where the link leads to")
        self.assertEqual(self.studio.get("/api/picture?path=" + urllib.parse.quote(thrown["path"])).status, 200)
        [step] = [step for step in self.studio.get("/api/workspace").json["steps"] if step["step"] == "curate"]
        self.assertEqual(step["sides"]["dst"]["in_trash"], 1)
        (self.folder() / "elsewhere_trash/out.jpg").symlink_to(self.folder() / "secret.jpg")
        (self.folder() / "secret.jpg").write_bytes(b"secret")
        for name in ("out.jpg", "../secret.jpg"):
            self.assertEqual(self.studio.get(f"/api/picture?path=data_dst/aligned_trash/{name}").status, 404)

    def test_frames_of_all_kinds_are_shown(self):
        for name in ("00001.webp", "00002.jfif", "00003.png", "notes.txt"):
            (self.work / "data_src" / name).write_bytes(b"not looked at")
        self.assertEqual([one["name"] for one in self.studio.get("/api/pictures/frames-src").json["pictures"]],
                         ["00001.webp", "00002.jfif", "00003.png"])


class Hostile(StudioTest):
    def test_bodies_too_large_or_broken(self):
        for body in ("{", "[]", "null", "1", '"text"', "{" * 100, '{"a":' * 100 + "1" + "}" * 100, b"\xff\xfe", '{"verb": 1}',
                     '{"verb": "extract", "options": {"image-size": {"a": 1}}}', '{"verb": "extract", "options": {"image-size": 1e99}}',
                     '{"verb": "extract", "positionals": {"side": "src\\u0000"}}', '{"verb": "extract", "positionals": {"side": "--json"}}'):
            with self.subTest(body=body):
                self.assertEqual(self.studio.post("/api/jobs", body).status, 400)
        self.assertEqual(self.studio.post("/api/jobs", b" " * (9 << 20)).status, 413)
        self.assertEqual(self.jobs(), [])

    def test_slow_connections_keep_nobody_waiting(self):
        slow = [socket.create_connection(("127.0.0.1", self.studio.port)) for _ in range(200)]
        answered = threading.Event()

        def feed():  # a letter a second, so that none of them is cut off for its silence
            while not answered.wait(1):
                for connection in slow:
                    connection.sendall(b"x")

        try:
            for connection in slow:
                connection.sendall(b"GET /api/studio HTTP/1.1\r\nHost: ")
            feeder = threading.Thread(target=feed)
            feeder.start()
            self.assertEqual(self.studio.get("/api/studio").status, 200)
        finally:
            answered.set()
            feeder.join()
            for connection in slow:
                connection.close()

    def test_ten_thousand_random_requests(self):
        chance, before = random.Random(20261129), snapshot(self.work)
        routes = [line.split(" ", 2)[1:] for line in (DOCS / "http.md").read_text().splitlines() if line.startswith("## ")]
        odd = ["..", "%2e%2e", "%00", "a" * 300, "{job}", "src", "-1", "1e9", "\\x", "%ff", "1732859104.123-extract", "'", '"', "<", "🎭"]
        # What opens, makes or starts something with a right request is not asked for by chance.
        routes = [route for route in routes if not (route[0] == "POST" and route[1] in ("/api/workspace", "/api/jobs"))]
        connection = None
        for i in range(10000):
            method, path = chance.choice(routes)
            for part in ("{job}", "{side}", "{folder}", "{clip}", "{frame}"):
                path = path.replace(part, urllib.parse.quote(chance.choice(odd), safe="%"))
            if "events" in path or "watch" in path:
                continue  # streams: test_…stream…
            if chance.random() < 0.5:
                path += "?" + "&".join(f"{chance.choice(['path', 'from', 'count', 'size', 'after', 'filter', 'order', 'columns', 'id', 'x'])}="
                                       f"{urllib.parse.quote(chance.choice(odd), safe='%')}" for _ in range(chance.randrange(4)))
            method = chance.choice([method] * 4 + ["GET", "POST", "DELETE", "PUT", "OPTIONS", "HEAD"])
            body = bytes(chance.randrange(256) for _ in range(chance.randrange(40))) if chance.random() < 0.3 else None
            connection = connection or http.client.HTTPConnection("127.0.0.1", self.studio.port, timeout=20)
            try:
                connection.request(method, path, body, {"Authorization": f"Bearer {TOKEN}"})
                reply = connection.getresponse()
                self.assertLess(reply.status, 500, (method, path, body, reply.read()))
                reply.read()
            except (http.client.HTTPException, ConnectionError):
                connection.close()
                connection = None
        connection.close()
        self.assertEqual(self.studio.get("/api/studio").status, 200)
        after = {name: bytes_ for name, bytes_ in snapshot(self.work).items() if ".understudy/studio/" not in name}
        self.assertEqual(after, before)


class Jobs(StudioTest):
    def test_a_job_from_the_queue_to_its_report(self):
        job = self.studio.begin("sort", {"side": "src"}, options={"by": "blur"})
        shown = self.studio.wait(job)
        self.assertEqual(shown["state"], "done", shown)
        self.assertEqual(shown["command"], f"understudy -w {self.work} sort --by=blur src")
        self.assertGreater(len(shown["report"]), 2)
        lines = self.studio.get(f"/api/jobs/{job}/events").body.decode().splitlines()
        self.assertEqual(lines, (self.work / ".understudy/jobs" / job / "events.jsonl").read_text().splitlines())
        again = self.studio.post(f"/api/jobs/{job}/retry")
        self.assertEqual(again.status, 201)
        self.assertEqual(self.studio.wait(again.json["job"])["options"], {"by": "blur"})

    def test_wrong_requests_are_refused_in_a_sentence(self):
        for request, word in [
            ({"verb": "extrct"}, "extrct"), ({"verb": "extract"}, "side"), ({"verb": "extract", "positionals": {"side": "x"}}, "src, dst"),
            ({"verb": "extract", "positionals": {"side": "src"}, "options": {"imge-size": 1}}, "imge-size"),
            ({"verb": "extract", "positionals": {"side": "src"}, "options": {"jpeg-quality": 0}}, "at least"),
            ({"verb": "extract", "positionals": {"side": "src"}, "options": {"image-size": "x"}}, "whole number"),
            ({"verb": "extract", "positionals": {"side": "src", "more": "x"}}, "more"),
            ({"verb": "schema"}, "log"),
        ]:
            answer = self.studio.post("/api/jobs", request)
            self.assertEqual(answer.status, 400, answer.body)
            self.assertIn(word, answer.json["error"]["message"])
        self.assertEqual(self.jobs(), [])

    def test_what_the_verb_itself_refuses_is_shown(self):
        job = self.studio.wait(self.studio.begin("faceset filter", {"side": "src", "expression": "blurr > 0"}))
        self.assertEqual(job["state"], "failed")
        self.assertIn("blurr", job["error"]["message"])

    def test_every_kind_of_option_arrives(self):
        options = {"redo": True, "image-size": 128, "face-type": "f", "input": str(self.work / "data_src.mp4"),
                   "output": str(self.folder() / "-o '\"$(x)")}
        job = self.studio.wait(self.studio.begin("extract", {"side": "src"}, options=options))
        self.assertEqual(job["state"], "done", job)
        first = json.loads((self.work / ".understudy/jobs" / job["job"] / "events.jsonl").read_text().splitlines()[0])
        self.assertEqual(first["options"], options)

    def test_one_training_and_one_other_at_a_time(self):
        training = self.studio.begin("train saehd", options=LONG_TRAINING)
        second = self.studio.begin("train saehd", options={**LONG_TRAINING, "model": "other"})
        self.studio.wait(training, ["running"])
        other = self.studio.begin("catalogue", {"side": "src"})
        self.assertEqual(self.studio.wait(other)["state"], "done")
        self.assertEqual(self.studio.job(second)["state"], "waiting")
        third = self.studio.begin("train saehd", options={**LONG_TRAINING, "model": "third"})
        self.assertEqual(self.studio.post("/api/queue", {"jobs": [third, second]}).status, 200)
        self.studio.post(f"/api/jobs/{training}/cancel")
        self.assertEqual(self.studio.wait(training)["state"], "cancelled")
        self.studio.wait(third, ["running"])
        self.assertEqual(self.studio.job(second)["state"], "waiting")
        self.studio.post(f"/api/jobs/{second}/cancel")
        self.assertEqual(self.studio.job(second)["state"], "cancelled")
        self.assertFalse((self.work / "model/other").exists())
        self.studio.post(f"/api/jobs/{third}/cancel")
        self.studio.wait(third)

    def test_an_expression_may_begin_with_a_minus(self):
        job = self.studio.wait(self.studio.begin("faceset filter", {"side": "src", "expression": "-blur <= 0"}))
        self.assertEqual(job["state"], "done", job)
        self.assertIn("-- src '-blur <= 0'", job["command"])

    def test_paths_begin_where_they_were_typed(self):
        faces = {"side": "src", "expression": "blur >= 0"}
        job = self.studio.wait(self.studio.begin("faceset filter", faces, options={"output": "lists/names.txt"}))
        self.assertEqual((job["state"], job["options"]), ("done", {"output": "lists/names.txt"}), job)
        self.assertIn(f"--output={self.work}/lists/names.txt", job["command"])
        self.assertTrue((self.work / "lists/names.txt").exists())
        shoot = self.folder() / "shoot"
        shoot.mkdir()
        run_well("-w", "../film", "faceset", "filter", "src", "blur >= 0", "--output", "names.txt", cwd=shoot)
        (shoot / "names.txt").unlink()
        time.sleep(0.6)
        [typed] = [one for one in self.studio.get("/api/jobs").json if one["options"] == {"output": "names.txt"}]
        again = self.studio.wait(self.studio.post(f"/api/jobs/{typed['job']}/retry").json["job"])
        self.assertEqual((again["state"], again["options"]), ("done", {"output": str(shoot / "names.txt")}), again)
        self.assertTrue((shoot / "names.txt").exists())
        # One of a version that did not say where it was typed.
        log = self.work / ".understudy/jobs" / typed["job"] / "events.jsonl"
        log.write_text(log.read_text().replace(f'"folder":"{shoot}",', ""))
        self.studio.kill()
        self.studio.start()
        refused = self.studio.post(f"/api/jobs/{typed['job']}/retry")
        self.assertEqual(refused.status, 400)
        self.assertIn("whole path", refused.json["error"]["message"])

    def test_commands_and_pauses(self):
        job = self.studio.begin("train saehd", options=LONG_TRAINING)
        self.studio.wait(job, ["running"])
        self.assertTrue(os.readlink(f"/proc/{pid_of(self.work, job)}/fd/0").startswith("pipe:"), "nobody can take it away, and none is left")
        while not self.studio.job(job)["metric"]:
            time.sleep(0.1)
        self.assertEqual(self.studio.post(f"/api/jobs/{job}/command", {"command": "set", "key": "save-every", "value": 7}).status, 200)
        refused = self.studio.post(f"/api/jobs/{job}/command", {"command": "set", "key": "archi", "value": "liae"})
        self.assertEqual(refused.status, 400)
        self.assertIn("archi", refused.json["error"]["message"])
        self.assertEqual(self.studio.post(f"/api/jobs/{job}/command", {"command": "sing"}).status, 400)
        self.assertEqual(self.studio.post(f"/api/jobs/{job}/pause").status, 200)
        self.assertEqual(self.studio.wait(job, ["paused"])["state"], "paused")
        time.sleep(1)  # what it was just writing is read
        stood = self.studio.job(job)["metric"]
        time.sleep(1.5)
        self.assertEqual(self.studio.job(job)["metric"], stood)
        self.assertEqual(self.studio.post(f"/api/jobs/{job}/resume").status, 200)
        self.studio.wait(job, ["running"])
        self.studio.post(f"/api/jobs/{job}/cancel")
        self.assertEqual(self.studio.wait(job)["state"], "cancelled")
        self.assertTrue((self.work / "model/saehd/generations.json").exists())

    def test_jobs_outlive_the_server_and_the_next_goes_on_with_them(self):
        job = self.studio.begin("train saehd", options=LONG_TRAINING)
        self.studio.wait(job, ["running"])
        seen = []
        for kind, number, data in self.studio.stream(f"/api/jobs/{job}/events"):
            if number is not None:
                seen.append(number)
            if len(seen) > 3:
                break
        waiting = self.studio.begin("train saehd", options={**LONG_TRAINING, "model": "other"})
        pid = pid_of(self.work, job)
        kept = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        self.assertEqual([name for name in kept if name.startswith("socket:")], [], "the server's sockets are not the job's")
        self.studio.kill()
        self.assertTrue(alive(pid))
        self.studio.start()
        shown = self.studio.wait(job, ["running"])
        self.assertEqual(shown["here"], True)
        self.assertEqual(self.studio.job(waiting)["state"], "waiting")
        for kind, number, data in self.studio.stream(f"/api/jobs/{job}/events", {"Last-Event-ID": str(seen[-1])}):
            if number is not None:
                self.assertGreater(number, seen[-1])
                break
        self.assertEqual(self.studio.post(f"/api/jobs/{job}/command", {"command": "save"}).status, 200)
        for name in (waiting, job):
            self.studio.post(f"/api/jobs/{name}/cancel")
        self.assertEqual(self.studio.wait(job)["state"], "cancelled")
        self.assertEqual(self.studio.stop(), 0)

    def test_streams_tell_each_line_once_and_then_the_end(self):
        job = self.studio.begin("extract", {"side": "dst"}, options={"redo": True})
        told = list(self.studio.stream(f"/api/jobs/{job}/events"))
        self.assertEqual(told[-1][0], "end")
        self.assertEqual(told[-1][2], {"state": "done"})
        lines = [data for kind, number, data in told if kind == "message"]
        kept = [json.loads(line) for line in (self.work / ".understudy/jobs" / job / "events.jsonl").read_text().splitlines()]
        self.assertEqual(lines, kept)
        states = []
        for kind, _, data in self.studio.stream("/api/watch"):
            states.append((kind, data[0]["state"]))
            break
        self.assertEqual(states, [("jobs", "done")])

    def test_a_terminals_jobs_are_shown_too(self):
        run_well("-w", self.work, "sort", "dst", "--by", "hue")
        time.sleep(0.6)
        job = self.studio.get("/api/jobs").json[0]
        self.assertEqual((job["verb"], job["state"], job["here"]), ("sort", "done", False))


class Pictures(StudioTest):
    def test_small_copies_are_made_once_and_known_again(self):
        page = self.studio.get("/api/faces/src?from=2&count=3").json
        self.assertEqual((page["total"], len(page["pictures"])), (FilmTest.FRAMES, 3))
        one = page["pictures"][0]
        path = f"/api/picture?path={urllib.parse.quote(one['path'])}&size=48&v={one['v']}"
        small = self.studio.get(path)
        self.assertEqual((small.status, small.headers["Content-Type"]), (200, "image/jpeg"))
        self.assertIn("immutable", small.headers["Cache-Control"])
        self.assertLess(len(small.body), (self.work / one["path"]).stat().st_size)
        self.assertEqual(self.studio.get(path, headers={"If-None-Match": small.headers["ETag"]}).status, 304)
        whole = self.studio.get(f"/api/picture?path={urllib.parse.quote(one['path'])}")
        self.assertEqual(whole.body, (self.work / one["path"]).read_bytes())

    def test_ranges_of_a_video(self):
        video = (self.work / "data_dst.mp4").read_bytes()
        part = self.studio.get("/api/file?path=data_dst.mp4", headers={"Range": "bytes=100-299"})
        self.assertEqual((part.status, part.body), (206, video[100:300]))
        self.assertEqual(self.studio.get("/api/file?path=data_dst.mp4").body, video)

    def test_any_bytes_are_names(self):
        aligned = self.work / "data_src/aligned"
        first = sorted(aligned.glob("*.jpg"))[0]
        odd = os.fsencode(aligned) + b"/caf\xe9 \"'\n.jpg"
        shutil.copy(first, odd)
        names = {picture["name"]: picture["path"] for picture in self.studio.get("/api/faces/src").json["pictures"]}
        [path] = [path for name, path in names.items() if "caf" in name]
        self.assertEqual(self.studio.get("/api/picture?path=" + urllib.parse.quote(path)).body, first.read_bytes())

    def test_any_bytes_reach_a_job(self):
        clip = os.fsencode(self.folder()) + b"/caf\xe9 \\x41.mp4"
        os.rename(self.work / "data_src.mp4", clip)
        shutil.copy(clip, self.folder() / "same.mp4")
        [name] = [name for name in self.studio.get("/api/folders?path=" + urllib.parse.quote(str(self.folder()))).json["files"]
                  if name.startswith("caf")]
        answer = self.studio.post("/api/bring", {"path": f"{self.folder()}/{name}", "as": "video", "side": "src"})
        job = self.studio.wait(answer.json["job"])
        self.assertEqual(job["state"], "done", job)
        self.assertEqual((self.work / "data_src.mp4").read_bytes(), (self.folder() / "same.mp4").read_bytes())
        # What is shown can be pasted into a shell.
        said = program.subprocess.run(["bash", "-c", f"printf '%s\\n' {job['command']}"], stdout=-1, check=True).stdout.split(b"\n")
        self.assertIn(b"--src=" + clip, said)
        self.assertEqual(self.studio.post("/api/bring", {"path": "/a\\x00b", "as": "video", "side": "src"}).status, 400)


class Workspaces(StudioTest):
    def test_what_is_out_of_date_says_why(self):
        steps = lambda: {step["step"]: step for step in self.studio.get("/api/workspace").json["steps"]}
        now = steps()
        self.assertEqual([now[name]["state"] for name in ("frames", "faces", "train", "merge", "video")],
                         ["current", "current", "empty", "empty", "empty"])
        self.assertEqual(now["faces"]["sides"]["src"]["faces"], FilmTest.FRAMES)
        self.studio.wait(self.studio.begin("train saehd", options={**TINY, "threads": 1, "target-iter": 1}))
        self.studio.wait(self.studio.begin("merge"))
        self.studio.wait(self.studio.begin("video encode"))
        now = steps()
        self.assertEqual({step["state"] for name, step in now.items() if name in ("train", "merge", "video")}, {"current"}, now)
        self.assertEqual(now["merge"]["frames"], FilmTest.FRAMES)
        time.sleep(1.1)
        # Whoever only took the folder has changed nothing.
        self.studio.wait(self.studio.begin("extract", {"side": "dst"}, options={"image-size": 96}))
        self.assertEqual(self.studio.post("/api/faces/dst/change", {"do": "undo"}).status, 404)
        self.assertEqual({step["state"] for name, step in steps().items() if name in ("train", "merge", "video")}, {"current"}, steps())
        self.studio.wait(self.studio.begin("train saehd", options={**TINY, "threads": 1, "target-iter": 2}))
        self.assertEqual(steps()["merge"]["state"], "stale")
        self.assertIn("model", steps()["merge"]["why"])

    def test_open_make_and_remember(self):
        place = self.folder() / "new film"
        self.assertEqual(self.studio.post("/api/workspace", {"path": str(place)}).status, 404)
        self.assertEqual(self.studio.post("/api/workspace", {"path": "new film", "create": True}).status, 400)
        about = self.studio.post("/api/workspace", {"path": str(place), "create": True}).json
        self.assertEqual(about["workspace"], str(place))
        self.assertEqual([one["path"] for one in about["recent"]], [str(place), str(self.work)])
        self.assertTrue((place / "data_src").is_dir())
        self.assertEqual(self.studio.get("/api/jobs").json, [])


class Page(unittest.TestCase):
    def test_the_page_of_routes_is_the_programs(self):
        self.assertEqual(run_well("schema", "--routes").out, (DOCS / "http.md").read_text(encoding="utf-8"),
                         "regenerate: understudy schema --routes > docs/http.md")


if __name__ == "__main__":
    program.main()
