using System.Buffers.Binary;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// A stream read front to back through a small buffer, which counts what it consumed. A piece longer than what is left is refused before
/// memory is allocated for it; a reader of long compressed pieces, whose size is only a claim, charges them to a budget first.
/// </summary>
/// <param name="stream">Read from its position on.</param>
/// <param name="length">How many bytes there are to read at most.</param>
internal sealed class ByteInput(Stream stream, long length)
{
    private const int BufferByteCount = 16 << 10;

    private readonly long _length = length;
    private readonly byte[] _buffer = new byte[Math.Clamp(length, 1, BufferByteCount)];
    private int _next;
    private int _end;
    private long _unread = length;

    /// <summary>Bytes handed out so far.</summary>
    public long Consumed => _length - Remaining;

    /// <summary>Bytes not yet handed out.</summary>
    public long Remaining => _unread + (_end - _next);

    /// <exception cref="EndOfStreamException">There is none.</exception>
    public byte ReadByte()
    {
        if (_next == _end)
            Fill(1);
        return _buffer[_next++];
    }

    /// <summary>The next bytes, valid until the next call.</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public ReadOnlySpan<byte> Read(long count)
    {
        if (count < 0 || count > Remaining)
            throw new EndOfStreamException();
        if (count > _buffer.Length)
            return ReadArray(count);
        if (_end - _next < count)
            Fill((int)count);
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_next, (int)count);
        _next += (int)count;
        return bytes;
    }

    /// <summary>The next bytes, as a copy.</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public byte[] ReadArray(long count)
    {
        if (count < 0 || count > Remaining)
            throw new EndOfStreamException();
        byte[] bytes = new byte[count];
        int buffered = (int)Math.Min(count, _end - _next);
        _buffer.AsSpan(_next, buffered).CopyTo(bytes);
        _next += buffered;
        stream.ReadExactly(bytes, buffered, bytes.Length - buffered);
        _unread -= bytes.Length - buffered;
        return bytes;
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Read(sizeof(ushort)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Read(sizeof(uint)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Read(sizeof(ulong)));

    /// <summary>Skips bytes.</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public void Skip(long count)
    {
        if (count < 0 || count > Remaining)
            throw new EndOfStreamException();
        int buffered = (int)Math.Min(count, _end - _next);
        _next += buffered;
        count -= buffered;
        if (stream.CanSeek && count > 0)
        {
            stream.Position += count;
            _unread -= count;
            return;
        }

        while (count > 0)
        {
            int step = (int)Math.Min(count, _buffer.Length);
            Read(step);
            count -= step;
        }
    }

    private void Fill(int wanted)
    {
        _buffer.AsSpan(_next, _end - _next).CopyTo(_buffer);
        (_next, _end) = (0, _end - _next);
        while (_end < wanted)
        {
            int got = stream.Read(_buffer, _end, (int)Math.Min(_buffer.Length - _end, _unread));
            if (got <= 0)
                throw new EndOfStreamException();
            _end += got;
            _unread -= got;
        }
    }
}
