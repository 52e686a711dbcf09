using DenoisedSmoothing.Baselines;
using DenoisedSmoothing.Staged;

namespace DenoisedSmoothing;

/// <summary>The table that turns a method back into its certifier, used by the command line, logs, audit and verifier alike.</summary>
public static class Certifiers
{
    private static readonly OrderedDictionary<string, Func<MethodParameters, ICertifier>> Table = new(StringComparer.Ordinal)
    {
        [CohenCertifier.MethodName] = CohenCertifier.Of,
        [MulticlassCertifier.MethodName] = MulticlassCertifier.Of,
        [SequentialCertifier.MethodName] = SequentialCertifier.Of,
        [PixelDpCertifier.MethodName] = PixelDpCertifier.Of,
        [LecuyerCertifier.MethodName] = LecuyerCertifier.Of,
        [LiCertifier.MethodName] = LiCertifier.Of,
        [StagedCertifier.MethodName] = StagedCertifier.Of,
    };

    /// <summary>The names of the methods that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names => Table.Keys;

    /// <summary>Makes the certifier of a method, such as that of a certificate.</summary>
    /// <param name="method">A method with one of the <see cref="Names"/>; absent parameters have their usual values.</param>
    /// <returns>A certifier whose method has the given parameters and the absent ones.</returns>
    /// <exception cref="ArgumentException">The method, its version or a parameter is not known, or a value is outside its
    /// range.</exception>
    public static ICertifier Create(CertificationMethod method)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (!Table.TryGetValue(method.Name, out Func<MethodParameters, ICertifier>? create))
            throw new ArgumentException($"There is no certification method '{method.Name}' here; there are {string.Join(", ", Names)}.",
                nameof(method));
        MethodParameters parameters = new(method);
        ICertifier certifier = create(parameters);
        parameters.NothingElse();
        return certifier;
    }
}
