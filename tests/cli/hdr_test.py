# SPDX-License-Identifier: Apache-2.0
"""HDR plates through the merge, from the command line: as pictures and straight into a video they keep their colours, and
the face is as bright as what was there. Usage: hdr_test.py UNDERSTUDY"""
import json
import math
import pathlib
import shutil
import struct
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE)]
import program  # noqa: E402
from deliver_test import chunks, exr_attributes, read_png16, write_png16  # noqa: E402
from program import FilmTest, ONE_THREAD, TINY_MODEL, run_well  # noqa: E402

PQ, HLG = 16, 18  # of ITU-T H.273; 9: BT.2020
TO_2020 = ((0.627404, 0.329283, 0.043313), (0.069097, 0.919540, 0.011362), (0.016391, 0.088013, 0.895595))


def pq(nits):
    y = (nits / 10000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375


def hlg(nits, luminance):
    """Of a display of 1000 nits."""
    scene = nits / 1000 * (max(luminance, 1e-3) / 1000) ** (1 / 1.2 - 1)
    if scene <= 1 / 12:
        return math.sqrt(3 * scene)
    return 0.17883277 * math.log(12 * scene - 0.28466892) + 0.55991073


def codes_of(transfer):
    """From a pixel in SDR at 16 bits to the plate's codes; SDR's white is at 203 nits."""
    light = [203 * (v / 255) ** 2.4 for v in range(256)]

    def codes(pixel):
        linear = [light[v >> 8] for v in pixel]
        wide = [sum(m * v for m, v in zip(row, linear)) for row in TO_2020]
        luminance = 0.2627 * wide[0] + 0.6780 * wide[1] + 0.0593 * wide[2]
        return [round(65535 * (pq(v) if transfer == PQ else hlg(v, luminance))) for v in wide]
    return codes


def with_cicp(path, transfer):
    png, body = path.read_bytes(), b"cICP" + bytes((9, transfer, 0, 1))
    path.write_bytes(png[:33] + struct.pack(">I", 4) + body + struct.pack(">I", zlib.crc32(body)) + png[33:])


def colours_of(path):
    return next((tuple(body) for kind, body in chunks(path.read_bytes()) if kind == b"cICP"), None)


class Hdr(FilmTest):
    SIDES, MODEL, FRAMES = ("src", "dst"), TINY_MODEL, 8

    def verb(self, work, *arguments):
        return run_well("-w", work, *arguments).report()

    def film_in(self, transfer):
        """The film with its dst in 10-bit H.265 of that transfer."""
        work = self.film_copy()
        frames, codes = work / "codes", codes_of(transfer)
        for path in self.frames_of(work, work / "data_dst.mp4", "codes"):
            rows, known = read_png16(path), {}
            made = [[known.get(p) or known.setdefault(p, codes(p)) for p in row] for row in rows]
            write_png16(path, len(rows[0]), len(rows), lambda x, y: made[y][x])
            with_cicp(path, transfer)
        hdr = work / "hdr.mp4"
        self.verb(work, "video", "encode", "--input", frames, "--reference", work / "data_dst.mp4", "--output", hdr,
                  "--codec", "h265", "--crf", 2)
        hdr.replace(work / "data_dst.mp4")
        shutil.rmtree(frames)
        return work

    def frames_of(self, work, video, name):
        """The frames of a video at 16 bits, as it encodes them."""
        folder, apart = work / name, work / f"workspace of {name}"  # so that the film's own notes stay as they are
        apart.mkdir()
        self.verb(apart, "frames", "extract", "dst", "--format", "png16", "--input", video, "--output", folder)
        return sorted(folder.glob("0*.png"))

    def check(self, transfer):
        work = self.film_in(transfer)
        plates = self.frames_of(work, work / "data_dst.mp4", "plates")
        self.assertEqual(colours_of(plates[1]), (9, transfer, 0, 1))
        plate = read_png16(plates[1])
        merge = ["merge", *ONE_THREAD, "--bit-depth", 16, "--mask", "dst", "--erode", 20]
        self.verb(work, *merge)
        merged_file = work / "data_dst/merged/00002.png"
        self.assertEqual(colours_of(merged_file), (9, transfer, 0, 1))
        merged, matte = read_png16(merged_file), read_png16(work / "data_dst/merged_mask/00002.png")
        inside = [(p[1], m[1]) for ps, ms, am in zip(plate, merged, matte) for p, m, (a,) in zip(ps, ms, am) if a > 60000]
        outside = [(p, m) for ps, ms, am in zip(plate, merged, matte) for p, m, (a,) in zip(ps, ms, am) if a == 0]
        self.assertGreater(len(inside), 300)
        self.assertEqual([pair for pair in outside if pair[0] != pair[1]], [])
        before, after = (sum(pair[k] for pair in inside) / len(inside) / 65535 for k in (0, 1))
        print(f"transfer {transfer}: green of the face {before:.3f} in the plate, {after:.3f} merged")
        self.assertAlmostEqual(after, before, delta=0.05)
        self.assertNotEqual([p for p, _ in inside], [m for _, m in inside])
        self.assertEqual(self.verb(work, *merge)["done_before"], self.FRAMES)
        # Layers say what their codes are: BT.2020's primaries and the transfer.
        self.verb(work, "merge", "deliver", *ONE_THREAD, "--frames", "1")
        said = exr_attributes(work / "data_dst/delivery/00001.exr")
        self.assertAlmostEqual(struct.unpack_from("<f", said["chromaticities"])[0], 0.708, places=5)
        self.assertIn(b"PQ" if transfer == PQ else b"HLG", said["plate"])
        self.assertIn(b"BT.2020", said["plate"])
        # As a video, by pictures and straight: the same tags; outside of the matte what ten bits keep, or a lossy codec.
        luma = lambda p: 0.2627 * p[0] + 0.6780 * p[1] + 0.0593 * p[2]
        for ending, codec, codes in ((".lossless.mp4", ["--codec", "h265", "--quality", "lossless"], 0.6),
                                     (".mp4", ["--codec", "h265", "--crf", 2], 5), (".mov", ["--codec", "prores"], 5)):
            by_pictures, straight = work / f"pictures{ending}", work / f"straight{ending}"
            self.verb(work, "video", "encode", "--output", by_pictures, *codec)
            self.verb(work, *merge, "--to", straight, *codec)
            for video in by_pictures, straight:
                frames = self.frames_of(work, video, f"of_{video.name}")
                self.assertEqual(colours_of(frames[1]), (9, transfer, 0, 1), video)
                apart = sorted(abs(luma(p) - luma(v)) / 64 for ps, vs, am in zip(plate, read_png16(frames[1]), matte)
                               for p, v, (a,) in zip(ps, vs, am) if a == 0)
                ninety = apart[len(apart) * 9 // 10]
                print(f"{video.name}: outside of the matte luma is off by {apart[len(apart) // 2]:.2f} codes of ten bits, "
                      f"{ninety:.2f} at the 90th percentile, {apart[-1]:.2f} at most")
                self.assertLess(ninety, codes, video)
        # At 8 bits, and in H.264, it is SDR as ever.
        self.verb(work, "merge", *ONE_THREAD)
        self.assertIsNone(colours_of(merged_file))
        self.verb(work, *merge, "--to", work / "sdr.mp4")
        self.assertIsNone(colours_of(self.frames_of(work, work / "sdr.mp4", "sdr")[1]))
        # A check holds the merge against the plate as both look in SDR: what was put back as it is has its colours.
        self.verb(work, *merge, "--without-model")
        self.assertEqual(self.verb(work, "merge", "check", *ONE_THREAD)["measured_now"], self.FRAMES)
        records = [json.loads(line) for line in (work / ".understudy/merge_check.jsonl").read_text().splitlines()[1:]]
        off = max(abs(part) for record in records for part in record["offset"])
        print(f"transfer {transfer}: the face put back is off by {off:.4f} in SDR")
        self.assertLess(off, 0.01)
        # Frames cut as pictures carry the plate's colours as well as the video does.
        shutil.rmtree(work / "data_dst/merged")
        shutil.rmtree(work / "data_dst/merged_mask")
        self.verb(work, *merge, "--input", work / "plates")
        self.assertEqual(colours_of(merged_file), (9, transfer, 0, 1))
        again = read_png16(merged_file)
        farthest = max(abs(a - b) for ra, rb in zip(merged, again) for pa, pb in zip(ra, rb) for a, b in zip(pa, pb))
        self.assertLessEqual(farthest, 65535 / 255)  # the network's 8-bit neighbours may round apart

    def test_pq(self):
        self.check(PQ)

    def test_hlg(self):
        self.check(HLG)


if __name__ == "__main__":
    program.main()
