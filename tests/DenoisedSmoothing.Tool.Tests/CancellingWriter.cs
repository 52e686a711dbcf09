namespace DenoisedSmoothing.Tool.Tests;

/// <summary>Output that stops the program when a line has a text, as Ctrl-C at that moment would.</summary>
internal sealed class CancellingWriter(string at) : StringWriter
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        if (value?.Contains(at, StringComparison.Ordinal) == true)
            _source.Cancel();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _source.Dispose();
        base.Dispose(disposing);
    }
}
