namespace DenoisedSmoothing.Networks;

/// <summary>An argument of a script's method.</summary>
internal sealed record ScriptArgument(string Name, string Type, bool HasDefault)
{
    /// <summary>Whether a tensor can be passed.</summary>
    public bool TakesTensor => Type is "" or "Tensor" or "Optional[Tensor]" or "Any";

    /// <summary>Reads <c>name: type=default</c>.</summary>
    public static ScriptArgument Parse(ReadOnlySpan<char> text)
    {
        int equals = text.IndexOf('=');
        ReadOnlySpan<char> declared = equals < 0 ? text : text[..equals];
        int colon = declared.IndexOf(':');
        return new ScriptArgument(
            (colon < 0 ? declared : declared[..colon]).Trim().ToString(), colon < 0 ? "" : declared[(colon + 1)..].Trim()
                .ToString(), equals >= 0);
    }

    public override string ToString() => $"{Name}: {Type}";
}
