using System.Collections;
using Microsoft.Extensions.DependencyInjection;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>The served classifiers, in the order in which they were added.</summary>
internal sealed class SmoothedModels(ModelNames names, IServiceProvider services) : IEnumerable<SmoothedModel>
{
    /// <summary>By name; without a name, the only one.</summary>
    /// <exception cref="RequestException">There is no such model, or there are several.</exception>
    public SmoothedModel Named(string? name)
    {
        if (name is null)
        {
            return names.All is [string only]
                ? Get(only)
                : throw new RequestException($"Say which model is meant: model={string.Join(" | ", names.All)}.");
        }

        return names.Contains(name)
            ? Get(name)
            : throw new RequestException($"There is no model '{name}' here; there are {string.Join(", ", names.All)}.", 404);
    }

    public IEnumerator<SmoothedModel> GetEnumerator() => names.All.Select(Get).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private SmoothedModel Get(string name) => services.GetRequiredKeyedService<SmoothedModel>(name);
}
