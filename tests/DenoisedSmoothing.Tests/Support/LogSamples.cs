using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Testing;

/// <summary>Logs small enough to read, and certificates in which every member has a value of its own.</summary>
internal static class LogSamples
{
    public static CertificationLogMeta Meta(CertificationLogKind kind = CertificationLogKind.Certify) => new()
    {
        Kind = kind,
        Settings = new Dictionary<string, string>
        {
            ["data"] = "fashion-mnist test sha256=ab12",
            ["sigma"] = "0.25",
            [CertificationLogMeta.MethodSetting] = "cohen n0=100 n=1000 alpha=0.001 predict=1000",
            [CertificationLogMeta.AlphaSetting] = "0.001",
            ["seed"] = "18446744073709551615",
        },
    };

    public static Certificate Certificate(long image, bool abstain = false) => new()
    {
        Label = abstain ? null : 2,
        Radius = abstain ? 0 : .1234567890123456789 + image / 1000.0,
        SelectedLabel = 2,
        PALower = .73000000000000009,
        PBUpper = .27,
        SelectionVotes = new VoteCounts(1, 0, 99),
        EstimationVotes = new VoteCounts(100, 33, 867),
        Alpha = .001,
        Sigma = .25,
        Method = CertificationMethod.Parse("cohen n0=100 n=1000 alpha=0.001 predict=1000"),
        Provenance = new Provenance
        {
            Seed = ulong.MaxValue,
            ImageIndex = image,
            ImageHash = "00ff",
            ImageShape = [1, 28, 28],
            DrawnSigma = .25,
            BaseClassifier = "denoiser \"a\" + classifier <b>",
            Precision = "float32",
            Device = "cpu",
            Batch = 64,
            Software = "DenoisedSmoothing 0.1.0",
            Noise = "philox-1",
        },
    };

    public static Prediction Prediction(bool abstain = false) => new()
    {
        Label = abstain ? null : 1,
        TopLabel = 1,
        RunnerUpLabel = 0,
        Votes = new VoteCounts(447, 553, 0),
        PValue = 1.0 / 3,
        Alpha = .001,
        Method = CertificationMethod.Parse("cohen n0=100 n=1000 alpha=0.001 predict=1000"),
    };
}
