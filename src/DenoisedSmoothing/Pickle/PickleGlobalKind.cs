namespace DenoisedSmoothing.Pickle;

/// <summary>
/// What a global of a pickle means here. Nothing is ever looked up or called: each kind is understood by this library or inert.
/// </summary>
internal enum PickleGlobalKind
{
    /// <summary>Data that a training checkpoint also contains: becomes a <see cref="PickleOpaque"/>.</summary>
    Inert,

    /// <summary>A dictionary type.</summary>
    Dictionary,

    /// <summary>torch.Size: a tuple.</summary>
    Size,

    /// <summary>A typed storage, named in persistent ids.</summary>
    Storage,

    /// <summary>torch._utils._rebuild_tensor(storage, offset, size, stride).</summary>
    RebuildTensor,

    /// <summary>torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, metadata?).</summary>
    RebuildTensorV2,

    /// <summary>
    /// torch._utils._rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, element type, metadata?): for types without
    /// their own storage.
    /// </summary>
    RebuildTensorV3,

    /// <summary>Functions that make tensors of kinds that TorchSharp lacks: becomes a <see cref="PickleUnreadable"/>.</summary>
    RebuildOther,

    /// <summary>torch._utils._rebuild_parameter(tensor, requires_grad, hooks), with or without a state after it.</summary>
    RebuildParameter,

    /// <summary>torch._tensor._rebuild_from_type_v2(function, type, arguments, state).</summary>
    RebuildFromType,

    /// <summary>numpy.dtype(name, align, copy).</summary>
    NumpyElementType,

    /// <summary>numpy.ndarray: the type, as an argument.</summary>
    NumpyArray,

    /// <summary>numpy.core.multiarray._reconstruct(type, shape, element type): an array to be filled by its state.</summary>
    NumpyReconstruct,

    /// <summary>_codecs.encode(text, encoding): bytes, as Python 3 writes them for protocol 2.</summary>
    Encode,
}
