using DenoisedSmoothing;

namespace Quickstart;

internal sealed record QuickstartOptions(double Sigma, int N, int Images, ulong Seed, string Out);

internal sealed record CertifiedImage(int TrueLabel, Certificate Certificate, TimeSpan Time);
