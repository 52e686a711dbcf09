using DenoisedSmoothing.Statistics;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>Labels that do not match the classifier's: too high, in another order, or random.</summary>
internal static class LabelChecks
{
    private const double Level = .01;
    private const int MostShown = 12;

    public static IEnumerable<CheckWarning> Of(CheckImages images, CheckAnswers clean, int classCount)
    {
        bool[] right = clean.Right(images.Labels);
        if (images.Labels.Max() >= classCount)
        {
            yield return new CheckWarning("labels-range",
                Text($"Labels go up to {images.Labels.Max()}, and the classifier has {classCount} classes, 0 to {classCount - 1}."),
                images.Labels.Min() > 0 && images.Labels.Max() == classCount
                    ? "They seem to begin at 1, and are counted from 0."
                    : "Is it the classifier for this data set? --classes says how many classes it has, where its file does not.");
        }

        if (Renaming(images, clean) is { Count: > 0 } renaming)
        {
            int[] odd = [.. Odd(images.Count)];
            int fits = odd.Count(i => renaming[images.Labels[i]] == clean.Labels[i]), now = odd.Count(i => right[i]);
            string moves = string.Join(", ", renaming.Where(static move => move.Key != move.Value).OrderBy(static move => move.Key)
                .Take(MostShown)
                .Select(move => Text($"{images.NameOf(move.Key)} ({move.Key}) is answered {move.Value}")));
            yield return new CheckWarning("labels-order",
                Text($"Predictions are consistent, under other numbers: {moves}. With classes renamed like this {fits} of "
                    + $"{odd.Length} images ")
                    + Text($"that were not used to find it are right; as they are, {now}."),
                "The data set counts classes in another order than the classifier was trained with, such as folders by name. Rename the "
                    + "folders, or give a CSV with the classifier's numbers.");
        }
        else if (IsChance(right.Count(static its => its), images.Count, classCount))
        {
            yield return new CheckWarning("chance",
                Text($"On clean images {right.Count(static its => its)} of {images.Count} answers are right, no more than guessing "
                    + $"among {classCount} classes."),
                "Nothing can be certified like this. Do weights, network, normalisation, size and data set belong together? dds "
                    + "evaluate and "
                    + "the troubleshooting page go through them.");
        }
    }

    /// <summary>
    /// A one-to-one renaming of classes that makes answers fit, found on every second image; null where it does not improve the others.
    /// </summary>
    public static IReadOnlyDictionary<int, long>? Renaming(CheckImages images, CheckAnswers clean)
    {
        Dictionary<int, long> names = [];
        HashSet<long> taken = [];
        // The most frequent pairs of label and answer first.
        foreach (var pair in Even(images.Count).GroupBy(i => (Label: images.Labels[i], Answer: clean.Labels[i]))
            .OrderByDescending(static group => group.Count()).ThenBy(static group => group.Key.Label != group.Key.Answer)
            .ThenBy(static group => group.Key.Label).ThenBy(static group => group.Key.Answer).Select(static group => group.Key))
        {
            if (!names.ContainsKey(pair.Label) && taken.Add(pair.Answer))
                names.Add(pair.Label, pair.Answer);
        }

        foreach (int label in images.Labels.Distinct().Where(label => !names.ContainsKey(label)))
            names.Add(label, taken.Contains(label) ? -1 : label);
        int[] odd = [.. Odd(images.Count)];
        bool[] now = [.. odd.Select(i => clean.Labels[i] == images.Labels[i])];
        bool[] then = [.. odd.Select(i => clean.Labels[i] == names[images.Labels[i]])];
        return odd.Length > 0 && CheckAnswers.IsBetter(then, now) ? names : null;
    }

    // If images are so few that guessing can get them all right, they show nothing either way.
    private static bool IsChance(int right, int images, int classes) =>
        BinomialTest.TwoSided(images, images, 1.0 / classes) <= Level
        && (right <= (double)images / classes || BinomialTest.TwoSided(right, images, 1.0 / classes) > Level);

    private static IEnumerable<int> Even(int count) => Enumerable.Range(0, count).Where(static i => i % 2 == 0);

    private static IEnumerable<int> Odd(int count) => Enumerable.Range(0, count).Where(static i => i % 2 == 1);
}
