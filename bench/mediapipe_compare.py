#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our detection and landmarks beside the mediapipe package's FaceMesh, on the same frames in the same run.

usage: mediapipe_compare.py BENCH_DETECT VIDEO...
Needs a Python with mediapipe 0.10.21 (python3 -m venv v && v/bin/pip install mediapipe==0.10.21). Three rounds, taken in
turn; the best of each side counts. Both sides have their frames in memory and their networks loaded; FaceMesh runs as it
is meant for video (it follows the face, and detects only when it was lost).
"""
import json
import os
import subprocess
import sys
import time

os.environ.setdefault("GLOG_minloglevel", "3")
import cv2  # noqa: E402
import mediapipe  # noqa: E402


def frames_of(path):
    capture, frames = cv2.VideoCapture(path), []
    while True:
        good, frame = capture.read()
        if not good:
            return frames
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))


def face_mesh(frames):
    with mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=False, max_num_faces=1, refine_landmarks=False) as mesh:
        mesh.process(frames[0])
        start = time.perf_counter()
        found = sum(mesh.process(f).multi_face_landmarks is not None for f in frames)
        return len(frames) / (time.perf_counter() - start), found / len(frames)


def ours(program, path):
    lines = subprocess.run([program, path], check=True, capture_output=True, text=True).stdout.splitlines()
    values = {j["name"]: j["value"] for j in map(json.loads, lines)}
    return values["detect_frames"], values["detect_found"]


def main():
    program, *videos = sys.argv[1:]
    for video in videos:
        frames = frames_of(video)
        theirs, mine = [], []
        for _ in range(3):
            theirs.append(face_mesh(frames))
            mine.append(ours(program, video))
        (a, a_found), (b, b_found) = max(mine), max(theirs)
        print(json.dumps({"video": os.path.basename(video), "understudy": round(a, 1), "found": a_found,
                          "mediapipe": round(b, 1), "mediapipe_found": b_found, "ratio": round(a / b, 2)}))


if __name__ == "__main__":
    main()
