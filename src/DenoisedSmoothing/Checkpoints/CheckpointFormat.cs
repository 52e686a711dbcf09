namespace DenoisedSmoothing.Checkpoints;

/// <summary>What kind of file a checkpoint is.</summary>
public enum CheckpointFormat
{
    /// <summary>A safetensors file.</summary>
    Safetensors,

    /// <summary>An index (<c>model.safetensors.index.json</c>) of several safetensors files beside it.</summary>
    SafetensorsIndex,

    /// <summary>torch.save since PyTorch 1.6: a zip file.</summary>
    TorchZip,

    /// <summary>torch.save before PyTorch 1.6: pickles and raw storages.</summary>
    TorchLegacy,

    /// <summary>torch.save before PyTorch 0.1.10: a tar archive.</summary>
    TorchTar,

    /// <summary>What TorchSharp's <c>module.save</c> writes.</summary>
    TorchSharp,
}
