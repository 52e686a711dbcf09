using System.Diagnostics;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// One image's test in work. Samples of a phase are numbered; the test is told the votes of exactly those that its requests cover, in
/// order. Samples drawn ahead of their request, in rows that would be padding, wait here: a vote depends on its sample alone, so when it
/// was drawn makes no difference. After <see cref="Start"/> it belongs to the scheduler's thread.
/// </summary>
/// <param name="image">What it is about.</param>
/// <param name="classCount">K.</param>
/// <param name="afterSelection">The phase that usually follows the selection votes: what is worth drawing ahead then.</param>
/// <param name="limits">When to give up.</param>
internal abstract class VoteJob(ReadImage image, int classCount, VotePhase afterSelection, JobLimits limits)
{
    /// <summary>
    /// Scores are no votes where they are not finite. A few such rows count against every class; where most of the first votes are, the
    /// classifier is broken or set up wrongly. Only votes that no bound is made of may decide that, or a caller who tries again after the
    /// error would keep the lucky draws: those that select, or, where a prediction has none, the number of misses alone, on which its test
    /// conditions.
    /// </summary>
    private const double LargestShareMissed = .5;

    // By phase: samples that past requests covered, and samples handed out.
    private readonly long[] _covered = new long[3], _planned = new long[3];
    private readonly Dictionary<(VotePhase, long), int> _ahead = [];
    private readonly List<(VotePhase Phase, long First, int Count)> _returned = []; // handed out, and never drawn
    private readonly long[] _votes = new long[classCount];
    private long _missed;
    private int _attempt;

    public ReadImage Image => image;

    /// <summary>When the call came, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    public long Opened { get; } = Stopwatch.GetTimestamp();

    public JobLimits Limits => limits;

    /// <summary>Rows of every forward pass behind this test's votes.</summary>
    public int Batch { get; private set; }

    /// <summary>What the test wants; null when it has finished.</summary>
    public VoteRequest? Request { get; private set; }

    /// <summary>Votes of the request that came in.</summary>
    public long Drawn { get; private set; }

    /// <summary>All votes that came in for requests, those before another start included.</summary>
    public long TotalDrawn { get; private set; }

    /// <summary>
    /// Whether its rows may share no forward pass with those of other images: one such pass failed, and the fault has to be found.
    /// </summary>
    public bool Isolated { get; set; }

    /// <summary>Rows that wait for a device, or for a batch to be given to one.</summary>
    public int Waiting { get; private set; }

    /// <summary>Rows of the request that no batch has.</summary>
    public long Unplanned => Request is { } request
        ? Math.Max(0, EndOf(request) - _planned[(int)request.Phase]) + _returned.Where(rows => IsWanted(rows, request))
            .Sum(rows => WantedOf(rows, request))
        : 0;

    /// <summary>Every row of the request was given to a device; some votes may be there still.</summary>
    public bool AwaitsVotes => Request is not null && Unplanned == 0 && Waiting == 0 && !RequestFull;

    public bool RequestFull => Request is { } request && Drawn == request.Count;

    /// <summary>
    /// Starts the test, or starts it again from nothing: votes of an earlier start, also those on their way, count no more.
    /// </summary>
    public void Start(int batch)
    {
        Batch = batch;
        Isolated = false;
        Waiting = 0;
        Drawn = 0;
        _missed = 0;
        _attempt++;
        _ahead.Clear();
        _returned.Clear();
        foreach (long[] numbers in (long[][])[_covered, _planned, _votes])
            Array.Clear(numbers);
        Request = Checked(Begin());
    }

    /// <summary>Hands out rows of the request.</summary>
    public VoteRows Plan(int most)
    {
        VoteRequest request = Request!.Value;
        int returned = _returned.FindIndex(rows => IsWanted(rows, request));
        if (returned < 0)
            return HandOut(request.Phase, (int)Math.Min(most, Unplanned));
        (VotePhase phase, long first, int count) = _returned[returned];
        int wanted = (int)Math.Min(most, WantedOf(_returned[returned], request));
        _returned.RemoveAt(returned);
        if (wanted < count)
            _returned.Add((phase, first + wanted, count - wanted));
        Waiting += wanted;
        return new VoteRows(this, _attempt, phase, first, wanted);
    }

    /// <summary>Hands out rows beyond the request, which the next one will probably want.</summary>
    public VoteRows PlanAhead(int most)
    {
        VotePhase phase = Request!.Value.Phase == VotePhase.Selection ? afterSelection : Request.Value.Phase;
        return HandOut(phase, (int)Math.Min(most, NoiseCoordinate.MaxSamples - _planned[(int)phase]));
    }

    /// <summary>Whether the rows belong to this start of an unfinished test.</summary>
    public bool Wants(in VoteRows rows) => Request is not null && rows.Attempt == _attempt;

    /// <summary>Rows have been given to a device.</summary>
    public void Sent(in VoteRows rows)
    {
        if (rows.Attempt == _attempt)
            Waiting -= rows.Count;
    }

    /// <summary>Rows come back without votes; they are handed out again.</summary>
    public void TakeBack(in VoteRows rows)
    {
        if (rows.Attempt == _attempt)
            _returned.Add((rows.Phase, rows.FirstSample, rows.Count));
    }

    /// <summary>One vote came in.</summary>
    /// <param name="rows">The rows that it belongs to.</param>
    /// <param name="sample">Its sample.</param>
    /// <param name="label">Its class; negative where the scores were not finite.</param>
    public void Count(in VoteRows rows, long sample, int label)
    {
        if (rows.Attempt != _attempt)
            return;
        if (Request is { } request && request.Phase == rows.Phase && sample < EndOf(request))
            Count(label);
        else
            _ahead.Add((rows.Phase, sample), label);
    }

    /// <summary>Tells the test its votes; the next request begins with those that were drawn ahead.</summary>
    /// <exception cref="InvalidOperationException">Most scores are not finite.</exception>
    public void Observe()
    {
        VoteRequest request = Request!.Value;
        VoteCounts votes = new(_votes) { Missed = _missed };
        CheckMissed(request, votes);
        _covered[(int)request.Phase] += request.Count;
        Array.Clear(_votes);
        _missed = 0;
        Drawn = 0;
        Request = Checked(Tell(votes));
        if (Request is not { } next)
            return;
        foreach (((VotePhase phase, long sample), int label) in _ahead)
        {
            if (phase == next.Phase && sample < EndOf(next) && _ahead.Remove((phase, sample)))
                Count(label);
        }
    }

    /// <summary>Ends the test with the votes that it has been told.</summary>
    public void Stop(StopReason reason)
    {
        StopTest(reason);
        Request = null;
    }

    /// <summary>Hands the finished test's result to the caller.</summary>
    public abstract void Publish();

    /// <summary>Tells the caller why there is no result.</summary>
    public abstract void Fail(Exception error);

    protected abstract VoteRequest? Begin();

    protected abstract VoteRequest? Tell(VoteCounts votes);

    protected abstract void StopTest(StopReason reason);

    private void CheckMissed(VoteRequest request, VoteCounts votes)
    {
        // A later selection is there because of what earlier bounds came to: an error then would depend on votes that a bound is made of.
        if (request.Phase == VotePhase.Selection && _covered[(int)VotePhase.Selection] > 0)
            return;
        if (request.Phase != VotePhase.Estimation && votes.Missed > LargestShareMissed * votes.Total)
        {
            throw new InvalidOperationException(
                $"The base classifier returned NaN or infinite scores for {votes.Missed} of {votes.Total} noisy images. Check its "
                    + $"weights, precision and input range.");
        }
    }

    private bool IsWanted((VotePhase Phase, long First, int Count) rows, VoteRequest request) => rows.Phase == request.Phase
        && rows.First < EndOf(request);

    private long WantedOf((VotePhase Phase, long First, int Count) rows, VoteRequest request) =>
        Math.Min(rows.Count, EndOf(request) - rows.First);

    private long EndOf(VoteRequest request) => _covered[(int)request.Phase] + request.Count;

    private void Count(int label)
    {
        if (label < 0)
            _missed++;
        else
            _votes[label]++;
        Drawn++;
        TotalDrawn++;
    }

    private VoteRows HandOut(VotePhase phase, int count)
    {
        VoteRows rows = new(this, _attempt, phase, _planned[(int)phase], count);
        _planned[(int)phase] += count;
        Waiting += count;
        return rows;
    }

    /// <summary>
    /// What cannot be drawn is refused before any of it is: a count of 0 would never be full, one too large would end in the middle.
    /// </summary>
    private VoteRequest? Checked(VoteRequest? request)
    {
        if (request is not { } want)
            return null;
        if (!Enum.IsDefined(want.Phase) || want.Count < 1 || want.Count > NoiseCoordinate.MaxSamples - _covered[(int)want.Phase])
        {
            throw new InvalidOperationException(
                $"The certifier asks for {want.Count} votes of phase {want.Phase}: a request is for at least 1 vote of a known phase, "
                    + $"and one image has at most 2^{NoiseCoordinate.SampleBits} per phase.");
        }

        if (want.Count <= limits.Votes - _covered.Sum())
            return want;
        StopTest(StopReason.Votes);
        return null;
    }
}
