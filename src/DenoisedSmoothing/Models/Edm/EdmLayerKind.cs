namespace DenoisedSmoothing.Models.Edm;

/// <summary>What the network does with a layer's result.</summary>
internal enum EdmLayerKind
{
    /// <summary>The first convolution.</summary>
    First,

    /// <summary>A block.</summary>
    Block,

    /// <summary>A block that takes what the way down left together with what comes from below.</summary>
    Joining,

    /// <summary>A convolution of the image that joins the block before it.</summary>
    Auxiliary,

    /// <summary>The last norm.</summary>
    Norm,

    /// <summary>The last convolution.</summary>
    Last,
}
