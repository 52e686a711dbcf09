namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// What reading one file may cost: a constant, and some times the file's own size. Whatever a reader makes of what a file says is charged
/// here before it is made, so that no file costs more than its bytes are worth, however it is written.
/// </summary>
/// <remarks>
/// A unit is a byte of memory, or a byte that is looked at once more (unpacked, or hashed as a part of a name): so the budget bounds
/// time, too. Tensors are not charged as long as the file has their elements; elements that it repeats are.
/// </remarks>
/// <param name="file">What messages call the file.</param>
/// <param name="fileByteCount">Its length.</param>
internal sealed class MemoryBudget(string file, long fileByteCount)
{
    /// <summary>Of any file: enough for the settings that a small checkpoint carries along.</summary>
    private const long Free = 16 << 20;

    /// <summary>For each byte of the file. The charges are estimates from above; ten times the file is what is promised.</summary>
    private const long PerByte = 8;

    private long _left = Free + (PerByte * fileByteCount);

    /// <summary>Takes from the budget.</summary>
    /// <param name="byteCount">How much; not negative.</param>
    /// <param name="what">What it is for, to follow "the file".</param>
    /// <exception cref="CheckpointException">There is less left.</exception>
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
