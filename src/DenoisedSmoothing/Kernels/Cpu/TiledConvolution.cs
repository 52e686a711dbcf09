using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Kernels.Cpu;

/// <summary>A 3x3 convolution with stride and padding 1, in tiles of 4x4, on channels-last float32 in memory.</summary>
/// <remarks>
/// Tiles are dealt out in chunks, so that transformed pixels and products stay near the core that made them. The bits of a pixel depend
/// only on the values that go into it, not on the batch, the chunk or the number of threads.
/// </remarks>
/// <param name="shape">Sizes.</param>
/// <param name="x">[N,height,width,channels].</param>
/// <param name="weights">[results,3,3,channels].</param>
/// <param name="bias">[results].</param>
/// <param name="y">[N,height,width,results], which is written.</param>
/// <param name="threads">The most to use, at least 1.</param>
internal sealed unsafe class TiledConvolution<T>(TiledShape shape, float* x, float* weights, float* bias, float* y, int threads)
    where T : unmanaged, ILanes<T>
{
    // This many bytes of kernels are transformed at once: enough to repay another pass over the pixels, little compared with the
    // activations.
    private const long MostBytes = 16 << 20;

    // Every chunk reads all transformed kernels once. A chunk has enough tiles that its own pixels and products take about as many bytes as
    // those kernels, within limits: more than a hundred or so would take too much memory.
    private const int FewestBlocks = 8, MostBlocks = 21;

    // Channels whose kernels are transformed at once.
    private const int Strip = 64;

    // This many channels of a panel's kernels fit into a core's first cache, and are used there for all tiles of a chunk.
    private const int Depth = 128;

    // Planes a power of two apart would compete for the same cache lines.
    private const int Apart = 16;

    private const int Alignment = 64;

    // How many values of a result's channels are computed at once.
    private static readonly int Panel = 2 * T.Count;

    public void Run()
    {
        int panels = (shape.Results + Panel - 1) / Panel;
        long panelBytes = (long)TileTransforms.Products * Panel * shape.Channels * sizeof(float);
        int most = (int)Math.Clamp(MostBytes / panelBytes, 1, panels);
        long plane = (long)most * Panel * shape.Channels + Apart;
        float* transformed = Allocate(TileTransforms.Products * plane);
        try
        {
            for (int first = 0; first < panels; first += most)
            {
                int from = first, count = Math.Min(most, panels - first), strips = (shape.Channels + Strip - 1) / Strip;
                TorchThreads.Run(count * strips, threads, 0, (task, _) => Transform(from + task / strips, task % strips * Strip,
                    transformed + (long)(task / strips) * Panel * shape.Channels, plane));
                Multiply(from, count, transformed, plane);
            }
        }
        finally
        {
            NativeMemory.AlignedFree(transformed);
        }
    }

    /// <summary>
    /// Transforms the kernels of one panel of results and a strip of channels; surplus results in the last panel get zeros.
    /// </summary>
    private void Transform(int panel, int first, float* to, long plane)
    {
        // One register of channels at a time: single channels would read every cache line once for each channel in it.
        float* registers = stackalloc float[9 * Panel * T.Count], kernels = stackalloc float[9 * Panel];
        new Span<float>(registers, 9 * Panel * T.Count).Clear();
        int channels = shape.Channels, results = Math.Min(Panel, shape.Results - panel * Panel);
        float* from = weights + (long)panel * Panel * 9 * channels;
        for (int channel = first; channel < Math.Min(first + Strip, channels); channel += T.Count)
        {
            for (int result = 0; result < results; result++)
            {
                for (int place = 0; place < 9; place++)
                    T.Load(from + ((long)result * 9 + place) * channels + channel).Store(registers + (place * Panel + result) * T.Count);
            }

            for (int lane = 0; lane < T.Count; lane++)
            {
                for (int i = 0; i < 9 * Panel; i++)
                    kernels[i] = registers[i * T.Count + lane];
                float* its = to + (long)(channel + lane) * Panel;
                TileTransforms.Weights<T>(kernels, Panel, its, plane);
                TileTransforms.Weights<T>(kernels + T.Count, Panel, its + T.Count, plane);
            }
        }
    }

    /// <summary>All pixels for some panels of results.</summary>
    private void Multiply(int first, int panels, float* transformed, long plane)
    {
        int blocks = (shape.Tiles + TileProduct.Rows - 1) / TileProduct.Rows;
        long asManyBytes = (long)shape.Channels * shape.Results / (shape.Channels + shape.Results) / TileProduct.Rows;
        int perChunk = (int)Math.Clamp(asManyBytes, FewestBlocks, MostBlocks), chunks = (blocks + perChunk - 1) / perChunk;
        chunks = Math.Min(blocks, (chunks + threads - 1) / threads * threads);
        // With few tiles and many threads, the results are shared out too.
        int parts = Math.Min(panels, (threads + chunks - 1) / chunks), perPart = (panels + parts - 1) / parts;
        int tiles = (blocks + chunks - 1) / chunks * TileProduct.Rows;
        TorchThreads.Run(chunks * parts, threads,
            TileTransforms.Products * ((long)tiles * (shape.Channels + perPart * Panel) + 2 * Apart), (task, memory) =>
        {
            (int chunk, int part) = (task / parts, task % parts);
            int from = (int)((long)blocks * chunk / chunks), to = (int)((long)blocks * (chunk + 1) / chunks);
            int skipped = part * perPart, some = Math.Min(perPart, panels - skipped);
            if (some <= 0)
                return;
            Chunk its = new(memory, tiles, perPart * Panel, from * TileProduct.Rows, (to - from) * TileProduct.Rows);
            Compute(its, first + skipped, some, transformed + (long)skipped * Panel * shape.Channels, plane);
        });
    }

    private static float* Allocate(long floats) => (float*)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), Alignment);

    /// <summary>Some tiles, from pixels to pixels, for some panels of results.</summary>
    private void Compute(Chunk chunk, int panel, int panels, float* transformed, long plane)
    {
        int channels = shape.Channels, from = panel * Panel, some = Math.Min(panels * Panel, shape.Results - from);
        long pixelPlane = (long)chunk.Room * channels + Apart, productPlane = (long)chunk.Room * chunk.Width + Apart;
        float* pixels = (float*)chunk.Memory, products = pixels + TileTransforms.Products * pixelPlane;
        for (int tile = 0; tile < chunk.Tiles; tile++)
        {
            (long image, int top, int left) = shape.Place(chunk.First + tile);
            TileTransforms.Pixels<T>(x + image * channels, top - 1, left - 1, shape.Height, shape.Width, channels,
                pixels + (long)tile * channels, pixelPlane);
        }

        for (int product = 0; product < TileTransforms.Products; product++)
        {
            for (int its = 0; its < panels; its++)
            {
                for (int first = 0; first < channels; first += Depth)
                {
                    float* kernels = transformed + product * plane + ((long)its * channels + first) * Panel;
                    for (int tile = 0; tile < chunk.Tiles; tile += TileProduct.Rows)
                    {
                        TileProduct.Run<T>(pixels + product * pixelPlane + (long)tile * channels + first, channels, kernels,
                            products + product * productPlane + (long)tile * chunk.Width + its * Panel, chunk.Width,
                            Math.Min(Depth, channels - first), begins: first == 0);
                    }
                }
            }
        }

        for (int tile = 0; tile < Math.Min(chunk.Tiles, shape.Tiles - chunk.First); tile++)
        {
            (long image, int top, int left) = shape.Place(chunk.First + tile);
            TileTransforms.Results<T>(products + (long)tile * chunk.Width, productPlane, bias + from, y + image * shape.Results + from, top,
                left, shape.Height, shape.Width, shape.Results, some);
        }
    }

    /// <summary>What a thread works on.</summary>
    /// <param name="Memory">Holds transformed pixels and products.</param>
    /// <param name="Room">The most tiles it has room for.</param>
    /// <param name="Width">The most results it has room for.</param>
    /// <param name="First">The first tile.</param>
    /// <param name="Tiles">How many, in sixes: past the very last tile, that tile is computed again and left out.</param>
    private readonly record struct Chunk(nint Memory, int Room, int Width, int First, int Tiles);
}
