using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>Lets tensors of the two libraries share memory.</summary>
internal static class OnnxMemory
{
    /// <summary>The tensor on the host, of the given type, contiguous: the same tensor where that already holds.</summary>
    public static Tensor Hosted(Tensor tensor, ScalarType type) => tensor.to_type(type).cpu().contiguous();

    /// <summary>An ONNX Runtime value over the memory of a contiguous tensor on the CPU, which must outlive it.</summary>
    public static unsafe OrtValue Over(Tensor tensor, TensorElementType type)
    {
        Span<byte> bytes = tensor.bytes;
        // libtorch's memory: it does not move, and is freed only with the tensor.
        fixed (byte* start = bytes)
            return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, tensor.shape, (nint)start, bytes.Length);
    }

    /// <summary>A fresh tensor with a value's content.</summary>
    public static Tensor Copy(OrtValue value, ScalarType type)
    {
        Tensor copy = empty(value.GetTensorTypeAndShape().Shape, type);
        value.GetTensorMutableRawData().CopyTo(copy.bytes);
        return copy;
    }
}
