# SPDX-License-Identifier: Apache-2.0
"""The faces over HTTP: filters and orders, what is told of a face, changes that can be taken back, what src lacks.
Usage: faces_test.py UNDERSTUDY"""
import json
import os
import pathlib
import struct
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, run_well, snapshot  # noqa: E402
from studio import Studio  # noqa: E402


class FacesTest(FilmTest):
    SIDES, EXTRACT = ("src", "dst"), ("--image-size", 96, "--debug")
    MEASURED = True

    @classmethod
    def make_film(cls):
        super().make_film()
        for side in cls.SIDES if cls.MEASURED else ():
            run_well("-w", cls.film, "catalogue", side)

    def setUp(self):
        self.work = self.film_copy()
        self.aligned = self.work / "data_src/aligned"
        self.studio = Studio(self.work)
        self.addCleanup(lambda: self.studio.process.poll() is None and self.studio.kill())

    def list(self, side="src", **query):
        return self.studio.get(f"/api/faces/{side}/list?" + urllib.parse.urlencode(query))

    def names(self, side="src", **query):
        answer = self.list(side, **query)
        self.assertEqual(answer.status, 200, answer.body)
        return [face["name"] for face in answer.json["faces"]]

    def change(self, what, side="src", **more):
        return self.studio.post(f"/api/faces/{side}/change", {"do": what, "epoch": self.list(side).json["epoch"], **more})

    def on_disk(self):
        return sorted(path.name for path in self.aligned.glob("*.jpg"))


class Lists(FacesTest):
    def test_orders_and_filters_are_those_of_the_verbs(self):
        best = run_well("-w", self.work, "sort", "src", "--by", "blur", "--dry-run", "--output", self.folder() / "order.json").report()
        order = [row["file"] for row in json.loads(pathlib.Path(best["output"]).read_text())["order"]]
        self.assertEqual(self.names(order="blur", down=1), order)
        for text in ("turn > 0", "blur > 0.2 && turn < 10", "source ~ '3'", "!(nod > 0)"):
            found = run_well("-w", self.work, "faceset", "filter", "src", text).report()["names"]
            self.assertEqual(self.names(filter=text), found, text)

    def test_a_window_is_part_of_the_list(self):
        whole = self.names(order="quality")
        page = self.list(order="quality", **{"from": 3, "count": 2}).json
        self.assertEqual([face["name"] for face in page["faces"]], whole[3:5])
        self.assertEqual((page["total"], page["all"], page["from"], page["unmeasured"]), (self.FRAMES, self.FRAMES, 3, 0))
        values = [face["value"] for face in self.list(order="quality").json["faces"]]
        self.assertEqual(values, sorted(values))
        picture = self.studio.get(f"/api/picture?path={urllib.parse.quote(page['faces'][0]['path'])}&size=64")
        self.assertEqual(picture.status, 200)

    def test_the_error_stands_under_its_word(self):
        for text, word in [("blurr > 0", "blurr"), ("turn > 0 && (nod < 1 && x > 2)", "x"), ("turn > 'a'", ">"), ("turn >", "")]:
            answer = self.list(filter=text)
            self.assertEqual(answer.status, 400)
            error = answer.json["error"]
            self.assertEqual(text[error["at"]:error["at"] + error["length"]], word, error)
            told = self.studio.get("/api/filter?text=" + urllib.parse.quote(text)).json["wrong"]
            self.assertEqual((told["message"], told["at"]), (error["message"], error["at"]))
        self.assertEqual(self.studio.get("/api/filter?text=blur%3E0").json, {"wrong": None})
        self.assertIn("Did you mean 'blur'", self.list(filter="blurr > 0").json["error"]["message"])
        self.assertEqual(self.list(order="beauty").status, 400)
        self.assertNotIn("at", self.list(order="beauty").json["error"])
        self.assertEqual(self.list(filter="(" * 100).status, 400)

    def test_numbers_come_as_bytes(self):
        faces = self.list(order="turn").json
        body = self.studio.get("/api/faces/src/numbers?order=turn&columns=turn,polygons").body
        count, version = struct.unpack_from("<II", body)
        self.assertEqual((count, version), (self.FRAMES, faces["version"]))
        self.assertEqual(list(struct.unpack_from(f"<{count}I", body, 8)), [face["id"] for face in faces["faces"]])
        turns = struct.unpack_from(f"<{count}f", body, 8 + 4 * count)
        for turn, face in zip(turns, faces["faces"]):
            self.assertAlmostEqual(turn, face["value"], places=3)
        self.assertEqual(struct.unpack_from(f"<{count}f", body, 8 + 8 * count), (0,) * count)
        self.assertEqual(len(body), 8 + 12 * count)
        for columns in ("name", "turn,beauty", ",".join(["turn"] * 9)):
            self.assertEqual(self.studio.get(f"/api/faces/src/numbers?columns={columns}").status, 400)

    def test_measures_have_their_range(self):
        measures = self.studio.get("/api/faces/src/measures").json
        turn = next(one for one in measures["columns"] if one["name"] == "turn")
        values = [face["value"] for face in self.list(order="turn").json["faces"]]
        self.assertEqual((turn["least"], turn["most"], turn["known"]), (values[0], values[-1], self.FRAMES))
        for reason in measures["reasons"]:
            self.assertEqual(len(self.names(filter=reason["condition"])), reason["faces"], reason)

    def test_one_face_with_its_frame(self):
        row = self.list().json["faces"][2]
        face = self.studio.get(f"/api/faces/src/face?id={row['id']}").json
        self.assertEqual((face["name"], len(face["landmarks"]), len(face["frame"]["rect"])), (row["name"], 68, 4))
        left, top, right, bottom = face["frame"]["rect"]
        self.assertAlmostEqual((right - left) * (bottom - top), face["numbers"]["rect_size"], places=1)
        self.assertEqual(self.studio.get("/api/picture?path=" + urllib.parse.quote(face["debug"]["path"])).status, 200)
        self.assertEqual(self.studio.get("/api/faces/src/face?id=999999").status, 404)

    def test_a_choice_alone(self):
        faces = self.list().json
        ids = [faces["faces"][i]["id"] for i in (1, 4)]
        only = self.studio.post("/api/faces/src/choice", {"epoch": faces["epoch"], "ids": ids}).json["only"]
        self.assertEqual([face["id"] for face in self.list(only=only).json["faces"]], ids)
        self.assertEqual(self.list(only="nobody").status, 404)
        self.assertEqual(self.studio.post("/api/faces/src/choice", {"epoch": "x", "ids": ids}).status, 409)

    def test_near_duplicates_are_folded(self):
        first = self.on_disk()[0]
        (self.aligned / "zz.jpg").write_bytes((self.aligned / first).read_bytes())
        run_well("-w", self.work, "catalogue", "src")
        self.assertEqual(len(self.names()), self.FRAMES + 1)
        groups = self.list(fold=1).json["faces"]
        self.assertEqual(sum(1 + row["behind"] for row in groups), self.FRAMES + 1)
        of_first = next(row for row in groups if row["name"] in (first, "zz.jpg") or first in self.names(like=row["id"]))
        self.assertTrue({first, "zz.jpg"} <= set(self.names(like=of_first["id"])))
        self.assertEqual(len(self.names(like=of_first["id"])), 1 + of_first["behind"])


class Unmeasured(FacesTest):
    MEASURED = False

    def test_faces_are_shown_before_they_are_measured_and_then_with_their_numbers(self):
        before = self.list().json
        self.assertEqual((before["total"], before["unmeasured"]), (self.FRAMES, self.FRAMES))
        self.assertEqual(self.names(filter="blur >= 0"), [])
        self.studio.wait(self.studio.begin("catalogue", {"side": "src"}))
        after = self.list().json
        self.assertEqual(after["unmeasured"], 0)
        self.assertGreater(after["version"], before["version"])
        self.assertEqual(len(self.names(filter="blur >= 0")), self.FRAMES)
        self.assertEqual([face["id"] for face in after["faces"]], [face["id"] for face in before["faces"]])

    def marked(self):
        return [face["id"] for face in self.list().json["faces"] if face["marked"]]

    def test_what_is_said_of_a_face_stays_when_it_is_measured(self):
        ids = [face["id"] for face in self.list().json["faces"][:2]]
        self.change("mark", ids=ids)
        self.change("person", ids=ids[:1])
        [person] = self.studio.get("/api/faces/src/persons").json["persons"]
        self.assertEqual((self.marked(), person["faces"]), (ids, 1))
        self.assertEqual(self.names(filter="rect_size >= 0"), [], "not measured is not measured")
        self.studio.kill()
        self.studio.start()  # which reads from the files anew what the faces are called
        self.assertEqual(len(self.marked()), 2)
        self.studio.wait(self.studio.begin("catalogue", {"side": "src"}))
        faces = self.list().json["faces"]
        self.assertEqual([face["marked"] for face in faces[:3]], [True, True, False])
        self.assertEqual(faces[0]["person"], person["person"])

    def test_a_mark_does_not_go_over_to_another_face_of_that_name(self):
        first, second = self.on_disk()[:2]
        self.change("mark", ids=[face["id"] for face in self.list().json["faces"][:1]])
        os.rename(self.aligned / first, self.aligned / "zz.jpg")
        os.rename(self.aligned / second, self.aligned / first)
        self.assertEqual([face["name"] for face in self.list().json["faces"] if face["marked"]], ["zz.jpg"])

    def test_faces_marked_before_they_are_measured_are_cut_out_again(self):
        self.change("mark", ids=[face["id"] for face in self.list().json["faces"][:1]])
        job = self.studio.wait(self.studio.begin("extract", {"side": "src"}, options={"marked": True, "image-size": 96, "debug": True}))
        self.assertEqual((job["state"], self.marked()), ("done", []), job)
        self.assertEqual(job["report"]["redone"], 1)

    def test_looking_writes_nothing(self):
        before = snapshot(self.work)
        for path in ("list", "numbers", "measures", "persons", "trash", "face?id=1", "list?fold=1"):
            self.studio.get(f"/api/faces/src/{path}")
        self.studio.get("/api/coverage")
        self.assertEqual(before, {name: data for name, data in snapshot(self.work).items() if ".understudy/studio" not in name})

    def test_an_empty_side_and_a_wrong_one(self):
        (self.work / "data_dst/aligned").rename(self.work / "away")
        self.assertEqual(self.list("dst").json["total"], 0)
        self.assertEqual(self.list("left").status, 400)


class Changes(FacesTest):
    def test_thrown_out_undone_and_done_again(self):
        every = self.on_disk()
        ids = [face["id"] for face in self.list(order="blur").json["faces"][:3]]
        gone = self.names(order="blur")[:3]
        version = self.list().json["version"]
        done = self.change("throw-out", ids=ids)
        self.assertEqual((done.status, done.json), (200, {"what": "throw out 3 faces", "faces": 3, "missing": 0}))
        self.assertEqual(self.on_disk(), sorted(set(every) - set(gone)))
        after = self.list().json
        self.assertGreater(after["version"], version)
        self.assertEqual((after["undo"], after["redo"], after["unmeasured"]), ("throw out 3 faces", "", 0))
        self.assertEqual(sorted(one["name"] for one in self.studio.get("/api/faces/src/trash").json["pictures"]), sorted(gone))
        picture = self.studio.get("/api/faces/src/trash").json["pictures"][0]["path"]
        self.assertEqual(self.studio.get("/api/picture?path=" + urllib.parse.quote(picture)).status, 200)
        self.studio.kill()
        self.studio.start()  # nothing of it is in the server's memory alone
        self.assertEqual(self.change("undo").json["faces"], 3)
        self.assertEqual(self.on_disk(), every)
        self.assertEqual(self.list().json["redo"], "throw out 3 faces")
        self.assertEqual(self.change("redo").status, 200)
        self.assertEqual(self.change("bring-back", names=[gone[0]]).json["faces"], 1)
        self.assertIn(gone[0], self.on_disk())
        self.assertEqual(self.change("undo").status, 200)
        self.assertEqual(self.change("undo").status, 200)
        self.assertEqual(self.on_disk(), every)
        self.assertEqual(self.change("undo").status, 404)

    def test_what_is_refused_changes_nothing(self):
        before = self.on_disk()
        face = self.list().json["faces"][0]["id"]
        for request, status in [
            ({"do": "throw-out", "ids": [face], "epoch": "another"}, 409), ({"do": "throw-out", "ids": [face]}, 409),
            ({"do": "burn"}, 400), ({}, 400), ({"do": "throw-out"}, 404), ({"do": "throw-out", "ids": "all"}, 409),
            ({"do": "bring-back", "names": ["../aligned/x.jpg"]}, 400), ({"do": "bring-back", "names": [".."]}, 400),
            ({"do": "bring-back", "names": ["/etc/passwd"]}, 400), ({"do": "redo"}, 404), ({"do": ["undo"]}, 400),
        ]:
            with self.subTest(request=request):
                self.assertEqual(self.studio.post("/api/faces/src/change", request).status, status)
        self.assertEqual(self.on_disk(), before)
        self.assertFalse((self.work / "data_src/aligned_trash").exists())

    def test_a_folder_in_use_is_left_alone(self):
        job = self.studio.begin("extract", {"side": "src"}, options={"redo": True})
        self.studio.post(f"/api/jobs/{job}/pause")
        paused = self.studio.wait(job, ["paused", "done"])
        if paused["state"] == "paused" and (self.aligned / ".understudy/lock").exists():
            answer = self.change("throw-out", ids=[self.list().json["faces"][0]["id"]])
            self.assertEqual(answer.status, 409)
            self.assertIn("in use", answer.json["error"]["message"])
        self.studio.post(f"/api/jobs/{job}/resume")
        self.studio.wait(job)

    def test_any_bytes_are_names(self):
        odd = os.fsencode(self.aligned) + b"/caf\xe9 \"'\n.jpg"
        first = self.aligned / self.on_disk()[0]
        os.rename(os.fsencode(first), odd)
        ids = [face["id"] for face in self.list().json["faces"] if "caf" in face["name"]]
        self.assertEqual(self.change("throw-out", ids=ids).json["faces"], 1)
        self.assertFalse(os.path.exists(odd))
        self.assertEqual(self.change("undo").json["faces"], 1)
        self.assertTrue(os.path.exists(odd))

    def test_marks(self):
        ids = [face["id"] for face in self.list().json["faces"][:2]]
        self.change("mark", ids=ids)
        marked = lambda: [face["id"] for face in self.list().json["faces"] if face["marked"]]
        self.assertEqual(marked(), ids)
        run_well("-w", self.work, "sort", "src", "--by", "blur")
        self.assertEqual(len(marked()), 2, "a mark goes with its face whatever it is called")
        self.change("undo")
        self.assertEqual(marked(), [])


class Persons(FacesTest):
    def persons(self):
        return self.studio.get("/api/faces/src/persons").json["persons"]

    def test_named_split_merged_and_rejected(self):
        run_well("-w", self.work, "faceset", "identity", "src")
        [all_of_them] = self.persons()
        self.assertEqual((all_of_them["person"], all_of_them["faces"]), (0, self.FRAMES))
        self.change("name", persons=[0], name="Anna")
        [anna] = self.persons()
        self.assertEqual((anna["name"], anna["faces"]), ("Anna", self.FRAMES))
        run_well("-w", self.work, "faceset", "identity", "src")  # who is who is counted anew
        self.assertEqual([(one["name"], one["faces"]) for one in self.persons()], [("Anna", self.FRAMES)])
        some = [face["id"] for face in self.list().json["faces"][:3]]
        self.change("person", ids=some)
        self.assertEqual([one["faces"] for one in self.persons()], [self.FRAMES - 3, 3])
        split = self.persons()[1]["person"]
        self.assertEqual(len(self.names(filter=f"person == {split}")), 3)
        self.change("person", person=anna["person"], persons=[split])
        self.assertEqual([one["faces"] for one in self.persons()], [self.FRAMES])
        self.change("undo")
        self.assertEqual(self.change("keep-persons", persons=[9876]).status, 404)
        self.assertEqual(len(self.on_disk()), self.FRAMES)
        self.change("keep-persons", persons=[split])
        self.assertEqual(len(self.on_disk()), 3)
        self.change("undo")
        self.change("throw-out", persons=[split])
        self.assertEqual(len(self.on_disk()), self.FRAMES - 3)
        for _ in range(3):
            self.change("undo")
        self.assertEqual([(one["person"], one["name"]) for one in self.persons()], [(0, "")])
        self.assertEqual(len(self.on_disk()), self.FRAMES)
        self.assertEqual(self.change("name", persons=[0, 1], name="x").status, 400)
        self.assertEqual(self.change("name", persons=[0], name="x" * 1000).status, 400)


class Coverage(FacesTest):
    def test_what_src_lacks(self):
        found = self.studio.get("/api/coverage").json
        self.assertEqual((found["src_faces"], found["dst_faces"]), (self.FRAMES, self.FRAMES))
        self.assertEqual(found["covered"] + len(found["worst"]), self.FRAMES)
        for of in found["maps"]:
            self.assertEqual((sum(of["src"]), sum(of["dst"])), (self.FRAMES, self.FRAMES), of["name"])
            self.assertEqual(len(of["gap"]), of["x"]["cells"] * of["y"]["cells"])
        ids = [face["id"] for face in self.list("dst").json["faces"]]
        self.studio.post("/api/faces/dst/change", {"do": "throw-out", "epoch": found["epoch"], "ids": ids[1:]})
        self.assertEqual(self.studio.get("/api/coverage").json["dst_faces"], 1)
        ids = [face["id"] for face in self.list("src").json["faces"]]
        self.change("throw-out", ids=ids)
        self.assertEqual(self.studio.get("/api/coverage").json["covered"], 0)


if __name__ == "__main__":
    program.main()
