using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Tensors stored in a stream as raw bytes, row-major and little-endian; reads take turns.</summary>
/// <param name="stream">Must be seekable.</param>
/// <param name="file">What messages call the file.</param>
/// <param name="leaveOpen">Whether disposing leaves the stream alone.</param>
internal sealed class RawTensors(Stream stream, string file, bool leaveOpen) : IDisposable
{
    private readonly Lock _gate = new();

    /// <summary>Reads a tensor, straight into its own memory.</summary>
    /// <param name="entry">Its name, type and shape.</param>
    /// <param name="position">Its first byte, in the stream.</param>
    /// <exception cref="CheckpointException">A BOOL is neither 0 nor 1, or the file got shorter.</exception>
    public Tensor Read(TensorEntry entry, long position)
    {
        Tensor tensor = empty([.. entry.Shape], entry.DType, CPU);
        try
        {
            lock (_gate)
            {
                stream.Position = position;
                TensorBytes.Visit(tensor, stream.ReadExactly);
            }

            BooleanBytes.Check(tensor, file, entry.Name);
            return tensor;
        }
        catch (EndOfStreamException)
        {
            tensor.Dispose();
            throw CheckpointException.InEntry(file, entry.Name, "the file ended inside it, though it was long enough when it was opened");
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!leaveOpen)
            stream.Dispose();
    }
}
