# SPDX-License-Identifier: Apache-2.0
"""Every container and codec that is written, read back by others: FFmpeg's ffprobe, which decodes all frames; MediaInfo, whose
readers of containers and streams are its own; the table of samples of MP4 and MOV, read here; marks by ExifTool. On clips of
variable rate and on cuts.
Usage: outputs_test.py UNDERSTUDY"""
import json
import pathlib
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import program  # noqa: E402
from program import FilmTest, ONE_THREAD, run_well  # noqa: E402

SECONDS, RATE = 1.2, 50

# What ffprobe calls ProRes 4444, which it decodes at 12 bits, is written from 10.
# Ending, options of `video encode`, and what the readers are to say: ffprobe's codec and pixel format, MediaInfo's format.
# (.m4v is .mp4 under another name.)
ENCODED = [
    (".mp4", ["--codec", "h264"], "h264", "yuv420p", "AVC"),
    (".m4v", ["--codec", "h264", "--quality", "bitrate", "--bitrate", 2], "h264", "yuv420p", "AVC"),
    (".mp4", ["--codec", "h264", "--quality", "lossless"], "h264", "gbrp", "AVC"),
    (".mp4", ["--codec", "h265"], "hevc", "yuv420p", "HEVC"),
    (".mp4", ["--codec", "h265", "--bit-depth", 10], "hevc", "yuv420p10le", "HEVC"),
    (".mov", ["--codec", "h264", "--quality", "lossless"], "h264", "gbrp", "AVC"),
    (".mov", ["--codec", "h265", "--quality", "lossless", "--bit-depth", 10], "hevc", "gbrp10le", "HEVC"),
    (".mov", ["--codec", "prores"], "prores", "yuv444p12le", "ProRes"),
    (".mov", ["--codec", "prores", "--alpha"], "prores", "yuva444p12le", "ProRes"),
    (".mkv", ["--codec", "h264"], "h264", "yuv420p", "AVC"),
    (".mkv", ["--codec", "h265", "--bit-depth", 10], "hevc", "yuv420p10le", "HEVC"),
    (".mkv", ["--codec", "prores"], "prores", "yuv444p12le", "ProRes"),
    (".avi", ["--codec", "h264"], "h264", "yuv420p", "AVC"),
]
STRAIGHT = [
    (".mp4", ["--codec", "h264"], "h264", "yuv420p", "AVC"),
    (".mp4", ["--codec", "h265", "--bit-depth", 16], "hevc", "yuv420p10le", "HEVC"),
    (".mov", ["--codec", "prores"], "prores", "yuv444p12le", "ProRes"),
    (".mkv", ["--codec", "h264", "--quality", "lossless"], "h264", "gbrp", "AVC"),
]
MARK = "compositeWithTrainedAlgorithmicMedia"


def output_of(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def probed(path, stream):
    """What ffprobe says of a stream, and when each of its frames is shown, after decoding them all."""
    told = json.loads(output_of("ffprobe", "-v", "error", "-select_streams", stream, "-show_streams", "-show_frames", "-of", "json", path))
    if not told["streams"]:
        return None, []
    return told["streams"][0], [float(f.get("pts_time", f.get("best_effort_timestamp_time"))) for f in told["frames"]]


def told_by_mediainfo(path):
    return {t["@type"]: t for t in json.loads(output_of("mediainfo", "--Output=JSON", path))["media"]["track"]}


def boxes(data):
    """(type, content) of the boxes of an MP4 or MOV file (ISO/IEC 14496-12, 4.2)."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        size = size or len(data) - at
        yield kind, data[at + head:at + size]
        at += size


def samples_in(path):
    """How many pictures the table of the video's samples has, read from the file itself."""
    def inside(data, *names):
        for name in names:
            data = next(content for kind, content in boxes(data) if kind == name)
        return data

    for kind, track in boxes(inside(path.read_bytes(), b"moov")):
        if kind == b"trak" and inside(track, b"mdia", b"hdlr")[8:12] == b"vide":
            return struct.unpack_from(">I", inside(track, b"mdia", b"minf", b"stbl", b"stsz"), 8)[0]
    return 0


def from_zero(times):
    return [t - times[0] for t in times]


class Outputs(FilmTest):
    SIDES, FRAMES = ("dst",), 8

    @classmethod
    def make_film(cls):
        super().make_film()
        cls.clips = [cls.make_clip(number) for number in range(10)]

    @classmethod
    def make_clip(cls, number):
        """Frames that follow each other at random multiples of 1/50 s, under a tone; each clip has its own gaps."""
        clip = cls.scratch / f"variable_{number}.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size=96x64:rate={RATE}:duration={SECONDS}", "-f", "lavfi",
                        "-i", f"sine=frequency=440:duration={SECONDS}", "-vf", f"select='eq(n,0)+lt(mod(n*n*{number + 3}+n*{2 * number + 1},11),5)'", "-fps_mode", "vfr",
                        "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-y", clip], check=True)
        return clip

    def setUp(self):
        self.work = self.folder()

    def check_times(self, path, wanted, within, sound=True):
        """As many frames as wanted, shown then; the sound as long as the pictures to within a frame."""
        stream, times = probed(path, "v:0")
        self.assertEqual(len(times), len(wanted), path.name)
        for is_at, should in zip(from_zero(times), from_zero(wanted)):
            self.assertAlmostEqual(is_at, should, delta=within, msg=path.name)
        if sound:
            heard, packets = probed(path, "a:0")
            self.assertIsNotNone(heard, path.name)
            self.assertAlmostEqual(packets[0], times[0], delta=1 / 25, msg=path.name)
            end = packets[-1] + 1024 / float(heard["sample_rate"])
            self.assertLess(end, times[-1] + 1 / 5, path.name)
            self.assertGreater(end, times[-1] - 1 / 25, path.name)
        return stream

    def check_readers(self, path, frames, codec, pixels, format):
        stream, times = probed(path, "v:0")
        self.assertEqual((stream["codec_name"], stream["pix_fmt"]), (codec, pixels), path.name)
        other = told_by_mediainfo(path)
        video = other["Video"]
        self.assertEqual(video["Format"], format, path.name)
        self.assertEqual((int(video["Width"]), int(video["Height"])), (stream["width"], stream["height"]), path.name)
        # MediaInfo's FrameCount is an estimate by durations, so the table of samples is read as it stands.
        if path.suffix in (".mp4", ".m4v", ".mov"):
            self.assertEqual(samples_in(path), frames, path.name)
        length = max(float(other["General"]["Duration"]), times[-1] - times[0])
        self.assertAlmostEqual(length, float(json.loads(output_of("ffprobe", "-v", "error", "-show_format", "-of", "json", path))["format"]["duration"]),
                               delta=1 / 25, msg=path.name)

    def check_marks(self, path):
        """The mark in the form that the container keeps, by a program of others, and the words beside it."""
        if path.suffix in (".mp4", ".m4v", ".mov"):
            told = json.loads(output_of("exiftool", "-j", "-DigitalSourceType", path))[0]
            self.assertIn(MARK, told.get("DigitalSourceType", ""), path.name)
        tags = json.loads(output_of("ffprobe", "-v", "error", "-show_format", "-of", "json", path))["format"].get("tags", {})
        words = {key.lower(): value for key, value in tags.items()}
        self.assertIn("trained", words.get("comment", ""), path.name)
        if path.suffix == ".mkv":
            self.assertIn(MARK, words.get("digitalsourcetype", ""), path.name)

    def frames_of(self, clip, name):
        """A workspace whose dst is that clip, with all its frames as merged ones."""
        work = self.work / name
        work.mkdir()
        shutil.copyfile(clip, work / "data_dst.mp4")
        run_well("-w", work, "frames", "extract", "dst")
        (work / "data_dst/merged").mkdir()
        for path in sorted((work / "data_dst").glob("*.png")):
            path.rename(work / "data_dst/merged" / path.name)
        shutil.copytree(work / "data_dst/merged", work / "data_dst/merged_mask")
        return work

    def test_every_container_and_codec_is_read_by_others(self):
        work = self.frames_of(self.clips[0], "table")
        _, wanted = probed(self.clips[0], "v:0")
        for number, (ending, options, codec, pixels, format) in enumerate(ENCODED):
            path = work / f"result_{number}{ending}"
            with self.subTest(path.name):
                report = run_well("-w", work, "video", "encode", "--preset", "ultrafast", "--output", path, *options).report()
                self.assertEqual(report["frames"], len(wanted))
                # An AVI has one rate for all frames, and Matroska counts in milliseconds.
                if ending != ".avi":
                    self.check_times(path, wanted, 0.00051 if ending == ".mkv" else 1e-4)
                self.check_readers(path, len(wanted) if ending != ".avi" else len(probed(path, "v:0")[1]), codec, pixels, format)
                self.check_marks(path)

    def test_the_straight_way_too(self):
        work = self.film_copy()
        _, wanted = probed(work / "data_dst.mp4", "v:0")
        for number, (ending, options, codec, pixels, format) in enumerate(STRAIGHT):
            path = work / f"straight_{number}{ending}"
            with self.subTest(path.name):
                run_well("-w", work, "merge", "--without-model", *ONE_THREAD, "--preset", "ultrafast", "--to", path, *options)
                self.check_times(path, wanted, 0.00051 if ending == ".mkv" else 1e-4)
                self.check_readers(path, len(wanted), codec, pixels, format)
                self.check_marks(path)

    def test_variable_rates_keep_every_time(self):
        kept = set()
        for number, clip in enumerate(self.clips):
            work = self.frames_of(clip, f"clip {number}")
            _, wanted = probed(clip, "v:0")
            kept.add(tuple(wanted))
            run_well("-w", work, "video", "encode", "--preset", "ultrafast")
            self.check_times(work / "result.mp4", wanted, 1e-4)
        self.assertEqual(len(kept), len(self.clips))

    def test_cuts_keep_times_and_sound(self):
        clip = self.clips[1]
        _, all_times = probed(clip, "v:0")
        for number, (begin, end) in enumerate([(0, 0.5), (0.3, 0.9), (0.62, SECONDS + 1)]):
            path = self.work / f"cut_{number}.mp4"
            run_well("-w", self.work, "frames", "cut", "--input", clip, "--output", path, "--from", begin, "--to", end)
            wanted = [t for t in all_times if begin - 0.0006 <= t < end - 0.0006]
            self.check_times(path, wanted, 1e-4)
            self.check_readers(path, len(wanted), "h264", "yuv420p", "AVC")


if __name__ == "__main__":
    for tool in "ffmpeg", "ffprobe", "mediainfo", "exiftool":
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is missing: scripts/bootstrap installs it")
    program.main()
