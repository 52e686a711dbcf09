namespace DenoisedSmoothing.Pickle;

/// <summary>A value that does not matter for weights, of a type known to be inert: what was put into it is dropped.</summary>
/// <param name="TypeName">The type, for messages.</param>
internal sealed record PickleOpaque(string TypeName);
