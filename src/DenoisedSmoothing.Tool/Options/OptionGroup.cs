using System.Collections;
using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that belong together, under a heading of the help.</summary>
/// <param name="title">The heading.</param>
/// <param name="options">In the order in which the help shows them; required ones come before all others.</param>
internal sealed class OptionGroup(string title, IEnumerable<Option> options) : IEnumerable<Option>
{
    public string Title => title;

    public IEnumerator<Option> GetEnumerator() => options.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
