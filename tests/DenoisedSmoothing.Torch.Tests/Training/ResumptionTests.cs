using System.Text.Json;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

public sealed class ResumptionTests : IDisposable
{
    private static readonly LabeledImages Images = TrainingFixture.Halves();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("classifier")]
    [InlineData("denoiser")]
    [InlineData("behind a denoiser")]
    [InlineData("consistency")]
    public void Train_on_other_data_of_the_same_size_is_refused(string kind)
    {
        TrainingOptions options = Options(5);
        new TrainingTask(kind).Train(options);

        Action act = () => new TrainingTask(kind).Train(options, images: OtherPixel());

        act.Should().Throw<InvalidOperationException>()
            .WithMessage($"'{_folder}' holds a run under other settings*another checkpoint folder*")
            .Which.Message.Should().EndWith($"The checkpoint has data {Images.Fingerprint}; this run has {OtherPixel().Fingerprint}.");
    }

    [Fact]
    public void Train_under_other_settings_is_refused_with_a_sentence_for_each_difference()
    {
        TrainingOptions options = Options(5);
        TrainingTask task = new("classifier");
        task.Train(options);

        Refused(() => new TrainingTask("classifier").Train(options, recipe: TrainingFixture.Recipe with { LearningRate = .5 })).Should()
            .Equal("The checkpoint has learning rate 0.01; this run has 0.5.");
        Refused(() => new TrainingTask("classifier").Train(options with { Seed = 5, BatchSize = 8 })).Should()
            .Equal("The checkpoint has batch 12; this run has 8.", "The checkpoint has seed 4; this run has 5.");
        Refused(() => new TrainingTask("classifier").Train(options with { Augmentation = new() { Mirror = true } })).Should()
            .Equal("The checkpoint has augmentation none; this run has mirrored.");
        Refused(() => new TrainingTask("classifier").Train(options, recipe: TrainingFixture.Sgd)).Should()
            .Contain("The checkpoint has optimizer AdamW; this run has Sgd.");
        Refused(() => new TrainingTask("smoothed labels").Train(options)).Should()
            .Equal("The checkpoint has label smoothing 0; this run has 0.1.");
        Refused(() => new TrainingTask("classifier").Train(options with { Initialization = WeightInitialization.Linear })).Should()
            .ContainSingle()
            .Which.Should().StartWith("The checkpoint has start random with gain 1.41").And.EndWith("; this run has random with gain 1.");
        Refused(() => new TrainingTask("denoiser").Train(options)).Should()
            .Contain("The checkpoint has objective cross-entropy; this run has noise prediction.")
            .And.Contain("The checkpoint has no timesteps; this run has timesteps 0..999.")
            .And.Contain("The checkpoint has label smoothing 0; this run has no label smoothing.");

        Directory.GetDirectories(_folder).Should().ContainSingle("refusals change nothing");
        new TrainingTask("classifier").Train(options with { CheckpointEvery = 3 }); // does not decide the result
    }

    [Fact]
    public void Train_from_other_weights_is_refused()
    {
        TrainingOptions options = Options(5) with { Initialization = null };
        TrainingTask one = new("behind a denoiser"), same = new("behind a denoiser"), other = new("behind a denoiser");
        WeightInitialization.Relu.Apply(one.Network, 1);
        WeightInitialization.Relu.Apply(same.Network, 1);
        WeightInitialization.Relu.Apply(other.Network, 2);
        one.Train(options);
        same.Train(options);
        Refused(() => other.Train(options)).Should().ContainSingle().Which.Should()
            .Match("The checkpoint has start the network's own weights *; this run has the network's own weights *.");
    }

    [Fact]
    public void Train_another_network_is_refused_by_a_sentence_that_says_so()
    {
        TrainingOptions options = Options(2);
        new TrainingTask("denoiser").Train(options);

        FluentActions.Invoking(() => new TrainingTask("unet").Train(options)).Should().Throw<InvalidOperationException>()
            .WithMessage($"'{_folder}' holds a run of a network other than *: continue it with that one, *another checkpoint folder.*");
    }

    [Theory]
    [InlineData(10)] // finished
    [InlineData(6)] // stopped
    public void Train_with_more_steps_continues_along_the_schedule_of_the_new_number(int done)
    {
        TrainingOptions options = Options(10);
        TrainingTask first = new("classifier"), extended = new("classifier"), stopped = new("classifier"), resumed = new("classifier");
        using CancellationTokenSource source = new(), later = new();
        if (done < 10)
            first.CancelAt(done, source);
        Swallow(() => first.Train(options, source.Token));
        CopyFolder(_folder, Path.Combine(_folder, "copy"));

        extended.Train(options with { Steps = 25 });

        extended.Batches.Should().Equal(Enumerable.Range(done, 25 - done).Select(step => (step, 25)));
        Plans(_folder).Should().Equal((0, 10), (done, 25));

        // The extended run can itself be stopped and resumed, to the bit.
        TrainingOptions copy = options with { Steps = 25, CheckpointFolder = Path.Combine(_folder, "copy") };
        stopped.CancelAt(4, later);
        Swallow(() => stopped.Train(copy, later.Token));
        resumed.Train(copy);
        TrainingFixture.Weights(resumed.Network).Should().Equal(TrainingFixture.Weights(extended.Network));
    }

    [Theory]
    [InlineData("sgd", true)] // a rate that does not depend on the number of steps
    [InlineData("classifier", false)]
    public void Train_with_more_steps_equals_the_longer_run_where_the_rate_does(string kind, bool equal)
    {
        TrainingTask whole = new(kind), first = new(kind), extended = new(kind);
        whole.Train(TrainingFixture.Options(25));
        first.Train(Options(10));
        extended.Train(Options(25));
        TrainingFixture.Weights(extended.Network).SequenceEqual(TrainingFixture.Weights(whole.Network)).Should().Be(equal);
    }

    [Fact]
    public void Train_with_fewer_steps_than_are_done_is_refused()
    {
        new TrainingTask("classifier").Train(Options(10));
        Action act = () => new TrainingTask("classifier").Train(Options(7));
        act.Should().Throw<InvalidOperationException>()
            .WithMessage("*10 finished steps, more than the 7 asked for*another checkpoint folder*");
    }

    [Fact]
    public void Train_half_written_checkpoint_is_ignored_and_cleared_away()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "step-00000009.partial"));
        File.WriteAllText(Path.Combine(_folder, "step-00000009.partial", "network.safetensors"), "half");
        new TrainingTask("classifier").Train(Options(10) with { CheckpointEvery = 4 });
        Directory.GetDirectories(_folder).Select(Path.GetFileName).Should().Equal("step-00000010");
        JsonDocument.Parse(File.ReadAllText(State(_folder))).RootElement.GetProperty("Step").GetInt32().Should().Be(10);
    }

    [Theory]
    [InlineData("{\"Step\":10,\"Settings\":\"diffusion T=1000\"}")] // as versions before this one wrote it
    [InlineData("{\"Version\":3,\"Step\":10,\"Plans\":[{\"From\":0,\"Steps\":10}],\"Settings\":{}}")]
    [InlineData("{")]
    [InlineData("null")]
    public void Train_from_a_state_that_cannot_be_read_is_refused_in_a_sentence(string state)
    {
        new TrainingTask("classifier").Train(Options(10));
        File.WriteAllText(State(_folder), state);
        Action act = () => new TrainingTask("classifier").Train(Options(10));
        act.Should().Throw<InvalidDataException>()
            .WithMessage($"*state.json is not a training state of this version*another checkpoint folder*'{_folder}'*");
    }

    [Fact]
    public void Train_resumption_is_logged()
    {
        CollectingLogger<Trainer> logger = new();
        Run(10);
        logger.Entries.Should().BeEmpty();
        Run(10);
        logger.Entries.Should().ContainSingle().Which.Text.Should().Contain("step 10 of 10");
        Run(12);
        logger.Entries[^1].Text.Should()
            .Contain("planned with 10 steps and now has 12: the learning rate follows the new number from step 10 on");

        void Run(int steps) => new Trainer(new TrainingTask("classifier").Objective, TrainingFixture.Recipe, Options(steps), logger)
            .Train(Images);
    }

    private TrainingOptions Options(int steps) => TrainingFixture.Options(steps) with { CheckpointFolder = _folder };

    private static IEnumerable<string> Refused(Action act)
    {
        string message = act.Should().Throw<InvalidOperationException>().Which.Message;
        return message[message.IndexOf("folder. ", StringComparison.Ordinal)..]["folder. ".Length..].Split(". The ")
            .Select((sentence, i) => (i == 0 ? "" : "The ") + (sentence.EndsWith('.') ? sentence : sentence + "."));
    }

    private static LabeledImages OtherPixel()
    {
        byte[] pixels = [.. Enumerable.Range(0, Images.Count).SelectMany(i => Images.Pixels(i).ToArray())];
        pixels[77]++;
        return new LabeledImages(pixels, Enumerable.Range(0, Images.Count).Select(i => (byte)Images.Label(i)).ToArray(), 1, 8, 8,
            Images.ClassNames);
    }

    private static void Swallow(Action act)
    {
        try
        {
            act();
        }
        catch (OperationCanceledException)
        {
            // as asked for
        }
    }

    private static (int, int)[] Plans(string folder) =>
        [.. JsonDocument.Parse(File.ReadAllText(State(folder))).RootElement.GetProperty("Plans").EnumerateArray()
            .Select(plan => (plan.GetProperty("From").GetInt32(), plan.GetProperty("Steps").GetInt32()))];

    private static string State(string folder) => Path.Combine(Directory.GetDirectories(folder, "step-*").Single(), "state.json");

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
