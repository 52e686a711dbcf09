namespace DenoisedSmoothing.Kernels.Cpu;

/// <summary>Six rows and two registers of columns of a matrix product, whose sums all stay in registers.</summary>
internal static unsafe class TileProduct
{
    public const int Rows = 6;

    /// <summary>
    /// c = a b, or c += a b. Every sum runs over the depth in ascending order, so that a row's bits depend neither on the rows beside it
    /// nor on how the depth is cut.
    /// </summary>
    /// <param name="a">Six rows of the depth.</param>
    /// <param name="stride">The distance from one to the next.</param>
    /// <param name="b">[depth, two registers], contiguous.</param>
    /// <param name="c">Six rows, of which two registers are written.</param>
    /// <param name="width">The distance from one to the next.</param>
    /// <param name="depth">How many products each sum has.</param>
    /// <param name="begins">Whether the sums begin here instead of continuing from what c holds.</param>
    public static void Run<T>(float* a, int stride, float* b, float* c, int width, int depth, bool begins)
        where T : unmanaged, ILanes<T>
    {
        T left0, left1, left2, left3, left4, left5, right0, right1, right2, right3, right4, right5;
        if (begins)
        {
            left0 = left1 = left2 = left3 = left4 = left5 = right0 = right1 = right2 = right3 = right4 = right5 = T.All(0);
        }
        else
        {
            (left0, right0) = (T.Load(c), T.Load(c + T.Count));
            (left1, right1) = (T.Load(c + width), T.Load(c + width + T.Count));
            (left2, right2) = (T.Load(c + 2 * width), T.Load(c + 2 * width + T.Count));
            (left3, right3) = (T.Load(c + 3 * width), T.Load(c + 3 * width + T.Count));
            (left4, right4) = (T.Load(c + 4 * width), T.Load(c + 4 * width + T.Count));
            (left5, right5) = (T.Load(c + 5 * width), T.Load(c + 5 * width + T.Count));
        }

        for (int k = 0; k < depth; k++)
        {
            T left = T.Load(b), right = T.Load(b + T.Count);
            T row = T.All(a[k]);
            (left0, right0) = (T.MultiplyAdd(row, left, left0), T.MultiplyAdd(row, right, right0));
            row = T.All(a[stride + k]);
            (left1, right1) = (T.MultiplyAdd(row, left, left1), T.MultiplyAdd(row, right, right1));
            row = T.All(a[2 * stride + k]);
            (left2, right2) = (T.MultiplyAdd(row, left, left2), T.MultiplyAdd(row, right, right2));
            row = T.All(a[3 * stride + k]);
            (left3, right3) = (T.MultiplyAdd(row, left, left3), T.MultiplyAdd(row, right, right3));
            row = T.All(a[4 * stride + k]);
            (left4, right4) = (T.MultiplyAdd(row, left, left4), T.MultiplyAdd(row, right, right4));
            row = T.All(a[5 * stride + k]);
            (left5, right5) = (T.MultiplyAdd(row, left, left5), T.MultiplyAdd(row, right, right5));
            b += 2 * T.Count;
        }

        Store(0, left0, right0);
        Store(1, left1, right1);
        Store(2, left2, right2);
        Store(3, left3, right3);
        Store(4, left4, right4);
        Store(5, left5, right5);

        void Store(int row, T left, T right)
        {
            left.Store(c + row * width);
            right.Store(c + row * width + T.Count);
        }
    }
}
