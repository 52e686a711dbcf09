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
    [InlineData("a.png,1\nb\0.png,1\n", "*not text in UTF-8*")]
    [InlineData("img,target\na.png,1\n", "*line 1: there is no file 'img'*call its columns path and label*")]
    [InlineData("a.png,1\nb.png,cat\n", "*numbers ('1')*names ('cat')*")]
    [InlineData("a.png,\"1\n", "*line 1: a quote is not closed*")]
    [InlineData("a.png,\"1\"x\n", "*line 1: there is something between*")]
    [InlineData("a.png;1\nb.png;2\n", "*line 1: the fields are separated by semicolons*")]
    [InlineData("path;label\na.png;1\n", "*line 1: the fields are separated by semicolons*")]
    [InlineData("sep=;\na.png;1\n", "*line 1: the fields are separated by semicolons*")]
    [InlineData("path\tlabel\na.png\t1\n", "*line 1: the fields are separated by tabs*")]
    [InlineData("a.png,1\nb, 1.png,1\n", "*line 2: it has 3 fields, and line 1 has 2*double quotes*")]
    [InlineData("path,id,label\na.png,7,1\nb.png,1\n", "*line 3: it has 2 fields, and line 1 has 3*")]
    [InlineData("path,image,label\na.png,7,1\n", "*line 1: the columns 'path' and 'image' could both hold a path*")]
    [InlineData("path,Label,class\na.png,1,cat\n", "*line 1: the columns 'Label' and 'class' could both hold a label*")]
    [InlineData("a.png,1\nb.png,\"  \"\n", "*line 2: a path and a label*")]
    public void Open_malformed_list_is_refused_by_its_line(string text, string message)
    {
        Action act = () => Open(text);
        act.Should().Throw<InvalidDataException>().WithMessage(message).Which.Message.Should().Contain("list.csv");
    }

    [Fact]
    public void Open_label_that_no_class_has_is_refused_by_its_line()
    {
        Action name = () => Open("a.png,cat\nb.png,emu\n", ["cat", "dog"]), number = () => Open("a.png,2\n", ["cat", "dog"]), vast = () =>
            Open("a.png,1\nb.png,2000000000\n");
        name.Should().Throw<InvalidDataException>().WithMessage("*line 2: label 'emu'*");
        number.Should().Throw<InvalidDataException>().WithMessage("*line 1: label '2'*below 2*");
        vast.Should().Throw<InvalidDataException>();
    }

    [Theory]
    [InlineData("1.0")]
    [InlineData("10.0")]
    [InlineData("1e0")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("1.")]
    [InlineData("\"1,0\"")]
    [InlineData("1 000")]
    [InlineData("1_000")]
    [InlineData("0x1")]
    [InlineData("100%")]
    [InlineData("1000000")]
    [InlineData("99999999999999999999")]
    [InlineData("\u0661")] // an Arabic one
    [InlineData("\u22121")] // a typographic minus
    [InlineData("nan")]
    [InlineData("NaN")]
    [InlineData("<NA>")]
    [InlineData("inf")]
    public void Open_label_that_looks_like_a_number_is_never_taken_for_a_name(string label)
    {
        // pandas writes 0.0 to 11.0 for a column of whole numbers that once had a gap; as names, 10.0 would come before 2.0.
        foreach (string others in new[] { "", "b.png,0\n", "b.png,cat\n", "b.png,2.0\n" })
        {
            Action act = () => Open($"a.png,{label}\n{others}");
            act.Should().Throw<InvalidDataException>().WithMessage("*list.csv, line 1: label*whole number*digits only*");
        }
    }

    [Theory]
    [InlineData("v1.0")]
    [InlineData("3D")]
    [InlineData("2019-01-01")]
    [InlineData("NA")] // Namibia
    [InlineData("none")]
    [InlineData("+")]
    [InlineData("True")]
    public void Open_label_that_is_a_name_stays_one(string label) => Open($"a.png,{label}\nb.png,zebra\n").ClassNames.Should()
        .Equal(label, "zebra");

    [Fact]
    public void Open_blanks_around_fields_and_byte_order_marks_do_not_matter()
    {
        Listed(Open("\ufeffpath , label\na.png , 1\nc.png,\" 0 \"\n")).Should().Equal("1 a.png", "0 c.png");
        Open("a.png,\"cat \"\nb.png, cat\n").ClassNames.Should().Equal("cat");
        string path = Path.Combine(_folder, "list.csv");
        File.WriteAllText(path, "a.png,1\n", System.Text.Encoding.Unicode); // with its mark, as spreadsheets save it
        Listed(ImageCsv.Open(path)).Should().Equal("1 a.png");
    }

    [Fact]
    public void Open_numbers_with_leading_zeros_are_numbers() => Open("a.png,010\nb.png,002\n").Label(0).Should().Be(10);

    [Fact]
    public void Open_names_are_numbered_in_the_order_of_Pythons_sort()
    {
        // sorted(["\U0001F600", "\uFF5A", "b", "a", "é"]) in Python 3.11.
        Open("a.png,\U0001F600\nb.png,\uff5a\nc.png,b\nd.png,a\ne.png,é\n").ClassNames.Should()
            .Equal("a", "b", "é", "\uff5a", "\U0001F600");
    }

    [Fact]
    public void Open_class_names_that_leave_a_label_ambiguous_are_refused()
    {
        Action number = () => Open("a.png,0\n", ["1", "0"]), twice = () => Open("a.png,crane\n", ["crane", "heron", "crane"]);
        number.Should().Throw<InvalidDataException>().WithMessage("*line 1: label '0' could be class 1 or 0*");
        twice.Should().Throw<InvalidDataException>().WithMessage("*line 1: label 'crane' could be class 0 or 2*");
        Listed(Open("a.png,1.0\nb.png,2\n", ["0", "1", "1.0"])).Should().Equal("2 a.png", "2 b.png"); // each means one class only
    }

    [Fact]
    public void Open_other_files_are_named()
    {
        string path = Path.Combine(_folder, "list.csv");
        (byte[] Content, string Message)[] files =
        [
            ([.. "a.png,caf"u8, 0xe9], "*not text in UTF-8*"),
            ([0x1f, 0x8b, 8, 0], "*it is a gzip file, but a CSV file is needed*"),
            ([.. "version https://git-lfs.github.com/spec/v1\n"u8], "*it is a pointer of Git LFS*git lfs pull*"),
            ([.. "<!DOCTYPE html><html>"u8], "*it is a web page*"),
        ];
        foreach (var (content, message) in files)
        {
            File.WriteAllBytes(path, content);
            Action act = () => ImageCsv.Open(path);
            act.Should().Throw<InvalidDataException>().WithMessage(message);
        }

        Action folder = () => ImageCsv.Open(_folder), none = () => ImageCsv.Open(path + "x");
        folder.Should().Throw<InvalidDataException>().WithMessage("*it is a folder, but a CSV file is needed*");
        none.Should().Throw<FileNotFoundException>();
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

    private static IEnumerable<string> Listed(ImageFiles images) =>
        Enumerable.Range(0, images.Count).Select(i => $"{images.Label(i)} {images.ImageName(i)}");
}
