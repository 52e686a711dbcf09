using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Tool;
using DenoisedSmoothing.Training;
using Train;

Option<string> data = new("--data")
{
    Description = "Folder with Fashion-MNIST's four IDX files",
    DefaultValueFactory = _ => FashionMnist.DebianFolder,
};
Option<string> output = new("--out") { Description = "Folder for the results and checkpoints", DefaultValueFactory = _ => "runs" };
Option<int> steps = new("--steps") { Description = "Optimizer steps; 0 for the bundled pair's number" };
Option<int> seed = new("--seed") { Description = "Seed of weights, order, augmentation and noise", DefaultValueFactory = _ => 1 };
Option<string> device = new("--device") { Description = "cpu, cuda, cuda:1 ...", DefaultValueFactory = _ => "cpu" };
steps.Check(count => count >= 0, "--steps must be 0 or more.");
Option<double[]> sigmas = new("--sigma")
{
    Description = "Noise levels to evaluate",
    DefaultValueFactory = _ => [0.25, 0.5, 1.0],
    AllowMultipleArgumentsPerToken = true,
};
Option<bool> bundled = new("--bundled") { Description = "Evaluate the pair inside the library instead of the files in --out" };
Option<string> target = new("--target")
{
    Description = "Folder to write the bundle to",
    DefaultValueFactory = _ => "src/DenoisedSmoothing.FashionMnist",
};

Command denoiser = new("denoiser", "Trains the denoiser on the 60,000 training images; continues where it stopped.") { data, output, steps,
    seed, device };
denoiser.SetAction((parsed, token) => Guard(() => PairTraining.Denoiser(
    FashionMnist.Train(parsed.GetValue(data)!), parsed.GetValue(output)!, parsed.GetValue(steps), parsed.GetValue(seed),
        parsed.GetValue(device)!, Print(), token)));

Command classifier = new("classifier", "Trains the classifier on the 60,000 training images; continues where it stopped.") { data, output,
    steps, seed, device };
classifier.SetAction((parsed, token) => Guard(() => PairTraining.Classifier(
    FashionMnist.Train(parsed.GetValue(data)!), parsed.GetValue(output)!, parsed.GetValue(steps), parsed.GetValue(seed),
        parsed.GetValue(device)!, Print(), token)));

Command evaluate = new("evaluate", "Accuracy over the 10,000 test images: clean, noisy, and denoised in one shot.") { data, output, sigmas,
    bundled };
evaluate.SetAction((parsed, token) => Guard(() => PairEvaluation.Run(
    FashionMnist.Test(parsed.GetValue(data)!), parsed.GetValue(bundled) ? null : parsed.GetValue(output)!, parsed.GetValue(sigmas)!,
        token)));

Command bundle = new("bundle", "Writes the pair in half precision and the first 500 test images, as the library embeds them.") { data,
    output, target };
bundle.SetAction((parsed, _) => Guard(() => PairBundle.Write(parsed.GetValue(data)!, parsed.GetValue(output)!, parsed.GetValue(target)!)));

// Numbers are read alike whatever the system's language.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
// Without a timeout Ctrl-C ends the process at once, without a checkpoint.
InvocationConfiguration configuration = new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };
return await new RootCommand("Trains, evaluates and bundles the Fashion-MNIST pair of DenoisedSmoothing.") { denoiser, classifier, evaluate,
    bundle }.WithPlainNumbers().Parse(args).InvokeAsync(configuration);

static Task<int> Guard(Action action) => Task.Run(() =>
{
    try
    {
        action();
        return 0;
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine("Stopped; the same command continues from the checkpoint.");
        return 130;
    }
    catch (Exception e)
        when (e is IOException or InvalidDataException or ArgumentException or InvalidOperationException or DllNotFoundException
            or CheckpointException)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
});

static IProgress<TrainingProgress> Print() => new Reporter();

internal sealed class Reporter : IProgress<TrainingProgress>
{
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private (int Step, TimeSpan Elapsed)? _first;

    public void Report(TrainingProgress at)
    {
        _first ??= (at.Step, at.Elapsed);
        if (_since.Elapsed < TimeSpan.FromSeconds(5) && at.Step < at.Steps)
            return;
        _since.Restart();
        double rate = (at.Step - _first.Value.Step) / Math.Max(1e-9, (at.Elapsed - _first.Value.Elapsed).TotalSeconds);
        TimeSpan time = TimeSpan.FromSeconds(rate > 0 ? Math.Min((at.Steps - at.Step) / rate, 1e9) : 0);
        string left = rate > 0 ? time.ToString(time.Days > 0 ? @"d\d\ h\:mm\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture) : "?";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"step {at.Step}/{at.Steps}  loss {at.Loss:F4}  {rate:F1} steps/s  {left} left"));
    }
}
