namespace DenoisedSmoothing.Tool;

/// <summary>The help of the program: one line per verb, grouped by purpose.</summary>
internal static class RootHelp
{
    private const int NameColumn = 20;

    /// <summary>Every verb of the program, in the order of the help.</summary>
    public static IReadOnlyList<(string Title, IReadOnlyList<(string Verb, string Summary)> Verbs)> Groups { get; } =
    [
        ("Certificates",
        [
            ("certify", "a class and a radius for every image, in a log"),
            ("predict", "a class for every image or an abstention, in a log"),
            ("aces", "certificates where a model is sure, else a core model's"),
            ("attack", "whether attacks within certified radii change an answer"),
            ("transfer", "a log's certificates for a successor of its model"),
        ]),
        ("Prediction sets",
        [
            ("calibrate", "the threshold of robust prediction sets, from labelled images"),
            ("sets", "the classes that every image may have, from one vote each"),
        ]),
        ("Logs",
        [
            ("analyze", "certified accuracy by radius: tables, curves"),
            ("report", "one page: how robust the model is, with its evidence"),
            ("verify", "whether the votes give what a log or certificate claims"),
            ("audit", "whether a log could have been made as it claims"),
            ("merge", "one log from the shards of a run"),
        ]),
        ("Many machines",
        [
            ("enqueue", "a run into a queue, for any number of workers"),
            ("work", "a worker of a queue"),
            ("status", "how far the runs of a queue are"),
            ("collect", "the log of a run from a queue"),
        ]),
        ("Before a long run",
        [
            ("check", "whether a denoiser and a classifier are good enough"),
            ("plan", "votes, largest radius and time"),
            ("evaluate", "accuracy on denoised images, by noise and strategy"),
            ("denoise", "a picture of images, noise and denoised images"),
        ]),
        ("Training",
        [
            ("train-classifier", "a classifier for noisy images, by the field's methods"),
            ("train-denoiser", "a denoiser, for all noise levels or some"),
            ("finetune", "a pretrained classifier, on denoised images"),
        ]),
    ];

    /// <summary>Writes the help.</summary>
    /// <param name="description">What the program is.</param>
    /// <param name="output">Where to write.</param>
    /// <param name="width">The longest line.</param>
    public static void Write(string description, TextWriter output, int width)
    {
        foreach (string line in Screen.Wrap(description, width))
            output.WriteLine(line);
        output.WriteLine();
        output.WriteLine("Usage:");
        output.WriteLine("  dds VERB [options]");
        output.WriteLine("  dds VERB --help      every option of a verb, with examples");
        output.WriteLine("  dds --version");
        foreach ((string title, IReadOnlyList<(string Verb, string Summary)> verbs) in Groups)
        {
            output.WriteLine();
            output.WriteLine($"{title}:");
            foreach ((string verb, string summary) in verbs)
            {
                string[] lines = [.. Screen.Wrap(summary, width - NameColumn)];
                output.WriteLine($"  {verb}".PadRight(NameColumn) + lines[0]);
                foreach (string line in lines[1..])
                    output.WriteLine(new string(' ', NameColumn) + line);
            }
        }

        output.WriteLine();
        output.WriteLine("Try: dds certify --sigma 0.5 --n 1000 --max 20");
    }
}
