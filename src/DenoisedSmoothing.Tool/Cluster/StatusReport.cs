using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DenoisedSmoothing.Cluster;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The progress of a run, in words or as JSON.</summary>
internal static class StatusReport
{
    private const int MostWorkers = 20;

    public static string Text(QueueStatus status)
    {
        StringBuilder text = new();
        bool certifies = status.Run.Settings.Kind == CertificationLogKind.Certify;
        Line($"Run '{status.Run.Name}' ({(certifies ? "certify" : "predict")}): {status.Done} of {status.Run.Images} images done, ");
        Line($"{status.InWork} in progress, {status.Waiting} waiting, {status.Poisoned} poisoned, {status.Skipped} skipped\n");
        Line($"  {status.Rate:G3} images per second over the last five minutes");
        if (status.ExpectedEnd is { } end)
            Line($", expected end {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC (in {Span(end - status.Time)})");
        text.Append('\n');
        if (status.Answered > 0)
        {
            text.Append(certifies ? "  certified accuracy " : "  right ");
            text.AppendJoin("  ", (certifies ? status.Certified : status.Certified.Take(1)).Select(at =>
                (certifies ? string.Create(CultureInfo.InvariantCulture, $"r={at.Radius}: ") : "") + Share(at.Certified, status.Answered)));
            Line($", abstained {status.Abstained}\n");
        }

        foreach (QueueWorkerStatus worker in status.Workers.Take(MostWorkers))
        {
            Line($"  worker {worker.Worker.Host}/{worker.Worker.Process}: {worker.Done} images, ");
            Line($"{(worker.HasLeft ? "left" : "last seen")} {Span(status.Time - worker.Heartbeat)} ago\n");
        }

        if (status.Workers.Count > MostWorkers)
            Line($"  and {status.Workers.Count - MostWorkers} more workers\n");
        foreach (PoisonedImage poisoned in status.PoisonedImages)
            Line($"  image {poisoned.Image} failed {poisoned.Attempts} times: {poisoned.Error}\n");
        if (status.Poisoned > status.PoisonedImages.Count)
            Line($"  and {status.Poisoned - status.PoisonedImages.Count} more\n");
        return text.ToString();

        void Line(FormattableString words) => text.Append(words.ToString(CultureInfo.InvariantCulture));
    }

    public static string Json(QueueStatus status) => new JsonObject
    {
        ["run"] = status.Run.Name,
        ["kind"] = status.Run.Settings.Kind.ToString().ToLowerInvariant(),
        ["fingerprint"] = status.Run.Settings.Fingerprint,
        ["time"] = Iso(status.Time),
        ["images"] = status.Run.Images,
        ["done"] = status.Done,
        ["inWork"] = status.InWork,
        ["waiting"] = status.Waiting,
        ["poisoned"] = status.Poisoned,
        ["skipped"] = status.Skipped,
        ["abstained"] = status.Abstained,
        ["imagesPerSecond"] = status.Rate,
        ["expectedEnd"] = status.ExpectedEnd is { } end ? Iso(end) : null,
        ["certified"] = new JsonArray([.. status.Certified.Select(static at =>
            new JsonObject { ["radius"] = at.Radius, ["images"] = at.Certified })]),
        ["workers"] = new JsonArray([.. status.Workers.Select(worker => new JsonObject
        {
            ["id"] = worker.Worker.Id,
            ["host"] = worker.Worker.Host,
            ["process"] = worker.Worker.Process,
            ["started"] = Iso(worker.Started),
            ["heartbeat"] = Iso(worker.Heartbeat),
            ["hasLeft"] = worker.HasLeft,
            ["done"] = worker.Done,
        })]),
        ["poisonedImages"] = new JsonArray([.. status.PoisonedImages.Select(static image =>
            new JsonObject { ["image"] = image.Image, ["attempts"] = image.Attempts, ["error"] = image.Error })]),
    }.ToJsonString();

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    // Truncated: what is claimed is never rounded up.
    private static string Share(long part, long all) =>
        (Math.Floor(1000m * part / all) / 10).ToString("F1", CultureInfo.InvariantCulture) + "%";

    private static string Span(TimeSpan span) => span.TotalSeconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, span.TotalSeconds):F0} s")
        : span.TotalHours < 2
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:F0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:F1} h");
}
