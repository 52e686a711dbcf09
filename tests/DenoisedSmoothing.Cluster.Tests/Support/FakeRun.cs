using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>A run without models: every image has a certificate that is a function of its index.</summary>
internal static class FakeRun
{
    private const double Alpha = .001;
    private const int Classes = 10;

    public static QueuedRun Of(int images, string name = "run", ulong seed = 1) => new()
    {
        Name = name,
        Settings = new CertificationLogMeta
        {
            Kind = CertificationLogKind.Certify,
            Settings = new Dictionary<string, string>
            {
                [CertificationLogMeta.SigmaSetting] = "0.25",
                [CertificationLogMeta.MethodSetting] = new CohenCertifier(10, 200, Alpha).Method.ToString(),
                [CertificationLogMeta.AlphaSetting] = "0.001",
                [CertificationLogMeta.SeedSetting] = $"{seed}",
            },
            Rows = images,
        },
    };

    public static int[] Indices(int images) => [.. Enumerable.Range(0, images)];

    public static CertificationLogEntry Entry(QueuedRun run, int image)
    {
        IVoteTest<Certificate> test = new CohenCertifier(10, 200, Alpha).Certify(Classes, .25);
        test.Observe(Votes(image % Classes, 10));
        test.Observe(Votes(image % Classes, 200, missed: image * 7 % 110));
        return new CertificationLogEntry
        {
            Fingerprint = run.Settings.Fingerprint,
            Index = image,
            Label = image * 3 % 4 == 0 ? (image + 1) % Classes : image % Classes,
            Seconds = .001,
            Certificate = test.Result with
            {
                Provenance = new Provenance
                {
                    Seed = 1, ImageIndex = image, ImageHash = "00", ImageShape = [1, 2, 2], DrawnSigma = .25, BaseClassifier = "fake",
                    Precision = "float32", Device = "cpu", Batch = 1, Software = "test", Noise = "philox4x32-10/box-muller/1",
                },
            },
        };
    }

    public static ImageResult Result(QueuedRun run, LeasedImage lease) => ImageResult.Of(
        lease, new WorkOutcome((int)lease.Image, Entry(run, (int)lease.Image), null, null), run.Settings.Fingerprint);

    /// <summary>Work that does nothing but wait.</summary>
    public static Func<IEnumerable<int>, CancellationToken, IEnumerable<WorkOutcome>> Waiting(QueuedRun run, TimeSpan each) =>
        (images, stop) => Answer(run, images, _ => each, stop);

    public static IEnumerable<WorkOutcome> Answer(
        QueuedRun run, IEnumerable<int> images, Func<int, TimeSpan> wait, CancellationToken stop)
    {
        foreach (int image in images)
        {
            if (stop.WaitHandle.WaitOne(wait(image)))
                stop.ThrowIfCancellationRequested();
            yield return new WorkOutcome(image, Entry(run, image), null, null);
        }
    }

    private static VoteCounts Votes(int label, int count, int missed = 0)
    {
        long[] votes = new long[Classes];
        votes[label] = count - missed;
        votes[(label + 1) % Classes] = missed;
        return new VoteCounts(votes);
    }
}
