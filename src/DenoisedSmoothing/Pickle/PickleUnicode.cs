using System.Text;
using System.Text.Unicode;

namespace DenoisedSmoothing.Pickle;

/// <summary>
/// Text as Python pickles it: UTF-8 with "surrogatepass", in which half of a surrogate pair has its own three bytes. Python makes such
/// halves from file names that are not UTF-8.
/// </summary>
internal static class PickleUnicode
{
    /// <summary>The text, or null where the bytes are not one.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        // At most as many characters as bytes.
        StringBuilder text = new(bytes.Length);
        Span<char> characters = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == System.Buffers.OperationStatus.Done)
                text.Append(characters[..rune.EncodeToUtf16(characters)]);
            else if (bytes is [0xed, >= 0xa0 and <= 0xbf, >= 0x80 and <= 0xbf, ..])
                (length, _) = (3, text.Append((char)(0xd000 | ((bytes[1] & 0x3f) << 6) | (bytes[2] & 0x3f))));
            else
                return null;
            bytes = bytes[length..];
        }

        return text.ToString();
    }
}
