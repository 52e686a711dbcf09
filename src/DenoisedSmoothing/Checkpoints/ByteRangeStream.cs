namespace DenoisedSmoothing.Checkpoints;

/// <summary>A part of a seekable stream, as its own stream. It shares the other's position, so only one may be read at a time.</summary>
internal sealed class ByteRangeStream : Stream
{
    private readonly Stream _whole;
    private readonly long _start;
    private readonly long _length;
    private readonly bool _leaveOpen;
    private long _position;

    /// <param name="whole">The stream that holds the part.</param>
    /// <param name="start">The first byte.</param>
    /// <param name="length">The number of bytes.</param>
    /// <param name="leaveOpen">Whether disposing leaves the whole stream alone.</param>
    public ByteRangeStream(Stream whole, long start, long length, bool leaveOpen = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        (_whole, _start, _length, _leaveOpen) = (whole, start, length, leaveOpen);
    }

    /// <summary>The first byte, in the whole stream.</summary>
    public long Start => _start;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, Math.Max(0, _length - _position));
        if (count == 0)
            return 0;
        _whole.Position = _start + _position;
        int read = _whole.Read(buffer[..count]);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => _length };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
            _whole.Dispose();
        base.Dispose(disposing);
    }
}
