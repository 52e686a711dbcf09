namespace DenoisedSmoothing.Kernels;

/// <summary>
/// Matrix products with TF32 factors, on one device, in the order of the calls and after what libtorch has already queued there.
/// </summary>
internal interface ITensorCores
{
    /// <summary>Starts y = x w^T, or adds that to y; it may still run when this returns. Sums are float32.</summary>
    /// <param name="product">The matrices. Only the upper 19 bits of a factor are read.</param>
    /// <exception cref="InvalidOperationException">The library refuses; the message has the reason.</exception>
    void Multiply(in TensorProduct product);
}

/// <summary>A product of row-major matrices of float32.</summary>
/// <param name="X">Address of [Rows,Terms].</param>
/// <param name="XPitch">Values from one row of it to the next.</param>
/// <param name="W">Address of [Results,Terms].</param>
/// <param name="WPitch">Values from one row of it to the next.</param>
/// <param name="Y">Address of [Rows,Results], contiguous.</param>
/// <param name="Rows">Rows of x and y.</param>
/// <param name="Results">Rows of w, columns of y.</param>
/// <param name="Terms">What is summed over.</param>
/// <param name="Adds">Whether the product is added to what y holds.</param>
internal readonly record struct TensorProduct(
    nint X, int XPitch, nint W, int WPitch, nint Y, int Rows, int Results, int Terms, bool Adds);
