using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>Keeps what was logged, with ids; written and read by any thread.</summary>
internal sealed class LogEntries : ILogger<SmoothedModel>
{
    private readonly ConcurrentQueue<(int Id, string Message)> _all = [];

    public (int Id, string Message)[] All => [.. _all];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _all.Enqueue((eventId.Id, formatter(state, exception)));
}
