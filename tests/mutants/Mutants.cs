// Plants one unsound change at a time in a copy of the repository and runs the fast tests that should fail: see run.sh. A file of its own,
// so that it needs the SDK alone.
#:property PublishAot=false
using System.Diagnostics;

if (args.Length < 2)
{
    Console.Error.WriteLine("Mutants.cs REPOSITORY LIST [--check] [--only NAME,NAME...] [--page FILE]");
    return 2;
}

string repository = Path.GetFullPath(args[0]);
bool check = args.Contains("--check");
string[] only = Value("--only")?.Split(',') ?? [];
Mutant[] all = [.. Mutant.Read(File.ReadAllLines(args[1]))];
List<Mutant> mutants = [.. all.Where(mutant => only.Length == 0 || only.Contains(mutant.Name))];
if (only.Except(all.Select(mutant => mutant.Name)).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"There is no change named {unknown}.");
    return 2;
}

// A change that no longer fits is an error: it would pass for one that was caught.
string[] misfits = [.. mutants.Where(mutant => mutant.Apply(repository) is null)
    .Select(mutant => $"{mutant.Name}: the old text is not there exactly once in {mutant.File}.")];
foreach (string misfit in misfits)
    Console.Error.WriteLine(misfit);
Console.WriteLine(
    $"{mutants.Count} changes, {mutants.Count(mutant => mutant.Equivalent is not null)} of them equivalent; "
    + $"{misfits.Length} do not apply.");
MutantPage? page = Value("--page") is { } path ? new(path, all) : null;
page?.Write();
if (check || misfits.Length > 0)
    return misfits.Length > 0 ? 1 : 0;

string copy = Directory.CreateTempSubdirectory("mutants-").FullName;
try
{
    return new Workshop(repository, copy, page).Run([.. mutants.Where(mutant => mutant.Equivalent is null)]) ? 0 : 1;
}
finally
{
    Directory.Delete(copy, recursive: true);
}

string? Value(string option) => Array.IndexOf(args, option) is >= 0 and var at ? args[at + 1] : null;

/// <summary>One change.</summary>
/// <param name="Name">Of the change.</param>
/// <param name="Why">Why it is unsound.</param>
/// <param name="File">Relative to the repository.</param>
/// <param name="Tests">The test project, and the filter of the tests that should fail; then, should they not, all its fast ones
/// run.</param>
/// <param name="Equivalent">Why nothing can fail; null for a change that something must.</param>
/// <param name="Old">The text that is replaced, which occurs exactly once.</param>
/// <param name="New">What it is replaced by.</param>
internal sealed record Mutant(string Name, string Why, string File, (string Project, string Filter) Tests, string? Equivalent, string Old,
    string New)
{
    /// <summary>Reads a list: "== name", lines "key: value", then the old text behind "- " and the new behind "+ ".</summary>
    public static IEnumerable<Mutant> Read(string[] lines)
    {
        Dictionary<string, string> values = [];
        List<string> old = [], changed = [];
        foreach (string line in lines.Append("== end"))
        {
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                if (values.TryGetValue("name", out string? name))
                {
                    string[] tests = values["tests"].Split(' ', 2);
                    yield return new(name, values["why"], values["file"], (tests[0], tests[1]), values.GetValueOrDefault("equivalent"),
                        string.Join('\n', old), string.Join('\n', changed));
                }

                (values, old, changed) = (new() { ["name"] = line[3..] }, [], []);
            }
            else if (line.StartsWith("- ", StringComparison.Ordinal))
            {
                old.Add(line[2..]);
            }
            else if (line.StartsWith("+ ", StringComparison.Ordinal) || line == "+")
            {
                changed.Add(line.Length > 2 ? line[2..] : "");
            }
            else if (line.Split(": ", 2) is [var key, var value] && line[0] != '#')
            {
                values[key] = value;
            }
        }
    }

    /// <summary>The changed text of the file; null where the change does not apply.</summary>
    public string? Apply(string root)
    {
        string path = Path.Combine(root, File);
        if (!System.IO.File.Exists(path))
            return null;
        string text = System.IO.File.ReadAllText(path);
        int at = text.IndexOf(Old, StringComparison.Ordinal);
        return at < 0 || text.IndexOf(Old, at + 1, StringComparison.Ordinal) >= 0 ? null : text[..at] + New + text[(at + Old.Length)..];
    }
}

/// <summary>The page with the table of all changes. Rows of changes that were not tried this time stay as they are.</summary>
internal sealed class MutantPage
{
    private const string NotRun = "not run";

    private readonly string _path;
    private readonly Mutant[] _all;
    private readonly Dictionary<string, string> _outcomes;

    /// <param name="path">The page, which may be absent.</param>
    /// <param name="all">The whole list, in its order.</param>
    public MutantPage(string path, Mutant[] all)
    {
        (_path, _all) = (path, all);
        _outcomes = File.Exists(path)
            ? File.ReadLines(path).Select(line => line.Split(" | ")).Where(cells => cells.Length == 4)
                .ToDictionary(cells => cells[0].Trim('|', ' ', '`'), cells => cells[3].Trim('|', ' '))
            : [];
    }

    public static bool IsCaught(string outcome) => outcome.StartsWith('`');

    /// <summary>Notes what a change came to.</summary>
    public void Add(string name, string outcome)
    {
        _outcomes[name] = outcome;
        Write();
    }

    public void Write()
    {
        var rows = _all.Select(mutant => (Mutant: mutant, Outcome: mutant.Equivalent is not null
            ? $"nothing can: {mutant.Equivalent}"
            : _outcomes.GetValueOrDefault(mutant.Name) ?? NotRun)).ToArray();
        int caught = rows.Count(row => IsCaught(row.Outcome)), equivalent = _all.Count(mutant => mutant.Equivalent is not null);
        File.WriteAllLines(_path,
        [
            "# Unsound changes",
            "",
            "Each row is a change that would make certificates claim too much. `tests/mutants/run.sh` plants them one at a time in a copy",
            "of the repository (the exact texts are in `tests/mutants/mutants.txt`) and runs the fast tests: one has to fail.",
            "`tests/mutants/run.sh --page docs/mutants.md` wrote this page.",
            "",
            $"{_all.Length} changes: {caught} fail a fast test, {equivalent} cannot change an answer for the worse"
                + (caught + equivalent == _all.Length ? "." : $", {_all.Length - caught - equivalent} are open."),
            "",
            "| change | what is wrong then | in | first test to fail |",
            "|---|---|---|---|",
            .. rows.Select(row => $"| `{row.Mutant.Name}` | {row.Mutant.Why} | `{Path.GetFileName(row.Mutant.File)}` | {row.Outcome} |"),
        ]);
    }
}

/// <summary>A copy of the repository in which changes are tried.</summary>
internal sealed class Workshop(string repository, string copy, MutantPage? page)
{
    private readonly HashSet<string> _built = [];

    /// <summary>Tries every change; whether each made a test fail.</summary>
    public bool Run(Mutant[] mutants)
    {
        foreach (string file in Output("git", "-C", repository, "ls-files", "-co", "--exclude-standard")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!File.Exists(Path.Combine(repository, file)))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, file))!);
            File.Copy(Path.Combine(repository, file), Path.Combine(copy, file));
        }

        List<string> open = [];
        Console.WriteLine("| change | why it is unsound | outcome | seconds |\n|---|---|---|---|");
        foreach (Mutant mutant in mutants)
        {
            Stopwatch clock = Stopwatch.StartNew();
            string outcome = Try(mutant);
            page?.Add(mutant.Name, outcome);
            if (!MutantPage.IsCaught(outcome))
                open.Add(mutant.Name);
            Console.WriteLine($"| {mutant.Name} | {mutant.Why} | {outcome} | {clock.Elapsed.TotalSeconds:F0} |");
        }

        Console.WriteLine($"\n{mutants.Length - open.Count} of {mutants.Length} changes fail a fast test."
            + (open.Count > 0 ? $" Not these: {string.Join(", ", open)}" : ""));
        return open.Count == 0;
    }

    private string Try(Mutant mutant)
    {
        string tests = mutant.Tests.Project;
        if (_built.Add(tests) && Exit("build-" + tests, "dotnet", 15, "build", Path.Combine(copy, "tests", tests), "-v", "q", "-nologo",
            "-p:RunAnalyzers=false") is not 0)
            return "the tests do not build";

        string source = Path.Combine(copy, mutant.File), before = File.ReadAllText(source);
        string project = mutant.File.Split('/')[1], assembly = Assembly(project), there =
            Path.Combine(copy, "tests", tests, "bin", "Debug", "net10.0", Path.GetFileName(assembly));
        string kept = Path.Combine(copy, Path.GetFileName(assembly) + ".kept");
        File.Copy(there, kept, overwrite: true);
        try
        {
            File.WriteAllText(source, mutant.Apply(copy));
            if (Exit(mutant.Name, "dotnet", 10, "build", Path.Combine(copy, "src", project), "--no-dependencies", "--no-restore", "-v", "q",
                "-nologo", "-p:RunAnalyzers=false") is not 0)
                return "does not compile";
            Replace(there, assembly);
            foreach ((string filter, int minutes) in new[] { ($"({mutant.Tests.Filter})&Category!=Slow", 4), ("Category!=Slow", 15) })
            {
                string dll = Path.Combine(copy, "tests", tests, "bin", "Debug", "net10.0", tests + ".dll");
                if (Exit(mutant.Name, "dotnet", minutes, "vstest", dll,
                    "--TestCaseFilter:" + filter, "--", "xUnit.StopOnFail=true") is not 0)
                    return FirstFailure(mutant.Name);
            }

            return "SURVIVES";
        }
        finally
        {
            File.WriteAllText(source, before);
            Replace(there, kept);
        }
    }

    private string Assembly(string project)
    {
        string folder = Path.Combine(copy, "src", project, "bin", "Debug", "net10.0");
        string own = Path.Combine(folder, project + ".dll");
        return File.Exists(own) ? own : Path.Combine(folder, "dds.dll");
    }

    /// <summary>Outputs may be links into other folders: the name gets a new file, the old one is left as it is.</summary>
    private static void Replace(string there, string by)
    {
        File.Delete(there);
        File.Copy(by, there);
    }

    private string FirstFailure(string name)
    {
        // "[xUnit.net 00:00:06.55]     Namespace.Class.Method(k: 151) [FAIL]"; stopping at the first failure may
        // abort the run before it lists it.
        string[] failed = [.. File.ReadLines(Path.Combine(copy, name + ".log")).Where(line => line.TrimEnd().EndsWith("[FAIL]"))];
        return failed.Length == 0
            ? "`(the tests do not end)`"
            : "`" + string.Join('.', failed[0][(failed[0].IndexOf(']') + 1)..].Trim().Split(' ', '(')[0].Split('.')[^2..]) + "`";
    }

    private static string Output(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    /// <summary>Runs a program, its output to a log; null where it does not end in time, which a change may well cause.</summary>
    private int? Exit(string log, string program, int minutes, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["GOMP_SPINCOUNT"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        bool ended = process.WaitForExit(TimeSpan.FromMinutes(minutes));
        if (!ended)
            process.Kill(entireProcessTree: true);
        File.WriteAllText(Path.Combine(copy, log + ".log"), output.Result + error.Result);
        return ended ? process.ExitCode : null;
    }
}
