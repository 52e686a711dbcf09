using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// Appends certificates to a file, one JSON object per line, in the background: a full or slow disk costs lines, which are counted and
/// logged, but never an answer.
/// </summary>
internal sealed class AuditFile : ICertificateAudit, IAsyncDisposable
{
    private const int MostUnwritten = 10_000;

    private readonly Channel<AuditLine> _lines = Channel.CreateBounded<AuditLine>(new BoundedChannelOptions(MostUnwritten)
    {
        SingleReader = true,
    });

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Task _writing;
    private long _lost;

    public AuditFile(string path, ILogger logger, TimeProvider time)
    {
        (_path, _logger, _time) = (path, logger, time);
        _writing = Task.Run(WriteAsync);
    }

    public void Record(string model, Certificate certificate)
    {
        if (!_lines.Writer.TryWrite(new AuditLine(_time.GetUtcNow(), model, certificate)))
            Interlocked.Increment(ref _lost);
    }

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        while (await _lines.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            List<AuditLine> lines = [];
            while (lines.Count < 100 && _lines.Reader.TryRead(out AuditLine? line))
                lines.Add(line);
            try
            {
                await File.AppendAllLinesAsync(
                    _path, lines.Select(static line => JsonSerializer.Serialize(line, ServingJson.Default.AuditLine)))
                    .ConfigureAwait(false);
                if (Interlocked.Exchange(ref _lost, 0) is > 0 and var missed)
                    _logger.AuditFailed(null, _path, missed);
            }
            catch (Exception e) // whatever it is: the next lines may succeed
            {
                _logger.AuditFailed(e, _path, lines.Count + Interlocked.Exchange(ref _lost, 0));
            }
        }
    }
}
