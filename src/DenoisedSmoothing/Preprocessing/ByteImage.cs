namespace DenoisedSmoothing.Preprocessing;

/// <summary>An image on its way through the preprocessing.</summary>
/// <param name="Planes">C x H x W bytes; never changed in place.</param>
/// <param name="Shape">C, H and W.</param>
internal readonly record struct ByteImage(byte[] Planes, ImageShape Shape);
