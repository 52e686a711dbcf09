"""Makes odd_*.pt and odd_*.json: python3 odd_layouts.py (Python's standard library only; PyTorch is imitated).

Python's own pickler writes the pickles, so that protocols, frames, memo and opcodes are the real ones; stand-ins with PyTorch's
names make them refer to torch. Values: element i of storage k is k + i / 8, or 0 and 1 by turns for booleans.
"""
import argparse, collections, datetime, io, pathlib, pickle, struct, sys, types, zipfile

PROTOCOLS = (2, 3, 4, 5)


def module(name):
    return sys.modules.setdefault(name, types.ModuleType(name))


def named(module_name, name):
    """A function that pickles as module_name.name, by reference."""
    def function(*args):
        raise AssertionError("never called")
    function.__module__, function.__name__, function.__qualname__ = module_name, name, name
    setattr(module(module_name), name, function)
    return function


torch = module("torch")
module("torch._utils"), module("torch._tensor"), module("torch.nn"), module("torch.nn.parameter")
REBUILD = {n: named("torch._utils", n) for n in ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_parameter", "_rebuild_parameter_with_state")}
FROM_TYPE = named("torch._tensor", "_rebuild_from_type_v2")
Storages = {n: type(n, (), {"__module__": "torch"}) for n in ("FloatStorage", "DoubleStorage", "HalfStorage", "LongStorage", "ShortStorage", "CharStorage", "BoolStorage")}
for n, t in Storages.items():
    setattr(torch, n, t)
Parameter = type("Parameter", (), {"__module__": "torch.nn.parameter"})
module("torch.nn.parameter").Parameter = Parameter
FORMATS = {"FloatStorage": "f", "DoubleStorage": "d", "HalfStorage": "e", "LongStorage": "q", "ShortStorage": "h", "CharStorage": "b", "BoolStorage": "?"}


class Size(tuple):
    def __reduce__(self):
        return torch.Size, (tuple(self),)


Size.__module__, Size.__qualname__ = "torch", "Size"
torch.Size = Size


class Storage:
    def __init__(self, kind, key, count, part=None):
        self.kind, self.key, self.count, self.part = kind, key, count, part

    def values(self):
        k = int(self.key)
        if self.kind == "BoolStorage":
            return [bool(i % 2) for i in range(self.count)]
        return [k + i / 8 if self.kind[0] in "FDH" else k + i for i in range(self.count)]

    def bytes(self, order="<"):
        return struct.pack(f"{order}{self.count}{FORMATS[self.kind]}", *self.values())


class Tensor:
    """Pickles as the call that rebuilds it."""
    def __init__(self, storage, offset, size, stride, how="_rebuild_tensor_v2"):
        self.storage, self.offset, self.size, self.stride, self.how = storage, offset, tuple(size), tuple(stride), how

    def __reduce__(self):
        v2 = (self.storage, self.offset, self.size, self.stride, False, collections.OrderedDict())
        if self.how == "_rebuild_tensor":
            return REBUILD[self.how], v2[:4]
        if self.how == "_rebuild_tensor_v2":
            return REBUILD[self.how], v2
        inner = Tensor(self.storage, self.offset, self.size, self.stride)
        if self.how == "_rebuild_parameter":
            return REBUILD[self.how], (inner, True, collections.OrderedDict())
        if self.how == "_rebuild_parameter_with_state":
            return REBUILD[self.how], (inner, True, collections.OrderedDict(), {"tag": 1})
        return FROM_TYPE, (REBUILD["_rebuild_tensor_v2"], Parameter, v2, {"requires_grad": True})

    def values(self):
        flat, out = self.storage.values(), []
        def walk(at, dims):
            if not dims:
                out.append(float(flat[at]))
                return
            for i in range(dims[0][0]):
                walk(at + i * dims[0][1], dims[1:])
        walk(self.offset, list(zip(self.size, self.stride)))
        return out


class Pickler(pickle._Pickler):
    """Python's pickler in Python; the C one would find that the stand-ins are not what they are called."""
    legacy = False
    dispatch = dict(pickle._Pickler.dispatch)

    def persistent_id(self, obj):
        if isinstance(obj, Storage):
            fields = ("storage", Storages[obj.kind], obj.key, "cuda:0", obj.count)
            return fields + ((obj.part,) if self.legacy else ())
        return None


def dump(obj, protocol, legacy=False):
    out = io.BytesIO()
    p = Pickler(out, protocol)
    p.legacy = legacy
    p.dump(obj)
    return out.getvalue()


def tensors(part=None):
    f = Storage("FloatStorage", "0", 24)
    d = Storage("DoubleStorage", "1", 6)
    h = Storage("HalfStorage", "2", 5)
    q = Storage("LongStorage", "3", 4)
    s = Storage("ShortStorage", "4", 3)
    c = Storage("CharStorage", "5", 3)
    b = Storage("BoolStorage", "6", 4)
    e = Storage("FloatStorage", "7", 0)
    return collections.OrderedDict([
        ("whole", Tensor(f, 0, (2, 3, 4), (12, 4, 1))),
        ("permuted", Tensor(f, 0, (4, 2, 3), (1, 12, 4))),
        ("part", Tensor(f, 5, (2, 2), (7, 3))),
        ("expanded", Tensor(f, 2, (3, 2), (0, 1))),
        ("scalar", Tensor(f, 23, (), ())),
        ("ones", Tensor(f, 1, (1, 1, 3), (99, 77, 1))),
        ("v1", Tensor(d, 0, (6,), (1,), "_rebuild_tensor")),
        ("parameter", Tensor(d, 2, (2, 2), (2, 1), "_rebuild_parameter")),
        ("stateful", Tensor(h, 0, (5,), (1,), "_rebuild_parameter_with_state")),
        ("typed", Tensor(q, 0, (2, 2), (2, 1), "_rebuild_from_type_v2")),
        ("shorts", Tensor(s, 0, (3,), (1,))),
        ("chars", Tensor(c, 0, (3,), (1,))),
        ("flags", Tensor(b, 0, (2, 2), (1, 2))),
        ("empty", Tensor(e, 0, (0, 3), (3, 1))),
        ("caf\u00e9 \U0001F600 " + "long " * 60, Tensor(s, 1, (2,), (1,))),
    ])


def storages(state):
    found = {}
    for t in state.values():
        found[t.storage.key] = t.storage
    return found


def training(state):
    state._metadata = collections.OrderedDict([("", {"version": 1}), ("layer", {"version": 2})])
    counts = collections.defaultdict(list)
    counts["loss"] = [0.5, 0.25]
    return {
        "args": argparse.Namespace(lr=0.1, out=pathlib.PurePosixPath("runs/1"), layers=[3, 4], big=1 << 70, small=-(1 << 40)),
        "when": datetime.datetime(2024, 1, 2, 3, 4, 5), "took": datetime.timedelta(seconds=3), "classes": {"cat", "dog"}, "frozen": frozenset([1]),
        "counts": counts, "seen": collections.Counter("abca"), "rng": b"\x00\x01" * 200, "size": Size((3, 32, 32)), "pair": (1, (2, (3, ()))), "ten": 10,
        "history": [float(i) for i in range(1500)], "nothing": None, "yes": True,
        "optimizer": {"state": {0: {"step": Tensor(Storage("FloatStorage", "8", 1), 0, (), ())}}, "param_groups": [{"lr": 0.1, "params": [0]}]},
        "model": {"state_dict": state},
    }


def write_zip(path, saved, state, protocol, method=zipfile.ZIP_STORED, order="<", more=()):
    with zipfile.ZipFile(path, "w", method) as z:
        def add(name, data):
            z.writestr(zipfile.ZipInfo(f"odd/{name}"), data, compress_type=method)
        add("data.pkl", dump(saved, protocol))
        add("byteorder", b"little" if order == "<" else b"big")
        for key, storage in list(storages(state).items()) + list(more):
            add(f"data/{key}", storage.bytes(order))
        add("version", b"3\n")


def write_legacy(path, saved, state, protocol, more=()):
    kept = dict(list(storages(state).items()) + list(more))
    with open(path, "wb") as f:
        f.write(dump(0x1950a86a20f9469cfc6c, protocol) + dump(1001, protocol))
        f.write(dump({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, protocol))
        f.write(dump(saved, protocol, legacy=True) + dump(sorted(kept), protocol))
        for key in sorted(kept):
            f.write(struct.pack("<q", kept[key].count) + kept[key].bytes())


def main():
    import json
    step = [("8", Storage("FloatStorage", "8", 1))]
    for protocol in PROTOCOLS:
        state = tensors()
        write_zip(f"odd_zip{protocol}.pt", training(state), state, protocol, more=step)
        write_legacy(f"odd_legacy{protocol}.pt", training(state), state, protocol, more=step)
    state = tensors()
    write_zip("odd_deflated.pt", state, state, 2, zipfile.ZIP_DEFLATED)
    write_zip("odd_big_endian.pt", state, state, 2, order=">")
    # Zip64 fields wherever they may stand, as in a file beyond 4 GB.
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 8, 1
    write_zip("odd_zip64.pt", state, state, 2)
    dtypes = {"FloatStorage": "float32", "DoubleStorage": "float64", "HalfStorage": "float16", "LongStorage": "int64", "ShortStorage": "int16", "CharStorage": "int8", "BoolStorage": "bool"}
    with open("odd_expected.json", "w") as f:
        json.dump({"source": "odd_layouts.py", "tensors": {n: {"dtype": dtypes[t.storage.kind], "shape": t.size, "values": t.values()} for n, t in state.items()}}, f)


main()
