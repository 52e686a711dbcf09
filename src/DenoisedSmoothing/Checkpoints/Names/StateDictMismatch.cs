using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Compares what a checkpoint holds with what a module wants, and says the difference shortly.</summary>
internal static class StateDictMismatch
{
    private const int Shown = 5;

    /// <exception cref="CheckpointException">They differ in more than strict lets pass.</exception>
    public static void Check(
        string file,
        string module,
        Dictionary<string, Tensor> wanted,
        Dictionary<string, (ScalarType DType, IReadOnlyList<long> Shape)> found,
        bool strict)
    {
        string[] both = Sorted(wanted.Keys.Where(found.ContainsKey));
        // A checkpoint with nothing in common would "load" and leave random weights: never what was meant.
        bool exact = strict || both.Length == 0;
        string[] missing = exact ? Sorted(wanted.Keys.Where(name => !found.ContainsKey(name) && !IsOptional(name, found.ContainsKey))) : [];
        string[] unexpected = exact ? Sorted(found.Keys.Where(name => !wanted.ContainsKey(name))) : [];
        string[] misshapen = [.. both.Where(name => !found[name].Shape.SequenceEqual(wanted[name].shape))];
        string[] mistyped = [.. both.Where(name => !Converts(found[name].DType, wanted[name].dtype))];
        if (missing.Length + unexpected.Length + misshapen.Length + mistyped.Length == 0)
            return;

        StringBuilder message = new($"{file} does not fit the module {module} of {wanted.Count} entries:");
        Describe(message, missing, "missing", name => CheckpointException.Text(wanted[name].shape));
        Describe(message, unexpected, "unexpected", name => CheckpointException.Text(found[name].Shape));
        Describe(message, misshapen, "of another shape", name =>
            $"{CheckpointException.Text(found[name].Shape)} for {CheckpointException.Text(wanted[name].shape)}");
        Describe(message, mistyped, "of another type", name =>
            $"{SafetensorsDType.NameOf(found[name].DType)} for {SafetensorsDType.NameOf(wanted[name].dtype)}");
        message.Append(Environment.NewLine).Append(Recognised(wanted, found) ?? Remedy(missing, unexpected));
        throw new CheckpointException(message.ToString());
    }

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];

    // Files from before PyTorch 0.4.1 have a batch norm's statistics without their count, and PyTorch itself loads them: only a norm
    // without a momentum uses the count.
    private static bool IsOptional(string name, Func<string, bool> found)
    {
        const string count = "num_batches_tracked";
        return name.EndsWith(count, StringComparison.Ordinal) && found($"{name[..^count.Length]}running_var");
    }

    // A weight may lose precision, never meaning: an index or a flag is kept exactly.
    private static bool Converts(ScalarType from, ScalarType to) => from == to || (IsFloatingPoint(from) && IsFloatingPoint(to));

    private static bool IsFloatingPoint(ScalarType type) =>
        type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    private static void Describe(StringBuilder message, string[] names, string what, Func<string, string> details)
    {
        if (names.Length == 0)
            return;
        message.Append(Environment.NewLine).Append($"  {names.Length} {what}: ");
        message.AppendJoin(", ", names.Take(Shown).Select(name => $"{CheckpointException.Quote(name)} {details(name)}"));
        if (names.Length > Shown)
            message.Append($" and {names.Length - Shown} more");
    }

    // Nothing where both are the same network, or neither is known: then the names say more.
    private static string? Recognised(Dictionary<string, Tensor> wanted, Dictionary<string, (ScalarType DType, IReadOnlyList<long> Shape)> found)
    {
        string? there = KnownCheckpoints.Describe(found.ToDictionary(pair => pair.Key, pair => pair.Value.Shape, StringComparer.Ordinal));
        string? here = KnownCheckpoints.Describe(wanted.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<long>)pair.Value.shape, StringComparer.Ordinal));
        if (there == here)
            return null;
        string module = here is null ? "" : $" The module is {here}.";
        return there is null
            ? $"This is not a checkpoint of {here}, which the module is: take one of this network in this configuration."
            : $"This is a checkpoint of {there}.{module} Make the network in that configuration, or take another checkpoint.";
    }

    private static string Remedy(string[] missing, string[] unexpected)
    {
        // Checkpoints of wrapped modules (DataParallel, Lightning) have the right names behind a prefix.
        foreach (string name in unexpected.Take(Shown))
        {
            if (missing.FirstOrDefault(wanted => name.EndsWith($".{wanted}", StringComparison.Ordinal)) is { } tail)
                return $"The names of the checkpoint begin with {CheckpointException.Quote(name[..^tail.Length])}: strip that first (CheckpointOptions.StripPrefixes).";
        }

        foreach (string wanted in missing.Take(Shown))
        {
            if (unexpected.FirstOrDefault(name => wanted.EndsWith($".{name}", StringComparison.Ordinal)) is { } tail)
                return $"The names of the module begin with {CheckpointException.Quote(wanted[..^tail.Length])}, those of the checkpoint do not: load into the network inside of it.";
        }

        return "Take the checkpoint of this network in this configuration.";
    }
}
