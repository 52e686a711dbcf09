namespace DenoisedSmoothing.Data;

/// <summary>
/// The order in which Python sorts texts: by code points. .NET's ordinal order is that of UTF-16 units, in which characters above U+FFFF
/// come before those from U+E000 on.
/// </summary>
internal sealed class CodePointOrder : IComparer<string>
{
    public static CodePointOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x, right = y;
        int same = left.CommonPrefixLength(right);
        return same == left.Length || same == right.Length ? left.Length - right.Length : Rank(left[same]) - Rank(right[same]);
    }

    // A surrogate is one half of a character above U+FFFF.
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
