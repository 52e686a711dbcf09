namespace DenoisedSmoothing;

/// <summary>
/// What kind of file something is, so that a reader given the wrong file can name it and say what to do. <see cref="Of(string)"/> tells by
/// content, whatever the file is called.
/// </summary>
/// <param name="Noun">With its article, to follow "it is": "a web page".</param>
/// <param name="Advice">What to do with such a file, as a sentence.</param>
internal sealed record FileKind(string Noun, string Advice)
{
    private const string LoadWeights = "Build the network, and load them with Checkpoint.Open and StateDict.Load.";

    public static readonly FileKind Folder = new("a folder", "Name a file inside it.");
    public static readonly FileKind Empty = new("an empty file", "Fetch it or write it again.");
    public static readonly FileKind GitLfsPointer = new("a pointer of Git LFS, not the file itself", "Fetch the file: git lfs pull.");
    public static readonly FileKind WebPage = new("a web page", "The download failed: open its address in a browser.");

    public static readonly FileKind Gzip = new("a gzip file", "Unpack it first.");
    public static readonly FileKind Packed = new("a compressed file (bzip2, xz, zstd, 7z or rar)", "Unpack it first.");
    public static readonly FileKind Tar = new("a tar archive", "Unpack it first.");
    public static readonly FileKind Zip = new("a zip archive", "Unpack it first.");
    public static readonly FileKind DamagedZip = new("the beginning of a zip archive whose end is missing", "Fetch it again.");

    public static readonly FileKind TorchSave = new("a checkpoint of torch.save: weights without their network", LoadWeights);
    public static readonly FileKind TorchSaveTar = new("a checkpoint of the earliest PyTorch: weights without their network", LoadWeights);
    public static readonly FileKind Safetensors = new("a safetensors file: weights without their network", LoadWeights);
    public static readonly FileKind SafetensorsIndex = new("an index of safetensors files: weights without their network", LoadWeights);
    public static readonly FileKind TorchScript = new(
        "a TorchScript archive: a program with its weights", "Load it with TorchScript.LoadClassifier or TorchScript.LoadDenoiser.");
    public static readonly FileKind AotInductor = new(
        "an AOTInductor package: native code with its weights", "Load it with AotInductor.LoadClassifier or AotInductor.LoadDenoiser.");
    public static readonly FileKind TorchExport = new(
        "a program of torch.export", "Save the model with torch.jit.save, or export it to ONNX.");
    public static readonly FileKind Onnx = new("an ONNX model", "Load it with OnnxClassifier.Load or OnnxDenoiser.Load.");
    public static readonly FileKind Pickle = new("a Python pickle", "Load it in Python, and save what is needed in another format.");
    public static readonly FileKind Hdf5 = new("an HDF5 file, as Keras writes them", "Export the model to ONNX.");
    public static readonly FileKind Gguf = new("a GGUF file", "Take the model's safetensors file or its checkpoint.");
    public static readonly FileKind ModelConfiguration = new(
        "the configuration of a model, without its weights", "The weights are in a file beside it, such as model.safetensors.");

    public static readonly FileKind Npy = new("a NumPy array (.npy)", "Convert it in Python.");
    public static readonly FileKind Npz = new("an archive of NumPy arrays (.npz)", "Convert it in Python.");
    public static readonly FileKind Idx = new("an IDX file, as of MNIST", "Read it with MnistFamily or FashionMnist.");
    public static readonly FileKind Image = new("an image", "Read it with ImageFolder or ImageCsv.");
    public static readonly FileKind Pdf = new("a PDF document", "Take another file.");
    public static readonly FileKind Program = new("a program or a native library", "Take another file.");

    public static readonly FileKind Log = new("a certification log", "Read it with CertificationLog.");
    public static readonly FileKind LogJsonLines = new("the JSON lines beside a certification log", "Read them with CertificationLog.");
    public static readonly FileKind LogSettings = new(
        "the settings beside a certification log", "Name the log itself, without .meta.json.");
    public static readonly FileKind Json = new("a JSON file", "Take another file.");
    public static readonly FileKind Text = new("a text file", "Take another file.");

    /// <summary>Tells what is at a path.</summary>
    /// <returns>The kind, or null where it is not a known one.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileKind? Of(string path)
    {
        if (Directory.Exists(path))
            return Folder;
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Of(stream);
    }

    /// <summary>Tells what a stream holds from its position on.</summary>
    /// <param name="stream">Must be seekable; it is left where it was.</param>
    /// <returns>The kind, or null where it is not a known one.</returns>
    public static FileKind? Of(Stream stream) => FileProbe.Recognise(stream);

    /// <summary>Tells what a zip archive is.</summary>
    /// <param name="records">The paths inside it.</param>
    public static FileKind OfZip(IEnumerable<string> records) => FileProbe.InsideOfZip(records);

    /// <summary>
    /// Says what the file is instead of what was wanted, and what to do: two sentences, of which the first begins in lower case.
    /// </summary>
    /// <param name="wanted">What the reader reads, with its article: "a certification log".</param>
    public string InsteadOf(string wanted) => $"it is {Noun}, but {wanted} is needed. {Advice}";
}
