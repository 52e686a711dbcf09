using DenoisedSmoothing.AspNetCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds smoothed classifiers to a host.</summary>
public static class SmoothedClassifierServiceCollectionExtensions
{
    /// <summary>
    /// Adds a served classifier, as a <see cref="SmoothedModel"/>: under its name as a keyed singleton, and the first one also without a
    /// key. Options come from the configuration section <c>DenoisedSmoothing:NAME</c>, then from <paramref name="configure"/>, and are
    /// checked when the host starts; the models are loaded in the background.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Its name in paths and metrics: letters, digits, '-', '_' and '.'.</param>
    /// <param name="configure">Sets options; null to leave everything to the configuration.</param>
    /// <exception cref="ArgumentException">The name is taken, or cannot be part of a path.</exception>
    public static IServiceCollection AddSmoothedClassifier(
        this IServiceCollection services, string name, Action<SmoothedClassifierOptions>? configure = null)
    {
        services.AddKeyedSmoothedClassifier(name, configure);
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<SmoothedModel>(name));
        return services;
    }

    /// <summary>Adds a served classifier that is known only by its name.</summary>
    /// <inheritdoc cref="AddSmoothedClassifier"/>
    public static IServiceCollection AddKeyedSmoothedClassifier(
        this IServiceCollection services, string name, Action<SmoothedClassifierOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        NamesOf(services).Add(name);
        OptionsBuilder<SmoothedClassifierOptions> options = services.AddOptions<SmoothedClassifierOptions>(name)
            .BindConfiguration($"DenoisedSmoothing:{name}")
            .ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.AddKeyedSingleton(name, (provider, _) => NewModel(provider, name));
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            $"smoothed-classifier-{name}",
            provider => new SmoothedModelHealthCheck(provider.GetRequiredKeyedService<SmoothedModel>(name)), null, ["ready"]));
        return services;
    }

    // One list per collection, and whatever is needed once.
    private static ModelNames NamesOf(IServiceCollection services)
    {
        ServiceDescriptor? added = services.FirstOrDefault(static service => service.ServiceType == typeof(ModelNames));
        if (added?.ImplementationInstance is ModelNames known)
            return known;
        ModelNames names = new();
        services.AddSingleton(names);
        services.AddSingleton<IValidateOptions<SmoothedClassifierOptions>, SmoothedClassifierOptionsValidator>();
        services.AddSingleton<SmoothedModels>();
        services.AddHostedService<ModelLoader>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddProblemDetails();
        return names;
    }

    private static SmoothedModel NewModel(IServiceProvider services, string name)
    {
        SmoothedClassifierOptions options = services.GetRequiredService<IOptionsMonitor<SmoothedClassifierOptions>>().Get(name);
        ILogger<SmoothedModel> logger = services.GetRequiredService<ILogger<SmoothedModel>>();
        TimeProvider time = services.GetRequiredService<TimeProvider>();
        return new SmoothedModel(
            name, options, services, logger, [.. services.GetServices<ICertificateAudit>()],
            options.AuditLog is { } path ? new AuditFile(path, logger, time) : null, time);
    }
}
