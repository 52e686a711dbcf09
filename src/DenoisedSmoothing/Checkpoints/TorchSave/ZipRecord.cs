namespace DenoisedSmoothing.Checkpoints;

/// <summary>A file inside a zip file, as the directory at its end describes it.</summary>
/// <param name="Name">The path, with slashes.</param>
/// <param name="IsDeflated">Whether it is compressed; stored as it is otherwise.</param>
/// <param name="Checksum">The CRC-32 of its bytes; 0 where the writer left it out.</param>
/// <param name="PackedByteCount">Its length in the zip file.</param>
/// <param name="ByteCount">Its length.</param>
/// <param name="HeaderOffset">Where its local header begins.</param>
internal sealed record ZipRecord(string Name, bool IsDeflated, uint Checksum, long PackedByteCount, long ByteCount, long HeaderOffset)
{
    /// <summary>Where its bytes begin: known once it has been opened.</summary>
    public long? DataOffset { get; set; }
}
