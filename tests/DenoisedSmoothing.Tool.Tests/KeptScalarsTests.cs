using Mono.Cecil;
using TorchSharp;
using static DenoisedSmoothing.KeptScalars;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>
/// No assembly of the library hands TorchSharp a number that the garbage collector may free while libtorch reads it (KeptScalars says how
/// that goes wrong): a new <c>a + b</c> in the library's code is named here.
/// </summary>
public class KeptScalarsTests
{
    // Makes scalars of numbers among its arguments; the library passes tensors alone.
    private const string OfTensorsOnly = "TorchSharp.torch/jit/ScriptModule::call(System.Object[])";

    private static readonly Lazy<HashSet<string>> s_letGo = new(LettingGo);

    public static TheoryData<string> Assemblies { get; } = [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .Where(name => name == "dds" || name.StartsWith("DenoisedSmoothing", StringComparison.Ordinal))
        .Where(name => !name.EndsWith("Tests", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Numbers_stay_alive_while_libtorch_reads_them(string assembly)
    {
        using AssemblyDefinition definition = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));

        Careless(Types(definition.MainModule.Types)).Should().BeEmpty();
    }

    [Fact]
    public void Assemblies_are_the_librarys() => Assemblies.Should().HaveCountGreaterThan(7);

    [Fact]
    public void Careless_code_is_found()
    {
        using AssemblyDefinition here = AssemblyDefinition.ReadAssembly(typeof(CarelessCode).Assembly.Location);

        Careless(Types(here.MainModule.Types).Where(type => type.Name == nameof(CarelessCode))).Should().HaveCount(5)
            .And.NotContain(call => call.Contains(nameof(CarelessCode.Careful), StringComparison.Ordinal));
    }

    private static IEnumerable<string> Careless(IEnumerable<TypeDefinition> types) =>
        from type in types
        from method in type.Methods
        where method.HasBody
        from called in Calls(method)
        where MakesScalar(called) && called.Name == "op_Implicit" || s_letGo.Value.Contains(called.FullName)
        where !called.FullName.EndsWith(OfTensorsOnly, StringComparison.Ordinal)
        select $"{method.FullName} calls {called.FullName}";

    /// <summary>TorchSharp's methods that hand over a scalar of their own making and do not dispose it, and those that call them.</summary>
    private static HashSet<string> LettingGo()
    {
        using AssemblyDefinition torchSharp = AssemblyDefinition.ReadAssembly(typeof(Scalar).Assembly.Location);
        MethodDefinition[] methods = [.. Types(torchSharp.MainModule.Types).Where(type => type.Name != nameof(Scalar))
            .SelectMany(type => type.Methods).Where(method => method.HasBody && !MakesScalar(method))];
        HashSet<string> found = [.. methods.Where(method => Calls(method).Any(MakesScalar)
            && !Calls(method).Any(called => called.Name == nameof(IDisposable.Dispose))).Select(method => method.FullName)];
        int before;
        do
        {
            before = found.Count;
            found.UnionWith(methods.Where(method => Calls(method).Any(called => found.Contains(called.FullName)))
                .Select(method => method.FullName));
        }
        while (found.Count > before);
        return found;
    }

    private static bool MakesScalar(MethodReference method) => method.ReturnType.FullName == typeof(Scalar).FullName
        && (method.Name == "op_Implicit" || method.Name.StartsWith("To", StringComparison.Ordinal));

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) =>
        method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>();

    private static IEnumerable<TypeDefinition> Types(IEnumerable<TypeDefinition> types) =>
        types.SelectMany(type => Types(type.NestedTypes).Prepend(type));

    /// <summary>Five ways to be careless, and the careful ones.</summary>
    private static class CarelessCode
    {
        public static Tensor Sum(Tensor a, Tensor b) => a + b;

        public static Tensor Next(Tensor a) => a + 1;

        public static Tensor Rest(Tensor a) => 1 - a;

        public static Tensor Doubled(Tensor a) => a.mul(2);

        public static Tensor Half(Tensor a) => a / 2;

        public static Tensor Careful(Tensor a, Tensor b) => a.mul(Kept(2)).Plus(b) * Kept(3) - b / a;
    }
}
