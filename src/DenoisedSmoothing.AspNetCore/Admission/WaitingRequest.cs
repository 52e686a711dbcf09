namespace DenoisedSmoothing.AspNetCore;

/// <summary>A request that waits for a place.</summary>
/// <param name="Priority">Higher numbers come first.</param>
/// <param name="Number">Among equals, the lower number comes first.</param>
internal sealed record WaitingRequest(int Priority, long Number) : IComparable<WaitingRequest>
{
    // No continuation runs under the queue's lock.
    private readonly TaskCompletionSource<Place> _place = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Place> Place => _place.Task;

    public void Admit(Place place) => _place.SetResult(place);

    public void Refuse(Exception why) => _place.SetException(why);

    /// <summary>The one that comes first is smaller.</summary>
    public int CompareTo(WaitingRequest? other) => other is null ? -1
        : Priority != other.Priority ? other.Priority.CompareTo(Priority)
        : Number.CompareTo(other.Number);
}
