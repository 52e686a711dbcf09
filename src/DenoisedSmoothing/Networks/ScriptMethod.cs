namespace DenoisedSmoothing.Networks;

/// <summary>The signature of a script's method, as <c>torch.jit.save</c> prints it.</summary>
/// <param name="Arguments">Without the module itself.</param>
/// <param name="Returns">The type of the result, such as <c>Tensor</c>; empty where it is not stated.</param>
internal sealed record ScriptMethod(IReadOnlyList<ScriptArgument> Arguments, string Returns)
{
    /// <summary>How many arguments a caller has to give.</summary>
    public int Required => Arguments.Count(argument => !argument.HasDefault);

    /// <summary>Which of several results is meant; null for the only one.</summary>
    public int? Output { get; init; }

    /// <summary>Reads a signature: (self: __torch__.M, x: Tensor, size: int=3) -> Tensor: with any whitespace.</summary>
    /// <param name="code">From the opening parenthesis on.</param>
    /// <returns>The method, or null where this is not a signature.</returns>
    public static ScriptMethod? Parse(ReadOnlySpan<char> code)
    {
        List<ScriptArgument> arguments = [];
        int depth = 0, start = 1;
        char quote = '\0';
        for (int i = 0; i < code.Length; i++)
        {
            char c = code[i];
            if (quote != '\0')
            {
                if (c == '\\')
                    i++;
                else if (c == quote)
                    quote = '\0';
                continue;
            }

            switch (c)
            {
                case '"' or '\'':
                    quote = c;
                    break;
                case '(' or '[' or '{':
                    depth++;
                    break;
                case ')' or ']' or '}':
                    depth--;
                    break;
            }

            if ((c == ',' && depth == 1) || depth == 0)
            {
                ReadOnlySpan<char> argument = code[Math.Min(start, i)..i].Trim();
                if (!argument.IsEmpty)
                    arguments.Add(ScriptArgument.Parse(argument));
                start = i + 1;
            }

            if (depth == 0)
                return arguments.Count == 0 ? null : new ScriptMethod(arguments[1..], Result(code[(i + 1)..]));
        }

        return null;
    }

    private static string Result(ReadOnlySpan<char> rest)
    {
        int line = rest.IndexOf('\n');
        ReadOnlySpan<char> text = (line < 0 ? rest : rest[..line]).Trim();
        return text.StartsWith("->") && text.EndsWith(":") ? text[2..^1].Trim().ToString() : "";
    }
}
