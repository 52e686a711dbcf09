using System.Collections.Frozen;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Pickle;

/// <summary>The closed list of names that a checkpoint may refer to.</summary>
internal static class PickleGlobals
{
    private static readonly (string Name, ScalarType Type, int Size, string[] Aliases)[] ElementTypes =
    [
        ("Double", ScalarType.Float64, 8, ["float64", "double"]),
        ("Float", ScalarType.Float32, 4, ["float32", "float"]),
        ("Half", ScalarType.Float16, 2, ["float16", "half"]),
        ("BFloat16", ScalarType.BFloat16, 2, ["bfloat16"]),
        ("Long", ScalarType.Int64, 8, ["int64", "long"]),
        ("Int", ScalarType.Int32, 4, ["int32", "int"]),
        ("Short", ScalarType.Int16, 2, ["int16", "short"]),
        ("Char", ScalarType.Int8, 1, ["int8"]),
        ("Byte", ScalarType.Byte, 1, ["uint8"]),
        ("Bool", ScalarType.Bool, 1, ["bool"]),
    ];

    /// <summary>
    /// Types that hold only data and are found in training checkpoints: settings, accuracies, paths, dates. They are skipped.
    /// </summary>
    private static readonly string[] Inert =
    [
        "argparse.Namespace", "types.SimpleNamespace", "collections.deque", "_codecs.encode",
        "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
        "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
        "pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath",
        "pathlib._local.PosixPath", "pathlib._local.WindowsPath",
        "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone",
        "uuid.UUID", "decimal.Decimal", "fractions.Fraction",
        "torch.device", "torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer", "torch.serialization._get_layout",
        "torch.strided", "torch.contiguous_format", "torch.channels_last", "torch.preserve_format",
        "torch.complex32", "torch.complex64", "torch.complex128", "torch.uint16", "torch.uint32", "torch.uint64",
        "torch.float8_e4m3fn", "torch.float8_e5m2", "torch.float8_e4m3fnuz", "torch.float8_e5m2fnuz", "torch.float8_e8m0fnu",
        "torch.qint8", "torch.quint8", "torch.qint32", "torch.quint4x2", "torch.quint2x4",
        "torch.per_tensor_affine", "torch.per_tensor_symmetric", "torch.per_channel_affine", "torch.per_channel_symmetric",
        "torch.per_channel_affine_float_qparams", "torch.sparse_coo", "torch.sparse_csr",
        "torch.torch_version.TorchVersion", "packaging.version.Version",
        "numpy.bool_", "numpy.bool", "numpy.str_", "numpy.bytes_", "numpy.void", "numpy.float16", "numpy.float32", "numpy.float64",
        "numpy.int8", "numpy.int16", "numpy.int32", "numpy.int64", "numpy.uint8", "numpy.uint16", "numpy.uint32", "numpy.uint64",
        "numpy.random._pickle.__randomstate_ctor", "numpy.random._pickle.__generator_ctor", "numpy.random._pickle.__bit_generator_ctor",
        "numpy.random._mt19937.MT19937", "numpy.random._pcg64.PCG64", "random.Random",
        "zoneinfo.ZoneInfo._unpickle", "pytz._UTC", "pytz._p", "copyreg._reconstructor", "copy_reg._reconstructor",
    ];

    /// <summary>Dictionaries with attributes, in which trainers keep settings.</summary>
    private static readonly string[] Dictionaries =
    [
        "collections.OrderedDict", "collections.defaultdict", "collections.Counter", "builtins.dict", "__builtin__.dict",
        "pytorch_lightning.utilities.parsing.AttributeDict", "lightning_fabric.utilities.data.AttributeDict",
        "lightning.fabric.utilities.data.AttributeDict", "easydict.EasyDict", "addict.addict.Dict", "yacs.config.CfgNode",
        "mmengine.config.config.ConfigDict", "mmcv.utils.config.ConfigDict",
    ];

    private static readonly string[] RebuildOther =
    [
        "_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_sparse_csr_tensor", "_rebuild_nested_tensor",
        "_rebuild_meta_tensor_no_storage", "_rebuild_wrapper_subclass", "_rebuild_device_tensor_from_numpy",
        "_rebuild_device_tensor_from_cpu_tensor", "_rebuild_xla_tensor",
    ];

    /// <summary>Storages of element types for which TorchSharp has no tensors.</summary>
    private static readonly string[] OtherStorages =
        ["QInt8", "QUInt8", "QInt32", "QUInt4x2", "QUInt2x4", "ComplexFloat", "ComplexDouble"];

    private static readonly string[] InertBuiltins =
        ["set", "frozenset", "bytearray", "bytes", "list", "tuple", "int", "float", "bool", "str", "complex", "slice", "range", "object"];

    private static readonly FrozenDictionary<string, PickleGlobal> Known =
        All().ToFrozenDictionary(known => known.Name, StringComparer.Ordinal);

    /// <summary>What a name means, or null if it is not on the list.</summary>
    /// <param name="name">Module and name, joined by a dot.</param>
    /// <param name="inert">More names that the caller declares inert.</param>
    public static PickleGlobal? Find(string name, IReadOnlyCollection<string> inert) =>
        Known.TryGetValue(name, out PickleGlobal? known) ? known
        : inert.Contains(name) ? new PickleGlobal(name, PickleGlobalKind.Inert)
        : null;

    private static IEnumerable<PickleGlobal> All()
    {
        foreach (var (name, type, size, aliases) in ElementTypes)
        {
            yield return new PickleGlobal($"torch.{name}Storage", PickleGlobalKind.Storage, type, size);
            // Files from PyTorch before 0.4 name the device's storages.
            yield return new PickleGlobal($"torch.cuda.{name}Storage", PickleGlobalKind.Storage, type, size);
            // The earliest PyTorch also names the types of tensors.
            yield return new PickleGlobal($"torch.{name}Tensor", PickleGlobalKind.Inert);
            yield return new PickleGlobal($"torch.cuda.{name}Tensor", PickleGlobalKind.Inert);
            foreach (string alias in aliases)
                yield return new PickleGlobal($"torch.{alias}", PickleGlobalKind.Inert);
        }

        foreach (string name in Dictionaries)
            yield return new PickleGlobal(name, PickleGlobalKind.Dictionary);
        yield return new PickleGlobal("torch.Size", PickleGlobalKind.Size);
        yield return new PickleGlobal("torch._utils._rebuild_tensor", PickleGlobalKind.RebuildTensor);
        yield return new PickleGlobal("torch._utils._rebuild_tensor_v2", PickleGlobalKind.RebuildTensorV2);
        yield return new PickleGlobal("torch._utils._rebuild_tensor_v3", PickleGlobalKind.RebuildTensorV3);
        foreach (string name in RebuildOther)
            yield return new PickleGlobal($"torch._utils.{name}", PickleGlobalKind.RebuildOther);
        foreach (string name in OtherStorages)
            yield return new PickleGlobal($"torch.{name}Storage", PickleGlobalKind.Storage);
        yield return new PickleGlobal("torch.storage.UntypedStorage", PickleGlobalKind.Storage);
        yield return new PickleGlobal("torch._utils._rebuild_parameter", PickleGlobalKind.RebuildParameter);
        yield return new PickleGlobal("torch._utils._rebuild_parameter_with_state", PickleGlobalKind.RebuildParameter);
        yield return new PickleGlobal("torch._tensor._rebuild_from_type_v2", PickleGlobalKind.RebuildFromType);
        foreach (string name in Inert)
            yield return new PickleGlobal(name, PickleGlobalKind.Inert);
        foreach (string name in InertBuiltins)
        {
            yield return new PickleGlobal($"builtins.{name}", PickleGlobalKind.Inert);
            yield return new PickleGlobal($"__builtin__.{name}", PickleGlobalKind.Inert);
        }
    }
}
