# SPDX-License-Identifier: Apache-2.0
"""The merge at 16 bits and as layers for a compositor, from the command line: what lies outside of the matte is the plate
to the bit, and the layers laid over the plate are the merge. Usage: deliver_test.py UNDERSTUDY"""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, ONE_THREAD, TINY_MODEL, run, run_well  # noqa: E402


def chunks(png):
    at = 8
    while at < len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8:at + 8 + size]
        at += 12 + size


def unfiltered(rows, width, height, pixel):
    """PNG's five filters taken back (PNG specification 9)."""
    stride, out, before = width * pixel, [], bytes(width * pixel)
    for y in range(height):
        kind, line = rows[y * (stride + 1)], bytearray(rows[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            left = line[i - pixel] if i >= pixel else 0
            up, corner = before[i], before[i - pixel] if i >= pixel else 0
            if kind == 1:
                line[i] = line[i] + left & 255
            elif kind == 2:
                line[i] = line[i] + up & 255
            elif kind == 3:
                line[i] = line[i] + (left + up) // 2 & 255
            elif kind == 4:
                guess = left + up - corner
                near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
                line[i] = line[i] + near[2] & 255
        before = bytes(line)
        out.append(before)
    return out


def read_png16(path):
    """Rows of pixels, each a tuple of 16-bit values."""
    parts = list(chunks(path.read_bytes()))
    width, height, depth, colour = struct.unpack(">IIBB", parts[0][1][:10])
    channels = {0: 1, 2: 3, 6: 4}[colour]
    assert depth == 16, f"{path}: {depth} bits"
    data = zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
    return [list(struct.iter_unpack(f">{channels}H", row)) for row in unfiltered(data, width, height, channels * 2)]


def exr_attributes(path):
    """Those of the header, by name (OpenEXR file layout)."""
    head, attributes, at = path.read_bytes()[:65536], {}, 8
    while head[at]:
        name, kind, rest = head[at:].split(b"\0", 2)
        at += len(name) + len(kind) + 2
        size, = struct.unpack_from("<i", head, at)
        attributes[name.decode()] = head[at + 4:at + 4 + size]
        at += 4 + size
    return attributes


def write_png16(path, width, height, pixel):
    rows = b"".join(b"\0" + b"".join(struct.pack(">3H", *pixel(x, y)) for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    body = b"".join(struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b))
                    for k, b in ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


class Deliver(FilmTest):
    SIDES, MODEL, FRAMES = ("src", "dst"), TINY_MODEL, 8

    def setUp(self):
        self.work = self.film_copy()
        self.frames = self.work / "data_dst"
        # The plate's frames at 16 bits, with low bits that 8 would not hold.
        run_well("-w", self.work, "frames", "extract", "dst")
        for path in sorted(self.frames.glob("*.png")):
            png = list(chunks(path.read_bytes()))
            width, height = struct.unpack(">II", png[0][1][:8])
            write_png16(path, width, height, lambda x, y: (257 * 90 + 7 * x, 257 * 110 + 11 * y, 257 * 80 + 3 * (x ^ y)))
        self.plate = read_png16(sorted(self.frames.glob("*.png"))[1])

    def verb(self, *arguments):
        return run_well("-w", self.work, *arguments, *ONE_THREAD).report()

    def deliver(self, *arguments):
        return self.verb("merge", "deliver", *arguments)

    def differing_outside(self, picture, matte):
        inside = outside = 0
        for plate, row, alpha in zip(self.plate, picture, matte):
            for p, got, a in zip(plate, row, alpha):
                inside += a[-1] > 0
                outside += a[-1] == 0 and tuple(got[:3]) != tuple(p)
        self.assertGreater(inside, 100)
        return outside

    def test_sixteen_bits_keep_the_plate_outside_the_matte(self):
        self.assertEqual(self.verb("merge", "--bit-depth", 16)["rendered"], self.FRAMES)
        merged = read_png16(self.frames / "merged/00002.png")
        mask = read_png16(self.frames / "merged_mask/00002.png")
        self.assertEqual(self.differing_outside(merged, mask), 0)
        self.assertEqual(self.verb("merge", "--bit-depth", 16)["done_before"], self.FRAMES)
        self.assertEqual(self.verb("merge")["rendered"], self.FRAMES)  # at 8 bits they are other pictures
        run_well("-w", self.work, "merge", "--bit-depth", 16, *ONE_THREAD)
        encoded = run_well("-w", self.work, "video", "encode", "--codec", "prores", "--alpha", "--fps", 25, "--output",
                           self.work / "result.mov").report()
        self.assertEqual(encoded["frames"], self.FRAMES)

    def test_layers_over_the_plate_are_the_merge(self):
        report = self.deliver("--format", "png", "--predictions")
        self.assertEqual((report["rendered"], report["frames"]), (self.FRAMES, self.FRAMES))
        folder = self.frames / "delivery"
        result, face, matte = (read_png16(folder / layer / "00002.png") for layer in ("result", "face", "matte"))
        self.assertEqual(self.differing_outside(result, matte), 0)
        furthest = 0
        for plate, over, want in zip(self.plate, face, result):
            for p, f, r in zip(plate, over, want):
                self.assertEqual(f[3], r[3])
                for c in range(3):
                    furthest = max(furthest, abs(p[c] * (1 - f[3] / 65535) + f[c] - r[c]))
        self.assertLessEqual(furthest, 65535 / 1024)
        corners = json.loads((folder / "prediction/corners.json").read_text())
        self.assertEqual([c["frame"] for c in corners], list(range(1, self.FRAMES + 1)))
        self.assertEqual(len(read_png16(folder / "prediction/00002_0.png")), corners[1]["resolution"])
        # The matrix takes the corners to those of the prediction; Nuke's text counts from below.
        (x, y), m, side = corners[1]["corners"][2], corners[1]["crop_from_frame"], corners[1]["resolution"]
        x0, y0 = x - 0.5, y - 0.5  # matrices count from the middle of a pixel
        self.assertAlmostEqual(m[0] * x0 + m[1] * y0 + m[2], side - 0.5, places=3)
        self.assertAlmostEqual(m[3] * x0 + m[4] * y0 + m[5], side - 0.5, places=3)
        line = [float(v) for v in (folder / "prediction/corners_0.txt").read_text().splitlines()[1].split()]
        self.assertEqual(line[0], 2)
        self.assertAlmostEqual(line[6], len(self.plate) - y, places=3)

    def test_corners_are_of_all_frames_whatever_was_asked_for_last(self):
        self.deliver("--format", "png", "--predictions")
        corners = self.frames / "delivery/prediction/corners.json"
        text = self.frames / "delivery/prediction/corners_0.txt"
        before = json.loads(corners.read_text())
        self.deliver("--format", "png", "--predictions", "--frames", "2", "--face-scale", 10)
        after = json.loads(corners.read_text())
        self.assertEqual([c["frame"] for c in after], [c["frame"] for c in before])
        self.assertEqual([c for c in after if c["frame"] != 2], [c for c in before if c["frame"] != 2])
        wide = [c["corners"][1][0] - c["corners"][0][0] for c in (before[1], after[1])]
        self.assertAlmostEqual(wide[1] / wide[0], 1 / 1.1, delta=0.03)  # scaled faces are laid down smaller
        self.assertEqual(len(text.read_text().splitlines()), len(after))
        corners.unlink()  # as a kill leaves it before they are written
        self.assertEqual(self.deliver("--format", "png", "--predictions", "--frames", "2", "--face-scale", 10)["rendered"], 0)
        self.assertEqual([c["frame"] for c in json.loads(corners.read_text())], [2])

    def test_corners_are_said_again_without_reading_the_frames(self):
        self.deliver("--format", "png", "--predictions")
        corners = self.frames / "delivery/prediction/corners.json"
        before = corners.read_text()
        for path in self.frames.glob("*.png"):  # of the same size and time: nothing asks what is in it
            time = path.stat()
            path.write_bytes(bytes(time.st_size))
            os.utime(path, ns=(time.st_atime_ns, time.st_mtime_ns))
        self.assertEqual(self.deliver("--format", "png", "--predictions")["done_before"], self.FRAMES)
        self.assertEqual(corners.read_text(), before)

    def test_corners_of_faces_that_are_no_more_go(self):
        aligned, folder = self.frames / "aligned", self.frames / "delivery/prediction"
        second = shutil.copyfile(next(aligned.glob("00002_*.jpg")), aligned / "00002_1.jpg")
        self.deliver("--format", "png", "--predictions")
        self.assertEqual(sorted(p.name for p in folder.glob("*.txt")), ["corners_0.txt", "corners_1.txt"])
        (folder / "corners_2.txt").write_text("somebody's own")
        second.unlink()
        self.deliver("--format", "png", "--predictions")
        self.assertEqual(sorted(p.name for p in folder.glob("*.txt")), ["corners_0.txt", "corners_2.txt"])
        self.assertEqual(sorted(p.name for p in folder.glob("00002_*.png")), ["00002_0.png"])

    def test_only_what_changed_is_delivered_again_and_others_files_stay(self):
        folder = self.frames / "delivery"
        folder.mkdir()
        (folder / "00001.exr").write_text("a compositor's own")
        first = self.deliver()
        self.assertEqual((first["rendered"], first["set_aside"]), (self.FRAMES, 1))
        self.assertEqual((self.frames / "delivery_backup-1/00001.exr").read_text(), "a compositor's own")
        for path in folder.glob("*.exr"):
            self.assertEqual(path.read_bytes()[:4], b"\x76\x2f\x31\x01")
        before = program.snapshot(folder)
        self.assertEqual(self.deliver()["done_before"], self.FRAMES)
        self.assertEqual(program.snapshot(folder), before)
        run_well("-w", self.work, "merge", "set", "erode=40", "--frames", "2-3")
        self.assertEqual(self.deliver()["rendered"], 2)
        self.assertEqual(self.deliver("--pixels", "float", "--frames", "1")["rendered"], 1)

    def test_another_setting_runs_no_network(self):
        first = self.verb("merge")
        self.assertGreaterEqual(first["network_runs"], self.FRAMES - 1)
        again = self.verb("merge", "--erode", 33)
        self.assertEqual((again["rendered"], again["network_runs"]), (self.FRAMES, 0))
        self.assertEqual(again["predictions_kept"], first["network_runs"])
        picture = (self.frames / "merged/00002.png").read_bytes()
        fresh = self.verb("merge", "--erode", 34, "--prediction-cache", 0)
        self.assertEqual(fresh["network_runs"], first["network_runs"])
        self.assertEqual(list((self.work / ".understudy/predictions").glob("*.prediction")), [])
        self.verb("merge", "--erode", 33, "--prediction-cache", 0)
        self.assertEqual((self.frames / "merged/00002.png").read_bytes(), picture)

    def test_colours_and_grain_change_the_face_alone(self):
        self.verb("merge")
        before = {p.name: p.read_bytes() for p in (self.frames / "merged_mask").glob("*.png")}
        plain = (self.frames / "merged/00002.png").read_bytes()
        for settings in (["--exposure", 0.5], ["--temperature", -40], ["--grain", 100, "--saturation", 20]):
            self.assertEqual(self.verb("merge", *settings)["rendered"], self.FRAMES)
            self.assertNotEqual((self.frames / "merged/00002.png").read_bytes(), plain)
            self.assertEqual({p.name: p.read_bytes() for p in (self.frames / "merged_mask").glob("*.png")}, before)
        run_well("-w", self.work, "merge", "key", "exposure=1", "--frames", "3")
        self.assertEqual(run_well("-w", self.work, "merge", "show", "--frame", 3).report()["settings"]["exposure"], 1)

    def timecodes(self):
        """(timecode, frames a second) of each delivered file."""
        found = []
        for path in sorted((self.frames / "delivery").glob("*.exr")):
            attributes = exr_attributes(path)
            bits, = struct.unpack_from("<I", attributes.get("timeCode", b"\0\0\0\0"))
            # Binary coded decimals: frames in the lowest byte, hours in the highest; the flags lie between.
            part = [(bits >> shift & 15) + 10 * (bits >> shift + 4 & tens) for shift, tens in ((24, 3), (16, 7), (8, 7), (0, 3))]
            rate = struct.unpack("<iI", attributes["framesPerSecond"]) if "framesPerSecond" in attributes else None
            found.append((":".join(f"{v:02}" for v in part) if "timeCode" in attributes else None, rate))
        return found

    def test_frames_bear_the_plates_timecode(self):
        """Whether dst is read as a video or as images that were taken from it."""
        run_well("-w", self.work, "frames", "extract", "dst", "--redo")
        self.deliver("--frames", "1-3")
        self.assertEqual([code for code, _ in self.timecodes()], [None] * 3)
        # The same clip at 29.97 frames a second, from just before a minute is full: two numbers are left out.
        clip, stamped = self.work / "data_dst.mp4", self.work / "stamped.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-r", "30000/1001", "-i", clip, "-an", "-c:v", "libx264", "-qp", "0",
                        "-timecode", "01:00:59;28", stamped], check=True)
        stamped.replace(clip)
        codes = ["01:00:59:28", "01:00:59:29", "01:01:00:02", "01:01:00:03"]
        by_images = self.work / "as_images"
        shutil.copytree(self.frames, by_images)
        for path in self.frames.glob("*.png"):
            path.unlink()
        self.assertEqual(self.deliver("--frames", "1-4")["rendered"], 4)
        self.assertEqual(self.timecodes(), [(code, (30000, 1001)) for code in codes])
        self.assertEqual(self.deliver("--frames", "1-4")["done_before"], 4)
        for path in by_images.glob("*.png"):
            shutil.copyfile(path, self.frames / path.name)
        self.assertEqual(self.deliver("--frames", "2-4")["rendered"], 3)  # by their numbers: they are of another video
        self.assertEqual(self.timecodes(), [(code, (30000, 1001)) for code in codes])

    def test_what_cannot_be_delivered_is_told(self):
        outcome = run("-w", self.work, "merge", "deliver", "--mode", "raw-predict", *ONE_THREAD)
        self.assertEqual(outcome.status, 2)
        self.assertIn("aw-predict has no plate", outcome.err)
        outcome = run("-w", self.work, "merge", "deliver", "--output", self.frames, *ONE_THREAD)
        self.assertNotEqual(outcome.status, 0)


if __name__ == "__main__":
    program.main()
