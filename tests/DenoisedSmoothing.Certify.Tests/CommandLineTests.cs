using System.CommandLine;
using Certify;

namespace DenoisedSmoothing.Certify.Tests;

public class CommandLineTests
{
    [Fact]
    public async Task RunAsync_withHelp_describesTheProgram()
    {
        using StringWriter output = new();

        int exit = await CommandLine.RunAsync(["--help"], new InvocationConfiguration { Output = output });

        exit.Should().Be(0);
        output.ToString().Should().Contain("denoised smoothing");
    }
}
