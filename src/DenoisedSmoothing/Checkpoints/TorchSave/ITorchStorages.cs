namespace DenoisedSmoothing.Checkpoints;

/// <summary>Where a torch.save file keeps its storages.</summary>
internal interface ITorchStorages
{
    /// <summary>Whether elements are stored highest byte first, as a big-endian machine writes them into a zip file.</summary>
    bool IsBigEndian { get; }

    /// <summary>The length of a storage in bytes, or null if the file does not have it.</summary>
    long? ByteCount(string key);

    /// <summary>Whether a storage is compressed: then its length is a claim until it has been unpacked.</summary>
    bool IsDeflated(string key);

    /// <summary>The CRC-32 of a storage, or null if the file has none.</summary>
    uint? Checksum(string key);

    /// <summary>Opens a storage at its first byte; read and disposed before another one is opened.</summary>
    Stream Open(string key);
}
