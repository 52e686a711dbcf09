using System.Globalization;

namespace DenoisedSmoothing.Experiments;

/// <summary>Checks what a resumed run finds in its log.</summary>
internal static class BegunRun
{
    /// <summary>
    /// Refuses a log whose images are not the first of the run: a log with lost or removed lines would continue after them, and end up
    /// looking complete while counting only what was left in it.
    /// </summary>
    /// <param name="log">Its path.</param>
    /// <param name="there">The images in it, in increasing order.</param>
    /// <param name="run">The images of the run, in increasing order.</param>
    /// <param name="passedOver">Whether images may be missing without a line that says so.</param>
    /// <exception cref="InvalidDataException">They are not; the message names the image.</exception>
    public static void Require(string log, IEnumerable<long> there, IEnumerable<int> run, bool passedOver = false)
    {
        using IEnumerator<int> images = run.GetEnumerator();
        foreach (long image in there)
        {
            bool found = false;
            while (!found && images.MoveNext() && images.Current <= image)
            {
                found = images.Current == image;
                if (!found && !passedOver)
                    throw Damaged(log, $"image {images.Current} of this run is not in it, and image {image} is, which comes later");
            }

            if (!found)
                throw Damaged(log, $"image {image} is in it, and is not one of this run's");
        }
    }

    private static InvalidDataException Damaged(string log, FormattableString what) => new(
        $"{log}: {what.ToString(CultureInfo.InvariantCulture)}; the file was edited or damaged. Restore it as it was written, or begin "
        + "the run again, in another file.");
}
