namespace DenoisedSmoothing.Training;

/// <summary>
/// Seeds for training's own randomness. Every step has its own seed, so that a resumed run continues as if it had not stopped.
/// </summary>
internal static class StepSeed
{
    /// <summary>A 31-bit seed mixed from a run's seed, a step and a stream number (SplitMix64's finaliser).</summary>
    public static int Of(int seed, long step, int stream)
    {
        ulong x = unchecked((ulong)(uint)seed * 0x9E3779B97F4A7C15UL + (ulong)step * 0xD1B54A32D192ED03UL + (
            ulong)stream * 0x8CB92BA72F3D8DD7UL);
        x = unchecked((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL);
        x = unchecked((x ^ (x >> 27)) * 0x94D049BB133111EBUL);
        return (int)((x ^ (x >> 31)) & 0x7fffffff);
    }
}
