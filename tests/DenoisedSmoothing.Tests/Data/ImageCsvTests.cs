using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tests.Data;

public sealed class ImageCsvTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public ImageCsvTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        File.WriteAllText(Path.Combine(_folder, "a.png"), "");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Open_without_header_takes_numbers_in_the_order_of_the_list()
    {
        ImageFiles images = Open("a.png,2\nsub/b.png,0\n");
        Listed(images).Should().Equal("2 a.png", "0 sub/b.png");
        images.ClassNames.Should().Equal("0", "1", "2");
    }

    [Fact]
    public void Open_header_says_where_the_columns_are()
    {
        ImageFiles images = Open("id,Label,Filename\r\n7,dog,a.png\r\n8,cat,c.png\r\n");
        Listed(images).Should().Equal("1 a.png", "0 c.png");
        images.ClassNames.Should().Equal("cat", "dog");
    }

    [Fact]
    public void Open_class_names_given_labels_come_by_name_or_number()
    {
        ImageFiles images = Open("path,label\na.png,dog\nc.png,0\n\n", ["cat", "dog", "emu"]);
        Listed(images).Should().Equal("1 a.png", "0 c.png");
        images.ClassNames.Should().HaveCount(3);
    }

    [Fact]
    public void Open_quoted_fields_hold_commas_quotes_and_line_ends()
    {
        Listed(Open("a.png,\"big, \"\"red\"\"\ndog\"\n\"b,1.png\",cat")).Should().Equal("0 a.png", "1 b,1.png");
        Open("a.png,\"big, \"\"red\"\"\ndog\"\n\"b,1.png\",cat").ClassNames.Should().Equal("big, \"red\"\ndog", "cat");
    }

    [Theory]
    [InlineData("", "*the list is empty*")]
    [InlineData("path,label\n", "*the list is empty*")]
    [InlineData("a.png\n", "*line 1: a path and a label*")]
    [InlineData("a.png,1\n,2\n", "*line 2: a path and a label*")]
    [InlineData("a.png,1\nb.png,\n", "*line 2: a path and a label*")]
    [InlineData("a.png,1\nb\0.png,1\n", "*line 2: a path and a label*")]
    [InlineData("img,target\na.png,1\n", "*line 1: there is no file 'img'*call its columns path and label*")]
    [InlineData("a.png,1\nb.png,cat\n", "*numbers ('1')*names ('cat')*")]
    [InlineData("a.png,\"1\n", "*line 1: a quote is not closed*")]
    [InlineData("a.png,\"1\"x\n", "*line 1: there is something between*")]
    public void Open_malformed_list_is_refused_by_its_line(string text, string message)
    {
        Action act = () => Open(text);
        act.Should().Throw<InvalidDataException>().WithMessage(message).Which.Message.Should().Contain("list.csv");
    }

    [Fact]
    public void Open_label_that_no_class_has_is_refused_by_its_line()
    {
        Action name = () => Open("a.png,cat\nb.png,emu\n", ["cat", "dog"]), number = () => Open("a.png,2\n", ["cat", "dog"]), vast = () => Open("a.png,1\nb.png,2000000000\n");
        name.Should().Throw<InvalidDataException>().WithMessage("*line 2: label 'emu'*");
        number.Should().Throw<InvalidDataException>().WithMessage("*line 1: label '2'*below 2*");
        vast.Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void Open_random_text_is_read_or_refused_and_nothing_else()
    {
        Random random = new(2);
        for (int trial = 0; trial < 400; trial++)
        {
            string text = "a.png,1\n" + string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => "a1,\"\r\n \0é"[random.Next(9)]));
            try
            {
                Open(text).Count.Should().BePositive();
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    private ImageFiles Open(string text, IReadOnlyList<string>? names = null)
    {
        string path = Path.Combine(_folder, "list.csv");
        File.WriteAllText(path, text);
        return ImageCsv.Open(path, names);
    }

    private static IEnumerable<string> Listed(ImageFiles images) => Enumerable.Range(0, images.Count).Select(i => $"{images.Label(i)} {images.ImageName(i)}");
}
