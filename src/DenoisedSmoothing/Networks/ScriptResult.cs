using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Networks;

/// <summary>What a script's <c>forward</c> returns, as declared: one tensor, or several of which one is meant.</summary>
/// <param name="Declared">The type, such as <c>Tuple[Tensor, Tensor]</c>; empty where it is not stated.</param>
/// <param name="Types">The types of the parts of a tuple; null where there is one result, or their number is not known.</param>
/// <param name="Names">The names of a named tuple's parts; empty for none.</param>
internal sealed record ScriptResult(string Declared, IReadOnlyList<string>? Types, IReadOnlyList<string> Names)
{
    private const string Wrap = "Wrap the model before saving, so that forward returns its logits or its prediction alone.";

    private bool IsOne => IsTensor(Declared) || Types is [var only] && IsTensor(only);

    private bool IsList => Declared.StartsWith("List[", StringComparison.Ordinal) && IsTensor(Declared[5..^1]);

    // Then the first call tells.
    private bool IsUnsaid => Declared is "" or "Any";

    private string Said => $"forward returns {CheckpointException.Quote(Declared)}";

    /// <summary>Reads a declared type.</summary>
    /// <param name="declared">As written in the code.</param>
    /// <param name="fields">The names and types of a named tuple of the archive; null for another class.</param>
    public static ScriptResult Of(string declared, Func<string, IReadOnlyList<ScriptArgument>?> fields)
    {
        if (declared.StartsWith("Tuple[", StringComparison.Ordinal) && declared.EndsWith(']'))
            return new(declared, [.. Split(declared[6..^1])], []);
        return declared.StartsWith("__torch__", StringComparison.Ordinal) && fields(declared) is { } its
            ? new(declared, [.. its.Select(field => field.Type)], [.. its.Select(field => field.Name)])
            : new(declared, null, []);
    }

    /// <summary>Which of several results is meant.</summary>
    /// <param name="path">The script, for errors.</param>
    /// <param name="output">A place from 0, or a name; null for the only one.</param>
    /// <returns>The place; null for the only one.</returns>
    /// <exception cref="CheckpointException">There is no such result, or it is not a tensor, or there are several and none is
    /// named.</exception>
    public int? Place(string path, string? output)
    {
        if (output is null)
            return IsOne || IsUnsaid ? null : throw CheckpointException.In(path, $"{Said}, not one tensor", Advice);
        int place = Names.ToList().IndexOf(output);
        bool found = place >= 0 || PlainNumber.TryParseWhole(output, out place) && place >= 0;
        if (!found || !(Types is { } types ? place < types.Count : IsList || IsUnsaid || IsOne && place == 0))
        {
            throw CheckpointException.In(
                path, $"{Said}, which has no {CheckpointException.Quote(output)}", IsOne ? "Leave output out." : Advice);
        }

        if (Types is not null && !IsTensor(Types[place]))
        {
            throw CheckpointException.In(
                path, $"{Said}, of which {CheckpointException.Quote(output)} is {CheckpointException.Quote(Types[place])}", Advice);
        }

        return IsOne ? null : place;
    }

    /// <summary>What to do where it is not clear which result is meant.</summary>
    private string Advice => IsList || IsUnsaid ? "Say with output which one is meant, by its place from 0."
        : Types?.Any(IsTensor) == true ? $"Say with output which one is meant: {string.Join(", ", Choices)}."
        : Wrap;

    private IEnumerable<string> Choices => Types!.Select((type, place) => (type, place)).Where(its => IsTensor(its.type))
        .Select(its => its.place < Names.Count ? $"{its.place} ({CheckpointException.Quote(Names[its.place])})" : $"{its.place}");

    private static bool IsTensor(string type) => type is "Tensor" or "Optional[Tensor]";

    private static IEnumerable<string> Split(string types)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < types.Length; i++)
        {
            depth += types[i] == '[' ? 1 : types[i] == ']' ? -1 : 0;
            if (types[i] != ',' || depth > 0)
                continue;
            yield return types[start..i].Trim();
            start = i + 1;
        }

        if (types[start..].Trim() is { Length: > 0 } last)
            yield return last;
    }
}
