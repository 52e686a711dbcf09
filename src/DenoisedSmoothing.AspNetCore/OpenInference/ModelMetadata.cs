namespace DenoisedSmoothing.AspNetCore;

/// <summary>The JSON of a model's metadata.</summary>
internal sealed record ModelMetadata(
    string Name, string[] Versions, string Platform, TensorMetadata[] Inputs, TensorMetadata[] Outputs, ModelParameters Parameters);
