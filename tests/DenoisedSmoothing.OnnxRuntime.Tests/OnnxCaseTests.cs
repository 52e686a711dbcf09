using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.OnnxRuntime.Tests;

/// <summary>
/// Models that users brought and that came out wrong: tests/Goldens/cases/onnx. Each is a convolution, a mean over pixels and a matrix.
/// </summary>
public sealed class OnnxCaseTests : IDisposable
{
    private readonly OnnxModels _models = new();

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData("nhwc.onnx", "*'x' float [?,8,8,3] is channels-last*--inputs-as-nchw*")]
    [InlineData("nhwc_dynamic.onnx", "*float [?,?,?,3] is channels-last*--inputs-as-nchw*")]
    [InlineData("one_class.onnx", "*one class (output 'y' float [?,1])*at least two*")]
    [InlineData("lfs.onnx", "*lfs.onnx: it is a pointer of Git LFS, not the file itself*git lfs pull*")]
    public void Load_says_what_is_wrong_with_it(string file, string message)
    {
        Action load = () => OnnxClassifier.Load(Case(file)).Dispose();
        load.Should().Throw<CheckpointException>().WithMessage(message);
    }

    [Theory]
    // External data on tensors whose values are in the model, which ONNX Runtime ignores: of a file that is missing, and of /dev/zero.
    [InlineData("default_missing.onnx")]
    [InlineData("default_devzero.onnx")]
    // Group fields, which protobuf deprecates and readers skip.
    [InlineData("unknown_group.onnx")]
    public void Load_and_classify_what_ONNX_Runtime_takes(string file)
    {
        using OnnxClassifier classifier = OnnxClassifier.Load(Case(file));
        long[] shape = Shape(file);
        using Tensor images = zeros(shape);
        using Tensor logits = classifier.Classify(images);
        logits.shape.Should().Equal(shape[0], classifier.ClassCount);
    }

    [Fact]
    public void Classify_answer_that_has_not_a_row_for_each_image_is_an_error_at_every_call()
    {
        using OnnxClassifier classifier = OnnxClassifier.Load(Case("reshape_batch1_bug.onnx"), classCount: 10);
        using Tensor images = zeros(Shape("reshape_batch1_bug.onnx"));
        for (int call = 0; call < 2; call++)
        {
            classifier.Invoking(it => it.Classify(images)).Should().Throw<InvalidOperationException>()
                .WithMessage("reshape_batch1_bug.onnx made [1,40] of 4 images, not one row for each*dynamic batch axis*");
        }
    }

    [Fact]
    public void Load_of_two_outputs_wants_a_name_and_takes_each()
    {
        Action load = () => OnnxClassifier.Load(Case("two-outputs.onnx")).Dispose();
        load.Should().Throw<CheckpointException>()
            .WithMessage("*more than one of 'y' float [?,2], 'p2' float [?,2] can be the output. Name it with OnnxOptions.Output*");
        using OnnxClassifier logits = OnnxClassifier.Load(Case("two-outputs.onnx"), options: new OnnxOptions { Output = "y" });
        using OnnxClassifier probabilities = OnnxClassifier.Load(Case("two-outputs.onnx"), options: new OnnxOptions { Output = "p2" });
        using DisposeScope scope = NewDisposeScope();
        Tensor images = rand(Shape("two-outputs.onnx"));
        Parity.RelativeError(probabilities.Classify(images), nn.functional.softmax(logits.Classify(images), 1)).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Load_of_weights_in_a_missing_or_foreign_file_is_an_error()
    {
        string outside = Path.GetTempFileName();
        foreach (string file in new[] { "absent.bin", "../absent.bin", outside })
        {
            string path = OnnxModels.ClassifierGraph().Input("images", OnnxType.Float, "n", 3, 4, 4)
                .ExternalConstant("weight", OnnxType.Float, [3, 4], file).Output("logits", OnnxType.Float, "n", 4)
                    .Save(_models.PathOf("external.onnx"));
            Action load = () => OnnxClassifier.Load(path).Dispose(), hash = () => OnnxFileHash.Of(path);
            load.Should().Throw<CheckpointException>().WithMessage("*external.onnx*");
            hash.Should().Throw<CheckpointException>()
                .WithMessage(file == "absent.bin" ? "*'absent.bin', which is not there*" : "*outside its folder*");
        }

        File.Delete(outside);
    }

    [Fact]
    public void Load_of_a_folder_or_an_empty_file_says_so()
    {
        Action folder = () => OnnxNetwork.Load(Path.GetTempPath());
        folder.Should().Throw<CheckpointException>().WithMessage("*it is a folder, but an ONNX model is needed*");
        string path = _models.PathOf("empty.onnx");
        File.WriteAllBytes(path, []);
        Action empty = () => OnnxNetwork.Load(path);
        empty.Should().Throw<CheckpointException>().WithMessage("*an empty file*");
    }

    [Fact]
    public void Dispose_of_used_models_leaves_nothing()
    {
        using Tensor images = zeros(2, 3, 6, 6), noisy = zeros(2, 1, 6, 6);
        string classifierPath = _models.Classifier("n", 6), denoiserPath = _models.Denoiser(OnnxType.Int64, ["n"]);
        LiveTensors.ShouldNotChange(() =>
        {
            using OnnxClassifier classifier = OnnxClassifier.Load(classifierPath, normalization: Normalization.ImageNet);
            using OnnxDenoiser denoiser = OnnxDenoiser.Load(denoiserPath, new CosineSchedule(1000));
            for (int call = 0; call < 2; call++)
            {
                classifier.Classify(images).Dispose();
                denoiser.Denoise(noisy, new NoiseContext(0.5)).Dispose();
            }
        });
    }

    private static string Case(string file) => Golden.PathOf("cases/onnx/" + file);

    private static long[] Shape(string file)
    {
        using InferenceSession session = new(Case(file));
        long[] free = [4, 3, 8, 8];
        return [.. session.InputMetadata.Single().Value.Dimensions.Select((size, axis) => size < 0 ? free[axis] : size)];
    }
}
