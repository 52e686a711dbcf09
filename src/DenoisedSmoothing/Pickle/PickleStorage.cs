using static TorchSharp.torch;

namespace DenoisedSmoothing.Pickle;

/// <summary>A storage as a persistent id describes it: a run of elements that tensors share.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="DType">The element type.</param>
/// <param name="ItemSize">The bytes of an element.</param>
/// <param name="Count">How many elements it is said to hold, not negative; checked against the file by the reader of the file.</param>
internal sealed record PickleStorage(string Key, ScalarType DType, int ItemSize, long Count)
{
    /// <summary>Its length in the file; cannot overflow for a checked storage.</summary>
    public long ByteCount => Count * ItemSize;
}
