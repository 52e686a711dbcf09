namespace DenoisedSmoothing.AspNetCore;

/// <summary>A raw image in JSON.</summary>
/// <param name="Shape">[C,H,W] or [1,C,H,W].</param>
/// <param name="Data">Its values in [0,1], channel by channel, row by row.</param>
internal sealed record ImageDocument(long[]? Shape, float[]? Data);
