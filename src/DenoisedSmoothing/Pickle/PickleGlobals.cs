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
    /// Types that hold data and nothing else, met in training checkpoints: settings, accuracies, paths, dates. They are read past.
    /// </summary>
    private static readonly string[] Inert =
    [
        "argparse.Namespace", "types.SimpleNamespace", "collections.deque", "_codecs.encode",
        "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
        "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
        "pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath",
        "pathlib._local.PosixPath", "pathlib._local.WindowsPath",
        "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone", "uuid.UUID", "decimal.Decimal", "fractions.Fraction",
        "torch.device", "torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer", "torch.serialization._get_layout",
        "torch.strided", "torch.contiguous_format", "torch.channels_last", "torch.preserve_format",
        "torch.complex32", "torch.complex64", "torch.complex128", "torch.uint16", "torch.uint32", "torch.uint64",
    ];

    private static readonly string[] InertBuiltins =
        ["set", "frozenset", "bytearray", "bytes", "list", "tuple", "int", "float", "bool", "str", "complex", "slice", "range", "object"];

    private static readonly FrozenDictionary<string, PickleGlobal> Known = All().ToFrozenDictionary(known => known.Name, StringComparer.Ordinal);

    /// <summary>What a name means, or null if it is not on the list.</summary>
    /// <param name="name">Module and name, joined by a dot.</param>
    /// <param name="inert">More names that the caller takes for inert.</param>
    public static PickleGlobal? Find(string name, IReadOnlyCollection<string> inert) =>
        Known.TryGetValue(name, out PickleGlobal? known) ? known
        : inert.Contains(name) ? new PickleGlobal(name, PickleGlobalKind.Inert)
        : null;

    private static IEnumerable<PickleGlobal> All()
    {
        foreach (var (name, type, size, aliases) in ElementTypes)
        {
            yield return new PickleGlobal($"torch.{name}Storage", PickleGlobalKind.Storage, type, size);
            // Files of PyTorch before 0.4 name the storages of the device.
            yield return new PickleGlobal($"torch.cuda.{name}Storage", PickleGlobalKind.Storage, type, size);
            foreach (string alias in aliases)
                yield return new PickleGlobal($"torch.{alias}", PickleGlobalKind.Inert);
        }

        foreach (string name in (string[])["collections.OrderedDict", "collections.defaultdict", "collections.Counter", "builtins.dict", "__builtin__.dict"])
            yield return new PickleGlobal(name, PickleGlobalKind.Dictionary);
        yield return new PickleGlobal("torch.Size", PickleGlobalKind.Size);
        yield return new PickleGlobal("torch._utils._rebuild_tensor", PickleGlobalKind.RebuildTensor);
        yield return new PickleGlobal("torch._utils._rebuild_tensor_v2", PickleGlobalKind.RebuildTensorV2);
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
