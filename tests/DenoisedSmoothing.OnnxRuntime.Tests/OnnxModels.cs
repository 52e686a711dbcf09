namespace DenoisedSmoothing.Testing;

/// <summary>Models small enough to compute by hand, in a folder of their own.</summary>
internal sealed class OnnxModels : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("onnx-models-");

    public void Dispose() => _folder.Delete(recursive: true);

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Logits: the mean of each of three channels, then the mean of all times two. K = 4.</summary>
    public string Classifier(object batch, object size, OnnxType type = OnnxType.Float) => ClassifierGraph()
        .Input("images", type, batch, 3, size, size)
        .Constant("weight", type, [3, 4], Weights)
        .Output("logits", type, batch, 4)
        .Save(PathOf("classifier.onnx"));

    public static double[] Weights { get; } = [1, 0, 0, 2.0 / 3, 0, 1, 0, 2.0 / 3, 0, 0, 1, 2.0 / 3];

    public static OnnxModel ClassifierGraph() => new OnnxModel()
        .Node("GlobalAveragePool", "images", "pooled")
        .Node("Flatten", "pooled", "flat", ("axis", 1))
        .Node("MatMul", "flat weight", "logits");

    /// <summary>0.5 x + 0.001 t, in [n,1,h,w]; with a variance (of the same value) where asked.</summary>
    public string Denoiser(OnnxType timestepType, object[] timestepShape, bool variance = false) => Affine(timestepType, timestepShape)
        .Node("Concat", variance ? "answer answer" : "answer", "out", ("axis", 1))
        .Output("out", OnnxType.Float, "n", variance ? 2 : 1, "h", "w")
        .Save(PathOf("denoiser.onnx"));

    private static OnnxModel Affine(OnnxType timestepType, object[] timestepShape) => new OnnxModel()
        .Input("x", OnnxType.Float, "n", 1, "h", "w")
        .Input("t", timestepType, timestepShape)
        .Constant("half", OnnxType.Float, [], 0.5)
        .Constant("thousandth", OnnxType.Float, [], 0.001)
        .Constant("rows", OnnxType.Int64, [4], -1, 1, 1, 1)
        .Node("Cast", "t", "t32", ("to", 1))
        .Node("Reshape", "t32 rows", "t4")
        .Node("Mul", "t4 thousandth", "shift")
        .Node("Mul", "x half", "scaled")
        .Node("Add", "scaled shift", "answer");
}
