using System.Text.Json;
using System.Text.RegularExpressions;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// Checks JSON against a schema written with the keywords below; a schema with another keyword is an error, never passed over.
/// </summary>
internal sealed class JsonSchema(JsonElement root)
{
    private static readonly string[] Annotations = ["$schema", "$defs", "title", "description"];

    /// <summary>The first violation, or null.</summary>
    public string? Violation(JsonElement value, string definition) =>
        Violation(value, root.GetProperty("$defs").GetProperty(definition), definition);

    /// <summary>The first violation of the whole schema, or null.</summary>
    public string? Violation(JsonElement value) => Violation(value, root, "$");

    private string? Violation(JsonElement value, JsonElement schema, string at)
    {
        foreach (JsonProperty rule in schema.EnumerateObject())
        {
            if (!Annotations.Contains(rule.Name) && Broken(value, schema, rule, at) is { } violation)
                return violation;
        }

        return null;
    }

    private string? Broken(JsonElement value, JsonElement schema, JsonProperty rule, string at)
    {
        bool isNumber = value.ValueKind == JsonValueKind.Number;
        bool holds = true;
        switch (rule.Name)
        {
            case "$ref":
                return Violation(value, rule.Value.GetString()!.Split('/').Skip(1)
                    .Aggregate(root, (element, name) => element.GetProperty(name)), at);
            case "oneOf":
                string?[] each = [.. rule.Value.EnumerateArray().Select(branch => Violation(value, branch, at))];
                return each.Count(static violation => violation is null) == 1 ? null : $"{at}: not one of: {string.Join("; ", each)}";
            case "type":
                holds = rule.Value.ValueKind == JsonValueKind.Array
                    ? rule.Value.EnumerateArray().Any(type => Is(value, type.GetString()!))
                    : Is(value, rule.Value.GetString()!);
                break;
            case "const":
                holds = JsonElement.DeepEquals(value, rule.Value);
                break;
            case "enum":
                holds = rule.Value.EnumerateArray().Any(allowed => JsonElement.DeepEquals(value, allowed));
                break;
            case "minimum":
                holds = !isNumber || value.GetDouble() >= rule.Value.GetDouble();
                break;
            case "maximum":
                holds = !isNumber || value.GetDouble() <= rule.Value.GetDouble();
                break;
            case "exclusiveMinimum":
                holds = !isNumber || value.GetDouble() > rule.Value.GetDouble();
                break;
            case "pattern":
                holds = value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.Value.GetString()!);
                break;
            case "minItems":
                holds = value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.Value.GetInt32();
                break;
            case "items":
                return value.ValueKind != JsonValueKind.Array
                    ? null
                    : value.EnumerateArray().Select((item, i) => Violation(item, rule.Value, $"{at}[{i}]"))
                        .FirstOrDefault(static v => v is not null);
            case "required":
                holds = value.ValueKind != JsonValueKind.Object
                    || rule.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _));
                break;
            case "additionalProperties":
                holds = value.ValueKind != JsonValueKind.Object
                    || value.EnumerateObject().All(member => schema.GetProperty("properties").TryGetProperty(member.Name, out _));
                break;
            case "properties":
                return value.ValueKind != JsonValueKind.Object
                    ? null
                    : rule.Value.EnumerateObject()
                        .Select(member => value.TryGetProperty(member.Name, out JsonElement its)
                            ? Violation(its, member.Value, $"{at}.{member.Name}")
                            : null)
                        .FirstOrDefault(static v => v is not null);
            default:
                throw new NotSupportedException($"The keyword {rule.Name} is not among those that this check knows.");
        }

        return holds ? null : $"{at}: {rule.Name} {rule.Value} does not hold for {value}";
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() == Math.Floor(value.GetDouble()),
        _ => throw new NotSupportedException($"The type {type} is not among those that this check knows."),
    };
}
