namespace DenoisedSmoothing;

/// <summary>
/// How large a radius bounds on vote probabilities give under one noise law, for images of one size: the theorem behind a certificate. A
/// certifier bounds the probabilities and asks this for the radius.
/// </summary>
/// <remarks>Pure numbers; implementations are immutable, safe for concurrent use and equal when they are the same rule.</remarks>
public interface IRadiusRule
{
    /// <summary>
    /// The law and its parameters, such as <c>gaussian sigma=0.25</c>: a certificate carries it, and equal text means equal rule.
    /// </summary>
    string Description { get; }

    /// <summary>The norm of <see cref="Radius"/>.</summary>
    Norm Norm { get; }

    /// <summary>The standard deviation of the noise per pixel value, in [0,1] pixel space.</summary>
    double Sigma { get; }

    /// <summary>
    /// The radius within which a label stays on top if its probability is at least <paramref name="pALower"/> and every other label's is at
    /// most <paramref name="pBUpper"/>.
    /// </summary>
    /// <param name="pALower">A lower bound on the label's vote probability, in [0, 1).</param>
    /// <param name="pBUpper">An upper bound on every other label's, in (0, 1]; 1 - <paramref name="pALower"/> where there is no better
    /// one.</param>
    /// <returns>A length in [0,1] pixel space in <see cref="Norm"/>, rounded down; 0 where nothing is certified beyond the image
    /// itself.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A bound is outside its range.</exception>
    double Radius(double pALower, double pBUpper);

    /// <summary>The probability that a label needs for a radius, when nothing is known about the others.</summary>
    /// <param name="radius">In [0,1] pixel space and <see cref="Norm"/>; at least 0.</param>
    /// <returns>The smallest double above 1/2 found to certify the radius, so it is rounded up; 1 where none below 1 does.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The radius is negative or not finite.</exception>
    double ProbabilityFor(double radius);
}
