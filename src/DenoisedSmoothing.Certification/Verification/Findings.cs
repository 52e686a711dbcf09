using System.Globalization;

namespace DenoisedSmoothing.Verification;

/// <summary>Collects findings.</summary>
internal sealed class Findings
{
    private readonly List<VerificationFinding> _all = [];

    public IReadOnlyList<VerificationFinding> All => _all;

    public void Overstated(string member, FormattableString message) => Add(VerificationSeverity.Overstated, member, message);

    public void Different(string member, FormattableString message) => Add(VerificationSeverity.Different, member, message);

    public void Unknown(string member, FormattableString message) => Add(VerificationSeverity.Unknown, member, message);

    /// <summary>Names two values that should be equal and are not.</summary>
    public void Equal<T>(string member, T claimed, T expected, string source)
    {
        if (!EqualityComparer<T>.Default.Equals(claimed, expected))
            Different(member, $"{claimed} is claimed, and {source} says {expected}");
    }

    private void Add(VerificationSeverity severity, string member, FormattableString message) =>
        _all.Add(new VerificationFinding(severity, member, message.ToString(CultureInfo.InvariantCulture)));
}
