namespace DenoisedSmoothing.Tool;

/// <summary>
/// GPU errors that come from the card, its driver or its other users. libtorch, ONNX Runtime and the driver pass on CUDA's messages, for
/// which .NET has no type.
/// </summary>
internal static class DeviceFaults
{
    private static readonly string[] s_speakers = ["CUDA", "cuDNN", "CUBLAS"];

    // The texts of cudaGetErrorString and the names of the driver; statuses of cuBLAS and cuDNN. Not included: faults of the program
    // (device-side assert, invalid device ordinal, misaligned address) or of the installation (no kernel image, insufficient driver), which
    // will be the same next time.
    private static readonly string[] s_words =
    [
        "uncorrectable ECC error", "CUDA_ERROR_ECC_UNCORRECTABLE",
        "uncorrectable NVLink error", "CUDA_ERROR_NVLINK_UNCORRECTABLE",
        "illegal memory access", "CUDA_ERROR_ILLEGAL_ADDRESS",
        "illegal instruction was encountered", "CUDA_ERROR_ILLEGAL_INSTRUCTION",
        "hardware stack error", "CUDA_ERROR_HARDWARE_STACK_ERROR",
        "unspecified launch failure", "CUDA_ERROR_LAUNCH_FAILED",
        "launch timed out", "CUDA_ERROR_LAUNCH_TIMEOUT",
        "busy or unavailable", "CUDA_ERROR_DEVICE_UNAVAILABLE",
        "no CUDA-capable device is detected", "CUDA_ERROR_NO_DEVICE",
        "initialization error", "CUDA_ERROR_NOT_INITIALIZED",
        "system not yet initialized", "CUDA_ERROR_SYSTEM_NOT_READY",
        "MPS server is not ready", "MPS client failed to connect", "CUDA_ERROR_MPS_",
        "unknown error", "CUDA_ERROR_UNKNOWN",
        "CUDA_ERROR_OUT_OF_MEMORY",
        "CUBLAS_STATUS_NOT_INITIALIZED", "CUBLAS_STATUS_EXECUTION_FAILED", "CUBLAS_STATUS_INTERNAL_ERROR",
        "CUDNN_STATUS_NOT_INITIALIZED", "CUDNN_STATUS_EXECUTION_FAILED", "CUDNN_STATUS_INTERNAL_ERROR",
    ];

    /// <summary>Whether a message reports a device that failed although the program did nothing wrong.</summary>
    public static bool CanPass(string message) =>
        s_speakers.Any(speaker => message.Contains(speaker, StringComparison.OrdinalIgnoreCase))
        && s_words.Any(words => message.Contains(words, StringComparison.OrdinalIgnoreCase));
}
