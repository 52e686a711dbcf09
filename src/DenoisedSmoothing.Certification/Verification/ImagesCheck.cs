using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Verification;

/// <summary>
/// Compares the images of a log, in order, with those that its settings call for: by leaving out unfavourable lines, a log would show a
/// better accuracy than the run had. Lines missing at the end mean that the run is unfinished.
/// </summary>
internal sealed class ImagesCheck
{
    private readonly long _first, _step, _count;
    private long _done;

    private ImagesCheck(long first, long step, long count) => (_first, _step, _count) = (first, step, count);

    /// <summary>How many images are still to come.</summary>
    public long Left => _count - _done;

    /// <summary>The check of a run's images; null where the settings do not say which.</summary>
    /// <remarks>
    /// Logs of schema 1 do not say which images were skipped, and those merged from parts do not have a number of images.
    /// </remarks>
    public static ImagesCheck? Of(CertificationLogMeta? meta)
    {
        if (meta is not { Rows: { } count, Schema: > 1 }
            || !meta.Settings.TryGetValue(CertificationLogMeta.ImagesSetting, out string? text))
            return null;
        Dictionary<string, string> parts = text.Split(' ').Select(static part => part.Split('=', 2)).Where(static pair => pair.Length == 2)
            .DistinctBy(static pair => pair[0]).ToDictionary(static pair => pair[0], static pair => pair[1]);
        (long shard, long shards) = (1, 1);
        if (meta.Shard?.Split('/') is { } numbers && (numbers.Length != 2 || !PlainNumber.TryParseWhole(numbers[0], out shard)
            || !PlainNumber.TryParseWhole(numbers[1], out shards)))
            return null;
        if (!PlainNumber.TryParseWhole(parts.GetValueOrDefault("start"), out int start)
            || !PlainNumber.TryParseWhole(parts.GetValueOrDefault("skip"), out int step) || start < 0 || step < 1
            || shard < 1 || shard > shards || shards > int.MaxValue)
            return null;
        if (PlainNumber.TryParseWhole(parts.GetValueOrDefault("max"), out long most))
            count = Math.Min(count, (most - shard + shards) / shards);
        return new ImagesCheck(start + (shard - 1) * step, step * shards, count);
    }

    /// <summary>Takes the image of the next line.</summary>
    /// <param name="index">Its index in the data set.</param>
    public IReadOnlyList<LogFinding> Check(long index)
    {
        Findings findings = new();
        long place = (index - _first) / _step;
        if (index < _first || (index - _first) % _step != 0 || place >= _count)
            findings.Different("index", $"the settings do not include this image");
        else if (place < _done)
            findings.Different("index", $"it comes after image {Index(_done - 1)}");
        else
            return Reached(place, place + 1);
        return [.. findings.All.Select(finding => new LogFinding(index, finding))];
    }

    /// <summary>Takes the end of a log that says that it is finished.</summary>
    public IReadOnlyList<LogFinding> CheckEnd() => Reached(_count, _count);

    private LogFinding[] Reached(long place, long done)
    {
        (long missing, long more) = (Index(_done), place - _done - 1);
        _done = done;
        if (more < 0)
            return [];
        Findings findings = new();
        if (more == 0)
            findings.Overstated("index", $"the settings include it, and it is left out");
        else
            findings.Overstated("index", $"the settings include it, and all {more + 1} up to image {Index(place - 1)} are left out");
        return [.. findings.All.Select(finding => new LogFinding(missing, finding))];
    }

    private long Index(long place) => _first + place * _step;
}
