using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Kernels;

/// <summary>What was found out about a device at its first use.</summary>
/// <param name="Calls">Its kernels; null where it has none.</param>
/// <param name="WhyNot">Why it has none.</param>
/// <param name="WhyNotProducts">Why float32 products are plain ones where three in TF32 would be faster.</param>
internal sealed record CardKernels(KernelCalls? Calls, string? WhyNot, string? WhyNotProducts = null)
{
    // Two slices of the check's rows.
    private const long BytesOfSlices = 2 << 20;

    /// <summary>Opens a driver and compares its kernels with plain operations.</summary>
    /// <param name="open">Null where there is none.</param>
    /// <param name="device">Where the kernels and the plain operations compute.</param>
    public static CardKernels Examine(Func<IKernelDriver?> open, Device device)
    {
        try
        {
            if (open() is not { } driver)
                return new CardKernels(null, "NVIDIA's driver library was not found.");
            KernelCalls calls = new(driver);
            if (Differing(KernelCheck.Run(calls, device)) is { } differing)
                return new CardKernels(null, differing);
            (SplitProduct? products, string? why) = Products(driver, device);
            return new CardKernels(products is null ? calls : new KernelCalls(driver, products), null, why);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return new CardKernels(null, e.Message);
        }
    }

    /// <summary>The warning about the device; null for none.</summary>
    /// <param name="device">Its name.</param>
    /// <param name="products">Whether float32 products will be wanted.</param>
    public string? Warning(Device device, bool products) => WhyNot is not null
        ? $"{device} computes by plain operations, which are slower: {WhyNot}"
        : products && WhyNotProducts is not null
            ? $"{device} computes float32 products by plain operations, which are slower: {WhyNotProducts}"
            : null;

    // Missing products are no reason to do without the kernels.
    private static (SplitProduct? Products, string? WhyNot) Products(IKernelDriver driver, Device device)
    {
        try
        {
            if (driver.OpenTensorCores() is not { } cores)
                return (null, null);
            if (Tf32.Forbidden)
                return (null, $"The environment variable {Tf32.Variable} is 0.");
            SplitProduct products = new(driver, cores);
            return Differing(KernelCheck.Run(products, new SplitProduct(driver, cores, mostBytes: BytesOfSlices), device)) is { } differing
                ? (null, differing)
                : (products, null);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return (null, e.Message);
        }
    }

    private static string? Differing(IReadOnlyList<string> failures) =>
        failures.Count == 0 ? null : $"They differ from the plain operations: {string.Join("; ", failures)}.";

    private static bool IsRefusal(Exception e) => e is InvalidOperationException or EntryPointNotFoundException or DllNotFoundException
        or IOException or UnauthorizedAccessException or System.Runtime.InteropServices.ExternalException;
}
