using System.Globalization;
using DenoisedSmoothing.Cases;

// dotnet run --project tests/cases -- FOLDER [NAME...]
// Runs inputs that once came out wrong, a folder for each kind, and prints a line for each case: what now comes out, and whether that is
// right. Ends with 0 if all are. Every case has a process of its own, so that what would end or hang a process ends or hangs no other case.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["open", string kind, .. string[] rest])
    return Opening.Run(kind, rest);
if (args is not [string folder, .. string[] names] || !Directory.Exists(folder))
{
    Console.Error.WriteLine("Name the folder of the cases.");
    return 1;
}

int wrong = 0, missing = 0;
foreach (Case one in CaseList.All.Where(one => names.Length == 0 || names.Any(one.Name.StartsWith)))
{
    string place = Path.Combine(folder, one.Folder);
    if (!Directory.Exists(place))
    {
        Console.WriteLine($"{one.Name}: there is no folder {one.Folder}");
        missing++;
        continue;
    }

    CaseOutcome outcome = one.Run(place);
    wrong += outcome.IsRight ? 0 : 1;
    Console.WriteLine($"{(outcome.IsRight ? "ok    " : "NOT OK")} {one.Name}: {outcome.Summary}");
}

Console.WriteLine($"{wrong} not ok, {missing} without a folder");
return wrong + missing == 0 ? 0 : 1;
