using System.Xml.Linq;
using DenoisedSmoothing.Tool.Tests.Pages;

namespace DenoisedSmoothing.Tool.Tests.Checks;

public sealed class CheckVerbTests : LogVerbs
{
    [Fact]
    public async Task Check_writes_a_page_and_a_summary()
    {
        string path = Path.Combine(Folder.FullName, "check.html");

        (await Run("check", "--max", "12", "--certify", "3", "--n", "20", "--sigma", "0.25,0.5", "--radius", "0.2", "--batch", "30",
            "--out", path))
            .Should().Be(0, Error.ToString());

        Output.ToString().Should().Contain("the bundled Fashion-MNIST pair, 12 images").And.Contain("sigma 0.5: right on ").And.Contain(
            "Radius 0.2: sigma ")
            .And.Contain("Nothing looks wrong.").And.Contain("A certificate of n = 100000 takes about");
        XElement page = Html.Read(path);
        page.Section("pictures")!.Descendants("img").Should().HaveCount(8 * 5);
        string[][] certified = page.Section("certified")!.Rows();
        certified.Select(static row => row[0]).Should().Equal("sigma", "0.25", "0.5");
        certified[1][1].Should().EndWith("%)").And.Contain(" of 3 ");
        page.Section("cost")!.Rows().Should().HaveCount(3);
        page.Section("settings")!.Value.Should().Contain("one-shot").And.Contain("12, spread over 500");
        page.Descendants("div").Where(static box => box.Attribute("class")?.Value == "warn").Should().BeEmpty();
    }

    [Fact]
    public async Task Check_shows_what_looks_wrong_and_what_to_do()
    {
        string list = Write("list.csv", "path,label\n"), path = Path.Combine(Folder.FullName, "check.html");
        using (StreamWriter rows = File.AppendText(list))
        {
            for (int index = 0; index < 40; index++)
            {
                using TorchSharp.torch.Tensor image = FashionMnistPair.TestImages().Image(index);
                float[] pixels = image.data<float>().ToArray();
                using SkiaSharp.SKBitmap bitmap = new(28, 28, SkiaSharp.SKColorType.Rgba8888, SkiaSharp.SKAlphaType.Opaque);
                for (int i = 0; i < pixels.Length; i++)
                {
                    byte grey = (byte)MathF.Round(255 * pixels[i]);
                    bitmap.SetPixel(i % 28, i / 28, new SkiaSharp.SKColor(grey, grey, grey));
                }

                using SkiaSharp.SKData png = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100);
                File.WriteAllBytes(Path.Combine(Folder.FullName, $"{index}.png"), png.ToArray());
                await rows.WriteLineAsync($"{index}.png,{9 - FashionMnistPair.TestImages().Label(index)}");
            }
        }

        (await Run("check", "--data", "csv", "--data-path", list, "--grey", "--sigma", "0.25,12", "--certify", "0", "--out", path))
            .Should().Be(0, Error.ToString());

        Output.ToString().Should().Contain("Warning (labels-order)").And.Contain("Warning (sigma-units)").And.Contain("Warning (reach)");
        XElement page = Html.Read(path);
        page.Descendants("div").Attributes("data-kind").Select(static kind => kind.Value)
            .Should().Contain(["labels-order", "sigma-units", "reach"]);
        page.Section("certified").Should().BeNull("--certify 0 leaves it out");
        page.Section("confusion")!.Rows().Should().HaveCount(11);
    }

    [Fact]
    public async Task Check_refuses_sigma_for_pixels_from_0_to_255()
    {
        (await Run("check", "--sigma", "64")).Should().Be(1);

        Error.ToString().ReplaceLineEndings(" ").Should().Contain("divide those for 0 to 255 by 255");
    }
}
