namespace DenoisedSmoothing.Testing;

/// <summary>The picture that Goldens/datasets/pictures.py resizes.</summary>
internal static class FormulaImage
{
    /// <summary>3 x H x W bytes.</summary>
    public static byte[] Planes(int height, int width)
    {
        byte[] planes = new byte[3 * height * width];
        for (int i = 0, c = 0; c < 3; c++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                    planes[i++] = (byte)(x * x + 3 * y * y + 5 * x * y + 77 * c + 13 * x + (x / 9 + y / 7) % 2 * 120);
            }
        }

        return planes;
    }
}
