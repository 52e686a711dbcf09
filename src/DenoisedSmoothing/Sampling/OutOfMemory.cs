namespace DenoisedSmoothing.Sampling;

/// <summary>Tells an allocator's refusal from other errors. libtorch has no error type for it in .NET, only a message.</summary>
internal static class OutOfMemory
{
    private static readonly string[] s_words =
    [
        "out of memory", // CUDA out of memory; CUDA error: out of memory
        "not enough memory", // DefaultCPUAllocator, Windows
        "can't allocate memory", // DefaultCPUAllocator, Linux
        "Cannot allocate memory",
        "bad_alloc", "bad allocation",
        "CUDA_ERROR_OUT_OF_MEMORY", // the driver
        "_STATUS_ALLOC_FAILED", // cuBLAS, cuDNN
        "Failed to allocate memory", // ONNX Runtime
    ];

    /// <summary>Whether the error, or one that it wraps, says that memory ran out.</summary>
    public static bool Is(Exception error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            if (e is OutOfMemoryException || s_words.Any(words => e.Message.Contains(words, StringComparison.OrdinalIgnoreCase)))
                return true;
        }

        return false;
    }
}
