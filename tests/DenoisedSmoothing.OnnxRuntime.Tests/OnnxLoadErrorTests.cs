using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.OnnxRuntime.Tests;

public sealed class OnnxLoadErrorTests : IDisposable
{
    private readonly OnnxModels _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Load_no_such_file() => Load(_models.PathOf("absent.onnx")).Should().Throw<FileNotFoundException>()
        .WithMessage("*absent.onnx*");

    [Fact]
    public void Load_no_model()
    {
        string path = _models.PathOf("text.onnx");
        File.WriteAllText(path, "not a model");
        Load(path).Should().Throw<CheckpointException>().WithMessage("*text.onnx: it is a text file, but an ONNX model is needed*");
    }

    [Fact]
    public void Load_input_of_another_rank_or_type()
    {
        Load(Identity(OnnxType.Float, ["n", 10L])).Should().Throw<CheckpointException>()
            .WithMessage("*floating-point [N,C,H,W]*'x' float [?,10]*");
        Load(Identity(OnnxType.UInt8, ["n", 3L, 4L, 4L])).Should().Throw<CheckpointException>()
            .WithMessage("*floating-point [N,C,H,W]*'x' uint8*");
    }

    [Fact]
    public void Load_output_that_is_no_logits() =>
        Load(Identity(OnnxType.Float, ["n", 3L, 4L, 4L])).Should().Throw<CheckpointException>()
            .WithMessage("*logits [N,K]*'y' float [?,3,4,4]*");

    [Fact]
    public void Load_several_outputs_takes_the_one_that_can_be_meant()
    {
        string path = TwoOutputs("pooled", OnnxType.Float, "n", 3, 1, 1);
        using OnnxClassifier guessed = OnnxClassifier.Load(path);
        guessed.ClassCount.Should().Be(4);
    }

    [Fact]
    public void Load_several_outputs_that_can_be_meant_wants_a_name()
    {
        string path = OnnxModels.ClassifierGraph()
            .Input("images", OnnxType.Float, "n", 3, 4, 4)
            .Constant("weight", OnnxType.Float, [3, 4], OnnxModels.Weights)
            .Node("Identity", "logits", "scores")
            .Output("scores", OnnxType.Float, "n", 4)
            .Output("flat", OnnxType.Float, "n", 3)
            .Save(_models.PathOf("unclear.onnx"));
        Load(path).Should().Throw<CheckpointException>()
            .WithMessage("*more than one of 'scores' float [?,4], 'flat' float [?,3]*OnnxOptions.Output*");
        using OnnxClassifier named = OnnxClassifier.Load(path, options: new OnnxOptions { Output = "flat" });
        named.ClassCount.Should().Be(3);
        Action wrong = () => OnnxClassifier.Load(path, options: new OnnxOptions { Output = "logit" }).Dispose();
        wrong.Should().Throw<CheckpointException>().WithMessage("*no output 'logit'; there is 'scores'*");
    }

    [Fact]
    public void Load_more_inputs_than_images_and_timesteps()
    {
        string path = new OnnxModel().Input("x", OnnxType.Float, "n", 3, 4, 4).Input("t", OnnxType.Float, "n")
            .Input("label", OnnxType.Int64, "n")
            .Node("Identity", "x", "y").Node("Identity", "t", "u").Node("Identity", "label", "v").Output("y", OnnxType.Float, "n", 3, 4, 4)
                .Save(_models.PathOf("three.onnx"));
        Load(path).Should().Throw<CheckpointException>().WithMessage("*more than images and timesteps*'label' int64 [?]*");
    }

    [Fact]
    public void Load_denoiser_as_classifier()
    {
        string path = new OnnxModel().Input("images", OnnxType.Float, "n", 3, 4, 4).Input("t", OnnxType.Float, "n")
            .Constant("weight", OnnxType.Float, [3, 4], OnnxModels.Weights)
            .Node("GlobalAveragePool", "images", "pooled").Node("Flatten", "pooled", "flat", ("axis", 1))
                .Node("MatMul", "flat weight", "logits").Node("Identity", "t", "u")
            .Output("logits", OnnxType.Float, "n", 4).Save(_models.PathOf("timed.onnx"));
        Load(path).Should().Throw<CheckpointException>().WithMessage("*takes images alone*'t' float [?] as well*");
    }

    [Fact]
    public void Load_other_classes_channels_or_size_than_the_models()
    {
        string path = _models.Classifier("n", 6);
        Load(path, classCount: 10).Should().Throw<CheckpointException>().WithMessage("*4 classes, not 10*");
        Load(path, normalization: new Normalization([.5f], [.5f])).Should().Throw<CheckpointException>().WithMessage("*3 channels*1*");
        Load(path, resizeTo: (8, 8)).Should().Throw<CheckpointException>().WithMessage("*[?,3,6,6]*8x8*");
    }

    [Fact]
    public void Load_unsaid_classes_must_be_given()
    {
        string path = new OnnxModel().Input("images", OnnxType.Float, "n", 1, "s", "s").Node("Flatten", "images", "logits", ("axis", 1))
            .Output("logits", OnnxType.Float, "n", "k").Save(_models.PathOf("unsaid.onnx"));
        Load(path).Should().Throw<CheckpointException>().WithMessage("*give classCount*");
        using OnnxClassifier given = OnnxClassifier.Load(path, classCount: 4);
        given.ClassCount.Should().Be(4);
    }

    [Fact]
    public void Load_on_an_execution_provider_that_the_native_package_lacks_names_the_packages()
    {
        string path = _models.Classifier("n", 6);
        Action cuda = () => OnnxClassifier.Load(path, options: new OnnxOptions
        {
            Configure = options => options.AppendExecutionProvider_CUDA(0),
        }).Dispose();
        cuda.Should().Throw<DllNotFoundException>().WithMessage("*Microsoft.ML.OnnxRuntime.Gpu*");
    }

    [Fact]
    public void Load_options_reach_the_session_and_the_certificate()
    {
        bool configured = false;
        using OnnxClassifier classifier = OnnxClassifier.Load(_models.Classifier("n", 6), options: new OnnxOptions
        {
            Images = "images",
            Output = "logits",
            Threads = 1,
            Precision = "tf32",
            Configure = _ => configured = true,
        });
        configured.Should().BeTrue();
        classifier.Info.Precision.Should().Be("tf32");
        Action timesteps = () => OnnxClassifier.Load(_models.PathOf("classifier.onnx"), options: new OnnxOptions
        {
            Timesteps = "t",
        }).Dispose();
        timesteps.Should().Throw<CheckpointException>().WithMessage("*no timestep input 't'*");
    }

    private string TwoOutputs(string second, OnnxType type, params object[] shape) => OnnxModels.ClassifierGraph()
        .Input("images", OnnxType.Float, "n", 3, 4, 4)
        .Constant("weight", OnnxType.Float, [3, 4], OnnxModels.Weights)
        .Output("logits", OnnxType.Float, "n", 4)
        .Output(second, type, shape)
        .Save(_models.PathOf("two.onnx"));

    private string Identity(OnnxType type, object[] shape) =>
        new OnnxModel().Input("x", type, shape).Node("Identity", "x", "y").Output("y", type, shape).Save(_models.PathOf("identity.onnx"));

    private static Action Load(string path, int? classCount = null, Normalization? normalization = null, (int, int)? resizeTo = null) =>
        () => OnnxClassifier.Load(path, classCount, normalization, resizeTo).Dispose();
}
