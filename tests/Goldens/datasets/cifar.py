"""Small files in the layouts of CIFAR-10 and CIFAR-100.

python2.7 cifar.py   the Python version as its authors wrote it: Python 2's cPickle, protocol 2 (numpy's pickles by stand-ins of the same names)
python3 cifar.py     the binary version, and test batches pickled again by Python 3 with the real numpy, protocols 2 and 4
Pixel k of image n of a data set is (37 n + 7 k + 50 (k // 1024)) mod 256; its label (7 n) mod classes, its group label mod 20.
"""
import os
import sys
import types

CIFAR10 = "airplane automobile bird cat deer dog frog horse ship truck".split()
FINE = ["fine%02d" % i for i in range(100)]
COARSE = ["coarse%02d" % i for i in range(20)]


def pixels(n):
    return bytes(bytearray((37 * n + 7 * k + 50 * (k // 1024)) % 256 for k in range(3072)))


def parts(classes):
    """file, images: one a training batch, two in the test part."""
    if classes == 10:
        return [("data_batch_%d" % b, [b - 1]) for b in range(1, 6)] + [("test_batch", [5, 6])]
    return [("train", [0, 1]), ("test", [2])]


def write(path, data):
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        os.makedirs(folder)
    with open(path, "wb") as out:
        out.write(data)


def python2():
    import cPickle

    numpy, core, multiarray = (types.ModuleType(name) for name in ("numpy", "numpy.core", "numpy.core.multiarray"))
    sys.modules.update({m.__name__: m for m in (numpy, core, multiarray)})

    def _reconstruct(kind, shape, letter):
        raise NotImplementedError

    class ndarray(object):
        def __init__(self, images):
            self.images = images

        def __reduce__(self):
            data = b"".join(pixels(n) for n in self.images)
            return _reconstruct, (ndarray, (0,), "b"), (1, (len(self.images), 3072), dtype("u1", 0, 1), False, data)

    class dtype(object):
        def __init__(self, *args):
            self.args = args

        def __reduce__(self):
            return dtype, self.args, (3, "|", None, None, None, -1, -1, 0)

    _reconstruct.__module__, ndarray.__module__, dtype.__module__ = "numpy.core.multiarray", "numpy", "numpy"
    multiarray._reconstruct, numpy.ndarray, numpy.dtype = _reconstruct, ndarray, dtype

    def dump(path, value):
        write(path, cPickle.dumps(value, 2))

    for name, images in parts(10):
        dump("cifar-10-batches-py/" + name, {"batch_label": "batch", "labels": [7 * n % 10 for n in images], "data": ndarray(images), "filenames": ["%d.png" % n for n in images]})
    dump("cifar-10-batches-py/batches.meta", {"num_cases_per_batch": 1, "label_names": CIFAR10, "num_vis": 3072})
    for name, images in parts(100):
        dump("cifar-100-python/" + name, {"filenames": ["%d.png" % n for n in images], "batch_label": "batch", "fine_labels": [7 * n % 100 for n in images],
                                          "coarse_labels": [7 * n % 20 for n in images], "data": ndarray(images)})
    dump("cifar-100-python/meta", {"fine_label_names": FINE, "coarse_label_names": COARSE})


def python3():
    import pickle

    import numpy

    for name, images in parts(10):
        write("cifar-10-batches-bin/%s.bin" % name, b"".join(bytes([7 * n % 10]) + pixels(n) for n in images))
    write("cifar-10-batches-bin/batches.meta.txt", ("\n".join(CIFAR10) + "\n\n").encode())
    for name, images in parts(100):
        write("cifar-100-binary/%s.bin" % name, b"".join(bytes([7 * n % 20, 7 * n % 100]) + pixels(n) for n in images))
    write("cifar-100-binary/fine_label_names.txt", ("\n".join(FINE) + "\n").encode())
    write("cifar-100-binary/coarse_label_names.txt", ("\n".join(COARSE) + "\n").encode())
    for protocol in (2, 4):
        data = numpy.frombuffer(pixels(5) + pixels(6), numpy.uint8).reshape(2, 3072)
        for kind, key in (("str", str), ("bytes", str.encode)):
            write("cifar-10-protocol%d-%s/test_batch" % (protocol, kind), pickle.dumps({key("labels"): [5, 2], key("data"): data, key("filenames"): [key("5.png"), key("6.png")]}, protocol))


python2() if sys.version_info[0] == 2 else python3()
