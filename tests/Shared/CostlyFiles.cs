using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// Files that are sound in every part and made to cost more than they are worth: one long text used again and again, many views of one
/// storage, floods of small things. Sizes are drawn, so that a bound that is off by some factor is met as well.
/// </summary>
/// <param name="random">Everything is drawn from it.</param>
internal sealed class CostlyFiles(Random random)
{
    /// <summary>Opcodes that make something of few bytes.</summary>
    private static readonly string[] Units =
    [
        "N", "]", "}", ")", "(", "K\u0007", "J\u0001\u0002\u0003\u0004", "](e", "G\0\0\0\0\0\0\0\0", "\u008f", "Nq\0",
        "]\u0085", "}K\u0001Ns", "U\0", "C\0", "\u008c\u0001a",
    ];

    private static readonly int ShapeCount = new CostlyFiles(new Random(0)).Shapes.Length;

    /// <summary>How many shapes there are.</summary>
    public static int Count => ShapeCount;

    private Func<byte[]>[] Shapes =>
    [
        LongKeySetAgain, LongStorageKeys, LongPaths, LongFolder, ViewsOfDeflated, Expansions, WholeViews, Flood, MemoGap, Names,
        DeepLists, ManyRecords, SafetensorsRemarks, SafetensorsEntries, IndexEntries, TorchSharpEntries, TarTensors, LongGlobals,
            PairsAgain,
    ];

    /// <summary>Makes one file.</summary>
    /// <param name="shape">Below <see cref="Count"/>.</param>
    public byte[] Make(int shape) => Shapes[shape]();

    /// <summary>The name of a shape.</summary>
    public string Name(int shape) => Shapes[shape].Method.Name;

    private int Between(int from, int to) => (int)(from * Math.Pow((double)to / from, random.NextDouble()));

    private CompressionLevel Level => random.Next(3) == 0 ? CompressionLevel.NoCompression : CompressionLevel.Fastest;

    private string Long(int from, int to) => new((char)('a' + random.Next(26)), Between(from, to));

    private static PickleText Repeat(PickleText pickle, string unit, int times) => pickle.Op(string.Concat(Enumerable.Repeat(unit, times)));

    private static byte[] StateDict(PickleText items) => new PickleText().Op("\u0080\u0002").Op(Encoding.Latin1.GetString(items.ToArray()))
        .ToArray();

    private byte[] Zip(PickleText pickle, params (string Key, byte[] Bytes)[] storages) =>
        TorchZipFile.Make(StateDict(pickle), Level, storages);

    // {'aaa...': None} over and over, out of the memo.
    private byte[] LongKeySetAgain() =>
        Zip(Repeat(new PickleText().Op("}q\0").Text(Long(1000, 8 << 20)).Op("q\u0001Ns"), "h\u0001Ns", Between(1000, 1 << 20)).Op("."));

    // The same tensor many times, over a storage with a long key.
    private byte[] LongStorageKeys()
    {
        string key = Long(1000, 1 << 20);
        PickleText pickle = new PickleText().Op("}q\0").Global("torch._utils", "_rebuild_tensor_v2").Op("q\u00010")
            .Op("(").Text("storage").Global("torch", "FloatStorage").Text(key).Text("cpu").Integer(1).Op("tq\u00020");
        for (int i = Between(100, 20_000); i > 0; i--)
            pickle.Op("h\0").Text($"{i}").Op("h\u0001(h\u0002Q").Integer(0).Op("))\u0089}tRs0h\0");
        return key.Length > 30_000 ? Zip(pickle.Op(".")) : Zip(pickle.Op("."), (key, new byte[4]));
    }

    // A long key, and under it dictionaries with tensors, each of which has a path: in a list, or in a dictionary.
    private byte[] LongPaths()
    {
        bool list = random.Next(2) == 0;
        PickleText pickle = new PickleText().Op("}").Text(Long(100, 4 << 20)).Op(list ? "](" : "}(");
        for (int i = Between(10, 20_000); i > 0; i--)
            (list ? pickle : pickle.Text($"{i}")).Op("}").Text("w").Tensor("FloatStorage", "0", 1, 0, [], []).Op("s");
        return Zip(pickle.Op(list ? "es." : "us."), ("0", new byte[4]));
    }

    private byte[] LongFolder()
    {
        using MemoryStream stream = new();
        PickleText pickle = new PickleText().Op("}(");
        for (int i = Between(10, 5000); i > 0; i--)
            pickle.Text($"{i}").Tensor("FloatStorage", "0", 1, 0, [], []);
        TorchZipFile.Write(stream, StateDict(pickle.Op("u.")), Level, [("0", to => to.Write(new byte[4]))], Long(100, 65_000));
        return stream.ToArray();
    }

    // A storage of zeros, compressed a thousandfold, and small tensors all over it.
    private byte[] ViewsOfDeflated()
    {
        int bytes = Between(1 << 20, 64 << 20);
        PickleText pickle = new PickleText().Op("}(");
        for (int i = Between(100, 3000); i > 0; i--)
            pickle.Text($"{i}").Tensor("ByteStorage", "0", bytes, random.Next(bytes - 1), [1], [1]);
        return TorchZipFile.Make(StateDict(pickle.Op("u.")), CompressionLevel.Fastest, ("0", new byte[bytes]));
    }

    // One element, repeated by a stride of 0 or by overlapping rows.
    private byte[] Expansions()
    {
        int size = Between(1000, 1 << 18), elements = Between(1, 4096);
        PickleText pickle = new PickleText().Op("}(");
        for (int i = Between(100, 3000); i > 0; i--)
            pickle.Text($"{i}").Tensor("FloatStorage", "0", elements, 0, [size, elements], [0, 1]);
        return Zip(pickle.Op("u."), ("0", new byte[4 * elements]));
    }

    // All of one storage, again and again.
    private byte[] WholeViews()
    {
        int bytes = Between(1 << 16, 1 << 20);
        PickleText pickle = new PickleText().Op("}(");
        for (int i = Between(100, 5000); i > 0; i--)
            pickle.Text($"{i}").Tensor("ByteStorage", "0", bytes, 0, [bytes], [1]);
        return Zip(pickle.Op("u."), ("0", new byte[bytes]));
    }

    private byte[] Flood() => Zip(Repeat(new PickleText(), Units[random.Next(Units.Length)], Between(10_000, 4_000_000)).Op("."));

    private byte[] MemoGap() => Zip(new PickleText().Op("Nr").UInt32((uint)Between(1000, int.MaxValue)).Op("."));

    // Long names, each of its own bytes.
    private byte[] Names()
    {
        PickleText pickle = new PickleText().Op("}(");
        int length = Between(10, 4096);
        for (int i = Between(10, 2000); i > 0; i--)
            pickle.Text($"{i}{new string('n', length)}").Tensor("FloatStorage", "0", 1, 0, [], []);
        return Zip(pickle.Op("u."), ("0", new byte[4]));
    }

    // Lists that hold one list many times.
    private byte[] DeepLists()
    {
        PickleText pickle = new PickleText().Op("}").Text("w").Tensor("FloatStorage", "0", 1, 0, [], []).Op("sq\0");
        for (int depth = random.Next(1, 12); depth > 0; depth--)
            Repeat(pickle.Op("0]("), "h\0", Between(10, 30_000)).Op("eq\0");
        return Zip(pickle.Op("."), ("0", new byte[4]));
    }

    private byte[] ManyRecords()
    {
        using MemoryStream stream = new();
        string slashes = random.Next(2) == 0 ? "" : new string('/', Between(10, 1000));
        TorchZipFile.Write(
            stream,
            StateDict(new PickleText().Op("}.")),
            CompressionLevel.NoCompression,
            Enumerable.Range(0, Between(100, 3000)).Select(i => ($"{i}{slashes}", (Action<Stream>)(_ => { }))));
        return stream.ToArray();
    }

    private byte[] SafetensorsRemarks() => Safetensors(
        "{\"__metadata__\":{" + string.Join(',', Enumerable.Range(0, Between(1000, 1_000_000)).Select(i => $"\"{i:x}\":\"\"")) + "}}", 0);

    private byte[] SafetensorsEntries()
    {
        int count = Between(1000, 200_000);
        IEnumerable<string> entries = Enumerable.Range(0, count)
            .Select(i => $"\"{i:x}\":{{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[{i},{i + 1}]}}");
        return Safetensors("{" + string.Join(',', entries) + "}", count);
    }

    private byte[] IndexEntries() => Encoding.UTF8.GetBytes(
        "{\"weight_map\":{"
        + string.Join(',', Enumerable.Range(0, Between(1000, 500_000)).Select(i => $"\"{i:x}\":\"{(random.Next(2) == 0 ? "a" : $"{i}")}\""))
            + "}}");

    private static byte[] Safetensors(string header, int dataByteCount)
    {
        byte[] json = Encoding.UTF8.GetBytes(header), file = new byte[sizeof(long) + json.Length + dataByteCount];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, sizeof(long));
        return file;
    }

    // Scalars of one byte under short names.
    private byte[] TorchSharpEntries()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        int count = Between(1000, 200_000);
        writer.Write7BitEncodedInt(count);
        for (int i = 0; i < count; i++)
        {
            writer.Write($"{i:x}");
            writer.Write([(byte)0, 0, 9]);
        }

        writer.Flush();
        return stream.ToArray();
    }

    // Tensors without dimensions, of 40 bytes or so.
    private byte[] TarTensors()
    {
        int count = Between(100, 50_000);
        PickleText tensors = new PickleText().Op("\u0080\u0002").Integer(count).Op("."), pickle = new PickleText().Op("\u0080\u0002}(");
        for (int i = 1; i <= count; i++)
        {
            tensors.Op("\u0080\u0002").Integer(i).Op("U\u00010N\u0087.").Op("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
            pickle.Text($"{i:x}").Integer(i).Op("Q");
        }

        return TarFile.Make(
            ("storages", new PickleText().Op("\u0080\u0002K\u0001.\u0080\u0002U\u00010N").Global("torch", "ByteStorage")
                .Op("\u0087.\u0001\0\0\0\0\0\0\0\u0007\u0080\u0002].").ToArray()),
            ("tensors", tensors.ToArray()),
            ("pickle", pickle.Op("u.").ToArray()));
    }

    private byte[] LongGlobals() => Zip(Repeat(
        new PickleText().Text(Long(100, 1000)).Op("q\00").Text("x").Op("q\u00010"), "h\0h\u0001\u00930", Between(1, 300_000)).Op("."));

    // A list of pairs, made into a dictionary again and again.
    private byte[] PairsAgain()
    {
        PickleText pickle = new PickleText().Op("](");
        for (int i = Between(10, 4000); i > 0; i--)
            pickle.Op("(").Text($"{i}").Op("Nt");
        return Zip(Repeat(pickle.Op("e\u0085q\u0001").Global("collections", "OrderedDict").Op("q\0"), "h\0h\u0001R", Between(10, 4000))
            .Op("."));
    }
}
