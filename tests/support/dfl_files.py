# SPDX-License-Identifier: Apache-2.0
"""Reads face JPEGs, faceset.pak and meta.dat as strictly as DeepFaceLab does, and writes face metadata, with Python's own
library only. Arrays are told apart from plain values without numpy, which a test machine may lack."""
import io
import pathlib
import pickle
import pickletools
import struct
import sys
import types

MAX_PAYLOAD = 65533
ITEM = {"f4": "f", "f8": "d", "i4": "i", "i8": "q", "u1": "B"}


class Array:
    """A numpy array as a pickle holds it."""

    def __init__(self, dtype=None, shape=(), values=()):
        self.dtype, self.shape = dtype, tuple(shape)
        self.raw = struct.pack(f"<{len(values)}{ITEM[dtype]}", *values) if dtype else b""

    def __setstate__(self, state):
        version, self.shape, dtype, fortran, self.raw = state
        assert version == 1 and fortran is False, "odd array state"
        self.dtype = dtype.code
        assert dtype.order == ("|" if dtype.code[1] == "1" else "<"), "odd byte order"

    def __reduce_ex__(self, protocol):
        return (_reconstruct, (ndarray, (0,), b"b"), (1, self.shape, dtype(self.dtype), False, self.raw))

    def values(self):
        return list(struct.unpack(f"<{len(self.raw) // int(self.dtype[1])}{ITEM[self.dtype]}", self.raw))


class dtype:
    def __init__(self, code, align=False, copy=True):
        assert (align, copy) == (False, True), "odd dtype arguments"
        self.code, self.order = code, "|" if code[1] == "1" else "<"

    def __setstate__(self, state):
        assert state[0] == 3 and state[2:] == (None, None, None, -1, -1, 0), "odd dtype state"
        self.order = state[1]

    def __reduce_ex__(self, protocol):
        return (dtype, (self.code, False, True), (3, self.order, None, None, None, -1, -1, 0))


class ndarray:
    pass


def _reconstruct(kind, shape, token):
    assert kind is ndarray and shape == (0,) and token == b"b", "odd array"
    return Array()


class Enum(tuple):
    """(class name, value)"""


GLOBALS = {("numpy.core.multiarray", "_reconstruct"): _reconstruct, ("numpy", "ndarray"): ndarray, ("numpy", "dtype"): dtype}
ENUMS = {("samplelib.Sample", "SampleType"): lambda v: Enum(("SampleType", v)),
         ("facelib.FaceType", "FaceType"): lambda v: Enum(("FaceType", v))}


def _stand_in_for_numpy():
    """So that pickle.dumps() writes our arrays under numpy's names."""
    for (module, name), thing in GLOBALS.items():
        thing.__module__, thing.__qualname__, thing.__name__ = module, name, name
        sys.modules.setdefault(module, types.ModuleType(module))
        setattr(sys.modules[module], name, thing)
    sys.modules.setdefault("numpy.core", types.ModuleType("numpy.core"))


if "numpy" not in sys.modules:
    _stand_in_for_numpy()


class Restricted(pickle.Unpickler):
    allowed = GLOBALS

    def find_class(self, module, name):
        assert (module, name) in self.allowed, f"DeepFaceLab's Python would not find {module}.{name} here"
        return self.allowed[module, name]


class RestrictedPak(Restricted):
    allowed = {**GLOBALS, **ENUMS}


def load(data, protocols, reader=Restricted):
    assert data[0] == 0x80 and data[1] in protocols, f"pickle protocol {data[1]}"
    assert next(pickletools.genops(data))[0].name == "PROTO"
    stream = io.BytesIO(data)
    value = reader(stream).load()
    assert stream.tell() == len(data), "something follows the pickle"
    return value


def segments(jpeg):
    """(marker, offset, payload) up to the scan, then the scan itself, as DeepFaceLab's parser walks them."""
    assert jpeg[:2] == b"\xff\xd8", "no JPEG"
    at = 2
    while True:
        assert jpeg[at] == 0xFF and jpeg[at + 1] != 0xFF, "fill bytes"
        marker = jpeg[at + 1]
        assert marker != 0xDD, "restart interval"
        length = struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        payload = jpeg[at + 4:at + 2 + length]
        assert marker != 0xE0 or payload[:4] == b"JFIF", "APP0 that is not JFIF"
        yield marker, at, payload
        at += 2 + length
        if marker == 0xDA:
            break
    end = jpeg.index(b"\xff\xd9", at)
    assert end + 2 == len(jpeg), "something follows the end of the picture"


def metadata(jpeg):
    """The dict in APP15, its place checked."""
    found = list(segments(jpeg))
    markers = [marker for marker, _, _ in found]
    assert markers.count(0xEF) == 1, "not one APP15"
    last_app = max(i for i, marker in enumerate(markers) if 0xE0 <= marker <= 0xEF)
    assert markers[last_app] == 0xEF and all(0xE0 <= marker <= 0xEF for marker in markers[:last_app]), "APP15 is not behind the last APPn"
    payload = found[last_app][2]
    assert len(payload) <= MAX_PAYLOAD
    return load(payload, (3, 4))


def shape(jpeg):
    for marker, _, payload in segments(jpeg):
        if marker in (0xC0, 0xC2):
            height, width = struct.unpack(">HH", payload[1:5])
            return height, width, 3
    raise AssertionError("no SOF0 or SOF2")


def with_metadata(jpeg, info, protocol=3):
    payload = pickle.dumps(info, protocol=protocol)
    out, at = jpeg[:2], 2
    written = False
    for marker, offset, data in segments(jpeg):
        if marker != 0xE0 and not written:
            out += b"\xff\xef" + struct.pack(">H", len(payload) + 2) + payload
            written = True
        at = offset + 4 + len(data)
        if marker != 0xEF:
            out += jpeg[offset:at]
    return out + jpeg[at:]


def read_pak(data):
    """[(config, file bytes)]"""
    version, size = struct.unpack("<QQ", data[:16])
    assert version == 1
    configs = load(data[16:16 + size], (4,), RestrictedPak)
    assert type(configs) is list
    table = 16 + size
    offsets = struct.unpack(f"<{len(configs) + 1}Q", data[table:table + 8 * (len(configs) + 1)])
    start = table + 8 * (len(configs) + 1)
    assert offsets[0] == 0 and offsets[-1] == len(data), "the last offset is the length of the file"
    ends = [start + offset for offset in offsets[1:-1]] + [len(data)]
    return [(config, data[start + begin:end]) for config, begin, end in zip(configs, offsets, ends)]


def _class_in(module, name):
    """A class that pickles as `module.name` does, wherever that is."""
    made = type(name, (), {"__module__": module})
    setattr(sys.modules.setdefault(module, types.ModuleType(module)), name, made)
    return made


def _made_of(kind, **attributes):
    thing = kind()
    thing.__dict__.update(attributes)
    return thing


def merger_session(frames):
    """[(file name, {DeepFaceLab's setting: value})] as its merger would pickle them."""
    frame, info, config = (_class_in("merger_classes", name) for name in ("Frame", "Info", "Config"))
    things = [_made_of(frame, frame_info=_made_of(info, filepath=pathlib.PurePosixPath("/work/data_dst") / name, landmarks=[1, 2]),
                       cfg=_made_of(config, **settings) if settings else None, is_done=True) for name, settings in frames]
    return pickle.dumps({"frames": things, "frames_idxs": list(range(len(things))), "frames_done_idxs": [], "model_iter": 3}, 4)
