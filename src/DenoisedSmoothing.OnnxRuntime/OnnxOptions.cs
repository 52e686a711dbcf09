using Microsoft.ML.OnnxRuntime;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>How an ONNX model is opened: which of its tensors are meant, how many threads it uses and on what it computes.</summary>
public sealed record OnnxOptions
{
    /// <summary>The name of the image input, or its position among the inputs, from 0.</summary>
    /// <value>Null: the only input with four dimensions.</value>
    public string? Images { get; init; }

    /// <summary>The name of the timestep input, or its position among the inputs other than the images, from 0.</summary>
    /// <value>Null: the only other input, if there is one.</value>
    public string? Timesteps { get; init; }

    /// <summary>The name of the output, or its position among the outputs, from 0.</summary>
    /// <value>Null: the only output with the right number of dimensions: two for logits, four for images.</value>
    public string? Output { get; init; }

    /// <summary>ONNX Runtime's threads on the CPU, including the calling one; 0 leaves the number to it (one per physical core).</summary>
    /// <value>0.</value>
    public int Threads { get; init; }

    /// <summary>
    /// Called last with the session's options, for everything else: <c>options =&gt; options.AppendExecutionProvider_CUDA(0)</c> computes
    /// on a GPU, given the package <c>Microsoft.ML.OnnxRuntime.Gpu</c>.
    /// </summary>
    public Action<SessionOptions>? Configure { get; init; }

    /// <summary>
    /// The arithmetic, for the certificate. An execution provider may compute differently from what the model says (TF32, float16): then
    /// say so here.
    /// </summary>
    /// <value>Null: the type of the image input.</value>
    public string? Precision { get; init; }

    internal SessionOptions ToSessionOptions()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        SessionOptions session = new() { IntraOpNumThreads = Threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        // libtorch takes its turn on the same cores: threads that spin while waiting would slow it down.
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        Configure?.Invoke(session);
        return session;
    }
}
