using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Abstractions;

public class CertificateJsonTests
{
    private static readonly Certificate Sample = LogSamples.Certificate(3) with
    {
        Norm = Norm.L1,
        Noise = "uniform lambda=0.3 dimension=784",
        EstimationVotes = new VoteCounts(100, 33, 867) { Missed = 5 },
        Alpha = double.Epsilon,
        Sigma = .12f,
    };

    private static readonly JsonSchema Schema = new(
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "certificate.schema.json"))).RootElement);

    public static TheoryData<string> Kinds => ["default", "web", "generated", "odd"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Serialize_and_Deserialize_give_back_every_bit_under_any_options(string kind)
    {
        JsonSerializerOptions options = Options(kind);

        RoundTrip(Sample, options).Should().Be(Sample);
        RoundTrip(Sample with
        {
            Provenance = null,
            Label = null,
            Radius = 0,
        }, options).Should().Be(Sample with { Provenance = null, Label = null, Radius = 0 });
        RoundTrip(LogSamples.Prediction(), options).Should().Be(LogSamples.Prediction());
        RoundTrip(LogSamples.Prediction(abstain: true), options).Should().Be(LogSamples.Prediction(abstain: true));
        RoundTrip(Sample.Provenance!, options).Should().Be(Sample.Provenance);
        RoundTrip(Sample.EstimationVotes, options).Should().Be(Sample.EstimationVotes);
        RoundTrip(Sample.Method, options).Should().Be(Sample.Method);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Serialize_writes_one_form_under_any_options(string kind) =>
        JsonNode.DeepEquals(JsonNode.Parse(JsonSerializer.Serialize(Sample, Options(kind))),
            JsonNode.Parse(JsonSerializer.Serialize(Sample))).Should().BeTrue();

    [Fact]
    public void Deserialize_gives_back_random_doubles_and_seeds_exactly()
    {
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            ulong seed = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            double radius = BitConverter.Int64BitsToDouble(random.NextInt64(0, BitConverter.DoubleToInt64Bits(double.PositiveInfinity)));
            double bound = BitConverter.Int64BitsToDouble(random.NextInt64(0, BitConverter.DoubleToInt64Bits(1.0)));
            Certificate certificate = Sample with
            {
                Radius = radius,
                PALower = bound,
                Provenance = Sample.Provenance! with { Seed = seed },
            };

            Certificate back = RoundTrip(certificate, JsonSerializerOptions.Default);

            (BitConverter.DoubleToInt64Bits(back.Radius), BitConverter.DoubleToInt64Bits(back.PALower), back.Provenance!.Seed)
                .Should().Be((BitConverter.DoubleToInt64Bits(radius), BitConverter.DoubleToInt64Bits(bound), seed));
        }
    }

    [Fact]
    public void Serialize_gives_what_the_schema_in_the_docs_describes()
    {
        object[] values =
        [
            Sample, Sample with { Provenance = null, Label = null, Radius = 0, Norm = Norm.L2 }, LogSamples.Certificate(0),
            LogSamples.Prediction(), LogSamples.Prediction(abstain: true),
        ];
        foreach (object value in values)
            Schema.Violation(JsonSerializer.SerializeToElement(value, value.GetType())).Should().BeNull();
        Schema.Violation(JsonSerializer.SerializeToElement(Sample.Provenance), "provenance").Should().BeNull();
        Schema.Violation(JsonSerializer.SerializeToElement(Sample.EstimationVotes), "votes").Should().BeNull();
    }

    [Fact]
    public void Schema_describes_every_settable_member_and_refuses_what_Deserialize_refuses()
    {
        JsonObject whole = JsonNode.Parse(JsonSerializer.Serialize(Sample))!.AsObject();
        whole.Select(member => member.Key).Should().BeEquivalentTo(Names(typeof(Certificate)).Append("schema"));
        whole["provenance"]!.AsObject().Select(member => member.Key).Should().BeEquivalentTo(Names(typeof(Provenance)));
        JsonNode.Parse(JsonSerializer.Serialize(LogSamples.Prediction()))!.AsObject().Select(member => member.Key)
            .Should().BeEquivalentTo(Names(typeof(Prediction)).Append("schema"));
        foreach (string name in whole.Select(member => member.Key).ToArray())
        {
            JsonObject changed = whole.DeepClone().AsObject();
            changed.Remove(name);
            Schema.Violation(JsonSerializer.SerializeToElement(changed)).Should().NotBeNull("{0} is missing", name);
            if (name is not ("norm" or "noise" or "stopped"))
                Reading(changed.ToJsonString()).Should().Throw<JsonException>("{0} is missing", name);
        }
    }

    [Theory]
    [InlineData("\"radius\":0.12", "\"radius\":1e999,\"x\":0.12")]
    [InlineData("\"radius\":0.12", "\"radius\":0.5,\"radius\":0.12")]
    [InlineData("\"norm\":\"l1\"", "\"norm\":\"l3\"")]
    [InlineData("\"norm\":\"l1\"", "\"norm\":1")]
    [InlineData("\"schema\":2", "\"schema\":3")]
    [InlineData("\"schema\":2", "\"schema\":0")]
    [InlineData("\"label\":2", "\"label\":3")]
    [InlineData("\"label\":2", "\"label\":-1")]
    [InlineData("\"label\":2", "\"lable\":2")]
    [InlineData("\"selectedLabel\":2", "\"selectedLabel\":9")]
    [InlineData("[100,33,867]", "[100,33]")]
    [InlineData("[100,33,867]", "[100,33,-1]")]
    [InlineData("[100,33,867]", "[100,33,9223372036854775807]")]
    [InlineData("\"missed\":5", "\"missed\":-5")]
    [InlineData("\"missed\":5", "\"missed\":0.5")]
    [InlineData("\"seed\":\"18446744073709551615\"", "\"seed\":\"18446744073709551616\"")]
    [InlineData("\"seed\":\"18446744073709551615\"", "\"seed\":\" 1\"")]
    [InlineData("\"seed\":\"18446744073709551615\"", "\"seed\":1.5")]
    [InlineData("\"method\":\"cohen", "\"method\":\"co hen  ")]
    [InlineData("\"imageHash\":\"00ff\"", "\"imageHash\":null")]
    [InlineData("\"sigma\":0.1", "\"sigma\":\"0.1\",\"y\":0.1")]
    public void Deserialize_refuses_what_is_not_in_order(string part, string instead)
    {
        string json = JsonSerializer.Serialize(Sample);
        json.Should().Contain(part);

        Reading(json.Replace(part, instead, StringComparison.Ordinal)).Should().Throw<JsonException>();
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Serialize_refuses_numbers_that_are_not_finite(double value)
    {
        JsonSerializerOptions named = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

        FluentActions.Invoking(() => JsonSerializer.Serialize(Sample with { Radius = value }, named)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => JsonSerializer.Serialize(LogSamples.Prediction() with
        {
            PValue = value,
        }, named)).Should().Throw<ArgumentException>();
        Reading(JsonSerializer.Serialize(Sample).Replace("\"radius\":0.12", "\"radius\":\"NaN\",\"x\":0.12", StringComparison.Ordinal),
            named)
            .Should().Throw<JsonException>();
    }

    [Fact]
    public void Deserialize_reads_schema_1_and_Serialize_writes_it_in_the_current_one()
    {
        // Written by this library before schema 2: tests/Goldens/cases/log-schema-1.
        string line = File.ReadLines(Golden.PathOf("cases/log-schema-1/shard1.tsv.jsonl")).First();
        string json = JsonNode.Parse(line)!["certificate"]!.ToJsonString();

        Certificate certificate = JsonSerializer.Deserialize<Certificate>(json)!;

        (certificate.Label, certificate.Radius, certificate.Norm, certificate.PALower).Should()
            .Be((1, .9528641408466746, Norm.L2, .9999309248330085));
        certificate.EstimationVotes.Should().Be(new VoteCounts(0, 100_000));
        certificate.Provenance!.Seed.Should().Be(1);
        Schema.Violation(JsonSerializer.SerializeToElement(certificate)).Should().BeNull();
        RoundTrip(certificate, JsonSerializerOptions.Default).Should().Be(certificate);
        Prediction prediction = JsonSerializer.Deserialize<Prediction>(
            """{"label":1,"topLabel":1,"runnerUpLabel":0,"votes":[447,553],"pValue":0.25,"alpha":0.001,"method":"cohen """
            + """n0=100 n=1000 alpha=0.001 predict=1000"}""")!;
        prediction.Votes.Should().Be(new VoteCounts(447, 553));
    }

    private static T RoundTrip<T>(T value, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value, options), options)!;

    private static Func<Certificate?> Reading(string json, JsonSerializerOptions? options = null) =>
        FluentActions.Invoking(() => JsonSerializer.Deserialize<Certificate>(json, options));

    private static IEnumerable<string> Names(Type type) =>
        type.GetProperties().Where(property => property.CanWrite).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));

    private static JsonSerializerOptions Options(string kind) => kind switch
    {
        "web" => JsonSerializerOptions.Web,
        "generated" => UserJsonContext.Default.Options,
        "odd" => new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
            IgnoreReadOnlyProperties = true,
            NumberHandling = JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString,
            WriteIndented = true,
        },
        _ => JsonSerializerOptions.Default,
    };
}
