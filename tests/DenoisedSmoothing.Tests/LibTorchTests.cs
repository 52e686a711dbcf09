namespace DenoisedSmoothing.Tests;

public class LibTorchTests
{
    [Fact]
    public void Advice_old_libstdcpp_names_the_property_to_set()
    {
        string advice =
            LibTorch.Advice("DllNotFoundException: libLibTorchSharp.so: /lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found");
        advice.Should().Contain("RelaxLibTorchSharp").And.Contain("GLIBCXX_3.4.32").And.NotContain("Add one native package");
    }

    [Fact]
    public void Advice_no_native_library_names_the_packages()
    {
        string advice = LibTorch.Advice("NotSupportedException: The libtorch-cpu NuGet package is not referenced");
        advice.Should().Contain("TorchSharp-cpu").And.Contain("TorchSharp-cuda-windows").And.Contain("TorchSharp-cuda-linux")
            .And.Contain("(0.107.0").And.NotContain("RelaxLibTorchSharp");
    }

    [Fact]
    public void Advice_is_short()
    {
        // In place of a page of text.
        LibTorch.Advice("GLIBCXX_").Length.Should().BeLessThan(400);
        LibTorch.Advice("").Length.Should().BeLessThan(400);
    }
}
