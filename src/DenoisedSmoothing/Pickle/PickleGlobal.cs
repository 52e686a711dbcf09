using static TorchSharp.torch;

namespace DenoisedSmoothing.Pickle;

/// <summary>A name that a pickle refers to and that is on the list.</summary>
/// <param name="Name">Module and name, joined by a dot.</param>
/// <param name="Kind">What it means here.</param>
/// <param name="DType">The element type, only for a storage.</param>
/// <param name="ItemSize">The bytes of such an element.</param>
internal sealed record PickleGlobal(string Name, PickleGlobalKind Kind, ScalarType? DType = null, int ItemSize = 0);
