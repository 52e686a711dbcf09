namespace DenoisedSmoothing.Training;

/// <summary>How <see cref="SmoothAdv"/> moves its images (Salman et al. 2019).</summary>
public enum SmoothAdvAttack
{
    /// <summary>Projected gradient ascent, see <see cref="Attacks.PgdAttack"/>.</summary>
    Pgd,

    /// <summary>The same with gradients estimated from only forward passes; cheaper, and better the more draws there are.</summary>
    Estimate,

    /// <summary>Decoupled direction and norm on 256 grey levels, see <see cref="Attacks.DdnAttack"/>.</summary>
    Ddn,
}
