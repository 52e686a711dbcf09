using System.Text.Json.Serialization;
using DenoisedSmoothing.Json;

namespace DenoisedSmoothing;

/// <summary>How the distance between two images is measured, over all values of all channels.</summary>
[JsonConverter(typeof(CertificateJson))]
public enum Norm
{
    /// <summary>The root of the sum of the squares: what Gaussian noise certifies.</summary>
    L2 = 0,

    /// <summary>The sum of the absolute values: what uniform noise certifies.</summary>
    L1 = 1,

    /// <summary>The largest absolute value: radii in l2 and l1 are converted to it; no noise certifies it directly.</summary>
    LInfinity = 2,
}
