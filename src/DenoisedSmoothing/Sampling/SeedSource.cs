using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// The noise keys of one call. Unless one is given, an image's key is a keyed hash (HMAC-SHA-256) of the image: nobody without the secret
/// can know it before the image is fixed, and it is the same whenever the same image comes again.
/// </summary>
/// <remarks>
/// An attacker who knows the key first can look for an image whose votes under exactly that noise are more favourable than its
/// probabilities. A key published in a certificate reveals nothing about those of other images.
/// </remarks>
internal sealed class SeedSource
{
    private const string Version = "denoised-smoothing/seed/1/";

    private readonly ulong? _fixed;
    private readonly byte[] _secret;
    private readonly byte[] _purpose;

    /// <param name="given">A key for all images, for reproduction; null to derive one from each image.</param>
    /// <param name="secret">
    /// The secret from which keys are derived; null for a fresh one from the operating system, which lasts as long as the call.
    /// </param>
    /// <param name="purpose">Predictions and certificates for one image have separate keys.</param>
    public SeedSource(ulong? given, ReadOnlyMemory<byte>? secret, string purpose)
    {
        _fixed = given;
        _secret = secret?.ToArray() ?? RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
        _purpose = Encoding.ASCII.GetBytes(Version + purpose);
    }

    /// <summary>The key for an image.</summary>
    /// <param name="imageHash">SHA-256 of its values.</param>
    /// <param name="index">Its index.</param>
    public ulong For(ReadOnlySpan<byte> imageHash, long index)
    {
        if (_fixed is { } seed)
            return seed;
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, index);
        byte[] message = [.. _purpose, .. imageHash, .. number];
        return BinaryPrimitives.ReadUInt64LittleEndian(HMACSHA256.HashData(_secret, message));
    }
}
