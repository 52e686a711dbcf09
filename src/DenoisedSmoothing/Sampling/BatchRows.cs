using Microsoft.Extensions.Logging;
using TorchSharp;

namespace DenoisedSmoothing.Sampling;

/// <summary>The rows of a forward pass for images of each shape: given or chosen, and fewer where memory has run out before.</summary>
/// <param name="devices">Where the replicas compute.</param>
/// <param name="asked">Rows of every forward pass; null to choose by image size and device.</param>
/// <param name="logger">Receives a message when a batch is chosen or halved.</param>
internal sealed partial class BatchRows(IReadOnlyList<torch.Device> devices, int? asked, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _rows = [];

    /// <summary>The rows for images of a shape.</summary>
    public int For(long[] imageShape)
    {
        string key = string.Join('x', imageShape);
        lock (_gate)
        {
            if (_rows.TryGetValue(key, out int known))
                return known;
            int rows = asked ?? BatchSize.For(devices, imageShape);
            _rows.Add(key, rows);
            if (asked is null)
                LogChosen(rows, key);
            return rows;
        }
    }

    /// <summary>Halves a batch that does not fit into memory, for later calls too.</summary>
    /// <exception cref="InvalidOperationException">Not even one row fits.</exception>
    public void Halve(long[] imageShape, int tooLarge, Exception error)
    {
        if (tooLarge == 1)
            throw new InvalidOperationException(
                "Out of memory with a single row per forward pass: free memory on the device, use a smaller network or a lower precision.",
                error);
        string key = string.Join('x', imageShape);
        int half = tooLarge / 2;
        lock (_gate)
            _rows[key] = Math.Min(_rows.GetValueOrDefault(key, half), half);
        LogHalved(error, tooLarge, half);
    }

    [LoggerMessage(EventId = 102, Level = LogLevel.Information,
        Message = "{Batch} rows per forward pass were chosen for images {Shape}. Float rows change with the batch: " +
            "give SmoothingOptions.Batch = {Batch} to draw the same votes elsewhere")]
    private partial void LogChosen(int batch, string shape);

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning,
        Message = "Out of memory with {TooLarge} rows per forward pass. Images in progress start again with {Batch}, and certificates " +
            "record the batch of their votes. Give SmoothingOptions.Batch = {Batch} to begin there")]
    private partial void LogHalved(Exception error, int tooLarge, int batch);
}
