namespace DenoisedSmoothing.Kernels.Cpu;

/// <summary>The sizes of a convolution that keeps height and width, and its tiles.</summary>
internal sealed record TiledShape(int Images, int Height, int Width, int Channels, int Results)
{
    private readonly int _down = (Height + TileTransforms.Tile - 1) / TileTransforms.Tile;
    private readonly int _across = (Width + TileTransforms.Tile - 1) / TileTransforms.Tile;

    /// <summary>How many tiles all images have.</summary>
    public int Tiles => checked(Images * _down * _across);

    /// <summary>
    /// Where a tile is: pixels before its image, and its first row and column in the image. Past the last tile, it is the last one.
    /// </summary>
    public (long Image, int Top, int Left) Place(int tile)
    {
        int perImage = _down * _across;
        (int image, int its) = Math.DivRem(Math.Min(tile, Images * perImage - 1), perImage);
        return ((long)image * Height * Width, its / _across * TileTransforms.Tile, its % _across * TileTransforms.Tile);
    }
}
