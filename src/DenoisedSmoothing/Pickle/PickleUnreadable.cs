using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Pickle;

/// <summary>A tensor, or its storage, of a kind for which TorchSharp has no tensors: an error only where it is wanted.</summary>
/// <param name="TypeName">Its type, or the function that makes it, for messages.</param>
internal sealed record PickleUnreadable(string TypeName)
{
    /// <summary>What it is, to follow "it is".</summary>
    public string Description => TypeName switch
    {
        "torch._utils._rebuild_qtensor" or "torch.QInt8Storage" or "torch.QUInt8Storage" or "torch.QInt32Storage"
            or "torch.QUInt4x2Storage" or "torch.QUInt2x4Storage" => "a quantised tensor",
        "torch._utils._rebuild_sparse_tensor" or "torch._utils._rebuild_sparse_csr_tensor" => "a sparse tensor",
        "torch.ComplexFloatStorage" or "torch.ComplexDoubleStorage" => "a complex tensor",
        "torch._utils._rebuild_meta_tensor_no_storage" => "a tensor of the meta device, without values",
        _ => $"a tensor of the kind {CheckpointException.Quote(TypeName)}",
    };

    /// <summary>What to do about it.</summary>
    public string Remedy => Description switch
    {
        "a quantised tensor" => "Take the checkpoint from before quantisation, or save the tensor's dequantize() in Python.",
        "a sparse tensor" => "Save its to_dense() in Python.",
        _ => "Convert it in Python, such as by to(torch.float32), and save it again.",
    };
}
