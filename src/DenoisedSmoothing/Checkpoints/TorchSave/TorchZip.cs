using System.Text;
using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// The zip files of torch.save since PyTorch 1.6: NAME/data.pkl, NAME/data/KEY for each storage, NAME/byteorder, NAME/version.
/// </summary>
internal sealed class TorchZip : ITorchStorages
{
    private const string PickleName = "data.pkl";

    /// <summary>The newest layout: kMaxSupportedFileFormatVersion of PyTorch's caffe2/serialize/versions.h.</summary>
    private const int NewestVersion = 10;

    private const int MaxSmallRecord = 32;
    private const int StorageByteCount = 96;

    private readonly ZipDirectory _directory;
    private readonly string _file;
    private readonly string _folder;
    private readonly Dictionary<string, ZipRecord> _storages = new(StringComparer.Ordinal);

    private TorchZip(ZipDirectory directory, string folder, string file, MemoryBudget budget)
    {
        (_directory, _folder, _file) = (directory, folder, file);
        string data = $"{folder}data/";
        foreach (ZipRecord record in directory.Records.Where(record => record.Name.StartsWith(data, StringComparison.Ordinal)))
        {
            budget.Charge(StorageByteCount + (2 * record.Name.Length), "has a zip directory that would");
            _storages.Add(record.Name[data.Length..], record);
        }

        string order = Small("byteorder") ?? "little";
        IsBigEndian = order == "big";
        if (!IsBigEndian && order != "little")
            throw CheckpointException.In(file, $"its byte order is {CheckpointException.Quote(order)}, neither little nor big");
        string version = Small("version") ?? "1";
        if (!PlainNumber.TryParseWhole(version, out int number))
            throw CheckpointException.In(file, $"its version is {CheckpointException.Quote(version)}, not a number");
        if (number > NewestVersion)
        {
            throw CheckpointException.In(
                file,
                $"its version is {number}, and {NewestVersion} is the newest that is read",
                "Save it with another version of PyTorch, or as safetensors.");
        }
    }

    public bool IsBigEndian { get; }

    /// <param name="stream">At 0; the zip file is all of it.</param>
    /// <param name="file">What messages call the file.</param>
    /// <param name="inert">More names that the caller declares inert.</param>
    /// <param name="budget">The file's.</param>
    /// <exception cref="CheckpointException">The file is damaged, or not from torch.save.</exception>
    public static TorchContents Read(Stream stream, string file, IReadOnlyCollection<string> inert, MemoryBudget budget)
    {
        ZipDirectory directory = ZipDirectory.Read(stream, file, budget);
        ZipRecord pickle = Pickle(directory, file);
        if (pickle.ByteCount > PickleCalls.MaxPickleByteCount)
        {
            throw CheckpointException.In(
                file, $"its {PickleName} has {pickle.ByteCount} bytes, and {PickleCalls.MaxPickleByteCount} are the most that are read");
        }

        if (pickle.IsDeflated)
            budget.Charge(pickle.ByteCount, $"has a compressed {PickleName} that would");
        TorchZip storages = new(directory, pickle.Name[..^PickleName.Length], file, budget);
        try
        {
            using Stream bytes = directory.Open(pickle);
            PickleMachine machine = new(new ByteInput(bytes, pickle.ByteCount), file, new PickleCalls(inert, budget), budget);
            return new TorchContents(machine.Run(), storages);
        }
        catch (InvalidDataException e)
        {
            throw CheckpointException.In(file, $"its {PickleName} does not unpack", cause: e);
        }
    }

    public long? ByteCount(string key) => Record(key)?.ByteCount;

    public bool IsDeflated(string key) => Record(key)!.IsDeflated;

    // torch.save can be told not to compute checksums, and then writes 0.
    public uint? Checksum(string key) => Record(key) is { Checksum: not 0 and var checksum } ? checksum : null;

    public Stream Open(string key) => _directory.Open(Record(key)!);

    // NAME/data.pkl, and nothing that would make it a program.
    private static ZipRecord Pickle(ZipDirectory directory, string file)
    {
        FileKind kind = FileKind.OfZip(directory.Records.Select(record => record.Name));
        if (kind != FileKind.TorchSave && kind != FileKind.Zip)
            throw CheckpointException.In(file, $"it is {kind.Noun}, but a checkpoint is needed", kind.Advice);
        ZipRecord[] pickles = [.. directory.Records.Where(record => IsPickle(record.Name))];
        return pickles is [ZipRecord only] ? only : throw CheckpointException.In(
            file,
            $"it is a zip file with {pickles.Length} records NAME/{PickleName}, where torch.save writes one",
            "This is not a checkpoint, or it is damaged.");
    }

    private static bool IsPickle(string name) =>
        name.EndsWith($"/{PickleName}", StringComparison.Ordinal)
        && name.IndexOf('/') is > 0 and var slash && slash == name.Length - PickleName.Length - 1;

    private ZipRecord? Record(string key) => _storages.GetValueOrDefault(key);

    private string? Small(string name)
    {
        if (_directory.Find(_folder + name) is not { } record)
            return null;
        if (record.ByteCount > MaxSmallRecord)
            throw CheckpointException.InEntry(_file, record.Name, $"it has {record.ByteCount} bytes, where a word is expected");
        try
        {
            using Stream bytes = _directory.Open(record);
            Span<byte> text = stackalloc byte[(int)record.ByteCount];
            bytes.ReadExactly(text);
            return Encoding.UTF8.GetString(text).Trim();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw CheckpointException.InEntry(_file, record.Name, "it does not unpack");
        }
    }
}
