using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Compares what a checkpoint holds with what a module wants, and describes the difference briefly.</summary>
/// <param name="file">What messages call the checkpoint.</param>
/// <param name="entries">What it holds.</param>
internal sealed class StateDictMismatch(string file, IEnumerable<TensorEntry> entries)
{
    private const int Shown = 5;
    private const string Counter = "num_batches_tracked";

    private readonly Dictionary<string, TensorEntry> _found = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>Where the entries come from, if known: then advice may name its options.</summary>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>Whether there is an entry of a name.</summary>
    public bool Has(string name) => _found.ContainsKey(name);

    /// <exception cref="CheckpointException">They differ by more than strict allows.</exception>
    public void Check(string module, Dictionary<string, Tensor> wanted, bool strict)
    {
        string[] both = Sorted(wanted.Keys.Where(Has));
        // A checkpoint with nothing in common would "load" and leave random weights, which is never what was meant.
        bool exact = strict || both.Length == 0;
        string[] missing = exact ? Sorted(wanted.Keys.Where(name => !Has(name) && !IsOptional(name))) : [];
        string[] unexpected = exact ? Sorted(_found.Keys.Where(name => !wanted.ContainsKey(name))) : [];
        string[] misshapen = [.. both.Where(name => !_found[name].Shape.SequenceEqual(wanted[name].shape))];
        string[] mistyped = [.. both.Where(name => !Converts(name, _found[name].DType, wanted[name].dtype))];
        if (missing.Length + unexpected.Length + misshapen.Length + mistyped.Length == 0)
            return;

        StringBuilder report = new($"{file} does not fit the module {module} of {wanted.Count} entries:{Environment.NewLine}");
        Describe(report, missing, "missing", name => CheckpointException.Text(wanted[name].shape));
        Describe(report, unexpected, "unexpected", name => CheckpointException.Text(_found[name].Shape));
        Describe(report, misshapen, "of another shape", name =>
            $"{CheckpointException.Text(_found[name].Shape)} for {CheckpointException.Text(wanted[name].shape)}");
        Describe(report, mistyped, "of another type", name =>
            $"{SafetensorsDType.NameOf(_found[name].DType)} for {SafetensorsDType.NameOf(wanted[name].dtype)}");
        if (Checkpoint is { LeftOut.Count: > 0 } partly)
        {
            string what = $"left out, without the prefix {CheckpointException.Quote(partly.StrippedPrefix)}";
            Describe(report, [.. partly.LeftOut], what, _ => "");
        }

        string? prefix = LongerPrefix(missing, unexpected) is { } longer ? Checkpoint?.StrippedPrefix + longer : null;
        string advice = Recognised(wanted) ?? (prefix is null ? Remedy(missing, unexpected) : StripAdvice(prefix));
        throw CheckpointException.Mismatch(report.ToString(), advice, prefix);
    }

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];

    // Files from before PyTorch 0.4.1 have a batch norm's statistics without their count, and PyTorch itself loads them: only a norm
    // without a momentum uses the count.
    private bool IsOptional(string name) =>
        name.EndsWith(Counter, StringComparison.Ordinal) && Has($"{name[..^Counter.Length]}running_var");

    // A weight may lose precision but never meaning: an index or a flag is kept exactly. A batch norm's count is neither: halving or
    // averaging a whole state_dict turns it into a float, and PyTorch converts it back.
    private static bool Converts(string name, ScalarType from, ScalarType to) =>
        from == to || (IsFloatingPoint(from) && IsFloatingPoint(to)) || (Bits(from) > 0 && Bits(from) < Bits(to))
        || (name.EndsWith(Counter, StringComparison.Ordinal) && to == ScalarType.Int64 && from != ScalarType.Bool);

    private static bool IsFloatingPoint(ScalarType type) =>
        type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    // The width of an integer that holds every narrower one: a byte has no sign and takes one more bit.
    private static int Bits(ScalarType type) => type switch
    {
        ScalarType.Byte => 9,
        ScalarType.Int8 => 8,
        ScalarType.Int16 => 16,
        ScalarType.Int32 => 32,
        ScalarType.Int64 => 64,
        _ => 0,
    };

    private static void Describe(StringBuilder report, string[] names, string what, Func<string, string> details)
    {
        if (names.Length == 0)
            return;
        report.Append($"  {names.Length} {what}: ");
        report.AppendJoin(", ", names.Take(Shown).Select(name => $"{CheckpointException.Quote(name)} {details(name)}".TrimEnd()));
        report.AppendLine(names.Length > Shown ? $" and {names.Length - Shown} more" : "");
    }

    // Empty where both are the same network, or neither is known: then the names say more.
    private string? Recognised(Dictionary<string, Tensor> wanted)
    {
        string? there = KnownCheckpoints.Describe(_found.ToDictionary(pair => pair.Key, pair => pair.Value.Shape, StringComparer.Ordinal));
        string? here = KnownCheckpoints.Describe(
            wanted.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<long>)pair.Value.shape, StringComparer.Ordinal));
        if (there == here)
            return null;
        string module = here is null ? "" : $" The module is {here}.";
        return there is null
            ? $"This is not a checkpoint of {here}, which the module is: take one of this network in this configuration."
            : $"This is a checkpoint of {there}.{module} Make the network in that configuration, or take another checkpoint.";
    }

    /// <summary>The prefix under which most of the missing entries are present: that of a wrapper. Null where there is none.</summary>
    private string? LongerPrefix(string[] missing, string[] unexpected) => unexpected
        .SelectMany(name => missing.Take(Shown)
            .Where(tail => name.EndsWith($".{tail}", StringComparison.Ordinal))
            .Select(tail => name[..^tail.Length]))
        .Distinct(StringComparer.Ordinal)
        .Take(10 * Shown)
        .Select(prefix => (Prefix: prefix, Found: missing.Count(name => Has(prefix + name))))
        .Where(its => 2 * its.Found > missing.Length)
        .OrderByDescending(its => its.Found)
        .FirstOrDefault().Prefix;

    private string StripAdvice(string prefix) =>
        $"The missing entries are there under the prefix {CheckpointException.Quote(prefix)}: "
        + (Checkpoint is null ? "open the file by Checkpoint.Open, with " : "set ")
        + $"CheckpointOptions.StripPrefixes{(Checkpoint is null ? " set" : "")} to it.";

    private static string Remedy(string[] missing, string[] unexpected)
    {
        foreach (string wanted in missing.Take(Shown))
        {
            if (unexpected.FirstOrDefault(name => wanted.EndsWith($".{name}", StringComparison.Ordinal)) is not { } tail)
                continue;
            // One name in common, such as bias, does not make a wrapper: most of what is missing has to be there without the prefix.
            string prefix = wanted[..^tail.Length];
            if (2 * unexpected.Intersect(missing.Where(Begins).Select(name => name[prefix.Length..])).Count() <= missing.Length)
                continue;
            return $"The names of the module begin with {CheckpointException.Quote(prefix)}, those of the checkpoint do not: load into the "
                + "network inside it.";

            bool Begins(string name) => name.StartsWith(prefix, StringComparison.Ordinal);
        }

        return "Take the checkpoint of this network in this configuration.";
    }
}
