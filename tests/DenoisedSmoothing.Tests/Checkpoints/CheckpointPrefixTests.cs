using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>Which prefix is taken off the names of a checkpoint, and what is left out.</summary>
public class CheckpointPrefixTests
{
    [Theory]
    [InlineData("module.a,module.b", "module.", "a,b", "")]
    [InlineData("_orig_mod.a,_orig_mod.b", "_orig_mod.", "a,b", "")]
    [InlineData("model.a,model.b", "model.", "a,b", "")]
    [InlineData("module._orig_mod.model.a,module._orig_mod.model.b", "module._orig_mod.model.", "a,b", "")]
    // A single number beside the network, and what belongs to a loss or a metric (Lightning, AveragedModel, mmengine).
    [InlineData("n_averaged,module.a,module.b", "module.", "a,b", "n_averaged")]
    [InlineData("steps,module.n_averaged,module.module.a", "module.module.", "a", "steps,module.n_averaged")]
    [InlineData("model.a,criterion.weight,val_metrics.sum,loss_fn.pos_weight", "model.", "a",
        "criterion.weight,val_metrics.sum,loss_fn.pos_weight")]
    // Names that matter are never left out unasked.
    [InlineData("module.a,head.weight", "", "module.a,head.weight", "")]
    [InlineData("model.encoder.a,decoder.a", "", "model.encoder.a,decoder.a", "")]
    [InlineData("n_averaged,criterion.a", "", "n_averaged,criterion.a", "")]
    [InlineData("1.a,1.b", "", "1.a,1.b", "")]
    [InlineData("module.", "", "module.", "")]
    [InlineData("module", "", "module", "")]
    public void Open_strips_the_wrappers_that_every_name_has_which_matters(string names, string prefix, string entries, string leftOut) =>
        Opens(names, new CheckpointOptions(), prefix, entries, leftOut);

    [Theory]
    [InlineData("module.a,module.b", "module.", "module.", "a,b", "")]
    [InlineData("module.a,b", "module.", "module.", "a", "b")]
    [InlineData("student.a,teacher.a", "student.", "student.", "a", "teacher.a")]
    [InlineData("1.a,1.b", "module.", "", "1.a,1.b", "")]
    [InlineData("1.a,1.b", "1.,module.", "1.", "a,b", "")]
    [InlineData("0.mean,1.module.a,1.module.b", "1.,module.", "1.module.", "a,b", "0.mean")]
    [InlineData("module.1.a", "1.,module.", "module.", "1.a", "")]
    [InlineData("module.,module.b", "module.", "module.", "b", "module.")]
    [InlineData("module.a", "", "", "module.a", "")]
    public void Open_strips_what_it_is_told_and_leaves_the_others_out(string names, string prefixes, string prefix, string entries,
        string leftOut) =>
        Opens(names, new CheckpointOptions { StripPrefixes = Split(prefixes) }, prefix, entries, leftOut);

    [Theory]
    [InlineData("a.b.", ",b.,a.b.")]
    [InlineData("module.", ",module.")]
    [InlineData("", "")]
    public void Ends_are_whole_parts(string prefix, string ends) => NamePrefix.Ends(prefix).Should().Equal(ends.Split(','));

    private static void Opens(string names, CheckpointOptions options, string prefix, string entries, string leftOut)
    {
        PickleText pickle = new PickleText().Op("}(");
        foreach (string name in names.Split(','))
        {
            // Of two elements, unless it is called a count.
            long size = name.EndsWith("n_averaged", StringComparison.Ordinal) || name == "steps" ? 1 : 2;
            pickle.Text(name).Tensor("HalfStorage", "0", 2, 0, [size], [1]);
        }

        using Checkpoint checkpoint = Opened.From(Opened.Zip(pickle.Op("u.").ToArray(), "0"), options);
        checkpoint.StrippedPrefix.Should().Be(prefix);
        checkpoint.Entries.Select(entry => entry.Name).Should().Equal(Split(entries));
        checkpoint.LeftOut.Should().Equal(Split(leftOut));
    }

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
