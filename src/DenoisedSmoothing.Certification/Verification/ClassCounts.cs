namespace DenoisedSmoothing.Verification;

/// <summary>
/// Checks that votes of one model are over the same number of classes in every line: methods that divide alpha among the classes give more
/// where there are fewer.
/// </summary>
internal sealed class ClassCounts
{
    private int _first;

    /// <summary>Names a number of classes that differs from the first line's.</summary>
    public void Check(string member, int classes, Findings findings)
    {
        if (_first == 0)
            _first = classes;
        else if (classes != _first)
            findings.Overstated(member, $"they are over {classes} classes, and those of the lines before over {_first}");
    }
}
