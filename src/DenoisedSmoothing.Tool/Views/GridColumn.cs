namespace DenoisedSmoothing.Tool;

/// <summary>A column of a picture: one image per row, and the classifier's answer to each.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Pixels">[N,C,H,W] in [0,1].</param>
/// <param name="Channels">C: 1 or 3.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Predicted">The answers; null for no frames.</param>
internal sealed record GridColumn(string Name, float[] Pixels, int Channels, int Height, int Width, IReadOnlyList<long>? Predicted);
