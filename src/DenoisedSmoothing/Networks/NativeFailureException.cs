namespace DenoisedSmoothing.Networks;

/// <summary>A C++ exception of a kind that TorchSharp does not catch; the message is its own.</summary>
internal sealed class NativeFailureException(string message) : Exception(message);
