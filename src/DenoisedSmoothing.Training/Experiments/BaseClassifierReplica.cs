namespace DenoisedSmoothing.Experiments;

/// <summary>A base classifier on a device.</summary>
/// <param name="BaseClassifier">Its own copy of the network.</param>
/// <param name="Device">Where it computes, such as <c>cpu</c> or <c>cuda:1</c>.</param>
public sealed record BaseClassifierReplica(IBaseClassifier BaseClassifier, string Device);
