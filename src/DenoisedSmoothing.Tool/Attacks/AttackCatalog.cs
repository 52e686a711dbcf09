using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Training.Attacks;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tool;

/// <summary>The attacks by name, with each one's effort in steps and noisy copies.</summary>
internal static class AttackCatalog
{
    private static readonly Dictionary<string, Func<AttackChoice, ISmoothingNoise, Provenance, IAttack>> s_attacks = new()
    {
        ["pgd"] = (choice, _, _) => new PgdAttack { Steps = choice.Steps, Draws = choice.Draws },
        ["ddn"] = (choice, _, _) => new DdnAttack { Steps = choice.Steps, Draws = choice.Draws },
        // Without gradients, the fewer copies a direction has, the noisier it is.
        ["estimate"] = (choice, _, _) => new PgdAttack { Steps = choice.Steps, Draws = 4 * choice.Draws, UsesGradients = false },
        ["search"] = (choice, _, _) => new VoteSearchAttack { Steps = choice.Steps, Draws = choice.Draws },
        ["low-bits"] = (choice, _, _) => new LowBitsAttack { Draws = choice.Draws },
        // The certificate is public: this one knows its seed, and so exactly the votes behind it.
        ["known-seed"] = (choice, noise, provenance) =>
            new KnownSeedAttack(noise, provenance.Seed, provenance.ImageIndex, VotePhase.Estimation)
            {
                Steps = choice.Steps,
                Draws = 4 * choice.Draws,
            },
    };

    public static IReadOnlyList<string> Names { get; } = [.. s_attacks.Keys];

    /// <summary>Makes an attack on one certificate.</summary>
    public static IAttack Create(string name, AttackChoice choice, ISmoothingNoise noise, Provenance provenance) =>
        s_attacks[name](choice, noise, provenance);
}
