# SPDX-License-Identifier: Apache-2.0
"""Exported models of every architecture: whole and of the contract's names to ONNX's checker, and in ONNX Runtime what
our own forward pass gives. The libraries are PyPI's wheels, in a virtual environment of this test's own; where they
cannot be had, it says so and is skipped. Usage: onnx_test.py DFM_SAMPLES FOLDER-OF-THE-ENVIRONMENT"""
import pathlib
import subprocess
import sys
import tempfile

WHEELS = ["onnx==1.23.2", "onnxruntime==1.32.0"]
SKIPPED = 77


def environment(folder):
    """The environment's python, made at the first call; none when the wheels cannot be had."""
    python, complete = folder / "bin" / "python", folder / "complete"
    if complete.exists() and complete.read_text() == " ".join(WHEELS):
        return python
    for command in ([sys.executable, "-m", "venv", "--clear", folder],
                    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", *WHEELS]):
        made = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if made.returncode != 0:
            print(f"{' and '.join(WHEELS)} cannot be had here:\n{made.stdout}{made.stderr}")
            return None
    complete.write_text(" ".join(WHEELS))
    return python


def main():
    samples, folder = map(pathlib.Path, sys.argv[1:])
    python = environment(folder)
    if python is None:
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="understudy-test-") as scratch:
        subprocess.run([samples, scratch], check=True)
        return subprocess.run([python, pathlib.Path(__file__).parent / "check_dfm.py", scratch]).returncode


if __name__ == "__main__":
    sys.exit(main())
