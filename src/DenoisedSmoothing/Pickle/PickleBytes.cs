using System.Text;

namespace DenoisedSmoothing.Pickle;

/// <summary>Bytes of a pickle, or a string of Python 2, which does not say whether it is text.</summary>
/// <param name="Data">The bytes.</param>
internal sealed record PickleBytes(byte[] Data)
{
    /// <summary>The same as text, one character per byte.</summary>
    public string Text => Encoding.Latin1.GetString(Data);
}
