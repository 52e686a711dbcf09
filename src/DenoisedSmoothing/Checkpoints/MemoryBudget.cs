namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// What reading one file may cost: a constant plus a few times the file's own size. Whatever a reader creates because of what a file says
/// is charged here first, so that the cost of a file stays in proportion to its bytes, however it is written.
/// </summary>
/// <remarks>
/// A unit is a byte of memory, or a byte that is processed once more (unpacked, or hashed as part of a name): so the budget bounds time
/// too. Tensors are not charged as long as the file has their elements; repeated elements are.
/// </remarks>
/// <param name="file">What messages call the file.</param>
/// <param name="fileByteCount">Its length.</param>
internal sealed class MemoryBudget(string file, long fileByteCount)
{
    /// <summary>For any file: enough for the settings that a small checkpoint carries.</summary>
    private const long Free = 16 << 20;

    /// <summary>For each byte of the file. The charges are upper estimates; the promise is ten times the file.</summary>
    private const long PerByte = 8;

    private long _left = Free + (PerByte * fileByteCount);

    /// <summary>Takes from the budget.</summary>
    /// <param name="byteCount">How much; not negative.</param>
    /// <param name="what">What it is for, to follow "the file".</param>
    /// <exception cref="CheckpointException">Less is left.</exception>
    public void Charge(long byteCount, string what = "makes values that")
    {
        if (byteCount > _left)
        {
            throw CheckpointException.In(
                file,
                $"it {what} take more than {Free + (PerByte * fileByteCount)} bytes of memory, where the file has {fileByteCount}",
                "It is damaged, or made to exhaust memory. If you trust it, save its weights again, by themselves and uncompressed.");
        }

        _left -= byteCount;
    }
}
